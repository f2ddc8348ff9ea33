"""Landers that can't be are refused, with the place in the file."""

import re
from pathlib import Path

import pytest

from frigoris.errors import MissionFileError
from frigoris.mission.catalog import find
from frigoris.mission.load import load_mission

# a line of the mission file, what stands there instead, what is said about it
WRONG = [
    ("dry_mass_kg", "dry_mass_kg: -358", "is outside 1"),
    ("com_dry_m", "com_dry_m: [0.004, -0.003, 2.4]", "outside the hull"),
    ("com_dry_m", "com_dry_m: [0.95, 0.0, 0.8]", "outside the hull"),
    ("pad_height_m", "pad_height_m: -0.15", "below the nozzle at -0.2 m"),
    ("top_m", "top_m: 0.05", "is not above bottom_m"),
    ("strength_kN", "strength_kN: 2.5", "would break before its cartridge"),
    ("propellant_kg", "propellant_kg: 900", "don't fit into its tanks"),
    ("rcs_propellant_kg", "rcs_propellant_kg: 30", "don't fit into its tanks"),
]


def changed(folder: Path, key: str, line: str) -> tuple[Path, int]:
    """RESILIENCE with one line of its lander changed, and the number of that line."""
    lines = find("hakuto-r-m2").read_text(encoding="utf-8").splitlines()
    first = lines.index("lander:")
    number = next(
        i for i in range(first, len(lines)) if re.match(rf" +{key}:", lines[i])
    )
    indent = len(lines[number]) - len(lines[number].lstrip())
    lines[number] = " " * indent + line
    path = folder / "wrong.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, number + 1


@pytest.mark.parametrize(("key", "line", "said"), WRONG)
def test_what_can_not_be_is_refused_where_it_stands(
    tmp_path: Path, key: str, line: str, said: str
) -> None:
    path, number = changed(tmp_path, key, line)
    with pytest.raises(MissionFileError) as caught:
        load_mission(path)
    text = str(caught.value)
    assert said in text
    assert re.search(rf"wrong\.yaml:{number}:\d+", text), text


SINGLE = """extend: hakuto-r-m2
mission: {name: single}
engineering: null
fitted: null
lander:
  engines:
    - {name: one, group: main, thrust_N: 2000, isp_s: 320, position_m: [0, 0, 0],
       lag_ms: 150, throttle_min_ratio: %s, throttle_gap_ratio: %s}
"""


@pytest.mark.parametrize(
    ("floor", "gap", "said"),
    [
        ("0.5", "[0, 0]", "it can't come down"),
        ("0.2", "[0.7, 0.5]", "turned round"),
        ("0.2", "[0.1, 0.5]", "below the least throttle"),
    ],
)
def test_a_throttle_that_can_not_be(
    tmp_path: Path, floor: str, gap: str, said: str
) -> None:
    path = tmp_path / "single.yaml"
    path.write_text(SINGLE % (floor, gap), encoding="utf-8")
    with pytest.raises(MissionFileError, match=said):
        load_mission(path)


def test_a_convex_plan_below_the_least_thrust_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weak.yaml"
    example = Path(__file__).parents[3] / "docs/examples/laws/convex-approach.yaml"
    path.write_text(
        f"extend: {example}\n"
        "onboard: {sequence: {phases: {approach: {target: {level_ratio: 0.2}}}}}\n"
    )
    with pytest.raises(MissionFileError) as caught:
        load_mission(path)
    assert "up to 320 N" in str(caught.value) and "no less than 400 N" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "schedule_altitude_m",
            8,
            "schedule_altitude_m is not above landing_altitude_m",
        ),
        ("landing_rate_m_s", 4.7, "schedule_rate_m_s is not above landing_rate_m_s"),
        (
            "drift_end_altitude_m",
            100,
            "drift_full_altitude_m is not above drift_end_altitude_m",
        ),
    ],
)
def test_a_schedule_that_does_not_fall_is_refused(
    tmp_path: Path, key: str, value: float, said: str
) -> None:
    path = tmp_path / "flat.yaml"
    path.write_text(f"extend: hakuto-r-m2\nonboard: {{guidance: {{{key}: {value}}}}}\n")
    with pytest.raises(MissionFileError, match=said):
        load_mission(path)
