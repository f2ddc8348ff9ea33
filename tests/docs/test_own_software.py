"""docs/own-flight-software.md: its tables are those of the code; `make docs`."""

from pathlib import Path

from frigoris.flight.protocol import COMMANDED, MEASURED, REPORTED
from frigoris.flight.protocol_document import renewed

PAGE = Path(__file__).parents[2] / "docs" / "own-flight-software.md"


def test_the_tables_are_current():
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run `make docs`"


def test_every_field_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    for field in (*MEASURED, *COMMANDED, *REPORTED):
        assert f"| `{field.name}` | {field.unit} |" in page


def test_a_table_that_is_old_is_found():
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page.replace("| 16 |", "| 17 |")) == page
