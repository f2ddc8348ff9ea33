"""Inertial unit, star tracker and gauge: their errors one by one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.noise import normals
from frigoris.sensors import gauge, imu, star_tracker
from frigoris.sensors.mount import Mount

N = 40_000
KEYS = jnp.asarray(np.random.default_rng(3).integers(0, 2**32, (2, N), dtype=np.uint32))
CENTRE = Mount(jnp.zeros(3), jnp.zeros(3))


def test_imu_errors_one_by_one() -> None:
    """Without noise: scale and bias by hand; with it: variance grows with time."""
    zero = jnp.zeros(3)
    unit = imu.Imu(
        mount=CENTRE,
        accel_bias=jnp.array([2e-4, -1e-4, 3e-4]),
        accel_scale=jnp.array([1e-4, -2e-4, 5e-5]),
        accel_noise=jnp.float64(0.0),
        accel_walk=jnp.float64(0.0),
        gyro_bias=jnp.array([1e-6, 2e-6, -3e-6]),
        gyro_scale=jnp.array([-1e-5, 2e-5, 3e-5]),
        gyro_noise=jnp.float64(0.0),
        gyro_walk=jnp.float64(0.0),
    )
    dt = jnp.float64(0.2)
    turn, push = jnp.array([0.01, -0.02, 0.03]), jnp.array([0.3, 0.1, 0.7])
    gyro, accel, after = imu.measure(
        unit, imu.start(unit), turn, push, dt, jnp.zeros(imu.NOISES)
    )
    np.testing.assert_allclose(
        gyro, turn * (1 + unit.gyro_scale) + 0.2 * unit.gyro_bias
    )
    np.testing.assert_allclose(
        accel, push * (1 + unit.accel_scale) + 0.2 * unit.accel_bias
    )
    np.testing.assert_array_equal(after.accel_bias, unit.accel_bias)
    noisy = jax.tree.map(lambda x: x, unit)
    noisy = imu.Imu(**{**noisy.__dict__, "accel_noise": jnp.float64(2e-3)})
    draws = normals(KEYS, jnp.uint32(1), imu.NOISES)
    wide = jnp.zeros((3, N)) + zero[:, None]
    batch = jax.tree.map(lambda x: x[..., None], noisy)
    _, read, _ = imu.measure(batch, imu.start(batch), wide, wide, dt, draws)
    # a random walk: 2e-3 m/s/sqrt(s) over 0.2 s
    assert float(read[1].std()) == pytest.approx(2e-3 * np.sqrt(0.2), rel=0.02)


def test_a_misaligned_tracker_reports_a_turned_attitude() -> None:
    """Oracle: scipy's rotations."""
    from scipy.spatial.transform import Rotation

    turn = np.array([0.01, -0.02, 0.03])
    tracker = star_tracker.StarTracker(jnp.asarray(turn), jnp.float64(0.0))
    truth = Rotation.from_rotvec([0.4, -1.2, 0.3])
    x, y, z, w = truth.as_quat()
    got = star_tracker.measure(tracker, jnp.array([w, x, y, z]), jnp.zeros(3))
    w, x, y, z = np.asarray(got)
    error = (truth * Rotation.from_rotvec(turn)).inv() * Rotation.from_quat(
        [x, y, z, w]
    )
    assert error.magnitude() < 1e-12


def test_the_gauge_reads_with_its_errors_and_only_settled_propellant() -> None:
    """Mean and scatter of many readings; closed form."""
    g = gauge.Gauge(*(jnp.float64(x) for x in (0.02, -1.5, 0.7)))
    noise = normals(KEYS, jnp.uint32(4), 1)[0]
    left, settled = jnp.float64(200.0), jnp.arange(N) % 2 == 0
    read = np.asarray(gauge.measure(g, left, settled, noise))
    assert np.isnan(read[1::2]).all()
    few = read[::2]
    assert few.mean() == pytest.approx(202.5, abs=4 * 0.7 / np.sqrt(N / 2))
    assert few.std() == pytest.approx(0.7, rel=0.02)
