"""The guidance laws that a mission file may call by name.

Without JAX, so that a mission file is checked at once.
"""

LAWS = {
    "hold": "engines off, attitude against the velocity held closely",
    "coast": "engines off, the same attitude held loosely",
    "deorbit": "against the velocity until the planned change is done",
    "trim": "full main thrust times `level`, against the velocity",
    "predictive": "braking: a predictor closes speed and range, thrust near `level`",
    "quartic": "Apollo: position quartic in time, meets the target's acceleration too",
    "e_guidance": "linear acceleration, least effort (E-guidance, ZEM/ZEV)",
    "augmented": "between both, by its gain (augmented Apollo)",
    "reference": "tracks the trajectory that was planned with the mission",
    "convex": "tracks the last solution of minimum-fuel convex guidance",
    "gravity_turn": "against the velocity, thrust for a stop at the target's altitude",
    "schedule": "descent rate by altitude, horizontal velocity towards the target",
    "rate_of_descent": "constant descent rate, horizontal velocity nulled (P66)",
    "ascend": "full thrust back into an orbit",
    "off": "engines and thrusters off",
    "own": "the guidance law that `onboard.software` names",
}

# laws that must be told what to aim at
NEED_TARGET = (
    "trim",
    "predictive",
    "quartic",
    "e_guidance",
    "augmented",
    "reference",
    "convex",
    "gravity_turn",
    "ascend",
)
