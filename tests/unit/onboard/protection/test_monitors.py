"""Monitors on scripted words: each trips on its own signature, none on healthy ones."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.rotation import q_from_rotvec, qmul
from frigoris.math.tree import replace_at
from frigoris.mission.batch import make_stage
from frigoris.mission.load import load_mission
from frigoris.onboard import covariance as cov
from frigoris.onboard import sequence
from frigoris.onboard.conditions import STAY, Bound, End
from frigoris.onboard.navigation import height, height_sigma
from frigoris.onboard.protection import guard as protection
from frigoris.onboard.protection.config import (
    INSTRUMENTS,
    TIERS,
    Monitor,
    ProtectionConfig,
    SlowDown,
)
from frigoris.onboard.quantities import CHECKS
from frigoris.onboard.ranging import update_radar
from frigoris.phases import ABORT, BRAKING, LANDED, SAFE, TERMINAL_DESCENT
from support.guarded import TICKS, believed, fly, said

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"


@pytest.fixture(scope="module")
def load():
    """Every instrument on board, and the example's monitors."""
    mission = load_mission(EXAMPLES / "all-sensors.yaml")
    guarded = load_mission(EXAMPLES / "protected.yaml")
    onboard = mission.onboard.model_copy(
        update={"protection": guarded.onboard.protection}
    )
    nav = onboard.navigation.model_copy(update={"map": None})
    onboard = onboard.model_copy(update={"navigation": nav})
    return make_stage(
        mission.model_copy(update={"onboard": onboard}), "level"
    ).planned.onboard


def with_monitors(load, *monitors, enabled=1.0, slow=(3.0, 20.0, 50.0)):
    told = ProtectionConfig(
        jnp.float64(enabled), monitors, SlowDown(*map(jnp.float64, slow))
    )
    return replace_at(lambda c: c.protection, load, told)


def monitor(name, quantity, above, value, hold=None, armed=None, tier="local", **does):
    after = does.pop("phase", STAY)
    held = None if hold is None else jnp.float64(hold)
    bound = Bound(quantity, above, jnp.float64(value))
    nothing = {"distrust": (), "trust": (), "reopen": False, "slow": False}
    return Monitor(
        name=name,
        armed=armed,
        tier=TIERS.index(tier),
        when=End(after, True, False, (bound,), held),
        **(nothing | does),
    )


def responding(told):
    """Monitors that tripped and that take something away or change the flight."""
    giving = {"laser_rehabilitated", "star_back"}
    return {name for name, up in told.up.items() if any(up)} - giving


def used(s):
    s["altimetry"][:] = 1.0


def later(s, at=3.0):
    return s["t"] > at - 1e-9


def test_healthy_words_trip_nothing(load):
    told = fly(load, 900.0, 40.0, used)
    assert not responding(told)
    assert all(np.min(t) == 1.0 for t in told.trust.values())


def stuck(s):
    used(s)
    # an instrument that says 1400 m again and again
    s["laser"] = np.where(later(s), 1400.0 - s["height"], s["laser"])


def radar_stuck(s):
    used(s)
    s["radar"] = np.where(later(s), 1400.0 - s["height"], s["radar"])


def leaping(s):
    used(s)
    s["laser"] += np.where(later(s) & (np.arange(TICKS) % 2 == 0), 800.0, 0.0)


def biased(s):
    used(s)
    s["laser"] += np.where(later(s), 900.0, 0.0)


def radar_biased(s):
    used(s)
    s["radar"] -= np.where(later(s), 800.0, 0.0)


def doppler_off(s):
    used(s)
    s["closing"] += np.where(later(s), 40.0, 0.0)


def star_off(s):
    used(s)
    s["star_turn"] = np.where(later(s), 0.02, 1e-5)


def gauge_off(s):
    used(s)
    # 48 kg are left of all: 40 of the descent engines, 8 of the thrusters
    s["propellant"] = np.where(later(s), 10.0, 48.0)


def engine_out(s):
    used(s)
    s["asked"][:] = 3.0
    s["force"] = np.where(later(s), 2.5, 3.0)


