"""Radar, velocimeter, camera, hazard lidar, leg switches, mounts and delays."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import norm

from frigoris.math.noise import normals
from frigoris.sensors import (
    delay,
    hazard_lidar,
    imu,
    landmark_camera,
    leg_switches,
    mount,
    radar_altimeter,
    velocimeter,
)
from frigoris.sensors.mount import Mount
from support.grounds import ground_of, place_M

SITE = (60.0, -5.0)
CENTRE = Mount(jnp.zeros(3), jnp.zeros(3))
N = 20_000
KEYS = jnp.asarray(np.random.default_rng(8).integers(0, 2**32, (2, N), dtype=np.uint32))
YES = jnp.asarray(True)


def numbers(values):
    return {k: jnp.asarray(v, jnp.float64) for k, v in values.items()}


def upright(r_M):
    """Attitude with +z along the local vertical."""
    up = np.asarray(r_M) / np.linalg.norm(r_M)
    found, _ = Rotation.align_vectors([up], [[0.0, 0.0, 1.0]])
    x, y, z, w = found.as_quat()
    return jnp.array([w, x, y, z])


def tilted(q, axis_B, angle):
    """Turned about a body axis."""
    w, x, y, z = np.asarray(q)
    turn = Rotation.from_quat([x, y, z, w]) * Rotation.from_rotvec(
        angle * np.asarray(axis_B)
    )
    x, y, z, w = turn.as_quat()
    return jnp.array([w, x, y, z])


def radar(**changes):
    values = {
        "half_beam": np.radians(20.0),
        "centre": 0.0,
        "gain": 1e6,
        "threshold": 8.0,
        "range_min": 5.0,
        "range_max": 20e3,
        "scale": 0.0,
        "bias": 0.0,
        "noise": 0.0,
        "spread": 0.0,
        "period": 2.0,
        "latency": 0.0,
        "noise_switch": 1.0,
    } | changes
    return radar_altimeter.RadarAltimeter(mount=CENTRE, **numbers(values))


def looked(unit, ground, r_M, q):
    distance, hit = radar_altimeter.look(unit, ground, r_M, q, jnp.float64(0.0), YES)
    assert bool(hit)
    return float(distance)


@pytest.mark.parametrize(("beam", "radius"), [(40.0, 1819.85), (20.0, 881.63)])
def test_the_footprint_of_a_radar_has_the_published_radius(beam, radius):
    """From 5 km; reference/algorithms.md, section 5."""
    unit = radar(half_beam=np.radians(beam / 2.0))
    found = radar_altimeter.footprint_radius(unit, jnp.float64(5000.0))
    assert float(found) == pytest.approx(radius, abs=0.01)


def test_a_leaning_radar_ranges_the_near_edge_of_its_beam():
    """A beam of 20 deg that leans by 20 deg, 5 km up: 243.76 m short of its axis."""
    flat = ground_of(lambda x, y: 0.0 * x, step=50.0, half=8000.0)
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, 5000.0))
    q = tilted(upright(r_M), [0.0, 1.0, 0.0], np.radians(20.0))
    edge = looked(radar(half_beam=np.radians(10.0)), flat, r_M, q)
    axis = looked(radar(half_beam=1e-4), flat, r_M, q)
    assert axis - edge == pytest.approx(243.76, rel=0.002)  # measured 0.04 %


def test_over_a_cliff_the_radar_switches_with_the_edge_of_its_beam():
    """A cliff of 300 m: seen from 1 km up when the beam's edge comes over it."""
    cliff = ground_of(lambda x, y: np.where(x > 0.0, 300.0, 0.0), step=2.0, half=1200.0)
    reach = 1000.0 * np.tan(np.radians(20.0))
    found = []
    for x in (-reach - 40.0, -0.5 * reach, 100.0):
        r_M = jnp.asarray(place_M(SITE, x, 0.0, 1000.0))
        found.append(looked(radar(), cliff, r_M, upright(r_M)))
    assert found[0] == pytest.approx(1000.0, abs=1.0)
    assert 700.0 < found[1] < 800.0  # the top, aside
    assert found[2] == pytest.approx(700.0, abs=1.0)


def test_radar_errors_and_limits():
    unit = radar(scale=0.01, bias=3.0, noise=2.0, spread=0.001)
    draws = normals(KEYS, jnp.uint32(0), radar_altimeter.NOISES)
    value = radar_altimeter.measure(
        unit, jnp.full(N, 2000.0), jnp.ones(N, bool), jnp.ones(N, bool), draws
    )
    assert float(value.mean()) == pytest.approx(2023.0, abs=0.1)
    assert float(value.std()) == pytest.approx(np.hypot(2.0, 2.0), rel=0.03)
    for bad in (4.0, 21e3):
        gone = radar_altimeter.measure(
            unit, jnp.full(N, bad), jnp.ones(N, bool), jnp.ones(N, bool), draws
        )
        assert bool(jnp.isnan(gone).all())


