"""Cases built side by side, and read back from the arrays that fly."""

from dataclasses import replace as replace_field

import equinox as eqx
import jax
import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.mission.batch import Stage, check_ignitions, make_stage
from frigoris.mission.build import make_params, spread, take
from frigoris.mission.cases import SEED, Case, check_known, make_lanes, put
from frigoris.mission.dispersions import case_key, make_sampler
from frigoris.mission.edit import nominal, replace
from frigoris.mission.load import load_mission
from frigoris.mission.paths import parameters, read
from frigoris.mission.read_back import Reader
from frigoris.mission.schema_dispersions import Dispersion
from frigoris.mission.si import si

MISSION = nominal(load_mission("hakuto-r-m2"))
CASES = [Case(k) for k in (7, 4711, 3)]


@pytest.fixture(scope="module")
def stage() -> Stage:
    return make_stage(MISSION, "embedded")


@pytest.fixture(scope="module")
def single(stage):
    """The design point, without cases."""
    return make_params(si(MISSION), stage.planned, stage.setting, case_key(0, 0))


def same(a, b, rtol=0.0):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(x, y, rtol=rtol, atol=0.0)


def test_lanes_are_the_cases_built_alone(stage):
    lanes = make_lanes(MISSION, stage.planned, stage.setting, CASES)
    for k, case in enumerate(CASES):
        truth = replace(MISSION, lanes.drawn[k])
        key = case_key(case.seed, case.case)
        alone = make_params(si(truth), stage.planned, stage.setting, key)
        same(take(lanes.params, k), alone, rtol=1e-15)


def scattering():
    """Every number of the truth that may differ from case to case.

    Of a list the first two entries, by number: the others are built by the same code.
    """
    tree = MISSION.model_dump()
    for name in ("tanks", "engines"):
        rows = tree["lander"][name][:2]
        tree["lander"][name] = [row | {"name": None} for row in rows]
    for path, parameter in parameters(tree).items():
        section = path.partition(".")[0]
        if section not in ("site", "orbit", "handover", "lander", "sensors"):
            continue
        try:
            design = read(MISSION, path)
        except KeyError:
            continue
        if parameter.field.annotation is int or isinstance(design, str | None):
            continue
        yield path, design


@pytest.mark.parametrize(
    ("path", "design"), [pytest.param(p, d, id=p) for p, d in scattering()]
)
def test_any_number_may_have_cases(stage, single, path, design):
    """Two cases with other values at once are the two of them alone."""
    values = [np.multiply(design, f) + 1e-3 * (f - 1.0) for f in (1.003, 0.998)]
    key = np.stack([case_key(0, k) for k in range(2)], axis=-1)
    m = si(MISSION)
    put(m, path, np.array(values).T)
    params = make_params(m, stage.planned, stage.setting, key)
    lanes = spread(params, single, 2)
    for k, value in enumerate(values):
        plain = tuple(map(float, value)) if np.ndim(value) else float(value)
        other = si(replace(MISSION, {path: plain}))
        alone = make_params(other, stage.planned, stage.setting, key[:, k])
        same(take(lanes, k), alone, rtol=1e-13)


def reader_of(stage, mission=MISSION):
    return Reader(mission, stage.planned, stage.setting, make_sampler(mission, SEED))


def built(stage, mission=MISSION):
    lanes = make_lanes(mission, stage.planned, stage.setting, CASES)
    sampler = make_sampler(mission, SEED)
    numbers = [c.case for c in CASES]
    return lanes.params, sampler.block(numbers).T, sampler.block(range(64)).std(axis=0)


def scattered(*rows):
    """The mission with nothing but these dispersions."""
    found = tuple(Dispersion.model_validate(row) for row in rows)
    return MISSION.model_copy(update={"dispersions": found})


def test_values_come_back_from_the_arrays(stage):
    """Measured 1e-11 of a sigma at worst: positions of 1.8e6 m carry errors of 30 m."""
    params, wanted, sigma = built(stage)
    got = reader_of(stage).values(params)
    assert np.abs((got - wanted) / sigma[:, None]).max() < 1e-9


def test_a_value_in_a_wrong_lane_shows(stage):
    params, wanted, sigma = built(stage)
    bias = np.array(params.sensors.imu.accel_bias)
    swapped = eqx.tree_at(
        lambda p: p.sensors.imu.accel_bias, params, bias[:, [1, 0, 2]]
    )
    reader = reader_of(stage)
    wrong = np.abs(reader.values(swapped) - wanted) / sigma[:, None]
    seen = {reader.labels[i] for i in np.flatnonzero(wrong.max(axis=1) > 1e-6)}
    assert seen == {f"sensors.imu.accel_bias_{i}_micro_g" for i in range(3)}


