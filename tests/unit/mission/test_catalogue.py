"""What a mission file of the catalogue owes its reader."""

import re

import numpy as np
import pytest

from frigoris.mission.catalog import catalogue, find
from frigoris.mission.check import edges, over_fitted
from frigoris.mission.load import load_mission

ABOUT = {"dispersions", "requirements", "published", "chain", "engineering", "fitted"}
NUMBER = re.compile(r"(?<![\w.-])-?\d+(\.\d+)?\b")
MARK = re.compile(r"\[(?:own|0|[DKR]\b|S\d)|fitted|by definition")


def parameter_lines(name):
    """Number and text of each line that gives a number to a parameter."""
    section = ""
    for i, line in enumerate(find(name).read_text("utf-8").splitlines(), start=1):
        top = re.match(r"(\w+):", line)
        section = top.group(1) if top else section
        value = line.partition("#")[0].partition(":")[2]
        if section not in {*ABOUT, "sources", "open_items", "mission"}:
            if NUMBER.search(value.replace("2025-", "")) and "- {name:" not in line:
                yield i, line


def base_of(name):
    found = re.search(r"^extend: (\S+)", find(name).read_text("utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


@pytest.mark.parametrize("name", catalogue())
def test_every_number_has_its_source_in_its_line(name):
    missing = [i for i, line in parameter_lines(name) if not MARK.search(line)]
    assert not missing
    # of a file that extends another only what differs
    least = 15 if base_of(name) else 80
    assert len(list(parameter_lines(name))) > least


@pytest.mark.parametrize("name", catalogue())
def test_every_source_mark_is_in_the_table_and_used(name):
    used: set[str] = set()
    file = name
    while file:
        body, _, _ = find(file).read_text("utf-8").partition("\nsources:\n")
        used |= set(re.findall(r"\bS\d+\b", body))
        file = base_of(file)
    assert used == set(load_mission(name).sources)


@pytest.mark.parametrize("name", catalogue())
def test_what_nobody_published_has_a_declared_range(name):
    """Every number marked [R] alone stands under engineering."""
    mission = load_mission(name)
    declared = {row.path.rpartition(".")[2] for row in mission.engineering}
    for i, line in parameter_lines(name):
        key = line.strip().partition(":")[0]
        if "[R]" in line and key != "efficiency_ratio":
            assert key in declared, f"line {i}: {line}"


@pytest.mark.parametrize("name", catalogue())
def test_no_more_numbers_count_as_fitted_than_allowed(name):
    mission = load_mission(name)
    assert not over_fitted(mission), edges(mission)


def test_the_rows_of_the_dossier_are_all_there():
    rows = load_mission("hakuto-r-m2").published
    assert [row.id for row in rows] == [f"m2-{i:02d}" for i in range(1, 23)]
    grades = {row.id: row.grade for row in rows}
    musts = {i for i, grade in grades.items() if grade == "must"}
    assert musts == {f"m2-{i:02d}" for i in (6, 7, 8, 12, 15, 20)}
    assert [i for i, grade in grades.items() if grade == "input"] == ["m2-09"]


def test_the_assist_engines_stand_on_a_ring_and_balance():
    engines = load_mission("hakuto-r-m2").lander.engines
    assist = np.array([e.position_m for e in engines if e.group == "assist"])
    assert len(assist) == 6
    # written with four decimals: 1.3e-5 m
    assert np.hypot(assist[:, 0], assist[:, 1]) == pytest.approx(0.6, abs=3e-5)
    azimuth = np.degrees(np.arctan2(assist[:, 1], assist[:, 0])) % 360
    assert sorted(azimuth) == pytest.approx([30, 90, 150, 210, 270, 330], abs=0.01)
    assert assist.sum(axis=0)[:2] == pytest.approx([0, 0], abs=1e-12)
