"""Dispersed values of one case: a function of seed, case and path, and nothing else.

The order of the rows, the name of the mission and the other cases have no influence, so
case 4711 is the same alone, in any batch, in a copied mission.
"""

import hashlib
from typing import Any

import numpy as np

from frigoris.mission.paths import read
from frigoris.mission.schema import Mission


def case_key(seed: int, case: int) -> np.ndarray:
    """Key of the sensor noise of one case, two words."""
    word = np.random.SeedSequence([seed, case]).generate_state(2, np.uint32)
    return np.asarray(word, dtype=np.uint32)


def stream(seed: int, case: int, path: str) -> np.random.Generator:
    """The random numbers of one parameter in one case."""
    name = int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "little")
    return np.random.Generator(
        np.random.Philox(np.random.SeedSequence([seed, case, name]))
    )


def draw(mission: Mission, seed: int, case: int) -> dict[str, Any]:
    """Path to value, in the units of the mission file, for every dispersion."""
    values: dict[str, Any] = {}
    for spec in mission.dispersions:
        design = read(mission, spec.path)
        center = np.asarray(design, dtype=np.float64)
        numbers = stream(seed, case, spec.path)
        if spec.normal is not None:
            offset = numbers.standard_normal(center.shape) * np.asarray(
                spec.normal.sigma
            )
        elif spec.uniform is not None:
            offset = numbers.uniform(-1.0, 1.0, center.shape) * np.asarray(
                spec.uniform.half_width
            )
        else:
            continue
        value = center + offset
        values[spec.path] = (
            tuple(float(x) for x in value) if value.ndim else float(value)
        )
    return values
