"""The user's own code tried before it flies: a tick, for a few cases side by side.

Tracing shows shapes and what JAX cannot trace; running it shows what is not a number,
and a case that depends on its neighbours.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.flight import door, scan
from frigoris.flight.params import Params
from frigoris.flight.sense import sense
from frigoris.flight.state import start as start_of_both
from frigoris.math.tree import replace_at
from frigoris.messages import Commands, Measurements
from frigoris.mission.build import spread
from frigoris.mission.own_software import place, say
from frigoris.onboard.own import Estimate, Own

CASES = 3
OTHER = 1.001  # by which the last case is moved to see whether the others notice
Shapes = dict[str, tuple[int, ...]]

# each with the lander that it was tried for: the structure and shapes of its numbers
_tried: set[tuple[Own, Any]] = set()


def try_out(single: Params) -> None:
    """Raise `UserError` where own code can't fly; `single` is one case without axis."""
    own = single.software
    if own is None:
        return
    guided = any(p.law == "own" for p in single.onboard.sequence.phases)
    if guided != (own.kind == "guidance"):
        raise _wrong(
            own,
            "has a phase with `law: own`, which only a guidance law can fly"
            if guided
            else "is flown in no phase: give some of them `law: own`",
        )
    if own.kind == "software" and scan.wanted(single):
        raise _wrong(
            own,
            "replaces all that is onboard, the search for a safe place too, and images "
            "of the hazard lidar do not get to it: leave onboard.hazard_avoidance out",
        )
    lander = jax.tree.structure(single), tuple(map(np.shape, jax.tree.leaves(single)))
    if (own, lander) in _tried:
        return
    params = jax.tree.map(jnp.asarray, spread(single, single, CASES))
    memory = _attempt(own, "cannot start", lambda: door.start(params))
    for name, leaf in _leaves(memory):
        if leaf.shape[-1:] != (CASES,):
            raise _wrong(
                own,
                f"starts with {name} of shape {list(leaf.shape)}, whose last axis is "
                f"not that of the cases ({CASES} in the trial). Make it from the "
                "shapes given: jnp.zeros_like(r_M[0])",
            )
    measured = quiet(params)
    told = _attempt(
        own,
        "cannot be traced",
        lambda: jax.eval_shape(_call(own, params), memory, measured),
    )
    _check_shapes(own, memory, told, params)
    _check_numbers(own, params, memory, measured)
    _tried.add((own, lander))


def _call(own: Own, params: Params) -> Callable[[Any, Measurements], Any]:
    """One tick as a function of memory and measurements."""
    config, dt, tick = params.onboard, jnp.float64(TICK), jnp.uint32(0)
    told = params.start
    zero = jnp.zeros_like(told.r_M[0])

    def call(memory: Any, measured: Measurements) -> Any:
        if own.kind == "guidance":
            # the increments make the trial's cases differ
            r_M = told.r_M + 1e3 * measured.dv
            e = Estimate(r_M, told.v_M, told.q_MB, told.omega_BI_B, zero)
            return own.step(config, e, memory, dt)
        if own.kind == "navigator":
            return own.step(config, memory, measured, dt)
        return own.step(config, memory, measured, tick, dt)

    return call


def quiet(params: Params) -> Measurements:
    """A tick in which no instrument speaks but the inertial unit."""
    truth, _ = jax.eval_shape(start_of_both, params)
    clock = jnp.float64(0.0), jnp.uint32(0)
    shapes = jax.eval_shape(lambda p, s: sense(p, s, *clock)[0], params, truth)

    def blank(x: Any) -> jax.Array:
        nothing = jnp.nan if jnp.issubdtype(x.dtype, jnp.floating) else False
        return jnp.full(x.shape, nothing, x.dtype)

    silent = jax.tree.map(blank, shapes)
    none = jnp.zeros_like(silent.dv)
    heard: Measurements = replace_at(
        lambda m: (m.elapsed, m.dtheta, m.dv),
        silent,
        (none[0] + TICK, none + 1e-5, none + 0.16),
    )
    return heard


def _leaves(tree: Any) -> list[tuple[str, Any]]:
    paths, _ = jax.tree_util.tree_flatten_with_path(tree)
    return [(f"memory{jax.tree_util.keystr(path)}", leaf) for path, leaf in paths]