@pytest.mark.parametrize(
    ("bend", "name", "aside"),
    [
        (stuck, "laser_stuck", "laser"),
        (radar_stuck, "radar_stuck", "radar_altimeter"),
        (leaping, "laser_leaps", "laser"),
        (biased, "laser_odd", "laser"),
        (radar_biased, "radar_odd", "radar_altimeter"),
        (doppler_off, "velocimeter_off", "velocimeter"),
        (star_off, "star_off", "star_tracker"),
        (gauge_off, "gauge_off", "gauge"),
        (engine_out, "engine_weak", None),
    ],
)
def test_each_trips_on_its_signature_and_sets_the_instrument_aside(
    load, bend, name, aside
):
    told = fly(load, 1500.0, 40.0, bend)
    found = told.when(name)
    assert found is not None and 3.0 <= found <= 6.5
    assert all(t[29] == 1.0 for t in told.trust.values()), "before its onset"
    if aside:
        assert {n for n, t in told.trust.items() if np.min(t) < 0.5} == {aside}


def test_a_step_of_the_ground_reopens_the_filter(load):
    """The rim of a crater: steady ranges, 3 km longer, and the filter takes none."""

    def step(s):
        s["altimetry"] = np.where(later(s), 0.0, 1.0)
        s["laser"] += np.where(later(s), 3000.0, 0.0)
        s["radar"][:] = np.nan

    told = fly(load, 3000.0, 40.0, step)
    # three seconds of silence, then three in which it must hold
    assert told.when("filter_lost") == pytest.approx(9.0, abs=0.6)

    def silent(s):
        s["laser"][:] = s["radar"][:] = np.nan

    quiet = fly(load, 3000.0, 40.0, silent)
    assert quiet.when("filter_lost") is None
    assert quiet.when("no_altimetry") == pytest.approx(5.0, abs=0.2)


def test_reopening_opens_the_height_and_forgets_the_latch(load):
    nav = believed(load, 3000.0, 40.0)
    deaf = nav.editing._replace(deaf=jnp.float64(1.0), captured=jnp.float64(1.0))
    nav = replace_at(lambda n: n.editing, nav, deaf)
    seen = protection.start(load, jnp.float64(0.0)).watch
    seen = replace_at(lambda w: w.laser.off, seen, jnp.float64(3000.0))
    kept = protection.reopened(nav, seen, jnp.asarray(False))
    opened = protection.reopened(nav, seen, jnp.asarray(True))
    assert float(kept.editing.deaf) == 1.0 and float(opened.editing.deaf) == 0.0
    assert float(height_sigma(kept)) < 200.0 < 2900.0 < float(height_sigma(opened))
    # the ground may be elsewhere, not the lander
    np.testing.assert_array_equal(
        opened.covariance[cov.R, cov.R], nav.covariance[cov.R, cov.R]
    )


@pytest.fixture(scope="module")
def few(load):
    """Monitors of the tests below, in one program."""
    error = "attitude_error", True, np.radians(20.0)
    return with_monitors(
        load,
        monitor("lasting", "legs_closed", True, 0.5, hold=0.35),
        monitor("armed", *error, armed=(TERMINAL_DESCENT,), phase=ABORT),
        monitor("other", *error, armed=(BRAKING,)),
        monitor("silence", "altimetry_age", True, 1.0, slow=True),
        slow=(3.0, 1.0, 50.0),
    )


def test_persistence_begins_anew(few):
    def short(s):
        s["legs"] = np.where((np.arange(TICKS) % 5) < 3, 3.0, 0.0)

    def long(s):
        s["legs"] = np.where(later(s, 1.0), 3.0, 0.0)

    assert fly(few, 900.0, 40.0, short).when("lasting") is None
    assert fly(few, 900.0, 40.0, long).when("lasting") == pytest.approx(1.3)


def test_a_monitor_is_silent_where_it_is_not_armed(few):
    def turned(s):
        s["attitude_error"] = np.where(later(s, 1.0), 0.5, 0.0)

    told = fly(few, 900.0, 40.0, turned)
    assert told.when("armed") == pytest.approx(1.0) and told.when("other") is None
    assert told.phase[9] == TERMINAL_DESCENT and told.phase[10] == ABORT
    # once: what the sequence does afterwards is up to the sequence
    assert told.phase[11] == TERMINAL_DESCENT


