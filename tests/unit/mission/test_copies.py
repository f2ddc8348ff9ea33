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


def copied(name, tmp_path, dates):
    """The same mission under another name, all rows turned round, perhaps later."""
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
    path.write_text(out.getvalue().replace(*dates), encoding="utf-8")
    return load_mission(path)


def numbers(mission):
    """Everything that a flight of one case is made of."""
    stage = make_stage(mission, "level")
    lanes = make_lanes(mission, stage.planned, stage.setting, [Case(7)])
    flat, _ = jax.tree_util.tree_flatten_with_path(lanes.params)
    return {jax.tree_util.keystr(k): np.asarray(v) for k, v in flat}


@pytest.mark.parametrize("name", DATES)
def test_another_name_and_order_change_no_bit(name, tmp_path):
    copy = copied(name, tmp_path, ("", ""))
    assert copy.mission.name == "someone-elses"
    first, second = numbers(load_mission(name)), numbers(copy)
    assert {k for k in first if not np.array_equal(first[k], second[k])} == set()


@pytest.mark.parametrize("name", DATES)
def test_a_month_later_only_the_sky_differs(name, tmp_path):
    """Orientation of the Moon and tide of the Earth, and what the tide does to a plan:
    metres of the orbit, 3 mm/s of the deorbit burn.
    """
    first = numbers(load_mission(name))
    second = numbers(copied(name, tmp_path, DATES[name]))
    sky = {".q_IM0", ".onboard.moon.q_IM0"}
    sky |= {".world.gravity.tide", ".onboard.moon.gravity.tide"}
    for key in set(first) - sky:
        scale = 3e-4 * np.max(np.abs(first[key]), initial=0.0)
        np.testing.assert_allclose(second[key], first[key], atol=scale, err_msg=key)
