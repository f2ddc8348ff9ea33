"""What is asked of a descent plan: the lander, where it is, where it should land.

Everything is SI, in the frame L of the target: east, north, up (+z up), taken as
inertial and flat, with uniform gravity. Numbers that are fixed in a flight stand in
`Craft`, those of one replan in `Problem`; both are values and are never changed.
"""

import math
from dataclasses import dataclass

from frigoris.errors import UserError

Triple = tuple[float, float, float]
INTERVALS_MAX = 400  # more than that is a typing error: 50 lose 0.1 % of the fuel


def _demand(holds: object, found: str, wanted: str) -> None:
    if not holds:
        raise UserError(f"Cannot plan a descent: {found}; {wanted}.")


@dataclass(frozen=True)
class Craft:
    """What the planner believes of the lander."""

    thrust_min: float  # of all engines together along the thrust axis [N], may be 0
    thrust_max: float  # [N]
    exhaust_speed: float  # Isp g0 cos(cant) of the engines, 1/alpha [m/s]
    mass_dry: float  # below which nothing is left to burn [kg]
    tilt_max: float | None = None  # of the thrust from the vertical [rad]; None: free
    # at which the lander turns upright for the end [rad/s]; None: at once
    turn_rate: float | None = None

    def __post_init__(self) -> None:
        """A lander that cannot be is the user's mistake, and said at once."""
        low, high = self.thrust_min, self.thrust_max
        found = f"thrust_min = {low:g} N and thrust_max = {high:g} N"
        _demand(0.0 <= low < high < math.inf, found, "0 <= thrust_min < thrust_max")
        found = f"exhaust_speed = {self.exhaust_speed:g} m/s"
        # a specific impulse in its place is about 300
        wanted = "give Isp g0 cos(cant) in m/s, 1000 to 10000"
        _demand(1000.0 <= self.exhaust_speed <= 10000.0, found, wanted)
        found = f"mass_dry = {self.mass_dry:g} kg"
        _demand(0.0 < self.mass_dry < math.inf, found, "it must be above 0")
        if self.tilt_max is not None:
            found = f"tilt_max = {self.tilt_max:g} rad"
            _demand(0.0 < self.tilt_max <= math.pi, found, "give 0 to pi, in radians")
        if self.turn_rate is not None:
            found = f"turn_rate = {self.turn_rate:g} rad/s"
            wanted = "it must be above 0, beside a tilt_max"
            _demand(0.0 < self.turn_rate and self.tilt_max is not None, found, wanted)


@dataclass(frozen=True)
class Problem:
    """One replan: from an estimated state to a target, with the least propellant.

    The state may be anything, since an estimate may be: where it allows no descent, or
    is not finite, the solution says so. The rest is configuration and is checked.
    """

    craft: Craft
    r_L: Triple  # position now [m]
    v_L: Triple  # velocity now [m/s]
    mass: float  # now [kg]
    g_L: Triple  # gravity, uniform [m/s^2]
    target_r_L: Triple = (0.0, 0.0, 0.0)  # [m]
    target_v_L: Triple | None = (0.0, 0.0, 0.0)  # [m/s]; None: whatever it comes to
    glide: float | None = None  # least elevation seen from the target [rad]; None: free
    final_thrust_L: Triple | None = None  # direction of the last thrust; None: free
    t_f: float | None = (
        None  # duration of the descent [s]; None: the best is looked for
    )
    t_f_range: tuple[float, float] | None = None  # in which it is looked for [s]
    intervals: int = 50  # of linear thrust acceleration

    def __post_init__(self) -> None:
        """A question that cannot be asked is the user's mistake, and said at once."""
        found = f"intervals = {self.intervals}"
        _demand(3 <= self.intervals <= INTERVALS_MAX, found, "give 3 to 400")
        if self.glide is not None:
            found = f"glide = {self.glide:g} rad"
            _demand(0.0 < self.glide < math.pi / 2, found, "give 0 to pi/2, in radians")
        if self.final_thrust_L is not None:
            length = math.hypot(*self.final_thrust_L)
            found = f"final_thrust_L has length {length:g}"
            _demand(0.0 < length < math.inf, found, "it is a direction")
        if self.t_f_range is not None:
            low, high = self.t_f_range
            found = f"t_f_range = {low:g} to {high:g} s"
            _demand(0.0 < low < high < math.inf, found, "give 0 < low < high")

    @property
    def finite(self) -> bool:
        """Whether the estimate is made of numbers, with a mass above 0."""
        numbers = (*self.r_L, *self.v_L, *self.g_L, *self.target_r_L, self.mass)
        more = (*(self.target_v_L or ()), self.t_f or 0.0)
        return self.mass > 0.0 and all(map(math.isfinite, (*numbers, *more)))