def test_values_that_are_not_linear_come_back_too(stage):
    """The aperture stands in the flight as an area. Measured 4e-12 of the value."""
    mission = scattered(
        {"path": "sensors.laser.aperture_mm", "normal": {"sigma": 3.0}},
        {"path": "lander.legs.radius_m", "uniform": {"half_width": 0.1}},
    )
    params, wanted, _ = built(stage, mission)
    got = reader_of(stage, mission).values(params)
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_a_value_that_changes_nothing_is_refused(stage):
    mission = scattered(
        {"path": "lander.isp_scale_ratio", "normal": {"sigma": 0.01}},
        {
            "path": "onboard.sequence.phases.braking.target.freeze_s",
            "uniform": {"half_width": 1.0},
        },
    )
    with pytest.raises(
        UserError,
        match=r"Cannot disperse onboard\.sequence\.phases\.braking\.target\.freeze_s:",
    ):
        reader_of(stage, mission)


def test_two_values_that_look_alike_are_refused(stage):
    paths = [f"lander.engines.{k}.thrust_N" for k in range(7)]
    rows = [{"path": p, "normal": {"sigma": 1.0}} for p in paths]
    rows += [{"path": "lander.engine_scale_ratio", "normal": {"sigma": 0.01}}]
    with pytest.raises(UserError, match="in the same way"):
        reader_of(stage, scattered(*rows))
    reader_of(stage, scattered(*rows[:-1]))


def test_what_is_known_late_enters_plan_and_load_and_on_the_day_the_load(stage):
    """A heavier lander burns longer: plan, load or nobody knows."""
    rows = [
        {"path": "lander.dry_mass_kg", "normal": {"sigma": 6.0}, "set": "never_known"}
    ]
    plain = scattered(*rows)
    flown = {}
    for name in ("never_known", "on_the_day", "known_late"):
        mission = scattered(rows[0] | {"set": name})
        lanes = make_lanes(mission, stage.planned, stage.setting, CASES[:1])
        flown[name] = lanes
        drawn = make_lanes(plain, stage.planned, stage.setting, CASES[:1]).drawn
        assert lanes.drawn == drawn
        assert lanes.params.vehicle.mass.dry[0] == drawn[0]["lander.dry_mass_kg"]
    base = stage.planned
    told = {k: v.params.onboard.vehicle.mass_empty[0] for k, v in flown.items()}
    moved = flown["never_known"].drawn[0]["lander.dry_mass_kg"] - read(
        MISSION, "lander.dry_mass_kg"
    )
    assert told["never_known"] == float(base.onboard.vehicle.mass_empty)
    assert told["on_the_day"] - told["never_known"] == pytest.approx(moved, abs=1e-9)
    assert told["known_late"] == told["on_the_day"]
    times = {k: v.planned[0].plan.ignition_time for k, v in flown.items()}
    assert times["on_the_day"] == times["never_known"] != times["known_late"]


def row(path, name):
    return {"path": path, "normal": {"sigma": 0.01}, "set": name}


@pytest.mark.parametrize("name", ["known_late", "on_the_day"])
def test_knowing_what_nobody_prepares_with_is_refused(stage, name):
    """The load knows dry mass and laser mounting; the site's albedo nobody uses."""

    def check(path):
        mission = scattered(row(path, name))
        sampler = make_sampler(mission, SEED)
        check_known(mission, stage.planned, stage.setting, sampler)

    check("lander.dry_mass_kg")
    with pytest.raises(UserError, match=r"site\.albedo_ratio as known.*never_known"):
        check("site.albedo_ratio")


def test_an_ignition_before_the_end_of_the_coast_is_refused(stage):
    mission = scattered(row("lander.dry_mass_kg", "known_late"))
    lanes = make_lanes(mission, stage.planned, stage.setting, CASES)
    flown = [(mission, case) for case in CASES]
    check_ignitions(stage.times, flown, lanes.planned)
    longer = replace_field(stage.times, coast_end=stage.times.coast_end + 30.0)
    with pytest.raises(UserError, match=r"case 7 of .*: .*30\.0 s earlier.*at most 29"):
        check_ignitions(longer, flown, lanes.planned)
