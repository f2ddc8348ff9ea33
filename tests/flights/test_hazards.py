"""A lander that looks for its place: pairs of landings, judged by the true ground."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.flight import scan
from frigoris.flight.outcome import touches
from frigoris.math.tree import replace_at
from frigoris.mission.batch import Batch, Stage, fly_lanes, make_stage
from frigoris.mission.branch import branch
from frigoris.mission.build import take
from frigoris.mission.build_hazard import clearance, footprint_radius
from frigoris.mission.cases import Case
from frigoris.mission.edit import nominal
from frigoris.mission.fly import fly as fly_one
from frigoris.mission.load import load_mission
from frigoris.mission.own_software import load
from frigoris.mission.own_trial import try_out
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.moon.ground import footing, height
from frigoris.onboard.hazard import choice
from frigoris.onboard.own import register_software
from frigoris.verbs import write
from support.hovering import Over, axes, hover, lanes, look

FILE = Path(__file__).parents[2] / "docs" / "examples" / "hazards.yaml"
PLACES = 16


@pytest.fixture(scope="module")
def rough() -> Mission:
    return nominal(load_mission(FILE))


@pytest.fixture(scope="module")
def rough_stage(rough: Mission) -> Stage:
    return make_stage(rough)


def bad(stage: Stage, mission: Mission, places_M: np.ndarray) -> np.ndarray:
    """Whether the true ground under the legs at `places_M` [3, n] is beyond limits."""
    lander = si(mission).lander
    radius = footprint_radius(lander)
    slope, relief = footing(stage.terrain.ground, jnp.asarray(places_M), radius, 8)
    steep = np.asarray(slope) > lander.legs.tilt_max
    return steep | (np.asarray(relief) > clearance(lander))


@pytest.mark.slow
def test_looks_from_eighty_metres_find_safe_ground(
    rough: Mission, rough_stage: Stage
) -> None:
    """The same places with and without a look, 0.3 m of landing error in both."""
    rng = np.random.default_rng(11)
    params = lanes(rough_stage)
    before, after = [], []
    for place in rng.uniform(-600.0, 600.0, (PLACES, 2)):
        over = hover(rough_stage, params, tuple(place), 75.0)
        aim_M, looked, _, image = look(over)
        assert np.isfinite(image.ranges).mean() > 0.9
        assert int(looked.why) in (choice.KEPT, choice.DIVERTED, choice.LEAST_BAD)
        error = rng.normal(0.0, 0.3, 3)
        before.append(over.below_M + error)
        after.append(np.asarray(aim_M) + error)
    without, found = (
        int(bad(rough_stage, rough, np.array(p).T).sum()) for p in (before, after)
    )
    assert without >= 4  # measured 8 of 16
    assert found <= 1  # measured 0


def test_the_map_lies_where_the_ground_is(rough: Mission, rough_stage: Stage) -> None:
    """Heights of the map against the true ground at the same places."""
    over = hover(rough_stage, lanes(rough_stage), (40.0, -70.0), 75.0)
    _, _, maps, _ = look(over)
    m = maps.heights
    i, j = np.nonzero(np.isfinite(np.asarray(m.heights)))
    pick = np.random.default_rng(2).integers(0, len(i), 400)
    i, j = i[pick], j[pick]
    r_M = np.asarray(over.flying.truth.motion.r_M)[:, 0]
    dcm = axes(r_M / np.linalg.norm(r_M))
    corner, cell = np.asarray(m.corner), float(m.cell)
    x = corner[0] + cell * i + np.asarray(m.aside)[0, i, j]
    y = corner[1] + cell * j + np.asarray(m.aside)[1, i, j]
    places_M = r_M[:, None] + dcm[0][:, None] * x + dcm[1][:, None] * y
    level = np.asarray(
        height(rough_stage.terrain.ground, jnp.asarray(places_M), jnp.ones(400))
    )
    true = RADIUS_MOON + level - np.linalg.norm(places_M, axis=0)
    off = true - np.asarray(m.heights)[i, j]
    # noise 0.03 m and what a cell of 0.3 m smooths; the image is carried over one tick
    assert np.abs(np.median(off)) < 0.03  # measured 0.017: where the mass is
    assert np.quantile(np.abs(off), 0.8) < 0.06  # measured 0.039


def test_a_look_is_decided_without_the_truth(
    rough_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image is all that gets from the world to the software."""
    over = hover(rough_stage, lanes(rough_stage), (40.0, -70.0), 75.0)
    seen = look(over)
    image = seen[-1]

    def nan(x: jax.Array) -> jax.Array:
        return jnp.full_like(x, jnp.nan) if jnp.issubdtype(x.dtype, jnp.floating) else x

    sick = dataclasses.replace(
        jax.tree.map(nan, over.params), onboard=over.params.onboard
    )
    ill = over.flying._replace(
        truth=jax.tree.map(nan, over.flying.truth), time=nan(over.flying.time)
    )
    # the poison is real: the image has no range
    assert not np.isfinite(look(Over(sick, ill, over.below_M))[-1].ranges).any()
    monkeypatch.setattr(scan, "_image", lambda own, now: image)
    again = look(Over(sick, ill, over.below_M))
    for a, b in zip(jax.tree.leaves(seen), jax.tree.leaves(again), strict=True):
        assert np.array_equal(a, b, equal_nan=True)


