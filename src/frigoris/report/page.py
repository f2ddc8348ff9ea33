"""The report of a flight: one page that needs nothing else, and one picture."""

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from frigoris import __version__
from frigoris.constants import RADIUS_MOON
from frigoris.errors import OutputError
from frigoris.flight.provenance import data_files
from frigoris.moon.data import EMBEDDED, LEVEL
from frigoris.report import phases, published, text, touchdown
from frigoris.report.figures import FIGURES, drawings, picture
from frigoris.report.style import css_variables
from frigoris.report.view import ignition, make_view

MARKED = {  # events that the figures mark too, by the colour there
    "first_valid_range": "measurement",
    "last_telemetry": "telemetry",
}
SYNTHETIC = {  # maps on which nothing was measured
    EMBEDDED: "no data files were found, or they were not asked for. Only its named "
    "places have true heights",
    LEVEL: "it is as high everywhere as the target, and nothing stands on it",
}
CONTACT_SHOWN = (
    ("speed_vertical_m_s", "m_s"),
    ("speed_horizontal_m_s", "m_s"),
    ("tilt_deg", "deg"),
)


def write_report(folder: Path, flight: Any) -> None:
    """Write `report.html` and `report.png` of a flight into a folder that exists."""
    view = make_view(flight, RADIUS_MOON)
    title = f"{flight.mission.mission.title}: {text.outcome(flight.outcome)[0]}"
    line = "  ·  ".join([*_touch(flight), *_case(flight), _map(flight)])
    body = page(flight, drawings(view))
    try:
        (folder / "report.html").write_text(body, encoding="utf-8")
        picture(view, title, line, folder / "report.png")
    except OSError as error:
        raise OutputError(
            f"Cannot write the report of this flight to {folder}: {error}. "
            "Choose another place with --out."
        ) from error


def page(flight: Any, figures: dict[str, str]) -> str:
    """The whole page."""
    title = escape(f"{flight.mission.mission.title} – frigoris flight report")
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            _header(flight),
            _data(flight),
            "<h2>Powered descent</h2>",
            _figures(figures),
            touchdown.section(flight),
            published.section(flight.published, flight.mission.sources),
            phases.section(flight),
            _timeline(flight),
            _footer(flight),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _case(flight: Any) -> list[str]:
    case = "design point" if flight.case is None else f"case {flight.case}"
    faults = ", ".join(f.replace("_", " ") for f in flight.faults) or "none"
    return [case, f"seed {flight.seed}", f"faults: {faults}"]


def _touch(flight: Any) -> list[str]:
    if flight.contact is None:
        return []
    down, sideways, tilt = (
        text.quantity(flight.contact[name], unit, 3) for name, unit in CONTACT_SHOWN
    )
    return [f"contact at {down} down, {sideways} sideways, tilt {tilt}"]


def _map(flight: Any) -> str:
    name = flight.terrain.name
    what = f"{name}, SYNTHETIC Moon" if flight.terrain.synthetic else f"map {name}"
    return f"flown over the {what}"


def _header(flight: Any) -> str:
    words, kind = text.outcome(flight.outcome)
    over = " · ".join(
        ["frigoris flight report", flight.mission.site.name, *_case(flight)]
    )
    return "\n".join(
        [
            f'<header><div class="over">{escape(over)}</div>',
            f"<h1>{escape(flight.mission.mission.title)}</h1>",
            f'<p class="lead"><span class="outcome {kind}">{escape(words)}</span> '
            f"{escape(_lead(flight))}</p>",
            f'<div class="cards">{"".join(_cards(flight))}</div></header>',
        ]
    )


def _lead(flight: Any) -> str:
    if flight.contact is None:
        return f"No contact with the ground. The flight began {flight.start_utc}."
    after = flight.contact["t_s"] - ignition(flight)
    silent = ""
    if flight.last_telemetry and not flight.landed:
        gap = flight.contact["t_s"] - flight.last_telemetry["t_s"]
        silent = f" The last telemetry was sent {gap:.1f} s before."
    return (
        f"First contact at {flight.contact['utc']}, {after:.1f} s after braking "
        f"ignition.{silent}"
    )