def test_an_echo_of_the_radar_fades_with_the_fourth_power():
    """10^6 at 1 km is 8 at 18.8 km: half of the echoes there."""
    unit = radar()
    edge = 1e3 * (1e6 / 8.0) ** 0.25
    draws = normals(KEYS, jnp.uint32(1), radar_altimeter.NOISES)
    for distance in (edge, 1.02 * edge):
        value = radar_altimeter.measure(
            unit, jnp.full(N, distance), jnp.ones(N, bool), jnp.ones(N, bool), draws
        )
        expected = norm.cdf(1e6 * (1e3 / distance) ** 4 - 8.0)
        share = float(jnp.isfinite(value).mean())
        assert share == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / N))


def meter(**changes):
    values = {
        "range_max": 5000.0,
        "cos_max": np.cos(np.radians(70.0)),
        "clear_min": 0.1,
        "scale": 0.0,
        "bias": 0.0,
        "noise": 0.02,
        "period": 2.0,
        "latency": 0.0,
        "noise_switch": 1.0,
    } | changes
    beams = jnp.asarray(velocimeter.directions(3, np.radians(22.0)))
    return velocimeter.Velocimeter(mount=CENTRE, beams_B=beams, **numbers(values))


def speeds(unit, v_M, q, above=1000.0, clear=1.0, tick=0):
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, above))
    wide = jnp.broadcast_to(r_M[:, None], (3, N))
    draws = normals(KEYS, jnp.uint32(tick), 4)[:3]
    return velocimeter.measure(
        unit,
        wide,
        jnp.broadcast_to(jnp.asarray(v_M)[:, None], (3, N)),
        jnp.broadcast_to(q[:, None], (4, N)),
        jnp.full(N, above),
        jnp.full(N, clear),
        jnp.ones(N, bool),
        draws,
    )


def test_three_beams_give_the_velocity_with_the_closed_sigmas():
    """Monte Carlo of the least-squares velocity against the closed form, to 3 %."""
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, 1000.0))
    q = upright(r_M)
    w, x, y, z = np.asarray(q)
    dcm = Rotation.from_quat([x, y, z, w]).as_matrix()
    v_B = np.array([3.0, -2.0, -40.0])
    unit = meter()
    read = np.asarray(speeds(unit, dcm @ v_B, q))
    solved = np.linalg.solve(np.asarray(unit.beams_B).T, read)
    np.testing.assert_allclose(solved.mean(axis=1), v_B, atol=2e-3)
    a = np.radians(22.0)
    assert solved[2].std() == pytest.approx(0.02 / (3**0.5 * np.cos(a)), rel=0.03)
    for k in (0, 1):
        sigma = 0.02 * (2.0 / 3.0) ** 0.5 / np.sin(a)
        assert solved[k].std() == pytest.approx(sigma, rel=0.03)


def test_beams_are_lost_by_range_tilt_and_dust_each_by_itself():
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, 1000.0))
    q = upright(r_M)
    v_M = np.array([0.0, 0.0, 1.0])
    assert np.isfinite(speeds(meter(), v_M, q)).all()
    assert np.isnan(speeds(meter(), v_M, q, above=4700.0)).all()  # 5069 m along a beam
    assert np.isnan(speeds(meter(), v_M, q, clear=0.05)).all()
    # leaning by 55 deg about y: the beam that leans forward is at 77 deg, others less
    lost = np.isnan(speeds(meter(), v_M, tilted(q, [0.0, 1.0, 0.0], np.radians(-55))))
    assert sorted(lost.all(axis=1).tolist()) == [False, False, True]


def camera(**changes):
    values = {
        "half_view": np.radians(20.0),
        "pixel": np.radians(40.0) / 1024,
        "matching": 0.5,
        "pixels_min": 10.0,
        "crater": 30.0,
        "density": 5e-6,
        "needed": 5.0,
        "map_error_M": np.zeros(3),
        "tilt_max": np.radians(30.0),
        "height_min": 500.0,
        "height_max": 50e3,
        "sun_M": np.zeros(3),
        "period": 10.0,
        "latency": 5.0,
        "noise_switch": 1.0,
    } | changes
    return landmark_camera.LandmarkCamera(mount=CENTRE, **numbers(values))


