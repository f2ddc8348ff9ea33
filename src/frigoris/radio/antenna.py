r"""Patterns of antennas on a body: gain over the angle from the boresight.

$$ G(\theta) = G_0 \left(\frac{1 + \cos\theta}{2}\right)^n, \quad
   n = \frac{\ln 1/2}{\ln\left((1 + \cos(\beta/2))/2\right)} $$

with $\beta$ the full width at half power: $\beta = 180°$ is the hemispherical antenna
($n = 1$), small ones are nearly Gaussian. Without loss $G_0 = n + 1$, since the mean
over the sphere is $G_0/(n+1)$. Below a floor the back lobes of body and antenna stand
in place of the pattern. Left out: scatter on the body, which ripples by some dB.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EFFICIENCY = 0.8  # of an antenna whose gain is not given [-]


@dataclass(frozen=True)
class Antenna:
    """One antenna of a lander."""

    name: str
    boresight_B: np.ndarray  # unit vector
    beamwidth: float  # full, at half power [rad]
    gain: float | None  # on the boresight [dBi]; None: what the beamwidth allows
    back: float  # least gain in any direction [dBi]
    steer: float = 0.0  # its beam can be turned this far from the boresight [rad]


def exponent(beamwidth: float) -> float:
    """The n of a pattern; `beamwidth` is full, at half power [rad]."""
    return float(np.log(0.5) / np.log(0.5 * (1.0 + np.cos(0.5 * beamwidth))))


def peak_gain(antenna: Antenna) -> float:
    """Gain on the boresight [dBi]."""
    if antenna.gain is not None:
        return antenna.gain
    return float(10.0 * np.log10(EFFICIENCY * (exponent(antenna.beamwidth) + 1.0)))


def gain(antenna: Antenna, angle: np.ndarray) -> np.ndarray:
    """Gain [dBi] at angles from the boresight [rad]."""
    off = np.maximum(np.asarray(angle) - antenna.steer, 0.0)
    share = np.maximum(0.5 * (1.0 + np.cos(off)), 1e-30)
    lobe = peak_gain(antenna) + exponent(antenna.beamwidth) * 10.0 * np.log10(share)
    return np.asarray(np.maximum(lobe, antenna.back))


def best_gain(
    antennas: Sequence[Antenna], u_B: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gain [dBi] towards unit vectors `[n, 3]` by the best antenna, and which it is."""
    angles = [
        # stable near the axis, where the cosine is flat
        np.arctan2(
            np.linalg.norm(np.cross(u_B, a.boresight_B), axis=-1), u_B @ a.boresight_B
        )
        for a in antennas
    ]
    gains = np.stack([gain(a, x) for a, x in zip(antennas, angles, strict=True)])
    return gains.max(axis=0), gains.argmax(axis=0)
