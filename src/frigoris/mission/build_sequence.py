"""The phases as the flight software is loaded with them."""

from types import SimpleNamespace

from frigoris.math.tree import leaf
from frigoris.onboard.conditions import STAY
from frigoris.onboard.config import (
    Bound,
    ConvexConfig,
    End,
    Phase,
    SequenceConfig,
    Target,
)
from frigoris.phases import PHASES

SIDES = ("_above", "_below")
FIRST = ("landed", "safe", "abort")  # of several that may follow at once, in this order


def target(t: SimpleNamespace) -> Target:
    """What a law aims at."""
    return Target(
        height=leaf(t.altitude),
        rate=leaf(t.descent_rate),
        speed=leaf(t.speed_horizontal),
        range=leaf(t.range),
        accel_up=leaf(t.accel_up),
        accel_along=leaf(t.accel_along),
        level=leaf(t.level),
        freeze=leaf(t.freeze),
        gain=leaf(t.gain),
        track_gain=leaf(t.track_gain),
        lead=leaf(t.lead),
        t_go=leaf(t.t_go),
        jerk_along=None if t.jerk_along is None else leaf(t.jerk_along),
    )


def convex_config(told: SimpleNamespace | None) -> ConvexConfig | None:
    """How convex guidance plans."""
    if told is None:
        return None
    return ConvexConfig(
        replan=leaf(told.replan),
        glide=leaf(told.glide),
        from_height=leaf(told.from_altitude),
        intervals=told.intervals,
    )


def condition(after: str | None, told: SimpleNamespace) -> End:
    """A condition, and the phase that follows; None: the phase stays."""
    bounds = []
    for said, value in vars(told).items():
        if said.endswith(SIDES) and value is not None:
            quantity, side = said[: -len(SIDES[0])], said[-len(SIDES[0]) :]
            bounds.append(Bound(quantity, side == SIDES[0], leaf(value)))
    hold = vars(told)["for"]
    return End(
        next=STAY if after is None else PHASES.index(after),
        every=told.combine == "all",
        contact=told.contact,
        bounds=tuple(bounds),
        hold=None if hold is None else leaf(hold),
    )


def _ends(told: dict[str, SimpleNamespace]) -> tuple[End, ...]:
    """In the order in which they count, whatever that of the file is."""
    order = [*FIRST, *(name for name in PHASES if name not in FIRST)]
    return tuple(condition(name, told[name]) for name in order if name in told)


def sequence_config(
    m: SimpleNamespace, deorbit_time: float, ignition_time: float
) -> SequenceConfig:
    """Times, and the phases in the order of their numbers."""
    s = m.onboard.sequence
    phases = [
        Phase(
            number=number,
            law=s.phases[name].law,
            target=s.phases[name].target and target(s.phases[name].target),
            ends=_ends(s.phases[name].ends),
        )
        for number, name in enumerate(PHASES)
        if name in s.phases
    ]
    return SequenceConfig(
        deorbit_time=leaf(deorbit_time),
        ignition_time=leaf(ignition_time),
        contact_confirm=leaf(s.contact_confirm),
        contact_votes=leaf(s.contact_votes),
        phases=tuple(phases),
    )