def test_craters_in_view_by_hand():
    """At 2 km 1456 m a side; 30 m are 22 pixels; the Sun at 30 deg: cos 30."""
    unit = camera()
    side = 2.0 * 2000.0 * np.tan(np.radians(20.0))
    low = landmark_camera.craters(unit, jnp.float64(2000.0), jnp.float64(0.5))
    assert float(low) == pytest.approx(5e-6 * side**2 * np.cos(np.radians(30.0)))
    # from 20 km 30 m are 2.2 pixels: only craters of 136 m count, d^-2 of them
    high = landmark_camera.craters(unit, jnp.float64(20e3), jnp.float64(0.5))
    size = 10.0 * np.radians(40.0) / 1024 * 20e3
    expected = 5e-6 * (10 * side) ** 2 * (30.0 / size) ** 2 * np.cos(np.radians(30.0))
    assert float(high) == pytest.approx(expected)
    assert landmark_camera.craters(unit, jnp.float64(2e3), jnp.float64(-0.1)) == 0.0


def fixes(unit, above):
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, above))
    sun = np.asarray(r_M) / np.linalg.norm(r_M)
    unit = dataclasses.replace(unit, sun_M=jnp.asarray(sun @ np.eye(3)) * 0.5)
    wide = jnp.broadcast_to(r_M[:, None], (3, N))
    q = jnp.broadcast_to(upright(r_M)[:, None], (4, N))
    draws = normals(KEYS, jnp.uint32(4), landmark_camera.NOISES)
    batch = jax.tree.map(lambda x: x[..., None], unit)
    place, sigma = landmark_camera.measure(
        batch, wide, q, jnp.full(N, above), jnp.ones(N, bool), draws
    )
    up = np.asarray(r_M) / np.linalg.norm(r_M)
    error = np.asarray(place - r_M[:, None])
    return error, np.asarray(sigma), up


def test_a_fix_errs_as_it_says_and_more_along_its_axis():
    error, sigma, up = fixes(camera(needed=3.0), 2000.0)
    there = np.isfinite(sigma)
    along = up @ error[:, there]
    across = error[:, there] - up[:, None] * along
    claimed = sigma[there]
    one = np.sqrt(np.mean((across**2).sum(axis=0) / 2.0 / claimed**2))
    assert one == pytest.approx(1.0, rel=0.03)
    factor = 2.0 / np.tan(np.radians(20.0))
    assert np.sqrt(np.mean((along / claimed) ** 2)) == pytest.approx(factor, rel=0.03)


def test_the_error_of_the_map_stays_and_limits_are_kept():
    error, sigma, _ = fixes(camera(map_error_M=np.array([30.0, 0.0, -10.0])), 2000.0)
    there = np.isfinite(sigma)
    np.testing.assert_allclose(error[:, there].mean(axis=1), [30, 0, -10], atol=0.5)
    for height in (400.0, 51e3):
        assert np.isnan(fixes(camera(), height)[1]).all()
    # too low to have five craters in view
    assert np.isnan(fixes(camera(height_min=0.0), 600.0)[1]).mean() > 0.9


def test_a_hazard_lidar_sees_a_plane_and_a_step():
    """A plane of 10 deg is found again to 0.01 deg; a step of 0.30 m stands out."""
    slope = np.tan(np.radians(10.0))
    ground = ground_of(
        lambda x, y: slope * x + np.where(y > 3.0, 0.3, 0.0), step=0.25, half=60.0
    )
    unit = hazard_lidar.HazardLidar(
        mount=CENTRE,
        **numbers(
            {
                "half_view": np.radians(5.0),
                "range_max": 500.0,
                "noise": 0.0,
                "bias": 0.0,
                "lost": 0.0,
            }
        ),
    )
    r_M = jnp.asarray(place_M(SITE, 0.0, 0.0, 100.0))
    q = upright(r_M)
    key = jnp.array([1, 2], jnp.uint32)
    image = hazard_lidar.scan(unit, ground, r_M, q, key)
    assert 2 * 100.0 * np.tan(np.radians(5.0)) / 63 < 0.3  # between pixels [m]
    w, x, y, z = np.asarray(q)
    turn = Rotation.from_quat([x, y, z, w]).as_matrix()
    points = turn @ np.asarray(image.beams_B * image.ranges) + np.asarray(r_M)[:, None]
    site = np.asarray(place_M(SITE, 0.0, 0.0, 0.0))
    up = site / np.linalg.norm(site)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    local = np.stack([east, np.cross(up, east), up]) @ (points - site[:, None])
    south = local[1] < 2.0
    a = np.stack([local[0], local[1], np.ones_like(local[0])])
    fit, *_ = np.linalg.lstsq(a[:, south].T, local[2][south], rcond=None)
    angle = np.degrees(np.arctan(np.hypot(*fit[:2])))
    assert angle == pytest.approx(10.0, abs=0.01)
    north = local[1] > 4.0
    height = local[2][north] - fit @ a[:, north]
    assert height.mean() == pytest.approx(0.3, abs=0.01)
    noisy = dataclasses.replace(
        unit, noise=jnp.float64(0.05), lost=jnp.float64(0.1), bias=jnp.float64(1.0)
    )
    other = hazard_lidar.scan(noisy, ground, r_M, q, key)
    away = np.asarray(other.ranges - image.ranges)
    assert np.isnan(away).mean() == pytest.approx(0.1, abs=0.02)
    assert np.nanmean(away) == pytest.approx(1.0, abs=0.01)
    assert np.nanstd(away) == pytest.approx(0.05, rel=0.05)


