"""What a person reads of a link in the terminal, and as JSON."""

import math
from typing import Any

import numpy as np

from frigoris.mission.link_study import LinkStudy
from frigoris.moon.time import format_utc
from frigoris.radio.downlink import NOBODY, Leg

LINES = {
    "power_dBW": ("power of the transmitter", "dBW"),
    "line_loss_dB": ("less loss of its lines", "dB"),
    "antenna_gain_dBi": ("gain of the lander's antenna", "dBi"),
    "eirp_dBW": ("= EIRP", "dBW"),
    "distance_km": ("distance", "km"),
    "free_space_dB": ("less free-space loss", "dB"),
    "air_dB": ("less loss in the air", "dB"),
    "receiver_gain_dBi": ("gain of the receiver", "dBi"),
    "noise_K": ("its noise, air and Moon with it", "K"),
    "g_t_dB_K": ("= G/T", "dB/K"),
    "c_n0_dB_Hz": ("C/N0", "dB Hz"),
    "rate_dB": ("less the rate of the frames", "dB"),
    "implementation_dB": ("less implementation", "dB"),
    "eb_n0_dB": ("= Eb/N0", "dB"),
    "required_dB": ("less what the code requires", "dB"),
    "margin_dB": ("= margin", "dB"),
}

OF_A_DISH = ("receiver_gain_dBi", "noise_K", "air_dB")


def facts(study: LinkStudy) -> dict[str, Any]:
    """The numbers of a study, by name with unit."""
    link, k = study.link, study.moment
    heard = link.receiver[k] != NOBODY
    return {
        "mission": study.mission.mission.name,
        "record": None if study.record is None else str(study.record),
        "epoch_utc": format_utc(study.epoch),
        "moment_utc": format_utc(study.utc(float(link.t[k]))),
        "receiver": study.legs[study.leg].name if heard else None,
        "rate_bit_s": float(link.rate[k]),
        "light_time_s": float(study.legs[study.leg].light_time[k]),
        "budget": at_rate(study),
        "receivers": [_receiver(leg, k) for leg in study.legs],
        "heard": [
            {
                "start_utc": format_utc(study.utc(a), 0),
                "end_utc": format_utc(study.utc(b), 0),
                "by": names.split(", "),
            }
            for a, b, names in study.spells
        ],
        "margin_least_dB": _least(study),
        "impact_utc": _moment(study, study.impact_s),
        "last_heard": study.last,
    }


def _moment(study: LinkStudy, seconds: float | None) -> str | None:
    return None if seconds is None else format_utc(study.utc(seconds))


def _least(study: LinkStudy) -> float | None:
    heard = study.link.receiver != NOBODY
    return float(study.link.margin[heard].min()) if heard.any() else None


def at_rate(study: LinkStudy) -> dict[str, float]:
    """The budget at its moment and the rate then; legs have it at the lowest."""
    told = study.legs[study.leg].budget.at(study.moment)
    rate = 10.0 * float(np.log10(study.link.rate[study.moment]))
    more = rate - told["rate_dB"]
    changed = {"rate_dB": rate}
    changed |= {k: told[k] - more for k in ("eb_n0_dB", "margin_dB")}
    return told | changed


def _receiver(leg: Leg, k: int) -> dict[str, Any]:
    up = float(np.degrees(leg.elevation[k]))
    return {
        "name": leg.name,
        "seen": bool(leg.seen[k]),
        "elevation_deg": None if math.isnan(up) else up,  # a relay has none
        "light_time_s": float(leg.light_time[k]),
        "margin_dB": float(leg.budget.margin_dB[k]),
    }


def budget_rows(study: LinkStudy) -> list[tuple[str, str]]:
    """The budget in words."""
    told = at_rate(study)
    if study.leg >= len(study.radio.stations):  # of a relay only its G/T is known
        told = {k: v for k, v in told.items() if k not in OF_A_DISH}
    return [
        (name, f"{told[k]:.2f} {unit}")
        for k, (name, unit) in LINES.items()
        if k in told
    ]


def heading(study: LinkStudy) -> str:
    """Of which moment and which receiver the budget is."""
    told = facts(study)
    who = told["receiver"] or f"{study.legs[study.leg].name}, which does not hear it"
    return f"{told['moment_utc'][:19]}Z to {who}, {told['rate_bit_s']:g} bit/s"


def lines(study: LinkStudy) -> list[tuple[str, str]]:
    """Budget, receivers and times as rows of words."""
    rows = [("budget", heading(study)), *budget_rows(study)]
    for leg in facts(study)["receivers"]:
        seen = "sees it" if leg["seen"] else "does not see it"
        words = [seen, f"margin {leg['margin_dB']:.1f} dB"]
        if leg["elevation_deg"] is not None:
            words.insert(1, f"elevation {leg['elevation_deg']:.1f}°")
        rows.append((leg["name"], ", ".join(words)))
    return [*rows, *heard_rows(study)]


def heard_rows(study: LinkStudy) -> list[tuple[str, str]]:
    """When it is heard, and the end."""
    told = facts(study)
    rows = [
        ("heard", f"{s['start_utc']} to {s['end_utc']}, {', '.join(s['by'])}")
        for s in told["heard"][:12]
    ]
    if len(told["heard"]) > 12:
        rows.append(("heard", f"and {len(told['heard']) - 12} times more"))
    if not told["heard"]:
        rows.append(("heard", "never"))
    if study.last is not None:
        sent = format_utc(study.utc(study.last["t_s"]))
        text = f"{sent}, estimate {study.last['est_altitude_m']:.0f} m"
        rows.append(("last state heard", text))
    if told["impact_utc"]:
        rows.append(("silent from", told["impact_utc"]))
    return rows
