"""The design of a descent: its books against the engines, and the floor under it."""

import json
from pathlib import Path

import numpy as np
import pytest

from frigoris import cli
from frigoris.constants import G0, SPIN_MOON, TICK
from frigoris.errors import UserError
from frigoris.mission.catalog import catalogue
from frigoris.mission.design import design
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.mission.schema_onboard import OwnSoftware
from frigoris.phases import BRAKING, COAST
from frigoris.report import design_text
from frigoris.report.design_page import lead, page
from frigoris.verify.margins import margin_sheet

MU, RADIUS = 4.9028e12, 1737.4e3
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture(scope="module")
def designs():
    """The descent of every mission of the catalogue."""
    return {name: design(load_mission(name)) for name in catalogue()}


@pytest.fixture(params=catalogue())
def d(designs, request):
    return designs[request.param]


def variant(*edits):
    return design(set_values(load_mission("hakuto-r-m2"), edits))


def powered(d):
    keep = d.table["phase"] >= BRAKING
    return {name: values[keep] for name, values in d.table.items()}


def test_the_floor_is_never_beaten(d):
    """Any landing below it is a bug (G-5); so is one below the best single burn."""
    f = d.facts
    assert f["lands"]
    assert f["totals"]["dv_descent_m_s"] > 1700.0
    assert f["floor"]["over_ground_m_s"] < f["optimum"]["ground"]["dv_m_s"]
    assert f["optimum"]["ground"]["dv_m_s"] < f["totals"]["dv_descent_m_s"]
    # braking alone: measured 11 and 15 m/s over the best burn to the same gate
    braking = next(p for p in f["phases"] if p["name"] == "braking")
    assert 0.0 < braking["dv_m_s"] - f["optimum"]["braking_end"]["dv_m_s"] < 30.0


def test_the_budget_adds_up_to_the_descent(d):
    f = d.facts
    steps = {s["name"]: s["dv_m_s"] for s in f["budget"]}
    assert sum(steps.values()) == pytest.approx(f["totals"]["dv_descent_m_s"])
    assert all(dv > 0.0 for name, dv in steps.items() if name != "rotation")
    assert abs(steps["rotation"]) < 4.63  # the equator's
    used = sum(s["propellant_kg"] for s in f["budget"])
    deorbit = f["phases"][0]["propellant_kg"]
    assert used + deorbit == pytest.approx(f["totals"]["propellant_used_kg"])


def test_delta_v_is_the_integral_of_thrust_over_mass(d):
    t = powered(d)
    # rows a second, and the thrust jumps where phases change
    dt, mean = np.diff(t["t_s"]), 0.5 * (t["mass_kg"][1:] + t["mass_kg"][:-1])
    smooth = np.abs(np.diff(t["thrust_N"])) < 3e-3 * t["thrust_N"].max()
    force = 0.5 * (t["thrust_N"][1:] + t["thrust_N"][:-1])
    found, told = force / mean * dt, np.diff(t["dv_m_s"])
    # measured 8e-6 of the whole; asked 1e-3
    assert found[smooth].sum() == pytest.approx(told[smooth].sum(), rel=1e-3)
    assert smooth.sum() > 0.9 * len(smooth)


def test_mass_is_what_the_engines_of_the_mission_draw(designs):
    """Main engine 320 s, assist 272 s, by their thrusts: not by the code's flow."""
    t = powered(designs["hakuto-r-m2"])
    keep = t["altitude_m"] > 10.0  # the main engine is off below 8 m
    thrust = t["thrust_N"][keep]
    flow = 400.0 / (320.0 * G0) + (thrust - 400.0) / (272.0 * G0)
    smooth = np.abs(np.diff(thrust)) < 5.0
    drawn = 0.5 * (flow[1:] + flow[:-1]) * np.diff(t["t_s"][keep])
    told = -np.diff(t["mass_kg"][keep])
    # measured 1e-5
    assert drawn[smooth].sum() == pytest.approx(told[smooth].sum(), rel=1e-3)


def test_delta_v_is_speed_taken_off_and_losses(d):
    for p in d.facts["phases"]:
        parts = p["speed_lost_m_s"] + p["gravity_loss_m_s"] + p["steering_loss_m_s"]
        # measured 4e-7
        assert parts == pytest.approx(p["dv_m_s"], abs=1e-4)


def test_gravity_loss_is_the_fall_along_the_way(d):
    t = powered(d)
    pull = MU / (RADIUS + t["altitude_m"] - 2.5e3) ** 2
    along = pull * t["descent_rate_m_s"] / t["speed_m_s"]
    found = np.sum(0.5 * (along[1:] + along[:-1]) * np.diff(t["t_s"]))
    # measured 0.13 %: rotation and unevenness of the field
    assert found == pytest.approx(t["gravity_loss_m_s"][-1], rel=0.004)


