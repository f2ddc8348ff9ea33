"""The library of faults, listed."""

from typing import Annotated, Any

import typer

from frigoris.commands.options import AsJson

Aimed = Annotated[
    str | None,
    typer.Argument(metavar="[MISSION]", help="Only those that it can be hit by."),
]


def faults(mission: Aimed = None, as_json: AsJson = False) -> None:
    """List the faults that can be injected: parameters, units, flights.

    `fly MISSION --fault CLASS:key=value,...` flies one.
    """
    from frigoris.mission.faults.declare import machine_of
    from frigoris.mission.faults.document import as_rows
    from frigoris.mission.faults.kinds import KINDS
    from frigoris.mission.faults.library import library, usable
    from frigoris.mission.load import load_mission
    from frigoris.report import listing

    kinds, machine = library(), None
    own: dict[str, Any] = {}
    if mission is not None:
        loaded = load_mission(mission)
        machine = machine_of(loaded)
        kinds = {k: v for k, v in kinds.items() if usable(v, machine)}
        own = {name: fault.text for name, fault in loaded.faults.items()}
    if as_json:
        told = [
            {"number": k.number, "text": k.text, "paths": list(k.paths)} for k in KINDS
        ]
        mine = [{"name": name, "text": text} for name, text in own.items()]
        listing.print_json(
            {"mission": mission, "own": mine, "classes": as_rows(kinds), "kinds": told}
        )
        return
    if own:
        print(f"faults of {mission}, flown unless --nominal:")
        listing.print_rows([[name, text] for name, text in own.items()], "  ")
    print("classes, to be injected by --fault CLASS:key=value,...:")
    listing.print_rows(_lines(kinds, machine), "  ")


def _lines(kinds: Any, machine: Any) -> list[list[str]]:
    from frigoris.mission.faults.document import flights, meaning
    from frigoris.mission.faults.triggers import ALL

    rows = []
    for kind in kinds.values():
        rows.append([kind.name, kind.table, f"{kind.text} [{flights(kind)}]"])
        for p in kind.parameters:
            allowed = meaning(p)
            if machine is not None and p.is_word:
                words = ", ".join(p.words(machine))
                allowed = f"{words}; default {p.default}"
            rows.append(["", "", f"  {p.name}: {p.text} ({allowed})"])
    rows.append(["when", "", "each of them takes one of these, and how long:"])
    rows += [["", "", f"  {p.name}: {p.text} ({meaning(p)})"] for p in ALL]
    return rows
