"""Instruments: link budget, detection, noise, mounting."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from frigoris.math.noise import normals
from frigoris.sensors import gauge, imu, laser, star_tracker

N = 40_000
KEYS = jnp.asarray(np.random.default_rng(3).integers(0, 2**32, (2, N), dtype=np.uint32))


def link(**changes: float) -> laser.Laser:
    """LOLA's one beam, with all efficiencies one."""
    values = {
        "pulse_energy": 2.7e-3 / 5.0,
        "wavelength": 1064e-9,
        "aperture_area": np.pi / 4.0 * 0.14**2,
        "optics": 1.0,
        "efficiency": 1.0,
        "albedo": 0.15,
        "noise_photons": 70.0,
        "threshold": 6.0,
        "range_max": 1e6,
        "confirm": 1.0,
        "window": 1.0,
        "noise": 0.7,
        "bias": 0.4,
        "noise_switch": 1.0,
    } | changes
    return laser.Laser(**{k: jnp.float64(v) for k, v in values.items()})


def test_photons_match_the_published_instrument() -> None:
    """One beam from 50 km on ground of 0.15: 850 photons."""
    got = laser.photons(link(), jnp.float64(50e3), jnp.float64(1.0))
    assert float(got) == pytest.approx(850.0, rel=1e-3)  # measured 4e-4
    far = laser.photons(link(), jnp.float64(100e3), jnp.float64(1.0))
    assert 10 * np.log10(float(far / got)) == pytest.approx(-6.0206, abs=1e-4)
    tilted = laser.photons(link(), jnp.float64(50e3), jnp.float64(0.5))
    assert float(tilted / got) == pytest.approx(0.5)


def test_degradation_of_ten_decibel_moves_the_range_as_its_root() -> None:
    """-10.46 dB takes a 3000 m sensor to 900 m."""
    good = laser.signal_to_noise(link(), jnp.float64(3000.0), jnp.float64(1.0))
    weak = link(efficiency=10 ** (-1.046))
    bad = laser.signal_to_noise(weak, jnp.float64(900.0), jnp.float64(1.0))
    assert float(bad / good) == pytest.approx(1.0, rel=1e-2)


def shots(instrument: laser.Laser, slant: float, count: int) -> np.ndarray:
    """Which of `count` shots in a row were valid, for N instruments."""
    state = laser.LaserState(detected=jnp.zeros((laser.WINDOW, N)))
    valid = []
    for k in range(count):
        noise = normals(KEYS, jnp.uint32(k), laser.NOISES)
        value, ok, state = laser.measure(
            instrument, state, jnp.full(N, slant), jnp.ones(N), jnp.ones(N, bool), noise
        )
        assert bool(jnp.all(jnp.isnan(value) == ~ok))  # invalid is NaN, valid is not
        valid.append(np.asarray(ok))
    return np.array(valid)


@pytest.mark.parametrize("snr", [5.0, 6.0, 7.3])
def test_detection_probability_matches_the_normal_tail(snr: float) -> None:
    slant = 50e3 * np.sqrt(850.0 / 70.0 / snr)
    rate = shots(link(), slant, 1)[0].mean()
    exact = float(laser.signal_to_noise(link(), jnp.float64(slant), jnp.float64(1.0)))
    expected = norm.sf(6.0 - exact)
    # three sigma of the binomial
    assert abs(rate - expected) < 3.0 * np.sqrt(expected * (1 - expected) / N)


def test_valid_needs_three_of_four() -> None:
    """Shots are independent: the fourth is detected, and two of the three before."""
    slant = 50e3 * np.sqrt(850.0 / 70.0 / 6.0)
    p = shots(link(), slant, 1)[0].mean()
    rate = shots(link(confirm=3.0, window=4.0), slant, 4)[3].mean()
    expected = p * (p**3 + 3 * p**2 * (1 - p))
    assert rate == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / N))


def test_ranges_have_their_bias_and_noise() -> None:
    state = laser.LaserState(detected=jnp.ones((laser.WINDOW, N)))
    noise = normals(KEYS, jnp.uint32(9), laser.NOISES)
    value, ok, _ = laser.measure(
        link(), state, jnp.full(N, 900.0), jnp.ones(N), jnp.ones(N, bool), noise
    )
    assert bool(ok.all())
    assert float(value.mean()) == pytest.approx(900.4, abs=4 * 0.7 / np.sqrt(N))
    assert float(value.std()) == pytest.approx(0.7, rel=0.02)


def test_imu_errors_one_by_one() -> None:
    """Without noise: scale and bias by hand; with it: variance grows with time."""
    zero = jnp.zeros(3)
    unit = imu.Imu(
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