def test_the_trajectory_moves_as_its_speeds_say(d):
    """Ground covered and height lost, summed from the speeds of the rows."""
    t = powered(d)
    dt = np.diff(t["t_s"])

    def gone(name, scale=1.0):
        values = t[name] * scale
        return np.sum(0.5 * (values[1:] + values[:-1]) * dt)

    # measured 0.05 m; 0.73 m where a throttle jumps inside a row
    drop = t["altitude_m"][0] - t["altitude_m"][-1]
    assert gone("descent_rate_m_s") == pytest.approx(drop, abs=1.0)
    site = RADIUS + 1e3 * d.facts["floor"]["ground_km"]
    shrink = site / (site + t["altitude_m"])
    ground = t["downrange_m"][0] - t["downrange_m"][-1]
    # measured 0.15 %: the way is not quite straight
    assert gone("speed_horizontal_m_s", shrink) == pytest.approx(ground, rel=4e-3)


def carried(d, r):
    """Speed of the turning Moon along the way [m/s]: near the target, far enough."""
    mission = load_mission(d.facts["mission"])
    east = np.sin(np.radians(mission.orbit.arrival_heading_deg))
    return SPIN_MOON * r * np.cos(np.radians(mission.site.latitude_deg)) * east


def test_the_coast_keeps_its_energy_and_ends_where_the_ellipse_has_it(d):
    low = d.facts["floor"]
    coasting = np.flatnonzero(d.table["phase"] == COAST)
    first = coasting[0]
    r = RADIUS + 1e3 * low["ground_km"] + d.table["altitude_m"]
    ignition = d.facts["points"][1]
    # gravity is uneven, and the ground's speed is that of the target
    a = RADIUS + 0.5e3 * (low["perilune_km"] + low["apolune_km"])
    for k in (first, coasting[-1] + 1):
        speed = np.sqrt(MU * (2.0 / r[k] - 1.0 / a)) - carried(d, r[k])
        assert d.table["speed_m_s"][k] == pytest.approx(speed, abs=2.0)
    # a tick late where ground still to go tells it
    assert ignition["t_s"] == pytest.approx(0.0, abs=TICK + 1e-9)
    assert d.facts["points"][0]["utc"] < ignition["utc"]


def test_more_thrust_costs_less_up_to_the_most_useful(d):
    told = d.facts["trade"]
    thrust, dv = (np.array(told[k]) for k in ("thrust_to_mass_m_s2", "dv_m_s"))
    below = thrust < told["most_useful_m_s2"]
    assert below.sum() > 10
    assert np.all(np.diff(dv[below]) < 0.0)
    assert np.all(np.diff(dv[~below]) > 0.0)
    assert np.all(np.diff(np.array(told["propellant_kg"])[below]) < 0.0)
    own = told["mission"]
    for curve in ("dv_m_s", "dv_with_final_descent_m_s"):
        at_own = np.interp(own["thrust_to_mass_m_s2"], thrust, told[curve])
        assert own["dv_m_s"] > at_own


def test_landing_eastward_on_the_equator_saves_the_speed_of_the_ground():
    edits = "orbit.arrival_heading_deg=90", "site.latitude_deg=0", "site.map=level"
    f = variant(*edits).facts
    # 2 pi / 27.32 d at the level of the site
    assert f["floor"]["ground_along_m_s"] == pytest.approx(4.62, abs=0.01)
    assert f["floor"]["ground_across_m_s"] == pytest.approx(0.0, abs=1e-9)
    steps = {s["name"]: s["dv_m_s"] for s in f["budget"]}
    assert steps["rotation"] == pytest.approx(-4.62, abs=0.01)
    # the rest is not the ground's: the same as for a landing across its motion
    assert steps["finite_thrust"] == pytest.approx(140.0, abs=1.5)
    # the burn to the gate turns with the Moon too: else 4 m/s of it stood here
    assert steps["braking_law"] == pytest.approx(11.0, abs=2.0)


def test_tanks_that_are_too_small_are_told(designs):
    own = designs["hakuto-r-m2"].facts
    short = variant("lander.propellant_kg=385")
    small = short.facts
    assert own["lands"] and own["soft"] and small["soft"] and not small["lands"]
    assert "kg of propellant more" in next(design_text.sentences(small))
    assert lead(short).startswith("DOES NOT LAND")
    assert small["totals"]["propellant_left_kg"] < 0.0
    assert small["totals"]["dv_left_m_s"] < 0.0
    assert "MISSING" in design_text.budget(small)[2][-1][0]
    assert "margin" in design_text.budget(own)[2][-1][0]
    # 29 kg less on board: less to stop, and so 15 kg less to do it with
    saved = own["totals"]["propellant_used_kg"] - small["totals"]["propellant_used_kg"]
    assert 10.0 < saved < 20.0


