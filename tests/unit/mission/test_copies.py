"""A mission is its numbers: another name, order or month changes no flight."""

import io

import jax
import numpy as np
import pytest
from ruamel.yaml import YAML

from frigoris.mission.batch import make_stage
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.catalog import find
from frigoris.mission.load import load_mission

DATES = {
    "hakuto-r-m1": ("2023-04-25T16", "2023-05-25T16"),
    "hakuto-r-m2": ("2025-06-05T19", "2025-07-05T19"),
}


def copied(name, tmp_path):
    """The same mission 30 days later, under another name, all rows turned round."""
    yaml = YAML()
    tree = yaml.load(find(name).read_text("utf-8"))

    def turned(node):
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(list(node))}
        rows = isinstance(node, list) and all(isinstance(x, dict) for x in node)
        return [turned(x) for x in reversed(node)] if rows else node

    # engines and tanks are numbered by their place: only tables of evidence are turned
    kept = tree.get("lander")
    tree = turned(tree)
    if kept:
        tree["lander"] = kept
    tree["mission"]["name"] = "someone-elses"
    out = io.StringIO()
    yaml.dump(tree, out)
    path = tmp_path / "copy.yaml"
    path.write_text(out.getvalue().replace(*DATES[name]), encoding="utf-8")
    return load_mission(path)


@pytest.mark.parametrize("name", DATES)
def test_a_copy_under_another_name_has_the_same_numbers(name, tmp_path):
    """All but the orientation of the Moon, which is that of its day."""
    missions = load_mission(name), copied(name, tmp_path)
    assert missions[1].mission.name == "someone-elses"
    numbers = []
    for mission in missions:
        stage = make_stage(mission, "level")
        lanes = make_lanes(mission, stage.planned, stage.setting, [Case(7)])
        flat, _ = jax.tree_util.tree_flatten_with_path(lanes.params)
        numbers.append({jax.tree_util.keystr(k): np.asarray(v) for k, v in flat})
    first, second = numbers
    differ = {key for key in first if not np.array_equal(first[key], second[key])}
    assert differ == {".q_IM0", ".onboard.moon.q_IM0"}
