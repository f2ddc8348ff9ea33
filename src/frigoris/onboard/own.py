"""The user's own flight software: what it may replace, and the names it is known by.

Three doors. A *guidance law* gives thrust direction and thrust, a *navigator* gives the
estimate, *software* is the whole onboard part: measurements in, commands out. Each is a
pure function that JAX can trace, written for leading components and cases last, with a
memory of its own: any tree of arrays with cases last. None sees more than ours does:
the load, the measurements and what it remembers.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import equinox as eqx
from jaxtyping import Array, UInt32

from frigoris.messages import Commands, Measurements
from frigoris.onboard.config import OnboardConfig
from frigoris.types import Index, Quat, Scalar, Vec3

Memory: TypeAlias = Any  # a tree of arrays, cases last


class Estimate(eqx.Module):
    """Where the lander believes to be. The footpads are at the height
    |r_M| - |config.moon.site_M| - config.vehicle.standoff - ground over the ground.
    """

    r_M: Vec3  # of the centre of mass [m]
    v_M: Vec3  # relative to the turning Moon [m/s]
    q_MB: Quat
    omega_B: Vec3  # inertial rate [rad/s]
    ground: Scalar  # height of the ground below over the target's, map included [m]


class Report(eqx.Module):
    """What own software tells for the record and the telemetry; NaN: not told."""

    phase: Index  # as in `frigoris.phases`
    estimate: Estimate
    mass: Scalar  # [kg]


@runtime_checkable
class Start(Protocol):
    """Makes the memory of the first tick from the load and the state handed over."""

    def __call__(
        self, config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
    ) -> Memory:
        """The memory: float leaves `[..., *cases]`, made from the shapes given."""


@runtime_checkable
class Guidance(Protocol):
    """Thrust direction in M (unit vector) and thrust [N] of the coming tick."""

    def __call__(
        self, config: OnboardConfig, estimate: Estimate, memory: Memory, dt: Scalar
    ) -> tuple[Vec3, Scalar, Memory]:
        """Once a tick of `dt` seconds, heeded in phases whose law is `own`."""


@runtime_checkable
class Navigate(Protocol):
    """Measurements to an estimate."""

    def __call__(
        self, config: OnboardConfig, memory: Memory, measured: Measurements, dt: Scalar
    ) -> tuple[Estimate, Memory]:
        """Once a tick; `measured` covers the tick before, `dt` is the coming one."""


@runtime_checkable
class Software(Protocol):
    """The whole onboard part."""

    def __call__(
        self,
        config: OnboardConfig,
        memory: Memory,
        measured: Measurements,
        tick: UInt32[Array, ""],
        dt: Scalar,
    ) -> tuple[Memory, Commands]:
        """Once a tick: what the actuators do over the coming `dt` seconds."""


@dataclass(frozen=True, eq=False)
class Own:
    """A function under its name. Equal only to itself: it is part of programs."""

    kind: str  # guidance, navigator or software
    name: str
    step: Callable[..., Any]
    start: Start
    report: Callable[[OnboardConfig, Memory], Report] | None
    file: str
    line: int

    @property
    def where(self) -> str:
        """File and line of the function."""
        return f"{self.file}:{self.line}"

    @property
    def sha256(self) -> str:
        """Of the file that it stands in, as it is now."""
        try:
            return hashlib.sha256(Path(self.file).read_bytes()).hexdigest()
        except OSError:  # typed into a console
            return "unknown"


registry: dict[str, Own] = {}  # the last one of each name
written: dict[tuple[str, str], Own] = {}  # the last one of each file and name
Function = TypeVar("Function", bound=Callable[..., Any])


def nothing(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> Memory:
    """No memory at all."""
    return ()


def register_guidance(
    name: str, *, start: Start = nothing
) -> Callable[[Function], Function]:
    """Make a `Guidance` known as `name`; `start` makes its memory."""
    return _register("guidance", name, start)


def register_navigator(
    name: str, *, start: Start = nothing
) -> Callable[[Function], Function]:
    """Make a `Navigate` known as `name`; `start` makes its memory."""
    return _register("navigator", name, start)


def register_software(
    name: str,
    *,
    start: Start = nothing,
    report: Callable[[OnboardConfig, Memory], Report] | None = None,
) -> Callable[[Function], Function]:
    """Make `Software` known as `name`.

    `start` makes its memory; `report(config, memory)` is what record and telemetry show
    of it. Without one they show commands alone.
    """
    return _register("software", name, start, report)


def _register(
    kind: str,
    name: str,
    start: Start,
    report: Callable[[OnboardConfig, Memory], Report] | None = None,
) -> Callable[[Function], Function]:
    def keep(function: Function) -> Function:
        code = inspect.unwrap(function).__code__
        own = Own(
            kind, name, function, start, report, code.co_filename, code.co_firstlineno
        )
        registry[name] = written[own.file, name] = own
        return function

    return keep
