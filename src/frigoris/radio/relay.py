r"""Relay satellites of the Moon: two-body orbits, and the way to them.

$$ M = M_0 + \sqrt{\mu/a^3}\,(t - t_0), \quad M = E - e\sin E $$

The elements are about the Moon's pole, the node from the prime meridian, at an epoch;
axes that do not turn coincide there with those of the Moon. Left out: the tide of the
Earth and the uneven field, which move an ellipse of 12 h by degrees in a month.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from frigoris.constants import C_LIGHT, MU_MOON, SPIN_MOON
from frigoris.radio.budget import Receiver

KEPLER_ROUNDS = 12  # of Newton's method: exact up to an eccentricity of 0.95


@dataclass(frozen=True)
class Relay:
    """One satellite with its receiver for landers."""

    name: str
    axis: float  # half of the long axis [m]
    eccentricity: float
    inclination: float  # to the Moon's equator [rad]
    node: float  # longitude of the ascending node at the epoch [rad]
    perilune: float  # argument of perilune [rad]
    anomaly: float  # mean, at the epoch [rad]
    epoch: datetime
    figure: float  # G/T towards landers [dB/K]
    delay: float  # in the satellite, before it goes on to Earth [s]


def places(relay: Relay, start: datetime, t: np.ndarray) -> np.ndarray:
    """Position in M `[n, 3]` [m] at `t`, seconds after `start`."""
    since = np.asarray(t) + (start - relay.epoch).total_seconds()
    mean = relay.anomaly + np.sqrt(MU_MOON / relay.axis**3) * since
    e = relay.eccentricity
    mean = np.remainder(mean, 2.0 * np.pi)
    ecc = np.where(e > 0.6, np.pi, mean) * np.ones_like(mean)
    for _ in range(KEPLER_ROUNDS):
        ecc = ecc - (ecc - e * np.sin(ecc) - mean) / (1.0 - e * np.cos(ecc))
    x = relay.axis * (np.cos(ecc) - e)
    y = relay.axis * np.sqrt(1.0 - e * e) * np.sin(ecc)
    c, s = np.cos(relay.perilune), np.sin(relay.perilune)
    along, ahead = c * x - s * y, s * x + c * y
    # the Moon turns below the orbit
    node = relay.node - SPIN_MOON * since
    up = np.sin(relay.inclination) * ahead
    level = np.cos(relay.inclination) * ahead
    return np.stack(
        [
            np.cos(node) * along - np.sin(node) * level,
            np.sin(node) * along + np.cos(node) * level,
            up,
        ],
        axis=1,
    )


def relay_ray(
    relay_r_M: np.ndarray, r_M: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors to the relay, distance [m] and light time [s]; it stands still."""
    way = relay_r_M - r_M
    distance = np.linalg.norm(way, axis=1)
    return way / distance[:, None], distance, distance / C_LIGHT


def relay_receiver(relay: Relay, count: int) -> Receiver:
    """The relay's receiver: its G/T as a gain over one kelvin, without air."""
    return Receiver(
        gain=np.full(count, relay.figure), noise=np.ones(count), air=np.zeros(count)
    )
