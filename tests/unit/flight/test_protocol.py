"""Frames of the protocol: their layout is what is sent, and what the hello says."""

import json
import struct
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.flight import lockstep, protocol
from frigoris.flight.params import Params
from frigoris.flight.slices import begin
from frigoris.mission.batch import make_stage
from frigoris.mission.build import take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.phases import PITCH_UP

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture(scope="module")
def equipped() -> Params:
    """A lander with every instrument, a case axis of one."""
    mission = load_mission(EXAMPLES / "all-sensors.yaml")
    held = "onboard.sequence.phases.pitch_up.ends.terminal_descent.for_s=1.5"
    mission = set_values(mission, [held])
    stage = make_stage(mission)
    lanes = make_lanes(mission, stage.planned, stage.setting, [Case(None, noise=False)])
    return jax.tree.map(jnp.asarray, lanes.params)


def test_every_instrument_has_its_place_in_the_frame(equipped: Params) -> None:
    heard = jax.eval_shape(lockstep.look, equipped, begin(equipped))

    def row(heard: lockstep.Heard) -> jax.Array:
        return protocol.measured_row(heard.measured, jnp.ones(1), jnp.ones(1))

    length = jax.eval_shape(row, heard).shape[0]
    where = protocol.layout(protocol.MEASURED, protocol.sizes(equipped))
    assert length == where.numbers
    assert [f.name for f in where.fields] == [f.name for f in protocol.MEASURED]


def test_a_field_is_where_the_hello_says(equipped: Params) -> None:
    told = protocol.hello(take(equipped, 0), "equipped")
    again = json.loads(protocol.text(told))
    fields = protocol.COMMANDED + protocol.REPORTED
    where = protocol.layout(fields, protocol.sizes(equipped))
    payload = struct.pack(f"<{where.numbers}d", *range(where.numbers))
    row = jnp.asarray(np.frombuffer(payload, "<f8"))
    commands, report = protocol.read_commands(row, where)
    at = {f["name"]: f["offset"] // 8 for f in again["commands"]["fields"]}
    assert float(commands.assist_duty[0]) == at["assist_duty"] == 1
    assert commands.rcs_duty[:, 0].tolist() == [at["rcs_duty"] + k for k in range(8)]
    assert commands.gimbal[:, 0].tolist() == [at["gimbal_rad"], at["gimbal_rad"] + 1]
    assert float(commands.laser_cant[0]) == at["laser_cant_rad"]
    assert report.estimate.v_M[2, 0] == at["est_v_M_m_s"] + 2
    assert float(report.mass[0]) == at["est_mass_kg"] == where.numbers - 1
    assert again["commands"]["bytes"] == len(payload)


def test_what_is_not_told_is_nan(equipped: Params) -> None:
    fields = protocol.COMMANDED + protocol.REPORTED
    where = protocol.layout(fields, protocol.sizes(equipped))
    silent = jnp.zeros(where.numbers)
    _, report = protocol.read_commands(silent, where)
    assert np.isnan(report.estimate.r_M).all() and np.isnan(report.estimate.q_MB).all()
    for value, phase in ((np.nan, 0), (float(PITCH_UP), PITCH_UP), (99.0, 13)):
        row = silent.at[where.numbers - 16].set(value)
        assert int(protocol.read_commands(row, where)[1].phase[0]) == phase


def test_the_load_is_told_by_names(equipped: Params) -> None:
    load = protocol.hello(take(equipped, 0), "equipped")["load"]
    assert load["sequence.phases.braking.target.height"] == 3600.0
    ends = "sequence.phases.pitch_up.ends.terminal_descent.altitude_below"
    assert load[ends] == 1000.0
    assert len(load["moon.gravity.C"]) == 5
    assert not [name for name in load if "[" in name]
    # a condition that has to hold, too
    stays = "sequence.phases.pitch_up.ends.terminal_descent"
    assert load[f"{stays}.hold"] == 1.5
