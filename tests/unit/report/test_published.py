"""Rows of the published table: what is counted, on the page and in the terminal."""

from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from frigoris.report import console_text
from frigoris.report.page import page
from frigoris.report.published import section
from support.synthetic_flight import PUBLISHED, synthetic_flight

SOURCES = {"S1": "https://example.org/one", "S13": "https://example.org/a?b&c"}


def judged_by_hand():
    """Rows met, missed and input as they come, of which two cannot be judged."""
    rows = [{**row, "judged": True} for row in PUBLISHED]
    rows[0]["judged"] = rows[3]["judged"] = False  # one met, one missed
    return rows


def terminal(rows):
    stream = StringIO()
    flight = replace(synthetic_flight(), published=rows)
    said = SimpleNamespace(**{**vars(flight), "record": None})
    console_text.print_flight(said, Console(file=stream, width=140))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("rows", "heading"),
    [
        (PUBLISHED, "3 of 5 met<"),  # of rows that say nothing, all are judged
        (judged_by_hand(), "2 of 3 met, 2 not judged<"),
    ],
)
def test_the_heading_counts_what_was_judged(rows, heading):
    assert f"Published observables: {heading}" in section(rows, {})


def last_words(text):
    lines = [line.split() for line in text.splitlines() if line.startswith("x-0")]
    return {line[0]: " ".join(line[-2:]) for line in lines}


def test_page_and_terminal_say_the_same_of_a_row():
    rows = judged_by_hand()
    words = last_words(terminal(rows))
    assert words["x-01"] == words["x-04"] == "not judged"
    assert words["x-02"].endswith("met") and words["x-03"].endswith("met")
    assert words["x-05"].endswith("missed") and words["x-06"].endswith("input")
    html = section(rows, {})
    assert html.count(">not judged<") == 2
    assert html.count("✓ met") == 2 and html.count("✗ missed") == 1


def test_sources_in_use_can_be_read_and_no_others():
    html = section(PUBLISHED, SOURCES)
    assert "<dt>S13</dt><dd>https://example.org/a?b&amp;c</dd>" in html
    assert "S1<" not in html and "href" not in html
    assert "<details>" not in section(PUBLISHED, {"S1": "elsewhere"})


def test_without_rows_there_is_no_table():
    assert section([], SOURCES) == ""
    assert "Published" not in page(replace(synthetic_flight(), published=[]), {})