def _cards(flight: Any) -> Iterable[str]:
    touch = flight.contact or {}
    rows = [
        ("speed_vertical_m_s", "m_s", "downward at contact"),
        ("speed_horizontal_m_s", "m_s", "sideways at contact"),
        ("tilt_deg", "deg", "tilt at contact"),
        ("miss_m", "m", "from the target"),
    ]
    shown = [(text.quantity(touch.get(k), u, 3), words) for k, u, words in rows]
    left = text.quantity(flight.propellant_left_kg, "kg", 3)
    shown.append((left, "propellant left"))
    if touch:
        place = f"{touch['lat_deg']:.4f}°, {touch['lon_deg']:.4f}°".replace("-", "−")
        shown.append((place, "latitude, longitude east"))
    for value, words in shown:
        inside = f"<b>{escape(value)}</b><span>{escape(words)}</span>"
        yield f'<div class="card">{inside}</div>'


def _data(flight: Any) -> str:
    terrain = flight.terrain
    used = ", ".join(data_files(flight.sources)) or "no files"
    line = " · ".join([f"Data used: {used}", terrain.note, flight.gravity_note])
    data = f'<p class="data">{escape(line)}</p>'
    if not terrain.synthetic:
        return data
    why = SYNTHETIC[terrain.name]
    notice = (
        f"This flight was over the {terrain.name}, <b>synthetic</b> Moon: {why}; "
        "observables that depend on real terrain are not judged by it."
    )
    return f'<p class="notice">{notice}</p>\n{data}'


def _figures(figures: dict[str, str]) -> str:
    drawn = [
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in figures.items()
    ]
    return '<div class="figures">\n' + "\n".join(drawn) + "\n</div>"


def _timeline(flight: Any) -> str:
    names = (
        *(("UTC", ""), ("from ignition", "n"), ("event", "")),
        *(
            ("altitude", "n"),
            ("descent rate", "n"),
            ("speed", "n"),
            ("propellant", "n"),
        ),
    )
    head = "".join(f'<th class="{kind}">{name}</th>' for name, kind in names)
    zero = ignition(flight)
    body = "\n".join(_event(flight, event, zero) for event in flight.events)
    return (
        f'<h2>Timeline</h2>\n<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _event(flight: Any, event: dict[str, Any], zero: float) -> str:
    after = event["t_s"] - zero
    dot = MARKED.get(event["name"], "")
    dot = f'<span class="dot" style="background:var(--{dot})"></span>' if dot else ""
    at_end = flight.contact and event["t_s"] == flight.contact["t_s"]
    return (
        f'<tr class="{"end" if at_end else ""}">'
        f'<td class="t">{escape(event["utc"].replace("T", " "))}</td>'
        f'<td class="n">{"+" if after >= 0.0 else "−"}{abs(after):,.1f} s</td>'
        f"<td>{escape(event['text'])}{dot}</td>"
        f"{''.join(_state(flight, event['t_s']))}</tr>"
    )


def _state(flight: Any, t_s: float) -> Iterable[str]:
    """What the lander did then; after the contact nothing is known but what is left."""
    touch, left = flight.contact, flight.propellant_left_kg
    if touch and t_s >= touch["t_s"]:
        down, sideways = touch["speed_vertical_m_s"], touch["speed_horizontal_m_s"]
        moving = [0.0, down, float(np.hypot(down, sideways))]
        values = [*(moving if t_s == touch["t_s"] else [None] * 3), left]
    else:
        names = ("altitude_m", "descent_rate_m_s", "speed_m_s", "propellant_kg")
        t = flight.onboard["t_s"]
        values = [float(np.interp(t_s, t, flight.truth[name])) for name in names]
    for value, unit in zip(values, ("m", "m_s", "m_s", "kg"), strict=True):
        yield f'<td class="n">{escape(text.quantity(value, unit, 3))}</td>'


def _footer(flight: Any) -> str:
    sky = ", ".join(
        f"{body} {text.quantity(flight.sky[f'{body.lower()}_elevation_deg'], 'deg', 3)}"
        for body in ("Sun", "Earth")
        if f"{body.lower()}_elevation_deg" in flight.sky
    )
    above = f"Above the horizon at the end: {sky}. " if sky else ""
    return (
        f"<footer><p>{escape(above)}Truth is the altitude above the ground beneath the "
        "lander; the estimate is above the planned height of the site; the laser range "
        "is along its beam. The outcome is that of the touchdown, flown on until the "
        f"lander rests.</p><p>frigoris {escape(__version__)}</p></footer>"
    )
