"""Rate of descent: a constant rate, the horizontal velocity nulled (Apollo's P66)."""

from frigoris.onboard.laws.law import Command, Law, Situation
from frigoris.onboard.laws.schedule import leaning, parts


def _command(at: Situation) -> Command:
    g = at.config.guidance
    _, descent, drift_M = parts(at.nav)
    a_up = g.rate_gain * (descent - g.landing_rate)
    return leaning(at, a_up, -g.drift_gain * drift_M, g.tilt_landing_max)


LAW = Law(_command, near=True)
