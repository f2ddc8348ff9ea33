r"""The link budget, line by line, in decibels.

$$ \frac{E_b}{N_0} = P + G_t - L_l - L_{fs} - L_a + G_r - 10\lg T - 10\lg k
   - 10\lg R - L_i, \quad L_{fs} = 20\lg\frac{4\pi d f}{c} $$

$T = T_z + T_a (1 - 1/l_a) + b\,T_M$: receiver and cold sky at the zenith, the air, and
the Moon, which fills the beam of a large dish and makes the noise of a cooled receiver
at X-band four times what it was (Morabito, Imbriale and Keihm 2008).
"""

from dataclasses import dataclass, fields

import numpy as np

from frigoris.constants import C_LIGHT, RADIUS_MOON
from frigoris.radio.stations import Station

BOLTZMANN = 1.380649e-23  # [J/K], SI definition
AIR = 275.0  # mean temperature of the air on the way [K]
AIR_LOSS = 0.05  # at the zenith, X-band in dry weather [dB] [K]
MOON = 215.0  # disc of the Moon at X-band; 3 % with the phase [K] [K]
BEAM_SHARE = 0.85  # of what a dish receives comes from its main beam [-]
LOWEST = 0.03  # sine of the elevation below which the air is not followed [-]


@dataclass(frozen=True)
class Budget:
    """Every line of a budget; arrays over time, or one number each."""

    power_dBW: np.ndarray
    line_loss_dB: np.ndarray
    antenna_gain_dBi: np.ndarray
    eirp_dBW: np.ndarray
    distance_km: np.ndarray
    free_space_dB: np.ndarray
    air_dB: np.ndarray
    receiver_gain_dBi: np.ndarray
    noise_K: np.ndarray
    g_t_dB_K: np.ndarray
    c_n0_dB_Hz: np.ndarray
    rate_dB: np.ndarray
    implementation_dB: np.ndarray
    eb_n0_dB: np.ndarray
    required_dB: np.ndarray
    margin_dB: np.ndarray

    def at(self, index: int) -> dict[str, float]:
        """One moment, by name."""
        lines = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}
        return {k: float(v[index] if v.ndim else v) for k, v in lines.items()}


@dataclass(frozen=True)
class Transmitter:
    """What is the same in every direction."""

    frequency: float  # [Hz]
    power: float  # [W]
    line_loss: float  # [dB]
    implementation: float  # carrier, demodulation, polarisation, pointing [dB]


@dataclass(frozen=True)
class Receiver:
    """The other end, over time."""

    gain: np.ndarray  # [dBi]
    noise: np.ndarray  # [K]
    air: np.ndarray  # [dB]


def free_space_loss(distance: np.ndarray, frequency: float) -> np.ndarray:
    """Loss between isotropic antennas [dB]; [m], [Hz]."""
    return np.asarray(20.0 * np.log10(4.0 * np.pi * distance * frequency / C_LIGHT))


def dish_gain(diameter: float, efficiency: float, frequency: float) -> float:
    """Gain of a dish on its axis [dBi]; [m], [Hz]."""
    circumference = np.pi * diameter * frequency / C_LIGHT  # in wavelengths
    return float(10.0 * np.log10(efficiency * circumference**2))


def moon_share(diameter: float, frequency: float, distance: np.ndarray) -> np.ndarray:
    """Share of a Gaussian beam that the disc of the Moon fills, centred in it [-]."""
    beam = 1.2 * C_LIGHT / frequency / diameter  # full width at half power [rad]
    disc = 2.0 * np.arcsin(np.minimum(RADIUS_MOON / distance, 1.0))
    return np.asarray(-np.expm1(-np.log(2.0) * (disc / beam) ** 2))


def ground_receiver(
    station: Station,
    frequency: float,
    elevation: np.ndarray,
    distance: np.ndarray,
) -> Receiver:
    """A station that looks at the Moon; elevation [rad], distance [m]."""
    air = AIR_LOSS / np.maximum(np.sin(elevation), LOWEST)
    warm = AIR * (1.0 - 10.0 ** (-0.1 * air))
    share = BEAM_SHARE * moon_share(station.diameter, frequency, distance)
    gain = dish_gain(station.diameter, station.efficiency, frequency)
    return Receiver(
        gain=np.full_like(air, gain),
        noise=station.noise + warm + share * MOON,
        air=air,
    )


def budget(
    transmitter: Transmitter,
    receiver: Receiver,
    antenna_gain: np.ndarray,
    distance: np.ndarray,
    rate: np.ndarray,
    required: float,
) -> Budget:
    """The whole budget; gain [dBi], distance [m], rate [bit/s], required Eb/N0 [dB]."""
    power = 10.0 * np.log10(transmitter.power)
    eirp = power - transmitter.line_loss + antenna_gain
    space = free_space_loss(distance, transmitter.frequency)
    figure = receiver.gain - 10.0 * np.log10(receiver.noise)
    c_n0 = eirp - space - receiver.air + figure - 10.0 * np.log10(BOLTZMANN)
    bits = 10.0 * np.log10(rate)
    level = c_n0 - bits - transmitter.implementation
    wide = np.zeros_like(level)
    return Budget(
        power_dBW=power + wide,
        line_loss_dB=transmitter.line_loss + wide,
        antenna_gain_dBi=antenna_gain + wide,
        eirp_dBW=eirp + wide,
        distance_km=1e-3 * distance + wide,
        free_space_dB=space + wide,
        air_dB=receiver.air + wide,
        receiver_gain_dBi=receiver.gain + wide,
        noise_K=receiver.noise + wide,
        g_t_dB_K=figure + wide,
        c_n0_dB_Hz=c_n0,
        rate_dB=bits + wide,
        implementation_dB=transmitter.implementation + wide,
        eb_n0_dB=level,
        required_dB=required + wide,
        margin_dB=level - required,
    )
