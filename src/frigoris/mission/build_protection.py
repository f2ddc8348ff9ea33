"""Fault protection as the flight software is loaded with it."""

from types import SimpleNamespace

from frigoris.math.tree import leaf
from frigoris.mission.build_sequence import condition
from frigoris.onboard.protection.config import (
    TIERS,
    Monitor,
    ProtectionConfig,
    SlowDown,
)
from frigoris.phases import PHASES


def protection_config(m: SimpleNamespace) -> ProtectionConfig | None:
    """Monitors in the order of the mission file; None without protection."""
    told = m.onboard.protection
    if told is None:
        return None
    slow = told.slow_down
    return ProtectionConfig(
        enabled=leaf(told.enabled),
        monitors=tuple(_monitor(name, x) for name, x in told.monitors.items()),
        slow_down=SlowDown(
            sigmas=leaf(slow.sigma), budget=leaf(slow.budget), floor=leaf(slow.floor)
        ),
    )


def _monitor(name: str, told: SimpleNamespace) -> Monitor:
    armed = told.phases
    return Monitor(
        name=name,
        armed=None if armed is None else tuple(PHASES.index(p) for p in armed),
        tier=TIERS.index(told.tier),
        distrust=told.distrust,
        trust=told.trust,
        reopen=told.reopen,
        slow=told.slow_down,
        when=condition(told.phase, told.when),
    )
