"""The least that a landing can cost: impulses from a given orbit, in closed form.

Planar two-body motion about a point mass that does not turn. A Moon that turns carries
the ground along, by up to 4.6 m/s at the equator: `Floor.over_ground` has that in.
Distances are from the centre [m], `mu` is in m^3/s^2.
"""

from dataclasses import dataclass
from math import hypot, pi, sqrt


def speed_at(mu: float, radius: float, perilune: float, apolune: float) -> float:
    """Speed at `radius` with the energy of an ellipse (vis-viva) [m/s]."""
    return sqrt(mu * (2.0 / radius - 2.0 / (perilune + apolune)))


def period(mu: float, perilune: float, apolune: float) -> float:
    """Time around an ellipse [s]."""
    return 2.0 * pi * sqrt((0.5 * (perilune + apolune)) ** 3 / mu)


def lowering(mu: float, apolune: float, high: float, low: float) -> float:
    """Impulse at apolune that lowers the perilune from `high` to `low` [m/s]."""
    return speed_at(mu, apolune, high, apolune) - speed_at(mu, apolune, low, apolune)


@dataclass(frozen=True)
class Floor:
    """Costs from an ellipse down to the ground at `ground` [m/s].

    `grazing` stops at the ground what is left of the ellipse's energy there. No engine
    does better: an impulse takes most energy where it is fastest, and that is lowest.
    No ellipse leads there at once, so `two_impulses` is what can be flown: `kick` at
    apolune, then the stop. `from_circular` does the same from the circle at apolune.
    """

    perilune_speed: float
    apolune_circular_speed: float
    deorbit: float  # from the circle at apolune into the ellipse
    period: float  # of the ellipse [s]
    grazing: float
    kick: float
    touch: float
    two_impulses: float
    from_circular: float

    def over_ground(self, along: float, across: float) -> float:
        """`grazing` where the ground itself moves `along` the approach and `across`."""
        return hypot(self.grazing - along, across)


def floor(mu: float, perilune: float, apolune: float, ground: float) -> Floor:
    """The costs from an ellipse, whose ends lie above the radius of the ground."""
    kick = lowering(mu, apolune, perilune, ground)
    touch = speed_at(mu, ground, ground, apolune)
    return Floor(
        perilune_speed=speed_at(mu, perilune, perilune, apolune),
        apolune_circular_speed=sqrt(mu / apolune),
        deorbit=lowering(mu, apolune, apolune, perilune),
        period=period(mu, perilune, apolune),
        grazing=speed_at(mu, ground, perilune, apolune),
        kick=kick,
        touch=touch,
        two_impulses=kick + touch,
        from_circular=lowering(mu, apolune, apolune, ground) + touch,
    )
