r"""Linear sampled systems: loops opened at one place, frequency response, margins.

A system of one tick, $x' = A x + B p$, $y = C x + D p$, whose loops are closed by
$p = y$. Opened at input `i`, with the other loops closed, its return ratio is
$$ L(z) = c (zI - a)^{-1} b + d, \qquad G = -L, \quad z = e^{j \omega T}: $$
`G` is the loop that books with negative feedback draw, and -1 the point to stay away
from. A gain that moves a crossing of the negative axis onto -1 makes the loop
oscillate; so does an angle that turns a point of unit gain there; a delay turns it by
$\omega$ times the delay (Franklin, Powell, Workman, Digital Control, 3rd ed., 7.4).

Left out: what saturates or switches, and that the system changes along the flight.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

SLOWEST = 0.003  # frequency from which crossings count [rad/s]
GRID = 900  # frequencies looked at, evenly in their logarithm
NEAR = np.sinh(np.linspace(-4.0, 4.0, 41))  # around a resonance, in its half widths
DRIFT = 0.01  # slower poles are drift of inertial navigation, not of a loop [rad/s]
HALVINGS = 50


class Sampled(NamedTuple):
    """A linear system over one tick; feedback is positive."""

    a: np.ndarray  # [states, states]
    b: np.ndarray  # [states, inputs]
    c: np.ndarray  # [inputs, states]
    d: np.ndarray  # [inputs, inputs]
    dt: float  # [s]


class Crossing(NamedTuple):
    """Where a loop comes near -1."""

    omega: float  # [rad/s]
    gain: float  # factor that makes it oscillate; 1 at a crossing of unit gain [-]
    phase: float  # angle that does; 0 at a crossing of the negative axis [rad]
    delay: float  # that does; infinite at a crossing of the negative axis [s]


class Margins(NamedTuple):
    """How far a loop is from oscillation."""

    stable: bool  # once closed
    gain_up: float  # least factor above 1 that makes it oscillate, or infinite [-]
    gain_down: float  # largest one below 1, or 0 [-]
    phase: float  # least angle, negative where the loop is beyond it, or infinite [rad]
    delay: float  # least delay, or infinite [s]
    crossover: float  # last frequency of unit gain, NaN where there is none [rad/s]
    crossings: tuple[Crossing, ...]

    @property
    def gain_dB(self) -> float:
        """The nearer of both gain margins, in decibels."""
        down = -20.0 * np.log10(self.gain_down) if self.gain_down > 0.0 else np.inf
        return float(min(20.0 * np.log10(self.gain_up), down))


def opened(system: Sampled, at: int, closed: Sequence[int]) -> Sampled:
    """The loop at input `at` alone, with those in `closed` closed and others open."""
    a, b, c, d, dt = system
    j, i = [k for k in closed if k != at], [at]
    inner = np.linalg.inv(np.eye(len(j)) - d[np.ix_(j, j)])
    return Sampled(
        a=a + b[:, j] @ inner @ c[j],
        b=b[:, i] + b[:, j] @ inner @ d[np.ix_(j, i)],
        c=c[i] + d[np.ix_(i, j)] @ inner @ c[j],
        d=d[np.ix_(i, i)] + d[np.ix_(i, j)] @ inner @ d[np.ix_(j, i)],
        dt=dt,
    )


def delayed(loop: Sampled, ticks: int) -> Sampled:
    """The same loop with its input later by whole ticks."""
    for _ in range(ticks):
        states, inputs = loop.b.shape
        a = np.block([[loop.a, loop.b], [np.zeros((inputs, states + inputs))]])
        b = np.concatenate([np.zeros((states, inputs)), np.eye(inputs)])
        c = np.concatenate([loop.c, loop.d], axis=1)
        loop = Sampled(a, b, c, np.zeros_like(loop.d), loop.dt)
    return loop


def response(loop: Sampled, omega: np.ndarray) -> np.ndarray:
    """`G` of a loop with one input at frequencies `omega` [rad/s], complex."""
    z = np.exp(1j * np.atleast_1d(omega) * loop.dt)
    found = []
    for part in np.array_split(z, max(len(z) // 128, 1)):  # bounds the memory
        pencil = part[:, None, None] * np.eye(len(loop.a)) - loop.a
        right = np.broadcast_to(loop.b.astype(complex), (len(part), *loop.b.shape))
        x = np.linalg.solve(pencil, right)
        found.append(-(loop.c @ x + loop.d)[:, 0, 0])
    return np.concatenate(found)


def growth(loop: Sampled, gain: float = 1.0) -> float:
    """Largest growth rate of the closed loop with its gain multiplied [1/s].

    What creeps, nearly still for a hundred seconds, is not looked at.
    """
    if np.any(loop.d):
        raise ValueError("a loop without delay inside its tick is not closed here")
    values = np.linalg.eigvals(loop.a + gain * loop.b @ loop.c).astype(complex)
    s = np.log(values[np.abs(values) > 0.0]) / loop.dt
    return float(np.max(s.real[np.abs(s) > DRIFT]))


def poles(matrix: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequency [rad/s] and damping of critical of each oscillation of a map."""
    values = np.linalg.eigvals(matrix)
    values = values[values.imag > 1e-9]
    s = np.log(values) / dt
    return np.abs(s), -s.real / np.abs(s)


