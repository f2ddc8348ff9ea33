"""Figures of a link, each drawn into axes that it is given."""

from typing import Any

import numpy as np

from frigoris.mission.link_study import LinkStudy
from frigoris.radio.antenna import gain
from frigoris.radio.downlink import NOBODY
from frigoris.report.style import LIGHT

COLOURS = ("estimate", "measurement", "second", "third", "telemetry", "first", "warn")
HOUR, MINUTE = 3600.0, 60.0


def _time(study: LinkStudy) -> tuple[np.ndarray, str]:
    t = study.link.t
    if study.record is None:
        return t / HOUR, "hours after the planned touchdown"
    if study.impact_s is not None:
        return (t - study.impact_s) / MINUTE, "minutes from the impact"
    return (t - t[-1]) / MINUTE, "minutes from rest"


def _colour(k: int) -> str:
    return LIGHT[COLOURS[k % len(COLOURS)]]


def margin(ax: Any, study: LinkStudy) -> None:
    """Margin at the rate in use, by receiver, where it is seen."""
    t, label = _time(study)
    cost = 10.0 * np.log10(study.link.rate / study.radio.rates[0])
    ax.set_title("Margin at the rate in use")
    for k, leg in enumerate(study.legs):
        level = np.where(leg.seen, leg.budget.margin_dB - cost, np.nan)
        if leg.seen.any():
            ax.plot(t, level, c=_colour(k), lw=1.0, label=leg.name)
    used = np.where(study.link.receiver == NOBODY, np.nan, study.link.margin)
    ax.plot(t, used, c=LIGHT["truth"], lw=2.0, alpha=0.5, label="in use")
    ax.axhline(0.0, c=LIGHT["bad"], ls="--", lw=1.0)
    ax.axhline(study.radio.margin, c=LIGHT["plan"], ls="--", lw=1.0)
    ax.set_xlabel(label)
    ax.set_ylabel("margin, dB")
    ax.legend(loc="lower left", ncols=3)


def elevation(ax: Any, study: LinkStudy) -> None:
    """How high the Moon stands at each station."""
    t, label = _time(study)
    ax.set_title("Elevation at the stations")
    for k, leg in enumerate(study.legs[: len(study.radio.stations)]):
        ax.plot(t, np.degrees(leg.elevation), c=_colour(k), lw=1.0, label=leg.name)
    ax.axhline(0.0, c=LIGHT["plan"], lw=1.0)
    ax.set_xlabel(label)
    ax.set_ylabel("elevation, °")
    ax.legend(loc="lower left", ncols=2)


def antenna(ax: Any, study: LinkStudy) -> None:
    """Gain of the lander's best antenna towards the receiver in use."""
    t, label = _time(study)
    heard = study.link.receiver != NOBODY
    who = np.where(heard, study.link.receiver, 0)
    gains = np.stack([leg.budget.antenna_gain_dBi for leg in study.legs])
    level = np.where(heard, gains[who, np.arange(len(t))], np.nan)
    ax.set_title("Gain of the antenna in use")
    ax.plot(t, level, c=LIGHT["estimate"])
    ax.set_xlabel(label)
    ax.set_ylabel("gain, dBi")


def rate(ax: Any, study: LinkStudy) -> None:
    """The rate of the downlink, where it is heard."""
    t, label = _time(study)
    heard = study.link.receiver != NOBODY
    ax.set_title("Rate, where it is heard")
    ax.step(t, np.where(heard, study.link.rate, np.nan), where="post", c=LIGHT["third"])
    ax.set_yscale("log")
    ax.set_xlabel(label)
    ax.set_ylabel("rate, bit/s")


def pattern(ax: Any, study: LinkStudy) -> None:
    """Patterns of the antennas over the angle from their boresights."""
    angle = np.linspace(0.0, np.pi, 361)
    ax.set_title("Patterns of the antennas")
    for k, one in enumerate(study.radio.antennas):
        ax.plot(np.degrees(angle), gain(one, angle), c=_colour(k), label=one.name)
    ax.set_xlabel("angle from the boresight, °")
    ax.set_ylabel("gain, dBi")
    ax.legend(loc="upper right")


def delay(ax: Any, study: LinkStudy) -> None:
    """Time of the light to who receives."""
    t, label = _time(study)
    heard = study.link.receiver != NOBODY
    ax.set_title("Light time to who receives")
    ax.plot(t, np.where(heard, study.link.light_time, np.nan), c=LIGHT["second"])
    ax.set_xlabel(label)
    ax.set_ylabel("light time, s")
