"""The link of a mission, or of a flight that was recorded: who hears it, how well."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path as File
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.flight.link_path import link_path
from frigoris.flight.record import INDEX, read_truth
from frigoris.flight.telemetry import last_heard, telemetry_tables
from frigoris.mission.build_radio import make_radio
from frigoris.mission.edit import as_flown, set_values
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.mission.schema_world import parse_utc
from frigoris.mission.setting import terrain_of
from frigoris.moon.frames import local_axes
from frigoris.moon.ground import Ground, height
from frigoris.moon.light import EYE
from frigoris.moon.orientation import q_from_dcm
from frigoris.moon.terrain import Terrain
from frigoris.radio.downlink import NOBODY, Downlink, Leg, Path, Radio, downlink, spells

STEP = 300.0  # between moments of a plan [s]
HOURS = 48.0  # that a plan looks ahead [h]


@dataclass(frozen=True)
class LinkStudy:
    """What is known of a link."""

    mission: Mission
    record: File | None  # the flight it is about, or none: the plan
    epoch: datetime
    radio: Radio
    link: Downlink
    legs: list[Leg]
    moment: int  # row that the budget is of
    leg: int  # number of the receiver that it is of
    impact_s: float | None  # of the flight
    last: dict[str, float] | None  # that was heard of its software
    terrain: Terrain

    @property
    def spells(self) -> list[tuple[float, float, str]]:
        """Start, end [s] after the epoch, and who heard it."""
        return spells(self.link)

    def utc(self, seconds: float) -> datetime:
        """A moment of the study."""
        return self.epoch + timedelta(seconds=seconds)


def link_study(
    what: str, sets: tuple[str, ...] = (), hours: float = HOURS
) -> LinkStudy:
    """Of a record, if `what` is its folder, else of the mission of that name.

    A mission is looked at from its planned touchdown on for `hours`, upright at its
    site. Raises `UserError`.
    """
    if not 0.0 < hours <= 24.0 * 366.0:
        raise UserError(
            f"Cannot look {hours:g} hours ahead: give --hours above 0 and up to a year."
        )
    if (File(what) / INDEX).is_file():
        return _of_record(File(what), sets)
    if File(what).is_dir():
        raise UserError(
            f"Cannot show the link of {what}: the folder holds no {INDEX}. Give the "
            "folder of a record, as `frigoris fly --out` writes it, or a mission."
        )
    mission = as_flown(set_values(load_mission(what), sets))
    terrain = terrain_of(mission)
    ground = jax.tree.map(jnp.asarray, terrain.ground)
    epoch = parse_utc(mission.mission.touchdown_utc)
    path = standing(mission, ground, np.arange(0.0, 3600.0 * hours + 1.0, STEP))
    return _study(mission, None, epoch, path, terrain, None, None)


def standing(mission: Mission, ground: Ground, t: np.ndarray) -> Path:
    """Upright at the site, its x axis where it came to."""
    axes = local_axes(mission.site.latitude_deg, mission.site.longitude_deg)
    up = axes.dcm[2]
    spot = jnp.asarray(RADIUS_MOON * up)
    floor = float(height(ground, spot[:, None], jnp.zeros(1))[0])
    r_M = (RADIUS_MOON + floor + EYE) * up
    turn = np.radians(mission.orbit.arrival_heading_deg)
    ahead = np.array([np.sin(turn), np.cos(turn), 0.0])
    left = np.array([-np.cos(turn), np.sin(turn), 0.0])
    body = np.stack([ahead, left, [0.0, 0.0, 1.0]], axis=1)
    q = q_from_dcm(axes.dcm.T @ body)
    return Path(
        t=t,
        r_M=np.broadcast_to(r_M, (len(t), 3)),
        q_MB=np.broadcast_to(q, (len(t), 4)),
        powered=np.ones(len(t), bool),
        end=np.inf,
    )


def _of_record(folder: File, sets: tuple[str, ...]) -> LinkStudy:
    told = read_truth(folder)
    flight = told.flight
    mission = load_mission(folder / "truth" / "flown.yaml")
    mission = as_flown(set_values(mission, sets))
    terrain = terrain_of(mission, flight["terrain"]["name"])
    path = link_path(told.states, told.touchdown, flight["contact"], flight["outcome"])
    epoch = parse_utc(flight["start_utc"])
    impact = path.end if np.isfinite(path.end) else None
    return _study(mission, folder, epoch, path, terrain, impact, told.onboard)


def _study(
    mission: Mission,
    record: File | None,
    epoch: datetime,
    path: Path,
    terrain: Terrain,
    impact: float | None,
    onboard: Any,
) -> LinkStudy:
    radio = make_radio(mission)
    ground = jax.tree.map(jnp.asarray, terrain.ground)
    link, legs = downlink(radio, epoch, path, ground)
    heard = np.flatnonzero(link.receiver != NOBODY)
    if record is None:
        moment = int(heard[0]) if len(heard) else 0
    else:
        moment = int(heard[-1]) if len(heard) else len(path.t) - 1
    last = None
    if onboard is not None:
        last = last_heard(telemetry_tables(onboard, link))
    who = int(link.receiver[moment])
    return LinkStudy(
        mission=mission,
        record=record,
        epoch=epoch,
        radio=radio,
        link=link,
        legs=legs,
        moment=moment,
        leg=max(who, 0),
        impact_s=impact,
        last=last,
        terrain=terrain,
    )