def test_own_software_that_would_not_look_is_refused(rough_stage: Stage) -> None:
    @register_software("looks-at-nothing")
    def nothing(config, memory, measured, tick, dt):
        raise AssertionError("it is refused before it is tried")

    own = load(SimpleNamespace(module=None, name="looks-at-nothing"))
    single = dataclasses.replace(take(lanes(rough_stage), 0), software=own)
    with pytest.raises(UserError, match="replaces all that is onboard, the search"):
        try_out(single)


def fly(stage: Stage, mission: Mission, cases: list[int]) -> Batch:
    return fly_lanes(stage, [(mission, Case(k)) for k in cases])


@pytest.fixture(scope="module")
def eight(rough: Mission, rough_stage: Stage) -> Batch:
    return fly(rough_stage, rough, list(range(8)))


@pytest.mark.slow
def test_flights_come_down_at_their_aims_on_safe_ground(
    rough: Mission, rough_stage: Stage, eight: Batch
) -> None:
    found = touches(eight.flown.truth)
    assert bad(rough_stage, rough, found.r_M).sum() <= 1
    raw = eight.flown.samples
    for lane in range(8):
        end = int(np.sum(raw["moving"][:, lane] > 0.5)) - 1
        assert raw["look_scans"][end, lane] == 3.0
        est, aim = raw["est_r_M"][end, :, lane], raw["aim_M"][end, :, lane]
        up = est / np.linalg.norm(est)
        off = aim - est - up * (up @ (aim - est))
        assert np.linalg.norm(off) < 1.0
    assert np.all(found.horizontal_speed < 0.3)


@pytest.mark.slow
def test_a_case_does_not_depend_on_its_neighbours(
    rough: Mission, rough_stage: Stage, eight: Batch
) -> None:
    """Case 5 beside other cases, in another lane."""
    other = fly(rough_stage, rough, [11, 5, 13])
    one, two = touches(eight.flown.truth), touches(other.flown.truth)
    assert two.time[1] == pytest.approx(one.time[5], abs=1e-6)
    np.testing.assert_allclose(two.r_M[:, 1], one.r_M[:, 5], atol=1e-5)


@pytest.mark.slow
def test_a_flight_branched_between_two_looks_is_the_same(
    rough: Mission, rough_stage: Stage, tmp_path: Path
) -> None:
    """From inside a slice: the looks that are still to come are taken again."""
    flown = fly_one(rough_stage, Case(2), judge=False)
    folder = write(flown, tmp_path / "whole")
    looks = [e["t_s"] for e in flown.events if "look_why" in e["values"]]
    assert len(looks) == 3
    again = branch(folder, 0.4 * looks[0] + 0.6 * looks[1], rough)
    assert flown.contact is not None and again.contact is not None
    assert again.contact["t_s"] == pytest.approx(flown.contact["t_s"], abs=1e-6)
    assert [e["text"] for e in again.events] == [e["text"] for e in flown.events]


def test_a_flight_without_a_search_is_not_looked_at(
    rough: Mission, rough_stage: Stage
) -> None:
    over = hover(rough_stage, lanes(rough_stage), (0.0, 0.0), 75.0)
    onboard = over.flying.onboard
    # an aim is not changed by a lander in orbit, however low it believes to be
    assert len(scan.due(over.params, over.flying)) == 0
    blind = replace_at(lambda o: o.looked, onboard, None)
    with pytest.raises(UserError, match="hazard avoidance was switched"):
        scan.check(over.params, over.flying._replace(onboard=blind))
