"""Two flights on one page: differences by hand, and what one of them does not know."""

import shutil
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from frigoris.flight.record import write_record
from frigoris.radio.downlink import steady
from frigoris.report.compare_page import compare
from frigoris.report.compare_view import read_pair, summary
from support.synthetic_flight import BRAKED, IGNITION, IMPACT, synthetic_flight

LATE, HIGHER = 3.0, 25.0  # of the second flight [s], [m]


def write(folder, flight):
    write_record(
        folder,
        flight,
        "mission: planned\n",
        "mission: flown\n",
        versions={},
        link=steady(8192.0, 1115, end=IMPACT),
    )
    return folder


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The synthetic flight, and the same 25 m higher whose fix comes 3 s later."""
    folder = tmp_path_factory.mktemp("two")
    flight = synthetic_flight()
    truth = {**flight.truth, "altitude_m": flight.truth["altitude_m"] + HIGHER}
    events = [
        event | {"t_s": event["t_s"] + LATE * (event["name"] == "first_valid_range")}
        for event in flight.events
        if event["name"] != "range_overdue"
    ]
    contact = {**flight.contact, "miss_m": 70.5}
    other = replace(flight, truth=truth, events=events, contact=contact, case=7)
    return write(folder / "one", flight), write(folder / "two", other)


def row(rows, name):
    return next(r for r in rows if r["name"] == name)


def test_differences_match_those_that_were_made(both):
    told = summary(read_pair(*both))
    first = row(told["events"], "first_valid_range")
    assert first["difference"] == pytest.approx(LATE)
    assert first["first"] == pytest.approx(1414.0 - IGNITION)
    braked = row(told["events"], "pitch_up")
    assert braked["first"] == braked["second"] == pytest.approx(BRAKED - IGNITION)
    # curves are thinned to 700 points over 700 s: a few metres between them
    altitude = row([dict(v) for v in braked["values"].values()], "altitude_m")
    assert altitude["difference"] == pytest.approx(HIGHER, abs=1e-6)
    assert altitude["second"] > altitude["first"]
    assert row(told["ends"], "miss_m")["difference"] == pytest.approx(9.5)
    overdue = row(told["events"], "range_overdue")
    assert overdue["second"] is None and overdue["difference"] is None
    assert [f["outcome"] for f in told["flights"]] == ["crashed", "crashed"]
    times = [e["first"] for e in told["events"] if e["first"] is not None]
    assert times == sorted(times)


def test_the_difference_over_time_is_second_less_first(both):
    t, values = read_pair(*both).difference("altitude_m")
    assert len(t) > 600 and t[0] >= -20.0 and t[-1] <= IMPACT - IGNITION
    np.testing.assert_allclose(values, HIGHER, atol=1e-6)


def test_telemetry_alone_can_be_compared(both, tmp_path):
    alone = tmp_path / "alone"
    shutil.copytree(both[1] / "telemetry", alone / "telemetry")
    pair = read_pair(both[0], alone)
    assert (pair.first.known, pair.second.known) == ("truth", "telemetry")
    told = summary(pair)
    braked = row(told["events"], "pitch_up")
    # packets come once a second, at ignition and at the end of braking
    assert abs(braked["difference"]) <= 1.0
    assert row(told["ends"], "miss_m")["second"] is None
    assert "tilt_deg" not in pair.second.curves


class Balance(HTMLParser):
    """Tags that are open; void ones never are."""

    VOID = ("meta", "br", "path", "use", "rect", "line")

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], 0

    def handle_starttag(self, tag, attrs):
        self.cells += tag == "td"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_no_network(both, tmp_path):
    told = compare(*both, tmp_path / "below" / "page.html")
    body = (tmp_path / "below" / "page.html").read_text(encoding="utf-8")
    assert (tmp_path / "below" / "page.png").stat().st_size > 20_000
    parser = Balance()
    parser.feed(body)
    assert parser.open == []
    assert parser.cells == 13 * len(told["events"]) + 4 * len(told["ends"])
    assert "http" not in body.replace("http://www.w3.org", "")
    assert "synthetic, case 7 (two)" in body
    for words in ("first valid range", "+3.00 s", "+25.0 m", "+9.50 m"):
        assert words in body
