"""Rays and sheets against closed forms on a sphere and on slopes."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.math.patch import Sheet, make_patch, patch_height, plane
from frigoris.math.ray import walk
from frigoris.moon.frames import local_axes
from frigoris.moon.ground import Ground, height, ray
from support.grounds import ground_of, place_M

PLACE = (np.degrees(0.4), np.degrees(1.1))
NO_FINE = jnp.float64(0.0)
YES = jnp.asarray(True)


def beam(angle: float, azimuth: float = -0.5 * np.pi) -> np.ndarray:
    """Direction at an angle from nadir, towards an azimuth at PLACE [rad]."""
    side = np.sin(angle) * np.array([np.sin(azimuth), np.cos(azimuth), 0.0])
    return local_axes(*PLACE).dcm.T @ (side - [0.0, 0.0, np.cos(angle)])


def cast(ground: Ground, r_M: np.ndarray, u_M: np.ndarray) -> tuple[float, bool]:
    rho, _, hit = ray(ground, jnp.asarray(r_M), jnp.asarray(u_M), NO_FINE, YES)
    return float(rho), bool(hit)


@pytest.mark.parametrize(
    ("height_m", "angle_deg", "expected"),
    # closed form on the sphere: reference table of slant ranges
    [(100e3, 20.0, 106826.656), (15e3, 30.0, 17345.503), (3e3, 45.0, 4246.310)],
)
def test_slant_ranges_match_the_sphere(
    height_m: float, angle_deg: float, expected: float
) -> None:
    flat = ground_of(lambda x, y: 0.0 * x, PLACE)
    rho, hit = cast(flat, place_M(PLACE, 0, 0, height_m), beam(np.radians(angle_deg)))
    assert hit
    assert rho == pytest.approx(expected, abs=2e-3)  # measured 5e-4: its rounding


@pytest.mark.parametrize("below_deg", [0.03, 0.5, 5.0])
def test_grazing_beams_meet_the_sphere_where_its_closed_form_does(
    below_deg: float,
) -> None:
    """From 40 m, hardly below the horizon, along more than 10 km of ground."""
    flat = ground_of(lambda x, y: 0.0 * x, PLACE)
    eye = RADIUS_MOON + 40.0
    dip = np.arccos(RADIUS_MOON / eye)
    down = dip + np.radians(below_deg)
    expected = eye * np.sin(down) - np.sqrt(RADIUS_MOON**2 - (eye * np.cos(down)) ** 2)
    rho, hit = cast(flat, place_M(PLACE, 0, 0, 40.0), beam(0.5 * np.pi - down))
    assert hit
    assert rho == pytest.approx(expected, abs=0.05 / np.sin(np.radians(below_deg)))


def test_a_beam_over_the_horizon_or_into_the_sky_is_no_hit() -> None:
    flat = ground_of(lambda x, y: 0.0 * x, PLACE)
    dip = np.arccos(RADIUS_MOON / (RADIUS_MOON + 5e3))
    for angle in (0.5 * np.pi - dip + 1e-4, np.radians(100.0), np.pi):
        assert not cast(flat, place_M(PLACE, 0, 0, 5e3), beam(angle))[1]


def test_a_beam_from_below_the_ground_or_not_asked_for_is_no_hit() -> None:
    flat = ground_of(lambda x, y: 0.0 * x + 10.0, PLACE)
    r, u = place_M(PLACE, 0, 0, 5.0), beam(0.1)
    assert not cast(flat, r, u)[1]
    _, _, hit = ray(
        flat, jnp.asarray(place_M(PLACE, 0, 0, 99.0)), jnp.asarray(u), NO_FINE, ~YES
    )
    assert not bool(hit)


def test_a_beam_over_a_rim_does_not_fall_into_the_bowl() -> None:
    """A wall 60 m high and 8 m thick stands in the way of a beam 5 deg below level."""
    wall = ground_of(lambda x, y: np.where(np.abs(x + 500.0) < 4.0, 60.0, 0.0), PLACE)
    rho, hit = cast(wall, place_M(PLACE, 0, 0, 80.0), beam(np.radians(85.0)))
    assert hit
    assert rho == pytest.approx(492.0 / np.cos(np.radians(5.0)), abs=8.0)


def test_the_slope_turns_the_normal_and_shifts_the_end() -> None:
    """Up 0.2 to the east, seen straight down from 300 m: normal leans west."""
    tilted = ground_of(lambda x, y: 0.2 * x, PLACE)
    r, u = place_M(PLACE, 0, 0, 300.0), beam(0.0)
    rho, normal, _ = ray(tilted, jnp.asarray(r), jnp.asarray(u), NO_FINE, YES)
    assert float(rho) == pytest.approx(300.0, abs=1e-3)
    east, north, up = local_axes(*PLACE).dcm @ np.asarray(normal)
    assert east / up == pytest.approx(-0.2, rel=2e-3)
    assert abs(north) < 1e-4
    # a beam of 30 deg to the west meets it lower: 300 = rho (cos a + 0.2 sin a)
    a = np.radians(30.0)
    rho, hit = cast(tilted, r, beam(a))
    along = 300.0 / (np.cos(a) - 0.2 * np.sin(a))  # the ground falls to the west
    assert hit
    assert rho == pytest.approx(along, rel=2e-4)


def test_walk_stops_where_it_is_told_that_ground_is() -> None:
    """The bound of the slope must hold: half of it lets a beam through a wall."""
    wall = ground_of(lambda x, y: np.where(np.abs(x + 500.0) < 4.0, 60.0, 0.0), PLACE)
    r, u = jnp.asarray(place_M(PLACE, 0, 0, 80.0)), jnp.asarray(beam(np.radians(85.0)))
    low = wall.steepness
    low = type(low)(low.slope * 0.0, low.slope * 0.0, low.detail, low.highest)
    rho, _ = walk(lambda p: height(wall, p, NO_FINE), low, r, u, YES)
    assert float(rho) > 800.0


def test_sheets_are_exact_on_planes_and_the_finest_is_read() -> None:
    def sheet(half: float, n: int, rise: float) -> Sheet:
        axis = np.linspace(-half, half, n)
        return Sheet(rise + 0.1 * axis[None] - 0.3 * axis[:, None], half)

    patch = make_patch([sheet(100.0, 21, 7.0), sheet(1000.0, 11, 0.0)])
    x = jnp.array([3.3, -99.0, 250.0, 950.0, 1500.0])
    y = jnp.array([-40.0, 98.0, -777.0, 0.0, 0.0])
    found, share = patch_height(patch, x, y)
    expected = 0.1 * x - 0.3 * y + jnp.array([7.0, 7.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(found[:4], expected[:4], atol=1e-4)
    # the outermost cells, 200 m wide, give way
    np.testing.assert_allclose(share, [1.0, 1.0, 1.0, 0.25, 0.0], atol=1e-12)


def test_the_plane_is_gnomonic() -> None:
    """Tangent of the angle, in both directions, and none beyond 84 deg."""
    axes = jnp.asarray(local_axes(*PLACE).dcm)
    for angle, azimuth in ((0.01, 0.3), (0.5, -2.0)):
        local = RADIUS_MOON * np.array(
            [
                np.sin(angle) * np.sin(azimuth),
                np.sin(angle) * np.cos(azimuth),
                np.cos(angle),
            ]
        )
        x, y, ahead = plane(axes, axes.T @ local)
        flat = RADIUS_MOON * np.tan(angle)
        assert bool(ahead)
        assert float(x) == pytest.approx(flat * np.sin(azimuth), rel=1e-9)
        assert float(y) == pytest.approx(flat * np.cos(azimuth), rel=1e-9)
    assert not bool(plane(axes, -axes[2])[2])
