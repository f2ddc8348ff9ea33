"""A case whose numbers break is an outcome, and its neighbours do not notice."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from flights.conftest import QUIET, Fleet
from frigoris.flight.landing import settle
from frigoris.flight.outcome import NOT_FINITE, Rated, outcomes, touch
from frigoris.flight.slices import fly_batch
from frigoris.mission.build import join
from frigoris.mission.cases import make_lanes
from frigoris.mission.edit import nominal
from frigoris.mission.schema import Mission

RATED = Rated(3.0, 1.5, 0.2, 0.3)


def test_a_planted_nan_ends_one_case_only(mission: Mission, recorded: Fleet) -> None:
    stage = recorded.stage
    lanes = make_lanes(nominal(mission), stage.planned, stage.setting, [QUIET] * 3)
    isp = np.array(lanes.params.vehicle.engines.isp)
    isp[:, 1] = np.nan
    params = eqx.tree_at(lambda p: p.vehicle.engines.isp, lanes.params, isp)
    params = join([params], 8)
    flown = fly_batch(params, stage.times)
    down = settle(params, flown.truth, flown.end).landing
    assert outcomes(flown.truth, down, RATED)[:3] == ["landed", NOT_FINITE, "landed"]
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
