"""A case whose numbers break is an outcome, and its neighbours do not notice."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from flights.conftest import QUIET, Fleet
from frigoris.flight.outcome import NOT_FINITE, Gear, classify, touch
from frigoris.flight.slices import fly_batch
from frigoris.mission.build import stack
from frigoris.mission.edit import nominal
from frigoris.mission.fly import case_params
from frigoris.mission.schema import Mission

GEAR = Gear(3.0, 1.5, 0.2)


def test_a_planted_nan_ends_one_case_only(mission: Mission, recorded: Fleet) -> None:
    good, _ = case_params(recorded.stage, nominal(mission), QUIET)
    bad = eqx.tree_at(
        lambda p: p.vehicle.engines.isp, good, np.full(7, np.nan, dtype=np.float64)
    )
    flown = fly_batch(stack([good, bad, good], 8), recorded.stage.times)
    outcomes = [classify(flown.truth, k, GEAR) for k in range(3)]
    assert outcomes == ["landed", NOT_FINITE, "landed"]
    # the last good state is kept
    r = np.asarray(flown.truth.motion.r_M)[:, 1]
    assert np.isfinite(r).all()
    alone = recorded.see("design").touched
    assert alone is not None
    for k in (0, 2):
        found = touch(flown.truth, k)
        assert found is not None
        assert abs(found.time - alone.time) < 1e-6
    assert jnp.isfinite(flown.truth.contact.time[0])
