"""docs/mission-file.md is what the schema says now; `make docs` writes it."""

from pathlib import Path

from frigoris.mission.document import page
from frigoris.mission.load import load_mission
from frigoris.mission.paths import parameters

PAGE = Path(__file__).parents[2] / "docs" / "mission-file.md"


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_parameter_is_on_the_page():
    text = page()
    for path in parameters(load_mission("hakuto-r-m2").model_dump()):
        assert f"{path.rpartition('.')[2]}`" in text, path
