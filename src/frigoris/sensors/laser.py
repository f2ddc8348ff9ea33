r"""Pulsed laser range finder: a link budget decides whether there is a range at all.

$$ N = \frac{E\,\eta\,e\,A}{\pi\rho^2}\,r_n\cos i\,\frac{\lambda}{hc}, \qquad
   \mathrm{SNR} = \frac{N}{N_n}\,\frac{1}{\sqrt{1 + (D/L)^2}}, \qquad
   P_d = Q(T - \mathrm{SNR}) $$

`E` pulse energy, `eta` optics and detector, `e` the efficiency of this unit on this day
(1 as tested), `A` aperture, `r_n` normal reflectance at the laser's wavelength, `i`
incidence, `N_n` photons equivalent to the noise, `T` threshold to noise. The threshold
looks at the peak of the echo, which is lower the deeper the target: `L = c tau / 2` of
the pulse against the depth `D` of slope and roughness within the footprint and of the
way flown while pulses are averaged. A range is *valid* when `confirm` of the last
`window` shots were detected and agree with it.

Noise crosses the threshold too, `B / sqrt(3) exp(-T^2 / 2)` times a second (Rice); the
first crossing after the blind range is taken for the echo.

Source: extended Lambert targets, e.g. Degnan 1993; Rice 1944; zero-phase reflectance as
measured by LOLA. Left out: light of the Sun, a beam that only half meets a rock.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.constants import C_LIGHT, H_PLANCK
from frigoris.sensors.mount import Mount
from frigoris.types import Flag, Scalar

NOISES = 4  # standard normal numbers that one shot uses
WINDOW = 10  # shots that the instrument can remember
BASE = 17.0  # over which the roughness of the ground is told [m]


class Laser(eqx.Module):
    """One range finder as it really is."""

    mount: Mount
    pulse_energy: Scalar  # as tested [J]
    wavelength: Scalar  # [m]
    aperture_area: Scalar  # [m^2]
    optics: Scalar  # transmission and quantum efficiency together [-]
    efficiency: Scalar  # of this unit against the tested one [-]
    warming: Scalar  # over the temperature of the test [K]
    warm_loss: Scalar  # of energy per kelvin of it [1/K]
    supply_power: Scalar  # exponent of bus voltage over its full value [-]
    albedo: Scalar  # normal reflectance of the ground [-]
    noise_photons: Scalar  # [-]
    threshold: Scalar  # threshold to noise [-]
    bandwidth: Scalar  # of the receiver [Hz]
    pulse_length: Scalar  # [s]
    divergence: Scalar  # of the beam, full angle [rad]
    averaging: Scalar  # time over which pulses are averaged [s]
    rough: Scalar  # rms of the ground over 17 m [m]
    hurst: Scalar  # how it grows with the baseline [-]
    range_min: Scalar  # blind below [m]
    range_max: Scalar  # of the timer [m]
    confirm: Scalar  # detections needed ... [-]
    window: Scalar  # ... among the last so many shots [-]
    agree: Scalar  # by which they may differ from the last [m]
    period: Scalar  # of shots [ticks]
    latency: Scalar  # until a range is reported [ticks]
    noise: Scalar  # of one range [m]
    bias: Scalar  # [m]
    noise_switch: Scalar  # 1, or 0 for a noise-free instrument


class LaserState(eqx.Module):
    """Ranges of the last shots, newest first, infinite where nothing was detected."""

    ranges: Float[Array, "10 *cases"]  # [m]


class View(NamedTuple):
    """What the beam meets."""

    slant_range: Scalar  # [m]
    cos_incidence: Scalar
    closing: Scalar  # speed along the beam, positive towards the ground [m/s]
    clear: Scalar  # share of the light that dust leaves, out and back [-]
    supply: Scalar  # bus voltage over its full value [-]
    hit: Flag


def start(zero: Scalar) -> LaserState:
    """Nothing was detected yet."""
    return LaserState(ranges=jnp.stack([zero + jnp.inf] * WINDOW))


def energy(laser: Laser, supply: Scalar) -> Scalar:
    """Energy of one pulse on this day [J]."""
    warm = jnp.exp(-laser.warm_loss * laser.warming)
    weak = laser.supply_power * jnp.log(jnp.maximum(supply, 1e-6))
    return laser.pulse_energy * laser.efficiency * warm * jnp.exp(weak)


def photons(laser: Laser, view: View) -> Scalar:
    """Photons of one echo [-]."""
    returned = energy(laser, view.supply) * laser.optics * laser.albedo * view.clear
    echo = returned * jnp.maximum(view.cos_incidence, 0.0) * laser.aperture_area
    echo = echo / (jnp.pi * view.slant_range * view.slant_range)
    return echo * laser.wavelength / (H_PLANCK * C_LIGHT)


def depth(laser: Laser, view: View) -> Scalar:
    """Depth of the target as the averaged echo shows it [m]."""
    cosine = jnp.clip(view.cos_incidence, 0.1, 1.0)
    across = view.slant_range * laser.divergence
    slope = across * jnp.sqrt(1.0 - cosine * cosine) / cosine
    rough = 2.0 * laser.rough * (across / BASE) ** laser.hurst
    way = view.closing * laser.averaging
    return jnp.sqrt(slope * slope + rough * rough + way * way)


def signal_to_noise(laser: Laser, view: View) -> Scalar:
    """Signal to noise of one shot [-]; a detection needs about `laser.threshold`."""
    spread = depth(laser, view) / (0.5 * C_LIGHT * laser.pulse_length)
    echo = photons(laser, view) / laser.noise_photons
    return echo / jnp.sqrt(1.0 + spread * spread)


def false_rate(laser: Laser) -> Scalar:
    """Crossings of the threshold by noise alone [1/s]."""
    rate = laser.bandwidth / jnp.sqrt(3.0) * jnp.exp(-0.5 * laser.threshold**2)
    return rate * laser.noise_switch


def measure(
    laser: Laser,
    state: LaserState,
    view: View,
    due: Flag,
    noise: Float[Array, "4 *#cases"],
) -> tuple[Scalar, LaserState]:
    """One shot where it is `due`: range [m], NaN unless valid, and the new memory."""
    seen = view.hit & (view.slant_range < laser.range_max)
    seen = seen & (view.slant_range > laser.range_min)
    snr = signal_to_noise(laser, view)
    detected = seen & (snr + laser.noise_switch * noise[0] > laser.threshold)
    blur = depth(laser, view) / jnp.sqrt(12.0 * jnp.maximum(photons(laser, view), 1.0))
    sigma = laser.noise_switch * jnp.sqrt(laser.noise**2 + blur * blur)
    # the mean of what was averaged is that of the middle of it
    lag = 0.5 * laser.averaging * view.closing
    value = view.slant_range + laser.bias + lag + sigma * noise[1]
    # half the sum of two squares waits as the first crossing does
    wait = 0.5 * (noise[2] ** 2 + noise[3] ** 2)
    rate = jnp.maximum(false_rate(laser), 1e-30)
    early = laser.range_min + 0.5 * C_LIGHT * wait / rate
    fooled = early < jnp.where(detected, view.slant_range, laser.range_max)
    shot = jnp.where(fooled, early, jnp.where(detected, value, jnp.inf))
    ranges = jnp.concatenate([shot[None], state.ranges[:-1]])
    ages = jnp.arange(WINDOW, dtype=shot.dtype)
    inside = ages.reshape((-1,) + (1,) * (ranges.ndim - 1)) < laser.window
    alike = jnp.isfinite(ranges) & (jnp.abs(ranges - shot) <= laser.agree)
    count = jnp.sum(jnp.where(inside & alike, 1.0, 0.0), axis=0)
    valid = due & jnp.isfinite(shot) & (count >= laser.confirm)
    memory = LaserState(ranges=jnp.where(due, ranges, state.ranges))
    return jnp.where(valid, shot, jnp.nan), memory