def _parts(own: Own, told: Any) -> tuple[Any, Any]:
    """What it gives, and its new memory."""
    count = 3 if own.kind == "guidance" else 2
    if not isinstance(told, tuple) or len(told) != count:
        wanted = {
            "guidance": "direction, thrust, memory",
            "navigator": "estimate, memory",
            "software": "memory, commands",
        }[own.kind]
        got = f"{len(told)} things" if isinstance(told, tuple) else "one thing"
        raise _wrong(own, f"must return ({wanted}), not {got}")
    if own.kind == "software":
        return told[1], told[0]
    return (told[0] if own.kind == "navigator" else told[:2]), told[-1]


def _check_shapes(own: Own, memory: Any, told: Any, params: Params) -> None:
    given, new = _parts(own, told)
    was, now = str(jax.tree.structure(memory)), str(jax.tree.structure(new))
    if now != was:
        raise _wrong(own, f"returns memory {now}, but it started with {was}")
    for (name, old), x in zip(_leaves(memory), jax.tree.leaves(new), strict=True):
        if not _fits(x.shape, old.shape) or x.dtype != old.dtype:
            raise _wrong(
                own,
                f"returns {name} as {x.dtype}{list(x.shape)}, but it started as "
                f"{old.dtype}{list(old.shape)}",
            )
    kinds = {"software": Commands, "navigator": Estimate}
    kind = kinds.get(own.kind)
    if kind and not isinstance(given, kind):
        raise _wrong(own, f"returns {type(given).__name__}, not {kind.__name__}")
    values = (
        vars(given) if kind else dict(zip(("direction", "thrust"), given, strict=True))
    )
    jets = params.onboard.vehicle.rcs_allocation.shape[0]
    for name, wanted in _wanted(own.kind, jets).items():
        shape = jnp.shape(values[name])
        if not _fits(shape, (*wanted, CASES)):
            raise _wrong(
                own,
                f"returns {name} of shape {list(shape)}, not {[*wanted, CASES]} "
                f"({CASES} cases in the trial)",
            )


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    try:
        return bool(jnp.broadcast_shapes(shape, wanted) == wanted)
    except ValueError:
        return False


def _wanted(kind: str, jets: int) -> Shapes:
    if kind == "guidance":
        return {"direction": (3,), "thrust": ()}
    if kind == "navigator":
        return {"r_M": (3,), "v_M": (3,), "q_MB": (4,), "omega_B": (3,), "ground": ()}
    return {
        "main_duty": (),
        "assist_duty": (),
        "rcs_duty": (jets,),
        "gimbal": (2,),
        "laser_cant": (),
    }


def _check_numbers(
    own: Own, params: Params, memory: Any, measured: Measurements
) -> None:
    call = jax.jit(_call(own, params))
    first = _attempt(
        own, "cannot run", lambda: jax.tree.map(np.asarray, call(memory, measured))
    )
    given, _ = _parts(own, first)
    for path, x in jax.tree_util.tree_flatten_with_path(given)[0]:
        if not np.all(np.isfinite(x)):
            name = jax.tree_util.keystr(path).lstrip(".")
            raise _wrong(
                own,
                f"gives {name or 'a number'} = NaN in a tick in which no instrument "
                "speaks but the inertial unit. Invalid measurements are NaN: choose "
                "before arithmetic, jnp.where(jnp.isfinite(x), x, 0.0)",
            )
    moved = jnp.ones(CASES).at[-1].set(OTHER)

    def other(x: jax.Array) -> jax.Array:
        return x * moved if jnp.issubdtype(x.dtype, jnp.floating) else x

    second = jax.tree.map(np.asarray, call(*jax.tree.map(other, (memory, measured))))
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        kept = np.shape(a)[-1:] == (CASES,)
        if kept and not np.array_equal(a[..., 0], b[..., 0], equal_nan=True):
            raise _wrong(
                own,
                "lets one case depend on another beside it. Components come first and "
                "cases last: reduce over axis 0 (frigoris.math.vectors has dot, norm "
                "and cross)",
            )


def _wrong(own: Own, what: str) -> UserError:
    return UserError(f"{own.where}: the {own.kind} {own.name!r} {what}.")


def _attempt(own: Own, what: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # anything that a user's function may do when traced
        at = place(error, own.file) or f"{own.where}: "
        raise UserError(
            f"{at}the {own.kind} {own.name!r} {what}: {say(error)}"
        ) from None
