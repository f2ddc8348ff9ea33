"""The guidance laws by the names that a mission file calls them."""

from frigoris.onboard.laws import (
    ascend,
    augmented,
    e_guidance,
    gravity_turn,
    orbit,
    predictive,
    quartic,
    rate_of_descent,
    schedule,
    track,
)
from frigoris.onboard.laws.law import Law

LAWS: dict[str, Law] = {
    "hold": orbit.HOLD,
    "coast": orbit.COAST,
    "deorbit": orbit.DEORBIT,
    "trim": orbit.TRIM,
    "predictive": predictive.LAW,
    "quartic": quartic.LAW,
    "e_guidance": e_guidance.LAW,
    "augmented": augmented.LAW,
    "reference": track.REFERENCE,
    "convex": track.CONVEX,
    "gravity_turn": gravity_turn.LAW,
    "schedule": schedule.LAW,
    "rate_of_descent": rate_of_descent.LAW,
    "ascend": ascend.LAW,
    "off": orbit.OFF,
    "own": orbit.OWN,
}
