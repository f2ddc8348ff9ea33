"""The data sheet of a lander, against hand calculations from its mission file."""

import json
from math import atan, cos, degrees, log, pi, sqrt, tanh

import pytest
from typer.testing import CliRunner

from frigoris.cli import app
from frigoris.mission.data_sheet import data_sheet
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission

MISSION = load_mission("hakuto-r-m2")
SHEET = data_sheet(MISSION)


def test_the_rocket_equation_of_two_kinds_of_engines() -> None:
    """One of 400 N and six of 200 N; flows add up, not impulses."""
    lander = MISSION.lander
    flow = sum(e.thrust_N / (e.isp_s * 9.80665) for e in lander.engines)
    speed = sum(e.thrust_N for e in lander.engines) / flow
    mass = SHEET["mass_start_kg"]
    assert mass == lander.dry_mass_kg + lander.propellant_kg + lander.rcs_propellant_kg
    expected = speed * log(mass / (mass - lander.propellant_kg))
    assert SHEET["delta_v_m_s"] == pytest.approx(expected, rel=1e-12)


def test_the_slope_that_tips_it() -> None:
    legs = MISSION.lander.legs
    edge = legs.radius_m * cos(pi / legs.count)
    high = SHEET["com_empty_m"][2] - legs.pad_height_m
    assert SHEET["tipping_deg"] == pytest.approx(degrees(atan(edge / high)), rel=1e-12)


def test_slosh_of_a_full_flight_load() -> None:
    """First mode of an upright cylinder, by the numbers of the first tank."""
    tank, row = MISSION.lander.tanks[0], SHEET["tanks"][0]
    high = row["load_kg"] / (tank.density_kg_m3 * pi * tank.radius_m**2)
    force = 1600.0 / SHEET["mass_start_kg"]
    k = 1.841184 / tank.radius_m
    expected = sqrt(force * k * tanh(k * high)) / (2.0 * pi)
    assert row["slosh_Hz"] == pytest.approx(expected, rel=1e-6)
    assert row["filled_ratio"] == pytest.approx(high / tank.height_m, rel=1e-12)


def test_a_change_is_seen_in_it() -> None:
    lighter = data_sheet(set_values(MISSION, ["lander.dry_mass_kg=300"]))
    assert lighter["mass_empty_kg"] == pytest.approx(SHEET["mass_empty_kg"] - 58.0)
    assert lighter["delta_v_m_s"] > SHEET["delta_v_m_s"]


def test_the_command_prints_tables_and_json() -> None:
    shown = CliRunner().invoke(app, ["lander", "hakuto-r-m2"])
    assert shown.exit_code == 0
    for words in ("centre of mass", "velocity that the tanks hold", "oxidizer"):
        assert words in shown.output
    told = json.loads(
        CliRunner().invoke(app, ["lander", "hakuto-r-m2", "--json"]).stdout
    )
    assert told["schema"] == "frigoris.data_sheet.1"
    assert told["mass_start_kg"] == SHEET["mass_start_kg"]