def test_switched_off_by_a_number_nothing_trips(few):
    off = replace_at(lambda c: c.protection.enabled, few, jnp.float64(0.0))
    told = fly(off, 900.0, 40.0)
    assert fly(few, 900.0, 40.0).when("silence") == pytest.approx(1.0)
    assert not any(told.up["silence"]) and np.max(told.slow) == 0.0


def test_the_lower_bound_comes_with_silence_and_goes_with_the_budget(few):
    rich = replace_at(lambda c: c.protection.slow_down.budget, few, jnp.float64(1e3))
    # slower than the schedule, so it costs: 1.62 m/s^2 of some 400 kg over 2800 m/s
    long, short = (fly(c, 900.0, 5.0) for c in (rich, few))
    assert long.slow[5] == 0.0 and long.slow[-1] > 0.99
    assert long.spent[-1] > 2.0
    # the bound goes within seconds, so the budget is met to some 0.3 kg
    assert short.spent[-1] == pytest.approx(1.0, abs=0.3)
    assert short.slow[-1] < 0.3


def test_guidance_sees_the_lower_bound_and_not_less_than_the_floor(few):
    guard = protection.start(few, jnp.float64(0.0))
    slow = replace_at(lambda g: g.slow, guard, jnp.float64(1.0))
    nav, low = believed(few, 900.0, 40.0), believed(few, 80.0, 5.0)
    dip = height(nav, few) - height(protection.guided(slow, few, nav), few)
    assert float(dip) == pytest.approx(3.0 * float(height_sigma(nav)), rel=1e-6)
    floor = height(protection.guided(slow, few, low), few)
    assert float(floor) == pytest.approx(50.0, abs=1e-3)
    assert protection.guided(None, few, nav) is nav


def test_the_highest_tier_decides_the_phase_and_then_the_first(load):
    bound = "legs_closed", True, 0.5
    low = monitor("low", *bound, phase=LANDED)
    high = monitor("high", *bound, phase=ABORT, tier="abort")
    late = monitor("late", *bound, phase=SAFE, tier="abort")
    seq = sequence.start(load.sequence, jnp.float64(0.0))
    tripped = dict.fromkeys(("low", "high", "late"), jnp.asarray(True))

    def after(*monitors):
        c = with_monitors(load, *monitors).protection
        return int(protection.phased(c, seq, tripped).phase)

    assert after(low, high, late) == ABORT
    assert after(late, high, low) == SAFE
    assert after(low) == LANDED


def test_distrust_and_trust_by_tier(load):
    bound = "altimetry_age", True, 0.0
    off = monitor("off", *bound, distrust=("laser",))
    on = monitor("on", *bound, trust=("laser",))
    over = monitor("over", *bound, trust=("laser",), tier="system")
    up = dict.fromkeys(("off", "on", "over"), jnp.asarray(True))
    old = dict.fromkeys(INSTRUMENTS, jnp.float64(1.0))

    def laser(*monitors):
        c = with_monitors(load, *monitors).protection
        return float(protection.trusted(c, old, up)["laser"])

    assert laser(off, on) == 0.0 and laser(on, off) == 1.0
    assert laser(off, over) == 1.0


def test_words_of_what_is_set_aside_do_not_reach_the_filter(load):
    guard = protection.start(load, jnp.float64(0.0))
    row = {
        "t": 0.0, "height": 900.0, "laser": 0.0, "radar": 0.0, "closing": 0.0,
        "propellant": jnp.float64(40.0), "star_turn": 0.0, "force": 1.6, "legs": 0.0,
        "jitter": jnp.zeros(3),
    }  # fmt: skip
    words = said(load, row, jnp.float64(40.0))
    for name in INSTRUMENTS:
        less = replace_at(lambda g, n=name: g.trust[n], guard, jnp.float64(0.0))
        heard = protection.believed(less, words)
        assert bool(heard.laser_valid) == (name != "laser")
        assert bool(jnp.isnan(heard.radar.range)) == (name == "radar_altimeter")
        assert bool(jnp.isnan(heard.speed.closing[0])) == (name == "velocimeter")
        assert bool(jnp.isnan(heard.fix.sigma)) == (name == "landmark_camera")
        assert bool(heard.star_valid) == (name != "star_tracker")
        assert bool(jnp.isnan(heard.propellant)) == (name == "gauge")


