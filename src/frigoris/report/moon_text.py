"""What a person reads of a landing site in the terminal, and as JSON."""

from typing import Any

import numpy as np

from frigoris.math.tree import leaf
from frigoris.moon.overview import STEEP, Overview, Standing
from frigoris.moon.regolith import bearing_capacity, sinkage
from frigoris.moon.time import format_utc


def facts(view: Overview) -> dict[str, Any]:
    """The numbers of a sheet, by name with unit."""
    slope, rough = view.slope_deg, view.rough
    found: dict[str, Any] = {
        "site": view.name,
        "latitude_deg": view.lat_deg,
        "longitude_deg": view.lon_deg,
        "height_m": view.height,
        "moment_utc": format_utc(view.moment, 0),
        **view.now,
        "terrain": view.terrain.note,
        "footing_radius_m": view.legs,
        "slope_median_deg": float(np.median(slope)),
        "slope_p95_deg": float(np.quantile(slope, 0.95)),
        "roughness_p95_m": float(np.quantile(rough, 0.95)),
        "steeper_ratio": {f"{s:g}_deg": float(np.mean(slope > s)) for s in STEEP},
        "lit": _spells(view, "sun"),
        "earth_seen": _spells(view, "earth"),
    }
    if view.map_error is not None:
        gap = view.map_error.heights
        middle = len(gap) // 2
        found["survey_error_here_m"] = float(gap[middle, middle])
        found["survey_error_rms_m"] = float(np.sqrt(np.mean(gap**2)))
    if view.standing is not None:
        found |= _soil(view.standing)
    return found


def _soil(standing: Standing) -> dict[str, float]:
    pressure = standing.load / (0.25 * np.pi * standing.pad**2)
    return {
        "pad_diameter_m": standing.pad,
        "pad_pressure_kPa": pressure * 1e-3,
        "pad_sinkage_mm": float(sinkage(standing.soil, leaf(pressure))) * 1e3,
        "bearing_capacity_kPa": float(
            bearing_capacity(standing.soil, leaf(standing.pad))
        )
        * 1e-3,
    }


def _spells(view: Overview, body: str) -> list[dict[str, str]]:
    return [
        {"start_utc": format_utc(s.start, 0), "end_utc": format_utc(s.end, 0)}
        for s in view.month.spells(body)
    ]


def lines(view: Overview) -> list[tuple[str, str]]:
    """The same as rows of words."""
    now, told = view.now, facts(view)
    steeper = ", ".join(
        f"{100.0 * share:.1f} % above {name.removesuffix('_deg')}°"
        for name, share in told["steeper_ratio"].items()
    )
    rows = [
        ("site", f"{view.name}, {view.lat_deg:.4f}° N {view.lon_deg:.4f}° E"),
        ("height", f"{view.height:.1f} m above the sphere of 1737.4 km"),
        *(
            (
                f"{body} at {view.moment:%Y-%m-%d %H:%M} UTC",
                f"elevation {now[f'{body}_elevation_deg']:.4f}°, "
                f"azimuth {now[f'{body}_azimuth_deg']:.4f}°",
            )
            for body in ("sun", "earth")
        ),
        ("lit", _told(told["lit"], view)),
        ("sees the Earth", _told(told["earth_seen"], view)),
        (
            f"footing of {view.legs:.1f} m",
            f"slope {told['slope_median_deg']:.1f}° in the median, "
            f"{told['slope_p95_deg']:.1f}° in 95 %; roughness under "
            f"{told['roughness_p95_m']:.2f} m in 95 %",
        ),
        ("too steep", steeper),
    ]
    if "survey_error_rms_m" in told:
        error = (
            f"{told['survey_error_here_m']:+.1f} m here, "
            f"{told['survey_error_rms_m']:.1f} m rms within a kilometre"
        )
        rows.append(("map of the mission errs", error))
    if "pad_sinkage_mm" in told:
        soil = (
            f"a pad of {told['pad_diameter_m']:g} m at rest presses "
            f"{told['pad_pressure_kPa']:.1f} kPa, sinks by "
            f"{told['pad_sinkage_mm']:.1f} mm; soil gives way at "
            f"{told['bearing_capacity_kPa']:.0f} kPa"
        )
        rows.append(("soil", soil))
    return rows


def _told(found: list[dict[str, str]], view: Overview) -> str:
    if not found:
        return "never in this month"
    first, last = view.month.moments[0], view.month.moments[-1]
    whole = format_utc(first, 0), format_utc(last, 0)
    if (found[0]["start_utc"], found[0]["end_utc"]) == whole:
        return "all the month"
    parts = [f"{s['start_utc'][:16]} to {s['end_utc'][:16]}" for s in found[:4]]
    more = f", and {len(found) - 4} times more" if len(found) > 4 else ""
    return "; ".join(parts).replace("T", " ") + more
