"""Mission file: when and where to land, and the orbit that it starts from."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param
from frigoris.moon.data import MAPS

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def parse_utc(value: str) -> datetime:
    """`2025-06-05T19:17:00Z` as a moment; ValueError for anything else."""
    if not _UTC.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(UTC)


def _utc(value: str) -> str:
    try:
        parse_utc(value)
    except ValueError:
        message = "is no UTC; write it as 2025-06-05T19:17:00Z"
        raise PydanticCustomError("utc", "{m}", {"m": message}) from None
    return value


Utc = Annotated[str, AfterValidator(_utc)]


def _map(value: str) -> str:
    if value in MAPS or "." in value:
        return value
    known = ", ".join(repr(name) for name in MAPS)
    message = f"is not one of {known}, and no file has a name without an ending"
    raise PydanticCustomError("map", "{m}", {"m": message})


MapName = Annotated[str, AfterValidator(_map)]


class MissionInfo(Section):
    """What the flight is called and when it takes place."""

    name: str = item("short name, also of its folder", pattern=r"^[a-z0-9][a-z0-9.-]*$")
    title: str = item("name for people", min_length=1)
    ignition_utc: Utc = item("planned start of the braking burn")
    touchdown_utc: Utc = item("planned touchdown")

    @model_validator(mode="after")
    def _in_order(self) -> "MissionInfo":
        if parse_utc(self.touchdown_utc) <= parse_utc(self.ignition_utc):
            message = "touchdown_utc is not after ignition_utc"
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self


class Site(Section):
    """Where it is planned to land."""

    name: str = item("name of the place", min_length=1)
    latitude_deg: Number = param(-90, 90, "north positive, mean Earth frame")
    longitude_deg: Number = param(-180, 360, "east positive, mean Earth frame")
    map: MapName = item(
        "auto (the real one where its file is there), ldem_4, fused16, embedded, level "
        "(as high everywhere as the target), or a file of heights: LOLA .IMG, GeoTIFF, "
        "PDS label",
        "auto",
        min_length=1,
    )
    albedo_ratio: Number = param(
        0.01, 1, "normal reflectance at the wavelength of the range finder"
    )


class Moon(Section):
    """How the Moon itself is modelled."""

    gravity: str = item(
        "auto, or a file of coefficients in SHADR text", "auto", min_length=1
    )
    gravity_degree_count: Count = param(
        0, 2000, "highest degree of the gravity field; 0 is a point mass", 4
    )
    third_bodies: tuple[Literal["earth", "sun"], ...] = item(
        "bodies whose tide pulls on lander and orbit", ("earth", "sun")
    )


class Ground(Section):
    """Relief below the resolution of the map; synthetic, the same in every case."""

    relief: Literal["synthetic", "none"] = item(
        "whether there is any; none flies the map as it is", "synthetic"
    )
    seed_count: Count = param(0, 1_000_000, "names the ground of many like it", 1)
    age_Gyr: Number = param(
        0.01, 4.4, "of the surface, for its craters; mare 3.5, highland 4.0", 3.5
    )
    slope_17m_deg: Number = param(
        0, 30, "median slope over 17 m; mare 2.0, highland 7.5", 2.0
    )
    hurst_ratio: Number = param(
        0.3, 1, "slopes over other baselines go as their power of this less one", 0.8
    )
    rock_area_ratio: Number = param(
        0, 0.3, "share of the ground that rocks cover; mare 0.01", 0.01
    )


class Survey(Section):
    """The map that plan and flight software were made from, against the ground."""

    resolution_m: Number = param(
        0.5, 10_000, "pixel over which heights are means; SLDEM2015 59 m", 60.0
    )
    shift_m: tuple[Number, Number] = param(
        -10_000, 10_000, "of the whole map: east, north", (0.0, 0.0)
    )
    height_bias_m: Number = param(-1000, 1000, "map minus ground", 0.0)
    height_rms_m: Number = param(
        0, 500, "error of heights; SLDEM2015 3 to 4 m [Barker 2016]", 3.0
    )
    correlation_m: Number = param(
        10, 1e5, "distance over which that error goes together [R]", 2000.0
    )
    seed_count: Count = param(0, 1_000_000, "names the errors of this map", 1)


class Regolith(Section):
    """Soil of the site: Lunar Sourcebook, chapter 9."""

    density_surface_kg_m3: Number = param(800, 2000, "at the surface", 1301.0)
    density_deep_kg_m3: Number = param(1200, 2500, "far below", 1920.0)
    density_depth_m: Number = param(0.01, 1, "where half of the way is gone", 0.18)
    cohesion_kPa: Number = param(0, 10, "of the upper 15 cm; 0.44 to 0.62", 0.52)
    friction_deg: Number = param(
        10, 60, "angle of friction of the upper 15 cm; 41 to 43", 42.0
    )
    bearing_kPa_m: Number = param(
        10, 1e5, "pressure per depth of sinking; Surveyor 3: 400 to 3000", 1000.0
    )


class Plume(Section):
    """What the exhaust does at the ground; Apollo 11 and 12, scaled by thrust."""

    onset_m: Number = param(
        0, 200, "height of first erosion at the thrust of the lunar module", 30.0
    )
    dust_ratio: Number = param(
        0, 50, "optical depth of the dust at touchdown, one way; range 0 to 10 [R]", 2.0
    )
    ground_effect_ratio: Number = param(
        -0.2, 0.5, "gain of thrust at touchdown; range 0 to 0.1 [R]", 0.02
    )
    ground_reach_m: Number = param(
        0.1, 20, "height where that gain ends; range 1 to 4 [R]", 2.0
    )


class Insertion(Section):
    """Orbit insertion: an arc of its own, from a parabolic arrival."""

    mass_kg: Number = param(10, 1e5, "at the start of the burn")
    perilune_altitude_km: Number = param(10, 1000, "of the arrival")
    burn_s: Number = param(10, 5000, "length of the burn, centred on perilune")


class Circularisation(Section):
    """Last burn into the circular orbit: an arc of its own."""

    mass_kg: Number = param(10, 1e5, "at the start of the burn")
    perilune_altitude_km: Number = param(10, 1000, "before the burn")
    apolune_altitude_km: Number = param(10, 1e5, "before the burn")
    before_perilune_s: Number = param(0, 3000, "the burn begins")


class Orbit(Section):
    """From the circular orbit to the start of the braking burn."""

    apolune_altitude_km: Number = param(
        15, 2000, "of the circular orbit, above the 1737.4 km sphere"
    )
    perilune_altitude_km: Number = param(
        5, 2000, "of the descent ellipse, above the 1737.4 km sphere"
    )
    arrival_heading_deg: Number = param(
        0, 360, "ground track at the site, clockwise from north"
    )
    ignition_before_perilune_s: Number = param(
        -900, 1800, "start of the braking burn ahead of perilune"
    )
    doi_to_ignition_s: Number = param(
        60, 7200, "end of the deorbit burn to start of the braking burn"
    )
    ignition_ground_km: Number | None = param(
        1, 5000, "from there to the target; none: what the braking law needs", None
    )
    lead_s: Number = param(10, 600, "flight starts this long before the burn", 60.0)
    insertion: Insertion | None = item("orbit insertion, flown by itself", None)
    circularisation: Circularisation | None = item("last burn before the descent", None)
    position_error_m: Vec3 = param(
        -50_000,
        50_000,
        "delivery: true minus planned at the start: radial, along, across",
        (0.0, 0.0, 0.0),
    )
    velocity_error_m_s: Vec3 = param(
        -50,
        50,
        "delivery: true minus planned at the start: radial, along, across",
        (0.0, 0.0, 0.0),
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Orbit":
        if self.perilune_altitude_km > self.apolune_altitude_km:
            message = "perilune_altitude_km is above apolune_altitude_km"
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self


class Handover(Section):
    """The state that the ground loads into the lander before the descent."""

    position_error_m: Vec3 = param(
        -50_000,
        50_000,
        "of orbit determination, told minus true at its epoch: radial, along, across",
        (0.0, 0.0, 0.0),
    )
    velocity_error_m_s: Vec3 = param(
        -50,
        50,
        "of orbit determination, told minus true at its epoch: radial, along, across",
        (0.0, 0.0, 0.0),
    )
    age_s: Number = param(
        0, 21_600, "epoch of the determination before the start of the flight", 0.0
    )
    time_tag_error_s: Number = param(
        -60, 60, "the state told is that of so much later", 0.0
    )
    sigma_scale_ratio: Number = param(
        0.001, 1000, "sigmas loaded with it, over those of onboard.navigation", 1.0
    )
