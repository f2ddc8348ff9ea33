"""Places on the Moon by the words of a person: a mission, a name, or two numbers."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from frigoris.constants import GRAVITY_MOON
from frigoris.errors import UnknownMissionError, UserError
from frigoris.mission.build_gear import make_soil
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.mission.setting import terrain_of
from frigoris.mission.si import si
from frigoris.moon.embedded import CRATERS, PLACES
from frigoris.moon.overview import Standing, Wish
from frigoris.moon.relief import GROUNDS
from frigoris.moon.survey import Survey
from frigoris.moon.terrain import load_terrain
from frigoris.moon.time import parse_utc


@dataclass(frozen=True)
class Options:
    """What a person may say about a sheet."""

    at: str | None = None  # UTC
    terrain: str | None = None  # map by name or file
    ground: str = "mare"  # kind of relief of a place without a mission


def places() -> dict[str, tuple[float, float]]:
    """Named places and craters: latitude and longitude [deg]."""
    rows = [(row[0], row[1], row[2]) for row in (*PLACES, *CRATERS)]
    return {
        name: (lat, lon) for name, lat, lon in rows if not name.startswith("around")
    }


def wish_of(site: str, options: Options) -> Wish:
    """What a sheet of this site is made of; `UserError` where nobody knows it."""
    if options.ground not in GROUNDS:
        raise UserError(
            f"Cannot make ground of the kind {options.ground!r}: give --ground "
            f"{' or '.join(GROUNDS)}."
        )
    told = parse_utc(options.at) if options.at else None
    found = _coordinates(site)
    if found is not None:
        return _bare(site, found, told, options)
    known = {name.lower(): name for name in places()}
    if site.lower() in known:
        name = known[site.lower()]
        return _bare(name, places()[name], told, options)
    try:
        mission = load_mission(site)
    except UnknownMissionError as error:
        raise UserError(
            f"{error} As a site it is none of {', '.join(places())}, and no "
            "LATITUDE,LONGITUDE in degrees either."
        ) from None
    return _of_mission(mission, told, options.terrain)


def _coordinates(text: str) -> tuple[float, float] | None:
    number = r"\s*([-+]?\d+(?:\.\d+)?)\s*"
    match = re.fullmatch(f"{number},{number}", text)
    if match is None:
        return None
    lat, lon = float(match[1]), float(match[2])
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 360.0):
        raise UserError(
            f"Cannot show {text!r}: latitude goes from -90 to 90, longitude from -180 "
            "to 360. Give LATITUDE,LONGITUDE in degrees, north and east positive."
        )
    return lat, lon


def _bare(
    name: str, place: tuple[float, float], told: datetime | None, options: Options
) -> Wish:
    return Wish(
        name=name,
        lat_deg=place[0],
        lon_deg=place[1],
        moment=told or datetime.now(UTC).replace(minute=0, second=0, microsecond=0),
        terrain=load_terrain(
            options.terrain or "auto", *place, GROUNDS[options.ground]
        ),
    )


def _of_mission(mission: Mission, told: datetime | None, terrain: str | None) -> Wish:
    m = si(mission)
    return Wish(
        name=mission.site.name,
        lat_deg=mission.site.latitude_deg,
        lon_deg=mission.site.longitude_deg,
        moment=told or parse_utc(mission.mission.touchdown_utc),
        terrain=terrain_of(mission, terrain),
        legs=m.lander.legs.radius,
        heading_deg=math.degrees(m.orbit.arrival_heading),
        survey=Survey(**vars(m.survey)),
        standing=Standing(
            make_soil(m.regolith),
            m.lander.dry_mass * GRAVITY_MOON / m.lander.legs.count,
            m.lander.legs.pad_diameter,
        ),
    )


def sheet_name(site: str) -> str:
    """A name for the file of a sheet."""
    words = re.sub(r"[^a-z0-9.-]+", "-", Path(site).stem.lower() or site.lower())
    return f"moon-{words.strip('-') or 'site'}"
