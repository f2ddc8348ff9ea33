"""Dispersed values read back from the built model.

What was asked for and what flies are two things: a value may be overwritten by another,
reach no number of the flight, or land in another case's lane. So the arrays that fly
are asked which values they were made of, and both stand in the row of the case.
"""

from typing import Any

import equinox as eqx
import jax
import numpy as np

from frigoris.errors import UserError
from frigoris.flight.params import Params
from frigoris.mission.build import Planned, bare, make_params, spread
from frigoris.mission.cases import put
from frigoris.mission.dispersions import Sampler
from frigoris.mission.edit import as_flown
from frigoris.mission.schema import Mission
from frigoris.mission.setting import Setting
from frigoris.mission.si import si

PROBES = 64  # cases whose scatter is taken as the size of a move
ROUNDS = 30  # steps; one is enough where the numbers are linear in the values
APART = 1e-9  # singular value, of the largest, below which two values look alike [-]


class Reader:
    """Solves the built numbers for the values that they were made of."""

    def __init__(
        self, mission: Mission, planned: Planned, setting: Setting, sampler: Sampler
    ):
        """Raise `UserError` where a value changes nothing that flies, or two values
        cannot be told apart.
        """
        self._flown, self._planned, self._setting = as_flown(mission), planned, setting
        self._targets, self.labels = sampler.targets, sampler.labels
        self._design = np.concatenate([t.design for t in self._targets])
        drawn = sampler.block(range(PROBES))
        spread_ = np.std(drawn, axis=0)
        self.moves = np.where(spread_ > 0.0, spread_, 1.0)
        probes = self._design[:, None] + np.diag(self.moves)
        key = np.zeros(2, dtype=np.uint32)
        self._single = make_params(si(self._flown), planned, setting, key)
        responses = self._built(probes) - self._built(self._design[:, None])
        self._rows = np.any(responses != 0.0, axis=1)
        self._check(responses)
        size = np.abs(responses[self._rows]).max(axis=1, keepdims=True)
        self._scale = 1.0 / size
        self._solve = np.linalg.pinv(responses[self._rows] * self._scale, rcond=APART)

    def _built(self, values: np.ndarray) -> np.ndarray:
        """All numbers of the flights with these `[input, case]` values."""
        m = si(self._flown)
        for target in self._targets:
            part = values[target.comps]
            put(m, target.path, part[0] if target.scalar else part)
        key = np.zeros(2, dtype=np.uint32)
        params = make_params(m, self._planned, self._setting, key)
        return numbers_of(spread(params, self._single, values.shape[1]))

    def _check(self, responses: np.ndarray) -> None:
        moved = np.atleast_1d(responses.any(axis=0))
        dead = [name for name, m in zip(self.labels, moved, strict=True) if not m]
        if dead:
            raise UserError(
                f"Cannot disperse {', '.join(dead)}: nothing that flies depends on it. "
                "It belongs to the plan or the load, which are the same in all cases; "
                "change it with --set, or disperse what is true of the lander."
            )
        scaled = responses[self._rows]
        scaled = scaled / np.abs(scaled).max(axis=1, keepdims=True)
        if np.linalg.matrix_rank(scaled, rtol=APART) < len(self.labels):
            names = ", ".join(self.labels)
            raise UserError(
                f"Cannot disperse {names} together: some of them change the same "
                "numbers of the flight in the same way. Leave one of them out."
            )

    def values(self, params: Params) -> np.ndarray:
        """Values `[input, case]` in the units of their labels."""
        wanted = numbers_of(params)[self._rows]
        found = np.repeat(self._design[:, None], wanted.shape[1], axis=1)
        for _ in range(ROUNDS):
            missing = (wanted - self._built(found)[self._rows]) * self._scale
            step = self.moves[:, None] * (self._solve @ missing)
            found = found + step
            if np.all(np.abs(step) < 1e-9 * self.moves[:, None]):
                break
        return found


def numbers_of(params: Params) -> np.ndarray:
    """All numbers of a batch but noise key, what is injected, terrain and gravity:
    `[number, case]`.
    """
    own = eqx.tree_at(lambda p: p.key, bare(params), None)
    own = eqx.tree_at(lambda p: p.faults, own, None, is_leaf=lambda x: x is None)
    leaves: list[Any] = jax.tree.leaves(own)
    return np.concatenate([np.reshape(x, (-1, x.shape[-1])) for x in leaves])
