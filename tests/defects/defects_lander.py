"""Defects of tanks, slosh, engines, power, legs and touchdown."""

from defects.catalogue import Defect

LANDER = ("tests/unit/lander/test_lander.py",)
POWER = ("tests/unit/lander/test_power.py",)
SLOSH = ("tests/analytic/test_slosh.py",)
DOWN = ("tests/analytic/test_touchdown.py",)
PULSES = ("tests/unit/onboard/test_modulation.py",)
CHECK = ("tests/unit/mission/test_check_lander.py",)

DEFECTS = [
    Defect(
        "a footpad's balance is looked for where it was, not where it goes",
        "lander/legs.py",
        "start = jnp.where(touching, memory.pad_L + h * memory.pad_v_L, free_L)",
        "start = jnp.where(touching, memory.pad_L, free_L)",
        DOWN,
    ),
    Defect(
        "a damper pulls half as hard as it destroys",
        "lander/legs.py",
        "damped = legs.damping / h * (elastic - memory.elastic)",
        "damped = 0.5 * legs.damping / h * (elastic - memory.elastic)",
        DOWN,
    ),
    Defect(
        "what friction destroys is not counted",
        "lander/legs.py",
        "rubbed = -dot(b.hold_L, b.rubbed_L)",
        "rubbed = -0.0 * dot(b.hold_L, b.rubbed_L)",
        DOWN,
    ),
    Defect(
        "a strut never breaks",
        "lander/legs.py",
        "broke = jnp.any(jnp.abs(b.load) > legs.strength, axis=1)",
        "broke = jnp.any(jnp.abs(b.load) > 1e3 * legs.strength, axis=1)",
        DOWN,
    ),
    Defect(
        "engines push on after they were cut",
        "lander/touchdown.py",
        "jnp.exp(-jnp.maximum(time - craft.cutoff, 0.0) / craft.lag)",
        "jnp.exp(-jnp.maximum(0.0 * time - craft.cutoff, 0.0) / craft.lag)",
        DOWN,
    ),
    Defect(
        "the turning body has no gyroscopic torque on its legs",
        "lander/touchdown.py",
        "torque_B - cross(body.omega_B, momentum))",
        "torque_B + cross(body.omega_B, momentum))",
        DOWN,
    ),
    Defect(
        "gravity does not pull in the touchdown's first half step",
        "lander/touchdown.py",
        "zero - 0.5 * h * craft.gravity",
        "zero + 40.0 * h * craft.gravity",
        DOWN,
    ),
    Defect(
        "the liquid does not push back",
        "lander/slosh.py",
        "force = force_B - jnp.sum(pulled_B, axis=1)",
        "force = force_B - 0.0 * jnp.sum(pulled_B, axis=1)",
        SLOSH,
    ),
    Defect(
        "the swinging mass lacks one of its modes' factors",
        "lander/slosh.py",
        "(XI * (XI**2 - 1.0) * high)",
        "(XI * XI**2 * high)",
        SLOSH,
    ),
    Defect(
        "the liquid's weight lies on its surface",
        "lander/mass.py",
        "return bottom_B + jnp.stack([zero, zero, 0.5 * high])",
        "return bottom_B + jnp.stack([zero, zero, high])",
        LANDER,
    ),
    Defect(
        "a rover that leaves forgets where it stood",
        "lander/mass.py",
        "- _spread(mass, place_B - com_B)",
        "- _spread(mass, 0.0 * place_B)",
        LANDER,
    ),
    Defect(
        "the tail of a pulse is lost",
        "lander/engines.py",
        "+ _decay(close, after, engines.lag_off)",
        "+ 0.0 * _decay(close, after, engines.lag_off)",
        LANDER,
    ),
    Defect(
        "an engine that failed shut still burns",
        "lander/engines.py",
        "open=jnp.where(dead, 0.0, time_open),",
        "open=time_open,",
        LANDER,
    ),
    Defect(
        "the gimbal turns the thrust the other way",
        "lander/engines.py",
        "swung = [tilt_y * d[2], -tilt_x * d[2],",
        "swung = [-tilt_y * d[2], -tilt_x * d[2],",
        LANDER,
    ),
    Defect(
        "equipment comes back at the voltage at which it dropped out",
        "lander/power.py",
        "jnp.where(powered > 0.5, p.brownout, p.recover)",
        "p.brownout + 0.0 * powered",
        POWER,
    ),
    Defect(
        "the modulator's filter does not feel its own pulse",
        "onboard/modulation.py",
        "goal = p.gain * (wanted - jnp.where(is_on, p.level, 0.0))",
        "goal = p.gain * (wanted - 0.9 * jnp.where(is_on, p.level, 0.0))",
        PULSES,
    ),
    Defect(
        "both jets of a pair fire for the same torque",
        "onboard/modulation.py",
        "time = wanted - jnp.sum(opposites * common[:, None], axis=0)",
        "time = wanted - 0.0 * jnp.sum(opposites * common[:, None], axis=0)",
        PULSES,
    ),
    Defect(
        "footpads above the nozzle are accepted",
        "mission/check_lander.py",
        "if nozzle is not None and pad >= nozzle:",
        "if nozzle is not None and pad >= nozzle + 9.0:",
        CHECK,
    ),
]