def test_a_plan_that_crashes_says_so_first():
    heavy = variant("lander.dry_mass_kg=900")
    assert not heavy.facts["lands"]
    assert next(design_text.sentences(heavy.facts)).startswith("THIS PLAN DOES NOT")
    assert "DOES NOT LAND" in page(heavy, {})
    assert lead(heavy).startswith("DOES NOT LAND")


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("lander.engines.main.thrust_N=8000", "no braking burn"),
        ("lander.engines.main.thrust_N=4000", "does not bring it to the ground"),
        ("orbit.doi_to_ignition_s=7200", "half a turn earlier is 3416 s"),
    ],
)
def test_what_cannot_be_laid_out_is_told(edit, told):
    with pytest.raises(UserError, match="Cannot lay out the descent") as error:
        variant(edit)
    assert told in str(error.value)


def by_own_code(kind):
    name = {"guidance": "constant_deceleration", "navigator": "dead_reckoning"}
    if kind != "software":
        return load_mission(EXAMPLES / f"own-{kind}.yaml"), name[kind]
    ours = load_mission("hakuto-r-m2")
    told = OwnSoftware(module="own_software.py", name="burn_and_rest")
    onboard = ours.onboard.model_copy(update={"software": told})
    return ours.model_copy(update={"onboard": onboard}), "burn_and_rest"


@pytest.mark.parametrize("kind", ["guidance", "navigator", "software"])
@pytest.mark.parametrize(
    ("of", "attempt"), [(design, "lay out"), (margin_sheet, "give the margins")]
)
def test_own_software_is_not_replaced_by_ours(kind, of, attempt):
    mission, name = by_own_code(kind)
    with pytest.raises(UserError, match=f"Cannot {attempt}") as error:
        of(mission)
    assert name in str(error.value) and "onboard.software" in str(error.value)
    guides = "guides in pitch up, terminal descent, terminal landing"
    assert (guides in str(error.value)) is (kind == "guidance")


def test_a_circular_orbit_is_laid_out():
    """From 15 km around: braking in the plan, and a best burn that starts anywhere."""
    f = variant("orbit.perilune_altitude_km=15", "orbit.apolune_altitude_km=15").facts
    assert np.isnan(f["optimum"]["ground"]["anomaly_deg"])
    steps = {s["name"]: s["dv_m_s"] for s in f["budget"]}
    assert steps["finite_thrust"] > 0.0 and steps["braking_law"] > 0.0


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The command, once, with `--json`."""
    folder = tmp_path_factory.mktemp("design")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder, cli.run


def test_the_command_prints_one_object_and_writes_its_files(printed, capsys):
    folder, run = printed
    assert run(["design", "hakuto-r-m2", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert out.count("\n") == 1 and err == ""
    assert told["schema"] == "frigoris.design.1"
    wanted = "lands points phases budget optimum totals thrust floor trade files"
    assert set(wanted.split()) <= set(told)
    assert [p["name"] for p in told["points"]][:2] == ["deorbit_burn", "braking"]
    for path in told["files"].values():
        assert (folder / path).is_file() and path.startswith("runs/design-hakuto-r-m2")
    rows = (folder / told["files"]["trajectory"]).read_text().splitlines()
    assert rows[0].startswith("t_s,phase,downrange_m,altitude_m,lat_deg,lon_deg")
    assert rows[1].split(",")[1] == "deorbit_burn"
    assert rows[-1].split(",")[1] == "terminal_landing"
    shown = (folder / told["files"]["page"]).read_text(encoding="utf-8")
    assert "src=" not in shown and "url(" not in shown.replace("url(#", "")


@pytest.mark.parametrize(("edit", "code"), [("", 0), ("lander.propellant_kg=385", 1)])
def test_the_command_may_be_asked_to_fail_where_the_plan_does(
    printed, capsys, edit, code
):
    edits = ["--set", edit] if edit else []
    assert printed[1](["design", "hakuto-r-m2", *edits, "--check", "--json"]) == code
    assert json.loads(capsys.readouterr().out)["lands"] is (code == 0)


@pytest.mark.parametrize("columns", ["80", "116"])
def test_the_terminal_shows_every_number_whole(d, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    design_text.print_design(d.facts)
    out = capsys.readouterr().out
    for words in ("ignition", "energy floor", "margin", "against gravity", " x 10"):
        assert words in out
    assert "…" not in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["design", "hakuto"], "Did you mean hakuto-r-m2?"),
        (["design", "hakuto-r-m2", "--out", "taken"], "Cannot write the design"),
        (["design", "hakuto-r-m2", "--set", "orbit.low_km=3"], "no such parameter"),
    ],
)
def test_a_mistake_is_told_before_any_work(printed, capsys, words, told):
    folder, run = printed
    (folder / "taken").write_text("a file")
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and "Traceback" not in err
