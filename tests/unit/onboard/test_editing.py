"""Editing of measurements: the lock-out of a gate, and what cures it.

Oracle: a scalar altitude filter over a step of the ground, in numpy, with the numbers
of `reference/algorithms.md`, section 2.3 and test N-2.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.onboard.editing import (
    CHI2,
    EDITORS,
    LATCHING,
    MULTIPLE_MODEL,
    NONE,
    REACQUIRE,
    Editing,
    Editor,
    edit,
    start,
)

STEP, AT, TIME = 3000.0, 60, 300  # of the ground [m, s]
judge = jax.jit(edit)


def editor(kind: int, **changes: float) -> Editor:
    values = {"sigma": 3.0, "floor": 0.0, "latch": 5.0, "reopen": 10.0, "agree": 50.0}
    numbers = {k: jnp.float64(v) for k, v in (values | changes).items()}
    return Editor(kind=jnp.int64(kind), **numbers)


def fly(kind: int, seed: int, **changes: float) -> dict[str, float]:
    """Altitude over ground that falls away by 3 km, a range every second."""
    rng = np.random.default_rng(seed)
    x, p, memory = 0.0, 20.0**2, start(jnp.float64(0.0))
    settings = editor(kind, **changes)
    rejected = after = 0
    for t in range(TIME):
        p += 0.2**2
        z = (STEP if t >= AT else 0.0) + rng.normal(0.0, 5.0)
        nu, s = z - x, p + 5.0**2
        seen = jnp.bool_(True)
        use, step, memory = judge(
            settings, memory, jnp.float64(nu), jnp.float64(s), seen
        )
        if bool(step):
            p, s = p + nu * nu, s + nu * nu
        if bool(use):
            x, p = x + p / s * nu, p * 25.0 / s
        after += t >= AT
        rejected += t >= AT and not bool(use)
    return {"rejected": rejected, "after": after, "error": x - STEP, "sigma": p**0.5}


def test_a_gate_locks_the_filter_out() -> None:
    """240 of 240 rejected, 2999 m low, while it claims 3.3 m."""
    found = fly(CHI2, 1)
    assert found["rejected"] == found["after"] == 240
    assert found["error"] == pytest.approx(-2999.0, abs=3.0)
    assert found["sigma"] == pytest.approx(3.3, abs=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_weighing_three_models_cures_it_sooner(seed: int) -> None:
    found = fly(MULTIPLE_MODEL, seed)
    assert 2 <= found["rejected"] <= 4  # measured 2
    assert abs(found["error"]) < 3.0


@pytest.mark.parametrize("seed", range(5))
def test_listening_again_after_rejects_that_agree_cures_it(seed: int) -> None:
    found = fly(REACQUIRE, seed)
    assert 8 <= found["rejected"] <= 12
    assert abs(found["error"]) < 3.0


def test_without_an_editor_the_step_is_followed() -> None:
    found = fly(NONE, 2)
    assert found["rejected"] == 0
    assert abs(found["error"]) < 5.0


def told(
    kind: int, innovations: list[float], **changes: float
) -> tuple[list[bool], Editing]:
    """What is believed of a stream, the filter expecting 10 m."""
    memory, used = start(jnp.float64(0.0)), []
    for nu in innovations:
        use, _, memory = judge(
            editor(kind, **changes),
            memory,
            jnp.float64(nu),
            jnp.float64(100.0),
            jnp.bool_(np.isfinite(nu)),
        )
        used.append(bool(use))
    return used, memory


def test_a_latch_stays_deaf_to_what_is_right_again() -> None:
    """Five in a row shut it; four and a good one between do not."""
    stream = [900.0, 5.0, *[500.0] * 4, 5.0, *[500.0] * 5, 5.0, 5.0]
    used, memory = told(LATCHING, stream)
    assert used == [True, True, *[False] * 4, True, *[False] * 5, False, False]
    assert float(memory.deaf) == 1.0
    used, _ = told(CHI2, stream)
    assert used[-2:] == [True, True]


def test_rejects_that_contradict_each_other_are_no_step_of_the_ground() -> None:
    wild = [0.0, *[700.0 * (-1.0) ** k for k in range(30)]]
    used, _ = told(REACQUIRE, wild)
    assert used == [True, *[False] * 30]
    used, _ = told(REACQUIRE, [0.0, *[700.0] * 10])
    assert used == [True, *[False] * 9, True]


@pytest.mark.parametrize("kind", range(len(EDITORS)))
def test_the_first_range_is_believed_and_none_is_not_a_reject(kind: int) -> None:
    used, memory = told(kind, [float("nan"), 5e3, float("nan"), 1.0])
    assert used == [False, True, False, True]
    assert float(memory.rejects) == 0.0


def test_the_floor_widens_the_gate() -> None:
    used, _ = told(CHI2, [0.0, 299.0, 301.0], floor=300.0)
    assert used == [True, True, False]


def test_false_ranges_are_no_step_to_the_three_models() -> None:
    """Each somewhere else, every second of them false: none of those is believed."""
    rng = np.random.default_rng(6)
    stream = [10.0 * rng.normal() for _ in range(40)]
    stream[5::2] = [float(x) for x in rng.uniform(500.0, 9000.0, len(stream[5::2]))]
    used, memory = told(MULTIPLE_MODEL, stream)
    assert not any(used[5::2])
    assert all(used[:5]) and np.mean(used[6::2]) > 0.9
    assert float(memory.stepped) < 0.5
