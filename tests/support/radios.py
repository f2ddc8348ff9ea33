"""Radios and paths made by hand."""

from dataclasses import replace
from typing import Any

import numpy as np

from frigoris.moon.frames import local_axes
from frigoris.moon.orientation import q_from_dcm
from frigoris.radio.antenna import Antenna
from frigoris.radio.budget import Transmitter
from frigoris.radio.downlink import Path, Radio
from frigoris.radio.stations import STATIONS


def radio_of(**changes: Any) -> Radio:
    """An X-band radio with one hemispherical antenna on top, Cebreros listening."""
    top = Antenna("top", np.array([0.0, 0.0, 1.0]), np.pi, 3.0, -10.0)
    radio = Radio(
        transmitter=Transmitter(8.4e9, 5.0, 1.0, 2.0),
        antennas=(top,),
        stations=(STATIONS["cebreros"],),
        relays=(),
        code="concatenated",
        frame_bytes=1115,
        rates=(3000.0,),
        rate=3000.0,
        margin=3.0,
        hysteresis=2.0,
        hold=5.0,
    )
    return replace(radio, **changes)


def standing_at(lat_deg: float, lon_deg: float, radius: float, t: np.ndarray) -> Path:
    """Upright and still over a place, at a distance from the Moon's centre [m]."""
    axes = local_axes(lat_deg, lon_deg).dcm
    count = len(t)
    return Path(
        t=t,
        r_M=np.broadcast_to(radius * axes[2], (count, 3)),
        q_MB=np.broadcast_to(q_from_dcm(axes.T), (count, 4)),
        powered=np.ones(count, bool),
        end=np.inf,
    )
