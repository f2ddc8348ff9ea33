"""The frames that cross to flight software in another process: one definition of them.

A frame is a header and a payload, little-endian. Measurements go out and commands come
back once a tick, all their fields doubles; the hello and the last word are JSON. Which
fields a lander has, and where, stands in the hello: `docs/own-flight-software.md`.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from frigoris.flight.params import Params
from frigoris.messages import Commands, Measurements
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Estimate, Report
from frigoris.phases import PHASES

VERSION = 1
HEADER = struct.Struct("<IHHQ")  # bytes of the whole frame, version, kind, tick
KINDS = {"hello": 1, "ready": 2, "measurements": 3, "commands": 4, "end": 5}
NUMBER = 8  # bytes of a field's component
LARGEST = 4096  # numbers of an array of the load that the hello still carries


class Field(NamedTuple):
    """One field of a frame; `many` is a number or what the lander has that many of."""

    name: str
    unit: str
    many: int | str
    about: str


MEASURED = (
    Field("time_s", "s", 1, "clock of the vehicle at the start of the tick"),
    Field("tick_s", "s", 1, "length of the coming tick, for which commands hold"),
    Field("elapsed_s", "s", 1, "length of the last tick, 0 at the first"),
    Field("dtheta_B_rad", "rad", 3, "gyro increment over the last tick"),
    Field("dv_B_m_s", "m/s", 3, "accelerometer increment over the last tick"),
    Field("q_IB", "-", 4, "star tracker, scalar first; NaN between its readings"),
    Field("laser_range_m", "m", 1, "along the beam; NaN where there is none"),
    Field("laser_cant_rad", "rad", 1, "of its mirror when that was measured"),
    Field("laser_age_s", "s", 1, "since then"),
    Field("propellant_kg", "kg", 1, "left in all tanks; NaN between readings"),
    Field("contact", "-", "legs", "1 where a leg switch is closed"),
    Field("radar_range_m", "m", "radar", "nearest ground in its beam, or NaN"),
    Field("radar_age_s", "s", "radar", "since it was measured"),
    Field("closing_m_s", "m/s", "beams", "of the velocimeter, along each; or NaN"),
    Field("closing_age_s", "s", "velocimeter", "since that was measured"),
    Field("fix_M_m", "m", "camera_3", "landmark camera's place in its map, or NaN"),
    Field("fix_sigma_m", "m", "camera", "of the fix across its axis, as claimed"),
    Field("fix_age_s", "s", "camera", "since the picture"),
    Field("order", "-", 1, "number of the phase that the ground asks for, or NaN"),
)
COMMANDED = (
    Field("main_duty", "-", 1, "of the main engines, 0 to 1"),
    Field("assist_duty", "-", 1, "of the assist group, 0 to 1"),
    Field("rcs_duty", "-", "jets", "of each attitude thruster, 0 to 1"),
    Field("gimbal_rad", "rad", 2, "of the main engines about +x and +y"),
    Field("laser_cant_rad", "rad", 1, "mirror: beam from -z towards -x"),
)
REPORTED = (
    Field("phase", "-", 1, "number in the hello's `phases`"),
    Field("est_r_M_m", "m", 3, "place of the centre of mass"),
    Field("est_v_M_m_s", "m/s", 3, "velocity relative to the turning Moon"),
    Field("est_q_MB", "-", 4, "attitude, scalar first"),
    Field("est_rate_B_rad_s", "rad/s", 3, "inertial rate"),
    Field("est_ground_m", "m", 1, "ground below over the target's level"),
    Field("est_mass_kg", "kg", 1, "mass"),
)  # for record and telemetry; NaN where the software does not say


@dataclass(frozen=True)
class Layout:
    """Fields that a lander has, and where they begin in a payload [bytes]."""

    fields: tuple[Field, ...]
    counts: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """Components of all fields."""
        return sum(self.counts)

    @property
    def bytes(self) -> int:
        """Length of the payload."""
        return NUMBER * self.numbers

    def places(self) -> list[dict[str, Any]]:
        """Name, unit, offset and count of each field, as the hello tells them."""
        ends = np.cumsum((0, *self.counts))
        return [
            {"name": f.name, "unit": f.unit, "offset": int(NUMBER * at), "count": n}
            for f, n, at in zip(self.fields, self.counts, ends[:-1], strict=True)
        ]

    def split(self, row: Array) -> dict[str, Array]:
        """The fields of a payload, `[component]` each or a number alone."""
        ends = np.cumsum((0, *self.counts))
        parts = zip(self.fields, ends[:-1], ends[1:], strict=True)
        return {f.name: row[a] if f.many == 1 else row[a:b] for f, a, b in parts}


def layout(fields: Sequence[Field], sizes: Mapping[str, int]) -> Layout:
    """Those of the fields that a lander of these sizes has."""
    counted = [
        (f, sizes[f.many] if isinstance(f.many, str) else f.many) for f in fields
    ]
    kept = [(f, n) for f, n in counted if n]
    return Layout(tuple(f for f, _ in kept), tuple(n for _, n in kept))


def sizes(params: Params) -> dict[str, int]:
    """How many a lander has of what it may have several of, or none."""
    s = params.sensors
    camera = int(s.camera is not None)
    return {
        "legs": int(params.gear.legs.stroke.shape[0]),
        "jets": int(params.onboard.vehicle.rcs_allocation.shape[0]),
        "radar": int(s.radar is not None),
        "velocimeter": int(s.speed is not None),
        "beams": 0 if s.speed is None else int(s.speed.beams_B.shape[1]),
        "camera": camera,
        "camera_3": 3 * camera,
    }


def measured_row(m: Measurements, time: Array, dt: Array) -> Array:
    """The payload of a measurement frame, from one case with its axis."""
    said: dict[str, Array] = {
        "time_s": time,
        "tick_s": dt,
        "elapsed_s": m.elapsed,
        "dtheta_B_rad": m.dtheta,
        "dv_B_m_s": m.dv,
        "q_IB": m.q_IB,
        "laser_range_m": m.laser_range,
        "laser_cant_rad": m.laser_cant,
        "laser_age_s": m.laser_age,
        "propellant_kg": m.propellant,
        "contact": m.contact,
        "order": m.order,
    }
    if m.radar is not None:
        said |= {"radar_range_m": m.radar.range, "radar_age_s": m.radar.age}
    if m.speed is not None:
        said |= {"closing_m_s": m.speed.closing, "closing_age_s": m.speed.age}
    if m.fix is not None:
        fix = m.fix
        said |= {"fix_M_m": fix.place_M, "fix_sigma_m": fix.sigma, "fix_age_s": fix.age}
    ordered = [said[f.name] for f in MEASURED if f.name in said]
    return jnp.concatenate([x.astype(jnp.float64).reshape(-1) for x in ordered])


def read_commands(row: Array, where: Layout) -> tuple[Commands, Report]:
    """What a command frame says, with a case axis of one."""
    said = {k: v[..., None] for k, v in where.split(row).items()}
    for name in ("est_r_M_m", "est_q_MB"):  # noughts are no place and no attitude
        none = jnp.all(said[name] == 0.0, axis=0)
        said[name] = jnp.where(none, jnp.nan, said[name])
    phase = jnp.nan_to_num(said["phase"])
    estimate = Estimate(
        r_M=said["est_r_M_m"],
        v_M=said["est_v_M_m_s"],
        q_MB=said["est_q_MB"],
        omega_B=said["est_rate_B_rad_s"],
        ground=said["est_ground_m"],
    )
    commands = Commands(
        main_duty=said["main_duty"],
        assist_duty=said["assist_duty"],
        rcs_duty=said["rcs_duty"],
        gimbal=said["gimbal_rad"],
        laser_cant=said["laser_cant_rad"],
    )
    known = jnp.clip(phase, 0, len(PHASES) - 1).astype(jnp.int64)
    return commands, Report(phase=known, estimate=estimate, mass=said["est_mass_kg"])


def frame(kind: str, tick: int, payload: bytes) -> bytes:
    """One whole frame."""
    length = HEADER.size + len(payload)
    return HEADER.pack(length, VERSION, KINDS[kind], tick) + payload


def hello(params: Params, mission: str) -> dict[str, Any]:
    """What flight software is told before the first tick; `params` of one case.

    `load` is the planned configuration, SI, by its names in `onboard/config.py`; large
    tables (a map on board) are left out.
    """
    told, counted = params.start, sizes(params)
    return {
        "protocol": "frigoris flight software",
        "version": VERSION,
        "mission": mission,
        "phases": list(PHASES),
        "header_bytes": HEADER.size,
        "kinds": KINDS,
        "measurements": _told(layout(MEASURED, counted)),
        "commands": _told(layout(COMMANDED + REPORTED, counted)),
        "start": {
            "r_M_m": _plain(told.r_M),
            "v_M_m_s": _plain(told.v_M),
            "q_MB": _plain(told.q_MB),
            "omega_BI_B_rad_s": _plain(told.omega_BI_B),
        },
        "load": _loaded(params.onboard),
    }


def _loaded(config: OnboardConfig) -> dict[str, Any]:
    """The load by name, phases by theirs and not by their number."""
    names: dict[str, str] = {}
    for i, phase in enumerate(config.sequence.phases):
        old = f"sequence.phases[{i}]"
        names[f"{old}."] = name = f"sequence.phases.{PHASES[phase.number]}."
        for j, end in enumerate(phase.ends):
            for k, bound in enumerate(end.bounds):
                side = "above" if bound.above else "below"
                names[f"{old}.ends[{j}].bounds[{k}].value"] = (
                    f"{name}ends.{PHASES[end.next]}.{bound.quantity}_{side}"
                )
    found = {}
    for path, x in jax.tree_util.tree_flatten_with_path(config)[0]:
        if np.size(x) > LARGEST:
            continue
        key = jax.tree_util.keystr(path).lstrip(".")
        for old in sorted((n for n in names if key.startswith(n)), key=len)[-1:]:
            key = names[old] + key[len(old) :]
        found[key] = _plain(x)
    return found


def _told(where: Layout) -> dict[str, Any]:
    return {"bytes": where.bytes, "fields": where.places()}


def _plain(x: Any) -> Any:
    """An array as lists; what is not finite as null."""
    x = np.asarray(x)
    if x.ndim:
        return [_plain(y) for y in x]
    value = x.item()
    return value if np.isfinite(value) else None


def text(told: Mapping[str, Any]) -> bytes:
    """JSON without blanks, so that simple programs find a key by its text."""
    return json.dumps(told, separators=(",", ":"), allow_nan=False).encode()
