"""From a table of tests to what they say about a flight: the whole of `sensor fit`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frigoris.errors import UserError
from frigoris.mission.edit import planned
from frigoris.mission.schema import Mission
from frigoris.mission.schema_sequence import braking_target
from frigoris.verify.sensor.corners import Corner, corners, within_reach
from frigoris.verify.sensor.data import Shots, doubts, read_shots
from frigoris.verify.sensor.fit import Fit, fit, usable
from frigoris.verify.sensor.flight import Descent, planned_descent, recorded_descent
from frigoris.verify.sensor.model import Sheet, coordinates, laser_of
from frigoris.verify.sensor.posterior import draws
from frigoris.verify.sensor.predict import Forecast, forecast
from frigoris.verify.sensor.quality import Quality, quality

DRAWS = 1000
EFFECTIVE_MIN = 200.0  # draws of the posterior below which it is called rough


@dataclass(frozen=True)
class Study:
    """All that a test says, and what it does not."""

    mission: str
    title: str
    file: str
    sheet: Sheet
    shots: Shots
    fit: Fit
    quality: Quality
    xs: np.ndarray  # draws of the coordinates
    effective: float
    descent: Descent
    need: float  # [m]
    fitted: Forecast
    sheet_alone: Forecast
    corners: tuple[Corner, ...]
    notes: tuple[str, ...]

    @property
    def extrapolates(self) -> tuple[Corner, ...]:
        """Corners in which the predicted first valid range lies."""
        return tuple(c for c in self.corners if c.deciding > 0.0)


def study(
    file: str | Path,
    mission: Mission,
    *,
    need: float | None = None,
    record: Path | None = None,
    seed: int = 0,
) -> Study:
    """Fit, judge, predict, and list what was never tested. Raises `UserError`.

    `need` is the altitude by which a range must be valid [m], by default the end of
    braking.
    """
    plan = planned(mission)
    if need is None:
        need = braking_target(plan.onboard.sequence).altitude_m
    if not 0.0 < need < 1e6:
        raise UserError(
            f"Cannot ask for a valid range by {need:g} m: give --need-m an altitude "
            "above 0 and below 1,000,000 m."
        )
    sheet = laser_of(plan)
    table = read_shots(file, sheet.tested)
    shots, notes = usable(sheet, table)
    if not shots.line.size:
        raise UserError(
            f"Cannot fit {file}: no shot is within the timer of the data sheet. "
            + notes[0]
        )
    descent = (
        recorded_descent(record, plan, sheet)
        if record
        else planned_descent(plan, sheet)
    )
    rng = np.random.default_rng(seed)
    found = fit(sheet, shots)
    judged = quality(found, shots, rng)
    xs, effective = draws(found, DRAWS, rng)
    alone = np.repeat(coordinates(sheet.laser)[None], DRAWS, axis=0)
    fitted = forecast(sheet, descent, xs, need, seed)
    sheet_alone = forecast(sheet, descent, alone, need, seed + 1)
    stretch = fitted.quantile(0.05), fitted.quantile(0.95)
    return Study(
        mission=mission.mission.name,
        title=mission.mission.title,
        file=str(file),
        sheet=sheet,
        shots=shots,
        fit=found,
        quality=judged,
        xs=xs,
        effective=effective,
        descent=descent,
        need=float(need),
        fitted=fitted,
        sheet_alone=sheet_alone,
        corners=corners(
            shots, within_reach(descent, float(sheet.laser.range_max)), stretch
        ),
        notes=(*doubts(table), *notes, *descent.notes, *_notes(shots, effective)),
    )


def _notes(shots: Shots, effective: float) -> list[str]:
    told = {
        "incidence_deg": "0°",
        "speed_m_s": "0 m/s",
        "temperature_degC": "the temperature of the data sheet's test",
    }
    notes = [
        f"The table has no {name}: taken as {told[name]}."
        for name in shots.missing
        if name in told
    ]
    if effective < EFFECTIVE_MIN:
        notes.append(
            f"The draws behind the prediction are worth {effective:.0f} independent "
            "ones only: its interval is rough."
        )
    return notes
