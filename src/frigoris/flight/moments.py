"""States of a flight on disk: whole moments, from which it can be flown on otherwise.

The file has one array per number of `Flying`, by its name in the tree, with the moments
first; so a reader of another version finds out what is missing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.flight.slices import SLICE_TICKS, Moment
from frigoris.flight.step import Flying

FILE = "moments.npz"


def _names(tree: Any) -> list[str]:
    paths, _ = jax.tree_util.tree_flatten_with_path(tree)
    return [jax.tree_util.keystr(path).lstrip(".") for path, _ in paths]


def save(path: Path, states: Sequence[Flying], lane: int) -> None:
    """Write one lane of the states of a batch."""
    picked = [jax.tree.map(lambda x: _lane(x, lane), s) for s in states]
    leaves = [jax.tree.leaves(s) for s in picked]
    columns = [np.stack(values) for values in zip(*leaves, strict=True)]
    named: dict[str, Any] = dict(zip(_names(picked[0]), columns, strict=True))
    np.savez_compressed(path, **named)


def _lane(x: Any, lane: int) -> np.ndarray:
    x = np.asarray(x)
    return np.asarray(x[..., lane] if x.ndim else x)


def load(path: Path, time: float, like: Flying) -> Moment:
    """The last moment at or before `time` [s], in every lane of `like`.

    Raises `UserError` where there is none, or where another version wrote it.
    """
    try:
        with np.load(path) as file:
            columns = dict(file)
    except (OSError, ValueError) as error:
        raise UserError(
            f"Cannot read the moments of the flight in {path}: {error}. Fly the record "
            "again with `frigoris fly`."
        ) from None
    names = _names(like)
    if sorted(columns) != sorted(names):
        raise UserError(
            f"Cannot go on from {path}: another version of frigoris wrote it. Fly the "
            "record again with `frigoris fly`."
        )
    times = columns["time"]
    index = int(np.searchsorted(times, time + 1e-6)) - 1
    if index < 0:
        raise UserError(
            f"Cannot go on from {time:g} s of {path.parent.parent}: it begins at "
            f"{times[0]:.1f} s."
        )
    old = jax.tree.leaves(like)
    leaves = [
        _spread(np.asarray(columns[name][index]), x)
        for name, x in zip(names, old, strict=True)
    ]
    flying = jax.tree.unflatten(jax.tree.structure(like), leaves)
    if index + 1 == len(times):
        return Moment(flying, TICK, SLICE_TICKS)
    left = int(columns["tick"][index + 1]) - int(columns["tick"][index])
    return Moment(flying, float(times[index + 1] - times[index]) / left, left)


def _spread(value: np.ndarray, like: Any) -> Any:
    cases = jnp.asarray(like)
    wide = value[..., None] if cases.ndim > value.ndim else value
    return jnp.asarray(np.broadcast_to(wide, cases.shape), dtype=cases.dtype)