def frequencies(loop: Sampled) -> np.ndarray:
    """Where to look: evenly in the logarithm, and closely around each resonance."""
    top = np.pi / loop.dt
    even = np.geomspace(SLOWEST, top, GRID)
    omega, zeta = poles(loop.a, loop.dt)
    width = omega * np.clip(np.abs(zeta), 1e-7, 0.3)
    around = (omega[:, None] + width[:, None] * NEAR).ravel()
    inside = around[(around > SLOWEST) & (around < top)]
    return np.unique(np.concatenate([even, inside]))


def margins(loop: Sampled) -> Margins:
    """All crossings of a loop with one input, and the nearest of each kind."""
    omega = frequencies(loop)
    g = response(loop, omega)
    found = (*_gain_crossings(loop, omega, g), *_phase_crossings(loop, omega, g))
    gains = [x.gain for x in found if np.isinf(x.delay)]
    phases = [x for x in found if np.isfinite(x.delay)]
    return Margins(
        stable=growth(loop) < 0.0,
        gain_up=min((k for k in gains if k > 1.0), default=np.inf),
        gain_down=max((k for k in gains if k < 1.0), default=0.0),
        phase=min((x.phase for x in phases), key=abs, default=np.inf),
        delay=min((x.delay for x in phases), default=np.inf),
        crossover=max((x.omega for x in phases), default=np.nan),
        crossings=tuple(sorted(found)),
    )


def _gain_crossings(loop: Sampled, omega: np.ndarray, g: np.ndarray) -> list[Crossing]:
    """Of the negative real axis; the last frequency lies on the axis by itself."""
    ends = _bracketed(loop, omega, g.imag[:-1], lambda x: x.imag)
    at = response(loop, ends) if len(ends) else np.zeros(0, complex)
    here = [*zip(ends, at, strict=True), (omega[-1], g[-1])]
    return [
        Crossing(float(w), float(-1.0 / x.real), 0.0, np.inf)
        for w, x in here
        if x.real < 0.0
    ]


def _phase_crossings(loop: Sampled, omega: np.ndarray, g: np.ndarray) -> list[Crossing]:
    """Of the unit circle."""
    ends = _bracketed(loop, omega, np.abs(g) - 1.0, lambda x: np.abs(x) - 1.0)
    at = response(loop, ends) if len(ends) else np.zeros(0, complex)
    found = []
    for w, x in zip(ends, at, strict=True):
        left = float(np.angle(-x))  # 0 at -1, positive before it
        later = (left if left > 0.0 else left + 2.0 * np.pi) / w
        found.append(Crossing(float(w), 1.0, left, float(later)))
    return found


def _bracketed(
    loop: Sampled,
    omega: np.ndarray,
    values: np.ndarray,
    kind: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Frequencies at which `kind` of the response changes its sign, by halving."""
    k = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    low, high, start = omega[k], omega[k + 1], np.sign(values[k])
    if not len(k):
        return low
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        same = np.sign(kind(response(loop, middle))) == start
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.asarray(0.5 * (low + high))
