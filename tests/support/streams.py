"""Telemetry of the synthetic flight as tables and streams, for tests of packets."""

from functools import cache

import numpy as np

from frigoris.flight.telemetry import telemetry_tables
from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.sample import Table
from frigoris.packets.stream import Sent, make_stream
from frigoris.radio.downlink import steady
from support.synthetic_flight import synthetic_flight

BEGIN = 1250.0  # the last three minutes are enough [s]
CARRIED = {  # made up: the synthetic lander with every instrument
    "radar_range_m": lambda t: np.where(t > 1300.0, 9e3 - 6.0 * (t - 1300.0), np.nan),
    "radar_innovation_m": lambda t: 3.0 * np.sin(t),
    "velocimeter_beams_count": lambda t: np.floor(t) % 4,
    "fix_sigma_m": lambda t: np.where(np.floor(t) % 7 == 0, 20.5, np.nan),
}


@cache
def tables(every_instrument: bool = True) -> dict[str, Table]:
    """What reached the ground; shared, so change a copy."""
    onboard = dict(synthetic_flight().onboard)
    if every_instrument:
        onboard |= {name: make(onboard["t_s"]) for name, make in CARRIED.items()}
    onboard = {k: v[onboard["t_s"] > BEGIN] for k, v in onboard.items()}
    return telemetry_tables(
        onboard, steady(8192.0, 1115, end=synthetic_flight().loss_of_signal_s)
    )


@cache
def sent(every_instrument: bool = True) -> list[Sent]:
    """The same as packets in the order of their arrival."""
    return make_stream(load_dictionary(), tables(every_instrument))


def parsed(number: float | int) -> float | int | None:
    """A number that can be compared: None for NaN."""
    return None if number != number else number
