"""The report of a made-up flight: complete, self-contained, never in the way."""

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from subprocess import run
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from frigoris.errors import OutputError
from frigoris.moon.data import Source
from frigoris.report import phases
from frigoris.report.page import page, write_report
from frigoris.report.phases import COLUMNS
from frigoris.report.style import COLOURS
from frigoris.report.view import make_view
from support.synthetic_flight import IMPACT, poisoned, synthetic_flight

VOID = {"meta", "br", "link", "img", "hr"}


class Balanced(HTMLParser):
    """Every element that opens closes, in order; attributes and text are kept."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.attributes = [], [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *a) for a in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, *a) for a in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("report")
    write_report(path, synthetic_flight())
    return path


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_page_is_whole_and_needs_nothing_else(html):
    parsed = Balanced(html)
    for tag, name, value in parsed.attributes:
        if name in ("src", "href", "xlink:href"):
            assert value.startswith("#"), (tag, name, value)
        assert name != "id" or value not in ("figure_1", "axes_1")
    assert "@import" not in html and not re.search(r"url\((?!#)", html)
    names = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(names) == len(set(names))
    assert len(html) < 600_000  # measured 250 kB


def test_a_reader_finds_outcome_contact_and_every_row(html):
    words = " ".join(Balanced(html).words)
    flight = synthetic_flight()
    for expected in ("crashed", "32.0 m/s", "1.10 m/s", "61.0 m", "21.7 kg"):
        assert expected in words
    assert flight.contact["utc"] in words
    assert "Published observables: 3 of 5 met" in words
    for row in flight.published:
        assert row["id"] in words and row["observable"] in words
    for event in flight.events:
        assert event["text"] in words and event["utc"].replace("T", " ") in words


def test_the_page_says_when_the_moon_is_made_up(html):
    assert "<b>synthetic</b> Moon" in html
    flight = synthetic_flight()
    real = SimpleNamespace(name="ldem_4", synthetic=False, note="map: X")
    sources = (Source("topography/X.IMG", Path("X.IMG")),)
    other = page(replace(flight, terrain=real, sources=sources), {})
    assert "<b>synthetic</b> Moon" not in other
    assert "topography/X.IMG" in other and "map: X" in other


def test_colours_are_the_palette_of_the_page(html):
    """Drawings name colours by meaning, or they would vanish on dark paper."""
    for drawing in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
        assert not re.findall(r"#[0-9a-f]{6}\b", drawing)
        assert "var(--truth)" in drawing or "var(--first)" in drawing
    lights = [light for light, _ in COLOURS.values()]
    assert len(set(lights)) == len(lights)


def test_the_picture_is_a_picture(folder):
    with Image.open(folder / "report.png") as image:
        assert image.size == (1650, 946)
        assert len(np.unique(np.asarray(image.convert("L")))) > 40


def test_the_time_axis_starts_at_ignition():
    flight = synthetic_flight()
    view = make_view(flight, 1_737_400.0)
    assert view.t[0] == pytest.approx(-20.0, abs=0.11)
    braking = np.flatnonzero(flight.onboard["phase"] == 3)[0]
    zero = flight.onboard["t_s"][braking]
    assert view.contact.t == pytest.approx(IMPACT - zero)
    assert view.t[-1] <= view.contact.t
    # the marks lie on the curve of the truth
    mark = view.first_valid
    at = np.interp(mark.t, view.near.t, view.near.truth["altitude_m"])
    assert mark.altitude == pytest.approx(at, abs=0.2)
    assert view.near.truth["altitude_m"].max() <= 4000.0


def landed(flight):
    contact = {**flight.contact, "speed_vertical_m_s": 0.7}
    return replace(flight, outcome="landed", landed=True, contact=contact, faults=[])


def silent(flight):
    onboard = {**flight.onboard}
    onboard["laser_valid"] = np.zeros_like(onboard["laser_valid"])
    onboard["laser_range_m"] = np.full(len(onboard["t_s"]), np.nan)
    return replace(flight, onboard=onboard, last_telemetry=None)


def still_flying(flight):
    short = flight.truth["t_s"] < 1100.0
    return replace(
        flight,
        truth={k: v[short] for k, v in flight.truth.items()},
        onboard={k: v[short] for k, v in flight.onboard.items()},
        outcome="still_flying",
        contact=None,
        last_telemetry=None,
        published=[],
        case=None,
    )


def never_ignited(flight):
    early = flight.truth["t_s"] < 300.0
    return replace(
        still_flying(flight),
        truth={k: v[early] for k, v in flight.truth.items()},
        onboard={k: v[early] for k, v in flight.onboard.items()},
        sky={},
    )


def broken(flight):
    return replace(poisoned(flight), outcome="not_finite", contact=None)


@pytest.mark.parametrize(
    "change", [landed, silent, still_flying, never_ignited, broken]
)
def test_no_outcome_is_in_the_way_of_its_report(tmp_path, change):
    write_report(tmp_path, change(synthetic_flight()))
    Balanced((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert (tmp_path / "report.png").stat().st_size > 20_000


def test_the_page_has_what_each_phase_cost_and_the_sum():
    one = dict(zip(COLUMNS, (10.0, 20.5, 4.0, 30.0, 5.0, -3.0, 0.25), strict=True))
    flight = replace(synthetic_flight(), budgets={"braking": one, "pitch_up": one})
    told = phases.section(flight)
    assert "<td>pitch up</td>" in told and ">25<" in told and "thrust left" in told
    end = told[told.index('class="end"') :]
    # the sums of what adds up, nothing of the rest
    assert [">20.00<" in end, ">41.00<" in end, ">8.00<" in end] == [True] * 3
    assert end.count('"n"></td>') == 4
    assert phases.section(synthetic_flight()) == ""
    own = replace(flight, software={"command": "./lander"})
    assert "thrust left" not in phases.section(own).partition("</thead>")[0]
    assert told in page(flight, {})


def test_a_folder_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(OutputError, match="--out"):
        write_report(tmp_path / "nowhere", synthetic_flight())


def test_matplotlib_waits_for_the_first_report():
    code = "import sys, frigoris.report.page; assert 'matplotlib' not in sys.modules"
    run([sys.executable, "-c", code], check=True)
