"""A case of a store flown again: its row by the same program, and a whole record."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from frigoris.campaign.pilot import Pilot
from frigoris.campaign.run import about
from frigoris.campaign.store import Store, chunk_path, read_chunk
from frigoris.errors import UserError
from frigoris.flight.slices import Progress
from frigoris.mission.cases import Case
from frigoris.mission.fly import Flight, fly

AGREE = 1e-6  # of contact time, between the two programs [s]
# shares by which a value may come out otherwise: by the same program on the same
# machine (see the caveats on reproducibility), and by another one
LAST_DIGITS, ANOTHER = 1e-9, 1e-6


@dataclass(frozen=True)
class Replayed:
    """What was found when a case was flown again."""

    case: int
    row: dict[str, Any]  # as stored, without histories
    same_program: bool  # versions, machine, data and features as in the store
    unlike: list[str]  # columns that came out other than stored
    bit_for_bit: bool  # all of them came out as they were stored
    flight: Flight
    contact_difference_s: float | None  # recording program less the row

    @property
    def outcome_kept(self) -> bool:
        """The recording program ends the flight as the row says."""
        return bool(self.flight.outcome == self.row["outcome"])

    @property
    def agrees(self) -> bool:
        """Equal where it must be equal, near where it must be near."""
        gap = self.contact_difference_s
        near = gap is None or abs(gap) <= AGREE
        return self.outcome_kept and near and not self.unlike


def replay(
    store: Store,
    case: int,
    versions: dict[str, str],
    progress: Progress | None = None,
) -> Replayed:
    """Fly one case of a store again; `UserError` where the store has no such case."""
    plan = store.plan
    stored = stored_row(store, case)
    told = about(plan, versions)
    same = all(store.manifest.get(name) == value for name, value in told.items())
    pilot = Pilot(plan)
    _, rows = pilot.fly([case])
    flight = fly(
        pilot.stage,
        Case(case, plan.seed),
        judge=False,
        sampler=pilot.sampler,
        progress=progress,
    )
    row = {k: v for k, v in stored.to_pylist()[0].items() if not _history(k)}
    return Replayed(
        case=case,
        row=row,
        same_program=same,
        unlike=unlike(stored, rows, LAST_DIGITS if same else ANOTHER),
        bit_for_bit=not unlike(stored, rows, 0.0),
        flight=flight,
        contact_difference_s=gap(row, flight),
    )


def stored_row(store: Store, case: int) -> pa.Table:
    """The row of one case."""
    plan = store.plan
    path = chunk_path(store.folder, case // plan.per_chunk) if case >= 0 else None
    if path is None or case >= plan.count or not path.exists():
        raise UserError(
            f"Cannot replay case {case} of {store.folder}: it is not in there. The "
            f"store has {len(store.files)} of {plan.chunks} chunks of "
            f"{plan.per_chunk}, cases 0 to {plan.count - 1}."
        )
    cases = plan.cases(case // plan.per_chunk)
    return read_chunk(path, cases).slice(case - cases[0], 1)


def _history(name: str) -> bool:
    return name.startswith("history.")


def unlike(stored: pa.Table, flown: pa.Table, within: float) -> list[str]:
    """Columns whose value differs by more than this share of it."""
    return [
        name
        for name in stored.column_names
        if name not in flown.column_names
        or not _same(stored[name][0].as_py(), flown[name][0].as_py(), within)
    ]


def _same(one: Any, two: Any, within: float) -> bool:
    if not _numbers(one):
        return bool(one == two)
    if np.shape(one) != np.shape(two):
        return False
    return bool(np.allclose(one, two, rtol=within, atol=within, equal_nan=True))


def _numbers(value: Any) -> bool:
    return isinstance(value, float | list)


def gap(row: dict[str, Any], flight: Flight) -> float | None:
    """First contact of a flight less that of a row [s], None where one has none."""
    if flight.contact is None or not np.isfinite(row["contact_t_s"]):
        return None
    return float(flight.contact["t_s"] - row["contact_t_s"])
