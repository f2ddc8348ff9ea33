"""With a healthy range finder the same lander lands, softly and again and again."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import CASES, Fleet
from frigoris.constants import TICK
from frigoris.flight.outcome import LANDED, LEANING
from frigoris.flight.slices import begin
from frigoris.flight.step import advance
from frigoris.lander.mass import mass_properties
from frigoris.mission.batch import fly_lanes, look_at, make_stage
from frigoris.mission.build import take
from frigoris.mission.cases import Case
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.schema import Mission
from frigoris.moon.ground import height


def test_nineteen_of_twenty_nominal_cases_land_softly(fleet: Fleet) -> None:
    """1.5 m/s down, 1.0 m/s sideways, 5 deg, propellant left; measured 20 of 20."""
    good = 0
    for k in range(CASES):
        seen = fleet.see(f"nominal-{k}")
        t = seen.touched
        good += (
            t is not None
            and t.vertical_speed <= 1.5
            and t.horizontal_speed <= 1.0
            and np.degrees(t.tilt) <= 5.0
            and seen.truth["propellant_kg"][-1] > 0.0
        )
    assert good >= 19


def test_one_program_flies_all_slices(fleet: Fleet) -> None:
    """A state that changed its types on the way would compile everything twice."""
    params = jax.tree.map(jnp.asarray, fleet.batch.params)
    first = begin(params)
    fly = partial(advance, samples=2, every=10, substeps=None)
    after, _ = jax.eval_shape(fly, params, first, jnp.float64(TICK), jnp.int32(2))
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(after), strict=True):
        assert (a.shape, a.dtype, a.weak_type) == (b.shape, b.dtype, False)
        assert not b.weak_type


def test_the_software_says_landed_only_after_contact(recorded: Fleet) -> None:
    seen = recorded.see("design")
    assert seen.touched is not None
    said = seen.onboard["t_s"][seen.onboard["phase"] == 7]
    assert seen.touched.time < said[0] < seen.touched.time + 1.0


def test_contact_lies_on_the_ground(recorded: Fleet) -> None:
    """The lowest pad is on the terrain to a millimetre, found by another way."""
    seen = recorded.see("design")
    touched = seen.touched
    assert touched is not None
    lane = recorded.names.index("design")
    params = take(recorded.batch.params, lane)
    w, x, y, z = np.asarray(recorded.batch.flown.truth.contact.q_MB)[:, lane]
    from scipy.spatial.transform import Rotation

    dcm_MB = Rotation.from_quat([x, y, z, w]).as_matrix()
    motion = recorded.batch.flown.truth.motion
    left = (np.asarray(x)[lane] for x in (motion.propellant, motion.rcs_propellant))
    com = np.asarray(mass_properties(params.vehicle.mass, *left).com_B)
    pads_B = params.gear.legs.pad_B
    pads = touched.r_M[:, None] + dcm_MB @ (pads_B - com[:, None])
    heights = np.linalg.norm(pads, axis=0) - 1.7374e6
    one = jnp.ones(pads.shape[1])
    ground = np.asarray(height(params.terrain, jnp.asarray(pads), one))
    assert np.min(heights - ground) == pytest.approx(0.0, abs=2e-3)


def test_the_same_case_in_another_place_of_another_batch(
    fleet: Fleet, recorded: Fleet
) -> None:
    """Inputs are functions of the case; the last bits depend on the batch's width."""
    a, b = fleet.see("nominal-7").touched, recorded.see("nominal-7").touched
    assert a is not None
    assert b is not None
    # measured 1e-9 s; asked 1e-6
    assert a.time == pytest.approx(b.time, abs=1e-6)
    assert a.vertical_speed == pytest.approx(b.vertical_speed, abs=1e-6)
    names = [f"nominal-{k}" for k in (3, 11, 7, 2)]
    lanes = [fleet.batch.lanes[fleet.names.index(name)] for name in names]
    batch = fly_lanes(fleet.stage, lanes, width=64, every=10)
    again = look_at(fleet.stage, batch, 2).touched
    assert again is not None
    assert again.time == a.time  # same program, other lane and neighbours: same bits
    np.testing.assert_array_equal(again.r_M, a.r_M)


def test_a_month_later_under_another_name_it_flies_the_same(mission: Mission) -> None:
    """Only UTC, the sky and the tide differ; rows in another order change nothing."""
    calm = nominal(mission).model_copy(
        update={"moon": mission.moon.model_copy(update={"third_bodies": ()})}
    )
    later = mission.mission.model_copy(
        update={
            "name": "another-name",
            "ignition_utc": "2025-07-05T19:04:00Z",
            "touchdown_utc": "2025-07-05T19:17:00Z",
        }
    )
    copy = calm.model_copy(
        update={"mission": later, "dispersions": mission.dispersions[::-1]}
    )
    stages = [make_stage(m) for m in (calm, copy)]
    before, seen = (
        look_at(stage, fly_lanes(stage, [(stage.mission, Case(7))]), 0)
        for stage in stages
    )
    assert seen.outcome == before.outcome
    assert seen.outcome in (LANDED, LEANING)
    assert seen.touched is not None
    assert before.touched is not None
    # the star tracker's inertial axes differ: the last bits, not the flight
    assert seen.touched.time == pytest.approx(before.touched.time, abs=1e-6)
    assert seen.touched.horizontal_speed == pytest.approx(
        before.touched.horizontal_speed, abs=1e-6
    )
    assert (stages[1].planned.start - stages[0].planned.start).days == 30


def test_dust_blinds_the_laser_in_the_last_metres_only(recorded: Fleet) -> None:
    """Optical depth 20 at touchdown: 17 orders of magnitude of light."""
    dusty, clear = recorded.see("dusty"), recorded.see("design")
    onset = 30.0 * np.sqrt(650.0 / 11.9e3)  # 7 m: it weighs some 650 N by then
    altitude, heard, low = {}, {}, {}
    for name, seen in (("dusty", dusty), ("clear", clear)):
        assert seen.touched is not None
        before = seen.truth["t_s"] < seen.touched.time
        altitude[name] = seen.truth["altitude_m"][before]
        heard[name] = np.isfinite(seen.onboard["laser_range_m"][before])
        low[name] = altitude[name] < 0.25 * onset
        assert low[name].sum() > 5
    assert heard["clear"][low["clear"]].all()
    assert not heard["dusty"][low["dusty"]].any()
    above = (altitude["dusty"] > 1.2 * onset) & (altitude["dusty"] < 10.0 * onset)
    assert heard["dusty"][above].all()
    assert dusty.outcome == LANDED  # what it knew when the dust rose is enough


@pytest.mark.parametrize(("gain", "low", "high"), [(0.0, 7.0, 9.0), (0.1, -2.0, 2.0)])
def test_a_gauge_finds_what_was_loaded_less(
    mission: Mission, gain: float, low: float, high: float
) -> None:
    """Eight kilograms short: bookkeeping never notices. A tenth of 2 kg of noise every
    second leaves 0.46 kg, one sigma.
    """
    gauge = ["sensors.gauge.noise_kg=2", f"onboard.navigation.gauge_gain_ratio={gain}"]
    stage = make_stage(set_values(nominal(mission), gauge))
    short = set_values(stage.mission, ["lander.propellant_error_kg=-8"])
    seen = look_at(stage, fly_lanes(stage, [(short, Case(None))]), 0)
    error = seen.onboard["est_mass_kg"][-1] - seen.truth["mass_kg"][-1]
    assert low < error < high