def closed(since, **changes):
    values = {
        "order": np.linspace(0.0, 1.0, 4),
        "delay": 0.01,
        "settling": 0.3,
        "stuck_open": 0.0,
        "stuck_closed": 0.0,
    } | changes
    found = leg_switches.measure(
        leg_switches.LegSwitches(**numbers(values)), jnp.float64(since)
    )
    return np.asarray(found).tolist()


def test_legs_close_one_after_another_and_some_never():
    assert closed(-np.inf) == [False] * 4
    assert closed(0.005) == [False] * 4
    assert closed(0.02) == [True, False, False, False]
    assert closed(0.22) == [True, True, True, False]
    assert closed(1.0) == [True] * 4
    assert closed(1.0, stuck_open=1.0) == [False, True, True, True]
    assert closed(-np.inf, stuck_closed=1.0) == [False, False, False, True]


@pytest.mark.parametrize("latency", [0, 1, 3, delay.DEPTH - 1])
def test_a_reading_comes_out_once_and_so_much_later(latency):
    ring, late = delay.start(jnp.float64(0.0), 2), []
    for k in range(60):
        reading = jnp.array([float(k), np.nan if k % 5 else -float(k)])
        out, ring = delay.push(ring, jnp.uint32(k), jnp.float64(latency), reading)
        late.append(np.asarray(out))
    for k in range(latency, 60):
        assert late[k][0] == k - latency
        expected = np.nan if (k - latency) % 5 else -(k - latency)
        np.testing.assert_equal(late[k][1], expected)
    assert np.isnan(late[:latency]).all()


def test_an_accelerometer_away_from_the_centre_feels_the_turn():
    """Uniform turn and its start: omega x (omega x l) and the change times l."""
    zero = jnp.float64(0.0)
    unit = imu.Imu(
        mount=Mount(jnp.array([0.5, -0.2, 1.4]), jnp.array([0.0, 0.0, 0.2])),
        **{k: jnp.zeros(3) for k in ("accel_bias", "accel_scale")},
        **{k: jnp.zeros(3) for k in ("gyro_bias", "gyro_scale")},
        **{f"{a}_{b}": zero for a in ("accel", "gyro") for b in ("noise", "walk")},
    )
    omega, change = np.array([0.02, -0.07, 0.01]), np.array([1e-3, 2e-3, -1e-3])
    dv, dt, com = np.array([0.1, 0.0, 0.3]), 0.1, np.array([0.0, 0.0, 0.8])
    turn, push = imu.at_place(
        unit,
        jnp.asarray(omega * dt),
        jnp.asarray(dv),
        jnp.asarray(change),
        jnp.float64(dt),
        jnp.asarray(com),
    )
    arm = np.array([0.5, -0.2, 0.6])
    felt = dv + np.cross(change, arm) + dt * np.cross(omega, np.cross(omega, arm))
    # its axes are turned by 0.2 rad about z: what was x leans towards its -y
    own = Rotation.from_rotvec([0.0, 0.0, 0.2]).inv()
    np.testing.assert_allclose(push, own.apply(felt), atol=1e-13)
    np.testing.assert_allclose(turn, own.apply(dt * omega), atol=1e-13)


def test_a_mount_moves_with_its_lander():
    q = tilted(jnp.array([1.0, 0.0, 0.0, 0.0]), [0.0, 0.0, 1.0], np.pi / 2)
    where = Mount(jnp.array([1.0, 0.0, 2.0]), jnp.zeros(3))
    arm = mount.arm(where, q, jnp.array([0.0, 0.0, 0.5]))
    np.testing.assert_allclose(arm, [0.0, 1.0, 1.5], atol=1e-15)
    v = mount.speed(arm, jnp.array([1.0, 0.0, 0.0]), jnp.array([0.0, 0.0, 0.1]))
    np.testing.assert_allclose(v, [0.9, 0.0, 0.0], atol=1e-15)