def test_every_check_of_the_mission_file_is_made(load):
    assert set(fly(load, 900.0, 40.0, used).checks) == set(CHECKS)


def test_checks_are_as_large_as_what_is_wrong(load):
    """Noise of a range is 0.5 m; a rate over a second has 0.7 m/s of it."""

    def wrong(s):
        used(s)
        t = s["t"]
        s["laser"] += 10.0 * t + np.where(later(s, 6.0), 200.0, 0.0)
        s["radar"] -= 60.0
        s["closing"] += 3.0
        s["star_turn"] = 0.02 + 0.0 * t
        s["propellant"] = 41.0 + 0.0 * t
        s["asked"][:], s["force"][:] = 3.0, 2.5
        s["attitude_error"] = 0.3 + 0.0 * t

    checks = fly(load, 1500.0, 40.0, wrong).checks
    k = 50  # five seconds
    assert checks["laser_off"][k] == pytest.approx(50.0, abs=2.5)
    assert checks["radar_off"][k] == pytest.approx(60.0, abs=2.5)
    assert checks["laser_radar_off"][k] == pytest.approx(110.0, abs=4.0)
    # it says 10 m/s less than the estimate, 1 m each tick
    assert np.median(checks["laser_rate_off"][30:55]) == pytest.approx(10.0, abs=1.5)
    assert np.median(checks["laser_jump"][20:55]) == pytest.approx(1.0, abs=0.7)
    assert checks["laser_jump"][60] == pytest.approx(201.0, abs=3.0)
    assert np.median(checks["radar_rate_off"][20:]) < 2.0
    assert checks["velocimeter_off"][k] == pytest.approx(3.0, abs=1e-6)
    assert checks["star_off"][k] == pytest.approx(0.02, abs=1e-5)
    assert checks["gauge_off"][k] == pytest.approx(7.0, abs=1e-6)
    assert checks["thrust_missing"][k] == pytest.approx(1.0 / 6.0, abs=1e-4)
    assert checks["attitude_error"][k] == pytest.approx(0.3, abs=1e-9)
    assert checks["camera_off"][k] == pytest.approx(0.0, abs=1e-5)
    assert checks["shock"][k] == pytest.approx(0.5, abs=1e-4)


def test_a_silent_instrument_grows_old_and_is_unknown(load):
    def silent(s):
        used(s)
        s["laser"] = np.where(later(s), np.nan, s["laser"])

    checks = fly(load, 900.0, 40.0, silent).checks
    assert checks["laser_age"][60] == pytest.approx(3.1)
    assert np.isfinite(checks["laser_off"][38]) and np.isnan(checks["laser_off"][42])
    assert np.isfinite(checks["laser_odd"][29]) and np.isnan(checks["laser_odd"][42])


@pytest.mark.parametrize(
    ("lean_deg", "heard"), [(0.0, True), (19.0, True), (21.0, False)]
)
def test_a_radar_that_leans_away_is_not_heard(load, lean_deg, heard):
    """Half of its beam is 20 deg: further off, the nearest ground is not that below."""
    turn = q_from_rotvec(jnp.array([0.0, np.radians(lean_deg), 0.0]))
    nav = believed(load, jnp.float64(1000.0), jnp.float64(20.0))
    nav = replace_at(lambda n: n.q_MB, nav, qmul(nav.q_MB, turn))
    echo = jnp.float64(1300.0), jnp.float64(0.0)
    after = update_radar(nav, load, echo, load.vehicle.com_dry_B)
    assert bool(np.any(np.asarray(after.r_M) != np.asarray(nav.r_M))) is heard
