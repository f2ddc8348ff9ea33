"""What fault protection tells the recorder: nothing where there is none.

Monitors are bits of one number in the order of the mission file, instruments in that of
`INSTRUMENTS`, so that the recorder has the same columns whatever is watched.
"""

import jax.numpy as jnp
from jaxtyping import Array

from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.navigation import Navigator
from frigoris.onboard.protection.config import INSTRUMENTS
from frigoris.onboard.protection.guard import Guard, checks
from frigoris.onboard.quantities import CHECKS
from frigoris.types import Quat, Scalar


def recorded(
    config: OnboardConfig, guard: Guard | None, nav: Navigator, attitude: Quat
) -> dict[str, Array]:
    """By name of the sample; all checks in the order of `CHECKS` as one."""
    c, found = config.protection, checks(guard, nav, attitude)
    if guard is None or c is None or found is None:
        return {}
    names = [m.name for m in c.monitors]
    zero = jnp.zeros_like(guard.slow)
    return {
        "monitors_up": _bits([guard.up[n] for n in names], zero),
        "monitors_tripped": _bits([guard.trips[n] for n in names], zero),
        "trips": sum((guard.trips[n] for n in names), zero),
        "distrusted": _bits([1.0 - guard.trust[n] for n in INSTRUMENTS], zero),
        "slow_share": guard.slow,
        "slow_spent": guard.spent,
        "checks": jnp.stack([found[n] + zero for n in CHECKS]),
    }


def _bits(flags: list[Scalar], zero: Scalar) -> Scalar:
    total = zero
    for k, flag in enumerate(flags):
        total = total + jnp.where(flag > 0.5, 2.0**k, 0.0)
    return total
