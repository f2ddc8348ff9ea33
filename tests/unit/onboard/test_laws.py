"""Guidance laws against closed forms: algorithms of the field in numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from frigoris.constants import MU_MOON, RADIUS_MOON
from frigoris.onboard.laws import e_guidance, path, polynomial, quartic
from frigoris.onboard.laws.law import Burn
from frigoris.onboard.laws.path import Path
from frigoris.onboard.laws.polynomial import Aim, Family
from frigoris.onboard.laws.table import LAWS
from frigoris.onboard.names import LAWS as NAMES

G = jnp.array([0.0, 0.0, -1.62421886])
R, V = jnp.array([-2000.0, 100.0, 1500.0]), jnp.array([70.0, -3.0, -45.0])
END = Aim(
    r=jnp.array([0.0, 0.0, 30.0]),
    v=jnp.array([0.0, 0.0, -1.0]),
    a=jnp.zeros(3),
)
T = jnp.float64(50.0)
FAMILIES = {
    "quartic": quartic.FAMILY,
    "e_guidance": e_guidance.FAMILY,
    "augmented": Family(1.0, 9.0),
}


def test_the_quartic_of_the_reference_case():
    total = polynomial.total(quartic.FAMILY, END, R, V, T)
    np.testing.assert_allclose(total, [1.2, -0.12, -1.536], atol=1e-12)
    np.testing.assert_allclose(total - G, [1.2, -0.12, 0.08821886], atol=1e-12)


def test_e_guidance_of_the_reference_case():
    total = polynomial.total(e_guidance.FAMILY, END, R, V, T)
    np.testing.assert_allclose(total - G, [-0.8, 0.0, 1.73621886], atol=1e-12)


def test_least_effort_of_the_reference_case():
    """427.62600, and the integral along the way that the law flies."""
    zem = END.r - (R + V * T + 0.5 * G * T**2)
    zev = END.v - (V + G * T)
    cost = float(e_guidance.effort(zem, zev, T))
    assert cost == pytest.approx(427.62600, abs=1e-5)

    def thrust(t: float) -> np.ndarray:
        # thrust acceleration is linear: its ends are those of the law
        a0 = np.asarray(polynomial.total(e_guidance.FAMILY, END, R, V, T) - G)
        a1 = np.asarray(-6.0 * zem / T**2 + 4.0 * zev / T)
        return a0 + (a1 - a0) * t / float(T)

    flown = quad(lambda t: float(thrust(t) @ thrust(t)), 0.0, float(T))[0]
    assert cost == pytest.approx(flown, rel=1e-9)


@pytest.mark.parametrize(("weight", "seconds"), [(0.0, 57.88300), (1.0, 53.48657)])
def test_the_cheapest_time_to_go(weight, seconds):
    size = jnp.float64(1.62421886)
    t = e_guidance.least_cost_time(R, V, size, jnp.float64(weight), jnp.float64(100.0))
    assert float(t) == pytest.approx(seconds, abs=1e-5)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_law_ends_where_it_aims(name):
    """Closed loop to 0.1 s before the end: position, velocity and, of the quartic, the
    acceleration; what is left over is second order in the last tenth of a second.
    """
    family, to = FAMILIES[name], END._replace(a=jnp.array([0.1, 0.0, 0.3]))
    duration, last = float(T), 0.1

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        left = jnp.float64(duration - t)
        a = polynomial.total(family, to, jnp.asarray(y[:3]), jnp.asarray(y[3:]), left)
        return np.concatenate([y[3:], np.asarray(a)])

    flown = solve_ivp(
        rate,
        (0.0, duration - last),
        np.concatenate([R, V]),
        method="DOP853",
        rtol=1e-10,
        atol=1e-9,
    ).y[:, -1]
    r, v = jnp.asarray(flown[:3]), jnp.asarray(flown[3:])
    a = polynomial.total(family, to, r, v, jnp.float64(last))
    # what is left is the motion at the end, backwards
    np.testing.assert_allclose(r + last * v + 0.5 * last**2 * a, to.r, atol=2e-3)
    np.testing.assert_allclose(v + last * a, to.v, atol=0.05)
    if name == "quartic":
        np.testing.assert_allclose(a, to.a, atol=0.05)


def test_the_family_holds_both_laws():
    near = Family(1.0, 6.0), Family(1.0, 12.0)
    to = END._replace(a=jnp.array([0.4, -0.2, 0.3]))
    linear, quadratic = (polynomial.total(f, to, R, V, T) for f in near)
    both = (polynomial.total(f, to, R, V, T) for f in (FAMILIES["e_guidance"], near[1]))
    np.testing.assert_allclose(linear, next(both), atol=1e-12)
    np.testing.assert_allclose(
        quadratic, to.a + 12 * (to.r - R) / T**2 - 6 * (to.v + V) / T, atol=1e-12
    )


def test_a_lead_of_nothing_is_the_quartic():
    to = END._replace(a=jnp.array([0.4, -0.2, 0.3]))
    led = quartic.led(to, R, V, T, jnp.float64(0.0))
    plain = polynomial.total(quartic.FAMILY, to, R, V, T)
    np.testing.assert_allclose(led, plain, atol=1e-12)


def test_a_lead_commands_what_the_quartic_has_then():
    """Along the unhindered way, `lead` seconds on; 2e-9 m/s^2 off."""
    to, lead = END._replace(a=jnp.array([0.4, -0.2, 0.3])), 2.2

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        left = jnp.float64(float(T) - t)
        a = polynomial.total(
            quartic.FAMILY, to, jnp.asarray(y[:3]), jnp.asarray(y[3:]), left
        )
        return np.concatenate([y[3:], np.asarray(a)])

    y = solve_ivp(rate, (0.0, lead), np.concatenate([R, V]), rtol=1e-11, atol=1e-10).y[
        :, -1
    ]
    then = polynomial.total(
        quartic.FAMILY, to, jnp.asarray(y[:3]), jnp.asarray(y[3:]), T - lead
    )
    led = quartic.led(to, R, V, T, jnp.float64(lead))
    np.testing.assert_allclose(led, then, atol=1e-7)


def test_the_time_of_least_peak_is_that_of_a_search():
    """A braking of two minutes: as low as the lowest of a fine grid, within 2 %."""
    burn = Burn(
        mass=jnp.float64(500.0),
        thrust=jnp.float64(3000.0),
        flow=jnp.float64(1.0),
        mu=jnp.float64(0.0),
        radius=jnp.float64(1.0),
    )
    r, v = jnp.array([-9000.0, 0.0, 6000.0]), jnp.array([150.0, 0.0, -60.0])

    @jax.jit
    def at(t: jax.Array) -> jax.Array:
        return polynomial.peak(e_guidance.FAMILY, END, r, v, burn, t)

    def top(t: float) -> float:
        return float(at(jnp.float64(t)))

    times = np.linspace(60.0, 160.0, 401)
    least = times[np.argmin([top(t) for t in times])]
    steps = jnp.asarray(polynomial.SEARCH * 2)
    t, level = polynomial.least_peak(
        e_guidance.FAMILY, END, r, v, burn, jnp.float64(100.0), steps
    )
    assert float(level) == pytest.approx(top(float(t)), rel=1e-12)
    assert float(level) <= top(float(least)) * 1.02


def test_a_way_underground_is_no_way_out_of_too_little_thrust():
    """Past the target, falling away from it: what is left is the hardest stop.

    Without a floor the least peak is that of an endless way, which needs no more than
    to hover but leads below the ground.
    """
    up = jnp.array([0.0, 0.0, RADIUS_MOON])
    burn = Burn(
        mass=jnp.float64(400.0),
        thrust=jnp.float64(1600.0),
        flow=jnp.float64(0.55),
        mu=jnp.float64(MU_MOON),
        radius=jnp.float64(RADIUS_MOON),
    )
    to = Aim(r=END.r + up, v=END.v, a=END.a)
    r, v = up + jnp.array([1800.0, 0.0, 4000.0]), jnp.array([82.0, 0.0, -92.0])
    steps = jnp.asarray([100.0 * x for x in polynomial.RESCUE] * 12)
    t, level = polynomial.least_peak(
        quartic.FAMILY, to, r, v, burn, jnp.float64(100.0), steps
    )
    # the least of a scan by 10 s is 1.05 at 230 s
    assert 1.0 < float(level) < 1.1
    assert 210.0 < float(t) < 250.0
    endless = polynomial.peak(quartic.FAMILY, to, r, v, burn, jnp.float64(2000.0))
    assert float(endless) > 10.0


def test_the_jerk_tells_the_time():
    """The root of the cubic that Apollo solved, here by bracketing."""
    jerk, a, v, r = 5.5e-4, -0.156, 0.0756, -8.17
    v_now, r_now, guess = 130.0, -7800.0, -110.0

    def cubic(t: float) -> float:
        return jerk * t**3 + 6 * a * t**2 + (18 * v + 6 * v_now) * t + 24 * (r - r_now)

    told = [jnp.float64(x) for x in (jerk, a, v, r, v_now, r_now, guess)]
    found = float(quartic.jerk_time(*told))
    assert found == pytest.approx(brentq(cubic, 2 * found, 0.5 * found), abs=1e-9)


@pytest.mark.parametrize(
    ("v_now", "r_now"), [(10.0, 200.0), (-5.0, 200.0), (-5.0, 500.0)]
)
def test_no_jerk_no_time(v_now, r_now):
    """Beyond the target there is no such time, and none is told."""
    told = (5.5e-4, -0.156, 0.0756, -8.17, v_now, r_now, -110.0)
    assert np.isnan(float(quartic.jerk_time(*(jnp.float64(x) for x in told))))


def test_a_path_is_met_at_its_nodes_and_is_smooth_between():
    t = np.arange(0.0, 9.0, 2.0)
    r = np.stack([t**3, 2 * t**2, 5 * t])
    v = np.stack([3 * t**2, 4 * t, 5 + 0 * t])
    a = np.stack([6 * t, 4 + 0 * t, 0 * t])
    start, step, there = (jnp.float64(x) for x in (100.0, 2.0, 1.0))
    along = Path(start, step, *map(jnp.asarray, (r, v, a)), word=there)
    for time in (0.0, 2.0, 3.3, 7.9, 8.0):
        found = path.at(along, jnp.float64(100.0 + time))
        np.testing.assert_allclose(
            found[0], [time**3, 2 * time**2, 5 * time], atol=1e-9
        )
        np.testing.assert_allclose(found[1], [3 * time**2, 4 * time, 5], atol=1e-9)
        np.testing.assert_allclose(found[2], [6 * time, 4, 0], atol=1e-9)
    late = path.at(along, jnp.float64(120.0))
    np.testing.assert_allclose(late[0], r[:, -1] + 12.0 * v[:, -1], atol=1e-9)
    early = path.at(along, jnp.float64(90.0))
    np.testing.assert_allclose(early[0], r[:, 0], atol=1e-9)


def test_every_law_that_a_mission_may_name_is_there():
    assert set(LAWS) == set(NAMES)


ASKED = jnp.array([2.1, -0.4, -4.7])  # up, across, along [m/s^2]
UP, ACROSS, ALONG = jnp.eye(3)


def test_an_engine_at_its_limit_brakes_with_what_the_vertical_leaves():
    """Of all thrusts of that size with the asked vertical, the one that brakes most.

    Found by trying: no formula of the law.
    """
    most = 3.0
    got = np.asarray(quartic.upright(ASKED, jnp.float64(most), UP, ALONG))
    turns = np.linspace(0.0, 2.0 * np.pi, 400_001)
    left = np.sqrt(most**2 - 2.1**2)
    around = np.stack([left * np.cos(turns), left * np.sin(turns)])
    near = around[:, np.abs(around[0] + 0.4) < 2e-5]
    best = near[:, np.argmin(near[1])]
    np.testing.assert_allclose(got, [2.1, *best], atol=3e-5)
    assert np.linalg.norm(got) == pytest.approx(most)


def test_within_its_limit_it_gives_what_is_asked():
    for sign in (1.0, -1.0):  # also when it is asked to speed up
        asked = ASKED * jnp.array([1.0, 1.0, sign])
        got = quartic.upright(asked, jnp.float64(6.0), UP, ALONG)
        np.testing.assert_array_equal(got, asked)
    # too little for the vertical: all of it upward, none of it backward
    got = quartic.upright(ASKED, jnp.float64(1.0), UP, ALONG)
    assert float(got[2]) == pytest.approx(0.0, abs=1e-12)
