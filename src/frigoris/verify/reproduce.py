"""Hold simulated flights against the published record of the real ones.

The design point is flown over every map that the data path has; a row is met when it is
met on all of them. Without data there is nothing to judge a published number by but the
qualitative rows.
"""

from collections.abc import Callable
from typing import Any

from frigoris.mission.batch import make_stage
from frigoris.mission.cases import Case
from frigoris.mission.check import edges
from frigoris.mission.fly import Flight, fly
from frigoris.mission.schema import Mission
from frigoris.moon.data import find

Progress = Callable[[float, float], None]
REAL_MAPS = ("ldem_4", "fused16")


def maps() -> list[str]:
    """Maps that there are data for, or the embedded one."""
    return [name for name in REAL_MAPS if find(name)] or ["embedded"]


def reproduced(mission: Mission, progress: Progress | None = None) -> dict[str, Any]:
    """One mission: its rows with one part per map, and what was fitted."""
    names = maps()
    flights = {
        name: fly(make_stage(mission, name), Case(None, noise=False), progress=progress)
        for name in names
    }
    rows = [_row(flights, i) for i in range(len(mission.published))]
    counted = [r for r in rows if r["grade"] != "input" and r["judged"]]
    return {
        "mission": mission.mission.name,
        "maps": names,
        "musts_met": all(r["met"] for r in counted if r["grade"] == "must"),
        "met": sum(r["met"] for r in counted),
        "total": len(counted),
        "fitted": [f.path for f in mission.fitted] + [e.path for e in edges(mission)],
        "published": rows,
    }


def _row(flights: dict[str, Flight], index: int) -> dict[str, Any]:
    """One row over all maps."""
    first = next(iter(flights.values())).published[index]
    parts = []
    for name, flight in flights.items():
        for part in flight.published[index]["parts"]:
            parts.append({**part, "terrain": name})
    return {
        "id": first["id"],
        "grade": first["grade"],
        "observable": first["observable"],
        "source": first["source"],
        "parts": parts,
        "judged": first["judged"],
        "met": all(p["met"] for p in parts),
    }
