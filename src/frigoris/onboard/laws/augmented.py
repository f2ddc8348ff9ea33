"""The augmented Apollo family (Lu 2019): between E-guidance and the quartic.

The gain of the target, 6 to 12, trades fuel against the shape of the end: with 6 the
final acceleration is given up, with 12 it is met.
"""

from frigoris.onboard.laws import polynomial
from frigoris.onboard.laws.law import Command, Law, Plan, Situation, aimed
from frigoris.onboard.laws.polynomial import Family
from frigoris.types import Flag


def _family(at: Situation) -> Family:
    return Family(gamma=1.0, gain=aimed(at).gain)


def _solve(at: Situation, flown: Flag) -> Plan:
    return polynomial.solve(_family(at), at, flown)


def _command(at: Situation) -> Command:
    return polynomial.command(_family(at), at)


LAW = Law(_command, _solve, full=True)
