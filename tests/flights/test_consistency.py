"""In flight the filter knows how wrong it is: normalised errors of landings."""

import numpy as np
import pytest

from frigoris.mission.batch import WIDTH, Stage
from frigoris.mission.build import join
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import nominal
from frigoris.mission.schema import Mission
from frigoris.verify.consistency import (
    FLIGHT,
    RANGED,
    Epochs,
    sigma_near,
    table,
    together,
    watch,
)


def watched(mission: Mission, stage: Stage, cases: range, width: int) -> Epochs:
    parts = []
    for first in range(cases.start, cases.stop, width):
        some = [Case(k) for k in range(first, min(first + width, cases.stop))]
        lanes = make_lanes(nominal(mission), stage.planned, stage.setting, some)
        params = join([lanes.params], width)
        parts.append(watch(params, stage.times, len(some)))
    return together(parts)


@pytest.mark.slow
def test_a_few_flights_are_as_wrong_as_their_filter_says(
    mission: Mission, stage: Stage
) -> None:
    """Eight flights; chi-squared with some 72 degrees of freedom, three sigma."""
    seen = watched(mission, stage, range(100, 100 + WIDTH), WIDTH)
    rows = {row.phase: row for row in table(seen)}
    assert tuple(rows) == FLIGHT
    for row in rows.values():
        assert 0.15 < row.nees < 1.6, row.phase  # 512 flights: 0.45 to 0.65
        assert row.rate_inside > 0.95
        assert row.radius_inside > 0.95
    assert np.max(sigma_near(seen, 100.0)) < 5.0


@pytest.mark.slow
def test_many_flights_are_as_wrong_as_their_filter_says(
    mission: Mission, stage: Stage
) -> None:
    """The bounds that the docs show for 512."""
    seen = watched(mission, stage, range(256), 64)
    for row in table(seen):
        assert 0.4 < row.nees < 1.3, row.phase
        assert row.radius_inside >= 0.98 and row.rate_inside >= 0.98, row.phase
        assert row.phase not in RANGED or row.height_inside >= 0.98, row.phase
    assert np.max(sigma_near(seen, 100.0)) <= 5.0
