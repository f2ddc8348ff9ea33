"""The touchdown stage of real flights: outcomes, records, neighbours."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import Fleet
from frigoris.flight.landing import LANES, level_axes, path_table, settle
from frigoris.flight.outcome import (
    CRASHED,
    LANDED,
    LEANING,
    STILL_FLYING,
    TIPPED_OVER,
    Rated,
    outcomes,
)
from frigoris.math.tree import replace_at
from frigoris.mission.build import join, spread, take
from frigoris.mission.envelope import Ground, envelope
from frigoris.mission.schema import Mission
from frigoris.mission.si import si

RATED = Rated(3.0, 1.5, np.radians(12.0), 0.3)


def stage_of(fleet: Fleet, **changes: float):
    """Params and truth of a fleet, with the last command of the engines changed."""
    truth = fleet.batch.flown.truth
    if "cutoff" in changes:
        until = np.asarray(truth.contact.time) + changes["cutoff"]
        truth = replace_at(lambda t: t.engines_until, truth, until)
    return fleet.batch.params, truth, fleet.batch.flown.end


def test_the_design_point_lands_on_its_legs(recorded: Fleet) -> None:
    lane = recorded.names.index("design")
    found = recorded.batch.settled.landing
    assert recorded.see("design").outcome == LANDED
    assert found.at_rest[lane] and found.broken[lane] == 0 and found.strike[lane] == 0
    assert 0.3 < found.load_factor[lane] < 3.0
    assert found.clearance[lane] > 0.0 and found.stability[lane] > 0.3


def test_alone_or_among_others_it_is_the_same_landing(recorded: Fleet) -> None:
    """A recorded batch runs side by side; here they take turns in other places."""
    params, truth, end = stage_of(recorded)
    before = recorded.batch.settled.landing
    # twice as many lanes, in another order: some wait for a place
    order = np.r_[np.arange(LANES)[::-1], np.arange(LANES)]
    single = take(params, 0)
    lanes = [spread(take(params, int(k)), single, 1) for k in order]
    many = jax.tree.map(lambda x: x[..., order], truth)
    after = settle(join(lanes, len(order)), many, end).landing
    for name in ("tilt", "slide", "load_factor", "duration"):
        told, found = getattr(before, name), getattr(after, name)
        np.testing.assert_allclose(found, told[order], rtol=1e-9, atol=1e-12)


def test_engines_that_are_never_cut_do_not_let_it_rest(recorded: Fleet) -> None:
    """It happened: the engine runs on, here with more than the weight."""
    params, truth, _ = stage_of(recorded)
    lane = recorded.names.index("design")
    weight = 380.0 * 1.62
    thrust = np.asarray(truth.contact.thrust)
    pushing = np.zeros_like(thrust)
    pushing[0] = 1.1 * weight
    truth = replace_at(lambda t: t.contact.thrust, truth, pushing)
    until = np.full(thrust.shape[-1], 1e6)
    truth = replace_at(lambda t: t.engines_until, truth, until)
    found = settle(params, truth, 1e6)
    assert outcomes(truth, found.landing, RATED)[lane] in (STILL_FLYING, TIPPED_OVER)
    cut = replace_at(lambda t: t.engines_until, truth, truth.contact.time)
    found = settle(params, cut, 1e6)
    assert outcomes(cut, found.landing, RATED)[lane] in (LANDED, LEANING)


def test_tilt_at_rest_tells_landed_from_leaning(recorded: Fleet) -> None:
    lane = recorded.names.index("design")
    down, truth = recorded.batch.settled.landing, recorded.batch.flown.truth
    tilt = float(down.tilt[lane])
    for limit, expected in ((1.01 * tilt, LANDED), (0.99 * tilt, LEANING)):
        rated = dataclasses.replace(RATED, tilt_max=limit)
        assert outcomes(truth, down, rated)[lane] == expected
    fallen = dataclasses.replace(down, tilt=np.full_like(down.tilt, 1.2))
    assert outcomes(truth, fallen, RATED)[lane] == TIPPED_OVER
    broken = dataclasses.replace(down, broken=np.ones_like(down.broken))
    assert outcomes(truth, broken, RATED)[lane] == CRASHED


def test_the_path_starts_at_the_contact_and_ends_at_rest(recorded: Fleet) -> None:
    lane = recorded.names.index("design")
    seen = recorded.see("design")
    assert seen.touched is not None
    params, truth, end = stage_of(recorded)
    settled = settle(params, truth, end, keep=True)
    path = path_table(settled, lane, seen.touched.time)
    assert path["t_s"][0] == pytest.approx(seen.touched.time, abs=0.2)
    assert np.all(np.diff(path["t_s"]) > 0.0)
    told = seen.touchdown
    assert path["t_s"][-1] - seen.touched.time == pytest.approx(told["time_s"], abs=0.1)
    assert path["tilt_deg"][-1] == pytest.approx(told["tilt_deg"], abs=0.2)
    total = path["energy_J"] + path["lost_J"] - path["work_J"]
    assert np.ptp(total) < 0.02 * np.ptp(path["energy_J"]) + 5.0


@pytest.mark.parametrize("place", [(1.0, 2.0, -3.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)])
def test_level_axes_are_right_handed_everywhere(place: tuple[float, ...]) -> None:
    axes = np.asarray(level_axes(1.7e6 * jnp.array(place)))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    np.testing.assert_allclose(axes[2], np.array(place) / np.linalg.norm(place))


def test_slow_on_level_ground_is_safe_and_fast_or_steep_is_not(
    mission: Mission,
) -> None:
    """Down and downhill speed [m/s] and slope [deg]; the envelope asks the same."""
    cases = [(0.7, 0.0, 0.0), (0.7, 4.0, 0.0), (6.0, 0.0, 0.0), (0.7, 0.0, 40.0)]
    down, level, steep = np.array(cases).T
    ground = Ground(si(mission), np.radians(steep), np.zeros(4))
    found = ground.safe(down, level, np.zeros(4))
    np.testing.assert_array_equal(found, [True, False, False, False])


@pytest.mark.slow
def test_the_envelope_of_resilience(mission: Mission) -> None:
    """Level ground forgives most where it is slow, and nothing does at 4 m/s down."""
    found = envelope(mission)
    assert np.all(found.horizontal[:6, 0] > 1.0)
    assert np.all(found.horizontal[-1] == 0.0)
    assert np.all(np.diff(found.horizontal[0]) < 0.0)
