"""Small helpers for states that are trees of arrays."""

from collections.abc import Callable
from typing import Any, TypeVar

import equinox as eqx
import numpy as np

T = TypeVar("T")


def replace_at(where: Callable[[T], Any], tree: T, new: Any) -> T:
    """`tree` with other values at the places that `where` picks; its type stays."""
    changed: T = eqx.tree_at(where, tree, new)
    return changed


def leaf(value: Any, dtype: Any = np.float64) -> Any:
    """A leaf of parameters: always an array, made on the host, double by default."""
    return np.asarray(value, dtype=dtype)
