r"""The numbers of one descent, put where the pattern of its shape wants them.

The mass at full thrust, $\mu(t) = \max(m_0 - \alpha\rho_2 t, m_{dry})$, is what the
bounds of thrust are expanded about: $\sigma \le \rho_2/\mu\,[1 - x]$ and $\sigma \ge
\rho_1/\mu\,[1 - x + x^2/2]$ with $x = z - \ln\mu \ge 0$ (Acikmese and Ploen 2007). Both
lie inside the true bounds, so a plan never asks for thrust that isn't there. Their
error is x^2/2 and x^3/6 of the thrust: 0.04 % and 4e-6 where x is 0.03, in a lunar
descent of a minute. Where x nears 1, after 10 min near the least thrust, the lower one
is far too high and a plan is not lossless.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from frigoris.onboard.convex.pattern import VALUES, Floats, Pattern, Shape, pattern
from frigoris.onboard.convex.problem import Craft, Problem

NO_LIMIT = 100.0  # of the miss, in units of length: as good as none
UPRIGHT = np.radians(5.0)  # tilt that is always allowed: a cone needs an inside


class Scales(NamedTuple):
    """What one is, in SI."""

    time: float  # duration of the descent [s]
    accel: float  # full thrust over the mass now [m/s^2]
    kappa: float  # ln mass per burnt unit: what full thrust burns, over the mass now

    @property
    def length(self) -> float:
        """[m]"""
        return self.accel * self.time**2

    @property
    def speed(self) -> float:
        """[m/s]"""
        return self.accel * self.time


@dataclass(frozen=True)
class Program:
    """A cone program: least `q x` where `b - A x` lies in the cones."""

    pattern: Pattern
    scales: Scales
    values: Floats  # where `Values` says
    data: Floats  # entries of A in the order of the pattern
    b: Floats


def shape_of(problem: Problem, nearest: bool) -> Shape:
    """Which pattern a problem has."""
    tilt = problem.craft.tilt_max
    return Shape(
        intervals=problem.intervals,
        tilt=tilt is not None,
        glide=problem.glide is not None,
        stop=problem.target_v_L is not None,
        aimed=problem.final_thrust_L is not None,
        nearest=nearest,
    )


def scales_of(problem: Problem, t_f: float) -> Scales:
    """The units in which all descents look alike."""
    craft = problem.craft
    accel = craft.thrust_max / problem.mass
    return Scales(t_f, accel, accel * t_f / craft.exhaust_speed)


def _across(direction: tuple[float, float, float]) -> Floats:
    """Two directions across a third one: [2, 3]."""
    ahead = np.asarray(direction) / np.linalg.norm(direction)
    other = np.eye(3)[np.argmin(np.abs(ahead))]  # surely not parallel to it
    first = np.cross(ahead, other)
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(ahead, first)])


def _values(problem: Problem, scales: Scales, lightest: Floats) -> Floats:
    """The numbers of `Values`; `lightest` is ln of the least mass over that now."""
    craft, kappa = problem.craft, scales.kappa
    throttle = craft.thrust_min / craft.thrust_max
    nodes = len(lightest)
    values = np.zeros(VALUES.growth + 2 * nodes)
    values[VALUES.one] = 1.0
    values[VALUES.kappa] = kappa
    values[VALUES.low_kappa] = throttle * kappa
    values[VALUES.root_kappa] = np.sqrt(2.0 * throttle) * kappa
    if craft.tilt_max is not None:
        values[VALUES.growth + nodes :] = np.cos(_tilts(craft, scales.time, nodes))
    if problem.glide is not None:
        values[VALUES.glide] = 1.0 / np.tan(problem.glide)
    if problem.final_thrust_L is not None:
        across = _across(problem.final_thrust_L)
        values[VALUES.across : VALUES.growth] = across.ravel()
    values[VALUES.growth : VALUES.growth + nodes] = np.exp(lightest)
    return values


def _tilts(craft: Craft, t_f: float, nodes: int) -> Floats:
    """Largest tilt of the thrust at each node [rad]: it narrows towards the end."""
    most = craft.tilt_max or 0.0
    if craft.turn_rate is None:
        return np.full(nodes, most)
    left = t_f * np.linspace(1.0, 0.0, nodes)
    return np.minimum(np.maximum(craft.turn_rate * left, UPRIGHT), most)


def _motion(problem: Problem, scales: Scales) -> Floats:
    """Right-hand side of the dynamics: [N, 7], the start in the first of them."""
    n = problem.intervals
    h = 1.0 / n
    g = np.asarray(problem.g_L) / scales.accel
    v = np.asarray(problem.v_L) / scales.speed
    b = np.zeros((n, 7))
    b[:, 0:3] = 0.5 * h * h * g
    b[:, 3:6] = h * g
    b[0, 0:3] += np.asarray(problem.r_L) / scales.length + h * v
    b[0, 3:6] += v
    return b


def _sides(
    problem: Problem, pat: Pattern, scales: Scales, lightest: Floats, heaviest: Floats
) -> Floats:
    """Right-hand side of all rows."""
    n, rows = problem.intervals, pat.rows
    throttle = problem.craft.thrust_min / problem.craft.thrust_max
    b = np.zeros(pat.size[0])
    b[: 7 * n] = _motion(problem, scales).ravel()
    target = np.asarray(problem.target_r_L) / scales.length
    ends = target[2:] if pat.shape.nearest else target
    if problem.target_v_L is not None:
        ends = np.concatenate([ends, np.asarray(problem.target_v_L) / scales.speed])
    b[rows["target"] : rows["target"] + len(ends)] = ends
    b[rows["upper"] : rows["upper"] + n + 1] = 1.0 + lightest
    b[rows["lightest"] : rows["lightest"] + n] = -lightest[1:] / scales.kappa
    b[rows["heaviest"] : rows["heaviest"] + n] = heaviest[1:] / scales.kappa
    cone = b[rows["lower"] : rows["lower"] + 3 * (n + 1)].reshape(n + 1, 3)
    cone[:, 0] = 1.0 - throttle * (1.0 + lightest)
    cone[:, 1] = -np.sqrt(2.0 * throttle) * lightest
    cone[:, 2] = cone[:, 0] - 2.0
    if problem.glide is not None:
        apex = np.array([target[2] / np.tan(problem.glide), target[0], target[1]])
        seen = apex * ([1.0, 0.0, 0.0] if pat.shape.nearest else 1.0)
        glide = b[rows["glide"] : rows["glide"] + 3 * (n - 1)].reshape(n - 1, 3)
        glide[:] = -seen
    if pat.shape.nearest:
        b[rows["miss"]] = NO_LIMIT
        b[rows["nearest"] + 1 : rows["nearest"] + 3] = -target[:2]
    return b


def program(problem: Problem, t_f: float, nearest: bool) -> Program:
    """The cone program of a descent of `t_f` seconds."""
    pat = pattern(shape_of(problem, nearest))
    scales = scales_of(problem, t_f)
    craft = problem.craft
    flown = scales.kappa * np.linspace(0.0, 1.0, problem.intervals + 1)
    least = craft.mass_dry / problem.mass
    throttle = craft.thrust_min / craft.thrust_max
    # nothing is burnt below the dry mass, so the expansion need not go there
    lightest = np.log(np.maximum(1.0 - flown, least))
    heaviest = np.log(np.maximum(1.0 - throttle * flown, 0.5 * least))
    values = _values(problem, scales, lightest)
    return Program(
        pattern=pat,
        scales=scales,
        values=values,
        data=pat.factor * values[pat.source],
        b=_sides(problem, pat, scales, lightest, heaviest),
    )
