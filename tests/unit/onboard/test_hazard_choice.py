"""The choice of a place: properties that hold for any map."""

import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from frigoris.onboard.hazard import choice
from frigoris.onboard.hazard.safety import Safety
from support.hazards import search

SHAPE = (9, 7)
C = search()

shares = arrays(np.float64, SHAPE, elements=st.floats(0.0, 1.0))
ways = arrays(np.float64, SHAPE, elements=st.floats(0.0, 3000.0))
flags = arrays(np.bool_, SHAPE)
cells = st.tuples(st.integers(0, SHAPE[0] - 1), st.integers(0, SHAPE[1] - 1))


def decide(probability, distance, possible, target, there=True):
    risk = 2.0 * (1.0 - jnp.asarray(probability))
    safe = Safety(risk, jnp.asarray(probability), risk)
    price = choice.cost(C, safe, jnp.asarray(distance), jnp.zeros(SHAPE))
    i, j = (jnp.int32(k) for k in target)
    spot = choice.choose(
        C, safe, price, jnp.asarray(possible), (i, j, jnp.asarray(there))
    )
    return (int(spot.row), int(spot.column)), int(spot.why), np.asarray(price)


@given(shares, ways, flags, cells)
def test_the_best_reachable_place_is_taken(probability, distance, possible, target):
    spot, why, price = decide(probability, distance, possible, target)
    if not possible.any():
        assert why == choice.BLIND
        return
    assert possible[spot]
    if why == choice.KEPT:
        assert spot == target and probability[spot] >= C.keep
    else:
        assert price[spot] == price[possible].min()
        assert not (possible[target] and probability[target] >= C.keep)
        safe = probability[spot] >= choice.SAFE_ENOUGH
        assert why == (choice.DIVERTED if safe else choice.LEAST_BAD)


@given(shares, ways, flags, cells)
def test_a_target_out_of_view_is_never_kept(probability, distance, possible, target):
    _, why, _ = decide(probability, distance, possible, target, there=False)
    assert why != choice.KEPT


@given(shares, ways, cells, st.floats(0.001, 0.5))
def test_a_place_made_safer_is_not_given_up(probability, distance, target, more):
    """What was chosen stays so when it gets better and nothing else changes."""
    possible = np.ones(SHAPE, bool)
    spot, why, _ = decide(probability, distance, possible, target)
    better = probability.copy()
    better[spot] = min(1.0, better[spot] + more)
    again, why_again, _ = decide(better, distance, possible, target)
    assert again == spot or why_again == choice.KEPT
    if why == choice.KEPT:
        assert why_again == choice.KEPT


@given(shares, flags, cells)
def test_a_mirrored_map_is_mirrored(probability, possible, target):
    """With all costs different: left and right have no meaning of their own."""
    rng = np.random.default_rng(1)
    distance = 100.0 + rng.uniform(size=SHAPE)
    spot, why, price = decide(probability, distance, possible, target)
    if len(np.unique(price)) < price.size:
        return
    other, why_other, _ = decide(
        probability[::-1], distance[::-1], possible[::-1],
        (SHAPE[0] - 1 - target[0], target[1]),
    )  # fmt: skip
    assert why_other == why
    if why != choice.BLIND:
        assert other == (SHAPE[0] - 1 - spot[0], spot[1])


def test_of_two_safe_places_the_nearer_then_the_smoother_wins():
    probability = np.zeros(SHAPE)
    probability[2, 2] = probability[6, 5] = 0.97
    distance = np.full(SHAPE, 50.0)
    distance[6, 5] = 10.0
    everywhere = np.ones(SHAPE, bool)
    assert decide(probability, distance, everywhere, (0, 0))[0] == (6, 5)
    # a hundredth of certainty is worth 50 m, by its weight and by the risk beside it
    probability[2, 2] = 0.99
    assert decide(probability, distance, everywhere, (0, 0))[0] == (2, 2)
