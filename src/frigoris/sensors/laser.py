r"""Pulsed laser range finder: a link budget decides whether there is a range at all.

$$ N = \frac{E\,\eta\,e\,A}{\pi\rho^2}\,r_n\cos i\,\frac{\lambda}{hc}, \qquad
   \mathrm{SNR} = N/N_n, \qquad P_d = Q(T - \mathrm{SNR}) $$

`E` pulse energy, `eta` optics and detector, `e` the efficiency of this unit on this day
(1 as tested), `A` aperture, `r_n` normal reflectance at the laser's wavelength, `i`
incidence, `N_n` photons equivalent to the noise, `T` threshold to noise. A range is
*valid* when `confirm` of the last `window` shots were detected.

Source: algorithms of extended Lambert targets, e.g. Degnan 1993; zero-phase reflectance
as measured by LOLA. Left out: pulse stretching on slopes, false alarms, Sun background.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.constants import C_LIGHT, H_PLANCK
from frigoris.types import Flag, Scalar

NOISES = 2  # standard normal numbers that one shot uses
WINDOW = 8  # shots that the instrument can remember


class Laser(eqx.Module):
    """One range finder as it really is."""

    pulse_energy: Scalar  # [J]
    wavelength: Scalar  # [m]
    aperture_area: Scalar  # [m^2]
    optics: Scalar  # transmission and quantum efficiency together [-]
    efficiency: Scalar  # of this unit against the tested one [-]
    albedo: Scalar  # normal reflectance of the ground [-]
    noise_photons: Scalar  # [-]
    threshold: Scalar  # threshold to noise [-]
    range_max: Scalar  # of the timer [m]
    confirm: Scalar  # detections needed ... [-]
    window: Scalar  # ... among the last so many shots [-]
    noise: Scalar  # of one range [m]
    bias: Scalar  # [m]
    noise_switch: Scalar  # 1, or 0 for a noise-free instrument


class LaserState(eqx.Module):
    """Detections of the last shots, newest first, 1 or 0: `[8, *cases]`."""

    detected: Scalar


def photons(laser: Laser, slant_range: Scalar, cos_incidence: Scalar) -> Scalar:
    """Photons of one echo [-]."""
    returned = (
        laser.pulse_energy * laser.optics * laser.efficiency * laser.albedo
    ) * jnp.maximum(cos_incidence, 0.0)
    echo = returned * laser.aperture_area / (jnp.pi * slant_range * slant_range)
    return echo * laser.wavelength / (H_PLANCK * C_LIGHT)


def signal_to_noise(laser: Laser, slant_range: Scalar, cos_incidence: Scalar) -> Scalar:
    """Signal to noise of one shot [-]; a detection needs about `laser.threshold`."""
    return photons(laser, slant_range, cos_incidence) / laser.noise_photons


def measure(
    laser: Laser,
    state: LaserState,
    slant_range: Scalar,
    cos_incidence: Scalar,
    hit: Flag,
    noise: Float[Array, "2 *#cases"],
) -> tuple[Scalar, Flag, LaserState]:
    """One shot: reported range [m] (NaN where invalid), `valid`, and the new memory."""
    snr = signal_to_noise(laser, slant_range, cos_incidence)
    detected = hit & (slant_range < laser.range_max)
    detected = detected & (snr + laser.noise_switch * noise[0] > laser.threshold)
    memory = jnp.concatenate(
        [detected[None].astype(slant_range.dtype), state.detected[:-1]]
    )
    ages = jnp.arange(WINDOW, dtype=slant_range.dtype)
    inside = ages.reshape((-1,) + (1,) * (memory.ndim - 1)) < laser.window
    count = jnp.sum(jnp.where(inside, memory, 0.0), axis=0)
    valid = detected & (count >= laser.confirm)
    value = slant_range + laser.bias + laser.noise * laser.noise_switch * noise[1]
    return jnp.where(valid, value, jnp.nan), valid, LaserState(detected=memory)
