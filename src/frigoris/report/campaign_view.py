"""What the figures of a campaign are drawn from, asked of its store once."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from frigoris.campaign.store import Store
from frigoris.campaign.summary import Summary, query, quoted
from frigoris.mission.schema_lander import Legs
from frigoris.mission.setting import terrain_of
from frigoris.moon.ground import height, on_plane
from frigoris.moon.terrain import Terrain

DOTS = 20_000  # contacts drawn at most: more of them hide one another
PIXELS = 220  # of the relief, each way
BINS = 60  # of altitude, in which onboard errors are counted
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class CampaignView:
    """One campaign as its figures see it."""

    summary: Summary
    contacts: Columns  # of the first `DOTS` cases with contact
    chunks: Columns  # cases and landings up to the end of each chunk
    errors: Columns | None  # onboard minus true altitude, percentiles by altitude
    driver: tuple[str, np.ndarray, np.ndarray] | None  # input, landed, failed
    relief: np.ndarray  # heights around the target, north at the top [m]
    reach_m: float  # half of the relief's side
    legs: Legs
    terrain: Terrain


def make_campaign_view(store: Store, summary: Summary) -> CampaignView:
    """Everything that the figures need."""
    terrain = terrain_of(store.plan.mission, store.plan.map_name)
    contacts = _columns(
        store,
        "select landed, contact_east_m, contact_north_m, contact_descent_rate_m_s, "
        "contact_speed_horizontal_m_s, touchdown_tilt_deg from cases where "
        f'isfinite(contact_t_s) order by "case" limit {DOTS}',
    )
    reach = _reach(contacts)
    width = store.plan.per_chunk
    chunks = _columns(
        store,
        f'select "case" // {width} as chunk, count(*) as n, '
        "sum(landed::int) as landed from cases group by all order by chunk",
    )
    return CampaignView(
        summary=summary,
        contacts=contacts,
        chunks={k: np.cumsum(chunks[k]) for k in ("n", "landed")},
        errors=_errors(store),
        driver=_driver(store, summary),
        relief=_relief(terrain, reach),
        reach_m=reach,
        legs=store.plan.mission.lander.legs,
        terrain=terrain,
    )


def _columns(store: Store, sql: str) -> Columns:
    rows = query(store.folder, sql)
    return {k: np.array([row[k] for row in rows]) for k in (rows[0] if rows else {})}


def _reach(contacts: Columns) -> float:
    """Half the side of a square that holds nearly all contacts, and the target [m]."""
    if not contacts:
        return 1000.0
    away = np.maximum(
        np.abs(contacts["contact_east_m"]), np.abs(contacts["contact_north_m"])
    )
    return float(max(1.1 * np.quantile(away, 0.995), 100.0))


def _relief(terrain: Terrain, reach: float) -> np.ndarray:
    axis = np.linspace(-reach, reach, PIXELS)
    east, north = (jnp.asarray(x) for x in np.meshgrid(axis, axis[::-1]))
    ground = terrain.ground
    return np.asarray(height(ground, on_plane(ground, east, north), 0.0 * east))


def _errors(store: Store) -> Columns | None:
    """Percentiles of the onboard altitude's error, by true altitude."""
    names = {row["column_name"] for row in query(store.folder, "describe cases")}
    if not {"history.altitude_m", "history.est_altitude_m"} <= names:
        return None
    true, told = quoted("history.altitude_m"), quoted("history.est_altitude_m")
    sql = f"""
        with s as (select unnest({true}) as h, unnest({told}) as e from cases),
             b as (select floor({BINS} * sqrt(h / 2e4)) as bin, h, e - h as error
                   from s where h > 0 and h < 2e4)
        select avg(h) as altitude, quantile_cont(error, 0.005) as low,
               quantile_cont(error, 0.05) as p05, median(error) as middle,
               quantile_cont(error, 0.95) as p95, quantile_cont(error, 0.995) as high
        from b group by bin having count(*) > 50 order by bin
    """
    found = _columns(store, sql)
    return found or None


def _driver(
    store: Store, summary: Summary
) -> tuple[str, np.ndarray, np.ndarray] | None:
    if not summary.drivers:
        return None
    name = summary.drivers[0]["input"]
    rows = _columns(store, f"select {quoted('input.' + name)} as x, landed from cases")
    good = rows["landed"].astype(bool)
    return name, np.sort(rows["x"][good]), np.sort(rows["x"][~good])


def sigma_ellipse(told: dict[str, Any], sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """East and north of points of an ellipse [m]."""
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    along, across = (
        sigma * told["semi_major_m"] * np.cos(turn),
        sigma * told["semi_minor_m"] * np.sin(turn),
    )
    azimuth = np.radians(told["azimuth_deg"])
    east = told["east_m"] + along * np.sin(azimuth) + across * np.cos(azimuth)
    north = told["north_m"] + along * np.cos(azimuth) - across * np.sin(azimuth)
    return east, north
