"""The radio of a mission file as the link model takes it."""

from datetime import datetime

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.mission.schema import Mission
from frigoris.mission.schema_world import parse_utc
from frigoris.mission.si import si
from frigoris.radio.antenna import Antenna
from frigoris.radio.budget import Transmitter
from frigoris.radio.downlink import Radio, stations_of
from frigoris.radio.relay import Relay
from frigoris.radio.stations import STATIONS, Station


def make_radio(mission: Mission) -> Radio:
    """Antennas, transmitter, stations and relays of a mission."""
    m = si(mission.radio)
    own = tuple(
        Station(
            s.name,
            s.latitude,
            s.longitude,
            s.height,
            s.diameter,
            s.noise,
            s.mask,
            s.efficiency,
        )
        for s in m.own_stations
    )
    return Radio(
        transmitter=Transmitter(m.frequency, m.power, m.line_loss, m.implementation),
        antennas=tuple(_antenna(a) for a in m.antennas),
        stations=stations_of(m.stations, own, STATIONS),
        relays=tuple(_relay(r) for r in m.relays),
        code=m.code,
        frame_bytes=m.frame,
        rates=tuple(sorted({m.rate, *m.rates})),
        rate=m.rate,
        margin=m.margin,
        hysteresis=m.hysteresis,
        hold=m.hold,
    )


def _antenna(a: object) -> Antenna:
    told = vars(a)
    axis = np.array(told["boresight"])
    return Antenna(
        name=told["name"],
        boresight_B=axis / np.linalg.norm(axis),
        beamwidth=told["beamwidth"],
        gain=told["gain"],
        back=told["back"],
        steer=told["steer"],
    )


def _relay(r: object) -> Relay:
    told = vars(r)
    low = RADIUS_MOON + told["perilune_altitude"]
    high = RADIUS_MOON + told["apolune_altitude"]
    epoch: datetime = parse_utc(told["epoch"])
    return Relay(
        name=told["name"],
        axis=0.5 * (low + high),
        eccentricity=(high - low) / (high + low),
        inclination=told["inclination"],
        node=told["node"],
        perilune=told["perilune"],
        anomaly=told["anomaly"],
        epoch=epoch,
        figure=told["figure"],
        delay=told["delay"],
    )
