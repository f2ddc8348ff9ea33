"""The command line: each command a thin sentence over the library.

Nothing heavy is imported before a command needs it: `--help`, `missions` and `check`
answer at once.
"""

import os
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from frigoris import __version__, runtime
from frigoris.commands import campaign as campaign_commands
from frigoris.commands import data as data_commands
from frigoris.commands import design as design_commands
from frigoris.commands import faults as fault_commands
from frigoris.commands import lander as lander_commands
from frigoris.commands import link as link_commands
from frigoris.commands import margins as margins_commands
from frigoris.commands import moon as moon_commands
from frigoris.commands import robust as robust_commands
from frigoris.commands import sensor as sensor_commands
from frigoris.commands import telemetry as telemetry_commands
from frigoris.commands.options import (
    AsJson,
    BranchFrom,
    CaseNumber,
    Faults,
    Map,
    MissionName,
    Nominal,
    Out,
    Pace,
    Patience,
    Seed,
    Sets,
    Software,
    Undispersed,
)
from frigoris.errors import FrigorisError, MissionFileError, OutputError, UserError

DONE, FAILED, MISTAKE, OURS, STOPPED = 0, 1, 2, 70, 130

app = typer.Typer(
    name="frigoris",
    help="Flies robotic lunar landings before, and after, the lander does.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data_commands.data, name="data", no_args_is_help=True)
app.add_typer(sensor_commands.sensor, name="sensor", no_args_is_help=True)

# found this way because some versions of typer bring their own copy of click
_UsageProblem: type[Exception] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)


def main() -> None:
    """Run the program and leave with its exit code."""
    sys.unraisablehook = _swallowed
    runtime.prepare()
    code = run(sys.argv[1:])
    if code == STOPPED:
        # a program of JAX may still run in its threads: taking Python down under it
        # ended in a segmentation fault, and not in the code of a stop
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _swallowed(lost: Any) -> None:
    """Send Ctrl-C again where it came in a callback of JAX that drops exceptions."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        target = (threading.main_thread().ident, signal.SIGINT)
        again = threading.Timer(0.05, signal.pthread_kill, target)
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(lost)


def run(arguments: list[str]) -> int:
    """Exit code of one command: 0 done, 1 not met, 2 the user's mistake, 70 ours."""
    try:
        code = app(args=arguments, prog_name="frigoris", standalone_mode=False)
        if code == STOPPED:  # typer takes Ctrl-C without a word
            return _say("stopped", STOPPED)
        return code if isinstance(code, int) else DONE
    except UserError as error:
        return _mistake(str(error))
    except _UsageProblem as error:
        return _usage(error)
    except (KeyboardInterrupt, typer.Abort):
        return _say("stopped", STOPPED)
    except Exception as error:
        return _ours(error)


def _say(message: str, code: int) -> int:
    print(f"frigoris: {message}", file=sys.stderr)
    return code


def _mistake(message: str) -> int:
    count = len(message.splitlines())
    if count > 1:  # each line begins with its own place
        return _say(f"found {count} faults:\n{message}", MISTAKE)
    return _say(message, MISTAKE)


def _usage(error: Any) -> int:
    context: Any = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(context.get_help(), file=sys.stderr)
        return MISTAKE
    path = context.command_path if context else "frigoris"
    message = error.format_message().rstrip(".")
    return _say(f"{message}. `{path} --help` shows the usage.", MISTAKE)


def _ours(error: Exception) -> int:
    if os.environ.get("FRIGORIS_DEBUG") == "1":
        traceback.print_exc()
    first = (str(error).splitlines() or [""])[0][:300]
    kind = "" if isinstance(error, FrigorisError) else f"{type(error).__name__}: "
    return _say(
        f"this is our mistake, not yours: {kind}{first}\n"
        "Please report it with the command and the mission file; FRIGORIS_DEBUG=1 "
        "shows where it happened.",
        OURS,
    )


def _version(asked: bool | None) -> None:
    if asked:
        print(f"frigoris {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool | None,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version."
        ),
    ] = None,
) -> None:
    pass


@app.command()
def fly(
    mission: MissionName,
    case: CaseNumber = 0,
    sets: Sets = None,
    faults: Faults = None,
    nominal: Nominal = False,
    undispersed: Undispersed = False,
    seed: Seed = None,
    out: Out = None,
    terrain: Map = None,
    branch_from: BranchFrom = None,
    software: Software = None,
    pace: Pace = None,
    patience: Patience = None,
    as_json: AsJson = False,
) -> None:
    """Fly one mission from lunar orbit to the ground and write its record."""
    _check_flight(mission, case, sets or [], faults or [], nominal, terrain)
    _check_writable(out or Path("runs"))
    from frigoris import verbs
    from frigoris.report import console_text, listing

    with console_text.progress_bar() as progress:
        flight = verbs.fly(
            mission,
            case=case,
            seed=seed,
            sets=tuple(sets or ()),
            faults=tuple(faults or ()),
            nominal=nominal,
            undispersed=undispersed,
            out=out,
            terrain=terrain,
            branch_from=branch_from,
            software=software,
            pace=pace,
            patience=patience,
            progress=progress,
        )
    if as_json:
        listing.print_json(flight_json(flight))
    else:
        console_text.print_flight(flight)


@app.command()
def reproduce(
    missions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MISSION]...", help="Names or paths; default: all."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every mission of the catalogue.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fly past missions on every map: published observables against simulated ones."""
    from frigoris.mission.catalog import catalogue
    from frigoris.mission.load import load_mission

    if every and missions:
        raise UserError("Cannot reproduce: name missions or give --all, not both.")
    names = missions or catalogue()
    for name in names:
        load_mission(name)
    from frigoris import verbs
    from frigoris.report import console_text, listing

    with console_text.progress_bar() as progress:
        result = verbs.reproduce(names, progress=progress)
    if as_json:
        listing.print_json(result)
    else:
        console_text.print_reproduced(result)
    if not all(row["musts_met"] for row in result["missions"]):
        raise typer.Exit(FAILED)


app.command()(robust_commands.robust)
app.command()(campaign_commands.campaign)
app.command()(campaign_commands.campaign_report)
app.command()(campaign_commands.replay)
app.command()(moon_commands.moon)
app.command()(lander_commands.lander)
app.command()(design_commands.design)
app.command()(margins_commands.margins)
app.command()(fault_commands.faults)
app.command()(link_commands.link)
app.command()(telemetry_commands.export)
app.command("import")(telemetry_commands.import_)
app.command()(telemetry_commands.play)
app.command()(telemetry_commands.compare)


@app.command()
def missions(as_json: AsJson = False) -> None:
    """List the missions of the catalogue."""
    from frigoris.mission.catalog import catalogue, find
    from frigoris.mission.load import read_extended
    from frigoris.report import listing

    rows = []
    for name in catalogue():
        told = read_extended(find(name)).tree.get("mission", {})
        rows.append({"name": name, "title": told.get("title", "")})
    if as_json:
        listing.print_json({"missions": rows})
    else:
        listing.print_rows([[row["name"], row["title"]] for row in rows])


@app.command()
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Path of a mission file, or a name.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show every fault of a mission file at once, or what the mission rests on."""
    from frigoris.mission.check import over_fitted
    from frigoris.mission.load import load_mission
    from frigoris.report import listing

    try:
        mission = load_mission(file)
    except MissionFileError as error:
        if as_json:
            lines = str(error).splitlines()
            listing.print_json({"file": file, "good": False, "faults": lines})
        raise
    over = over_fitted(mission)
    if as_json:
        told = listing.summary(mission)
        listing.print_json({"file": file, "good": not over, "faults": [], **told})
    else:
        print(f"{file}: {'too much is fitted' if over else 'good'}.", end=" ")
        print(mission.mission.title)
        listing.print_summary(mission)
    if over:
        _say(f"{file}: more numbers count as fitted than a flight may have", FAILED)
        raise typer.Exit(FAILED)


def _check_flight(
    mission: str,
    case: int,
    sets: list[str],
    faults: list[str],
    nominal: bool,
    terrain: str | None,
) -> None:
    """Find every mistake in the options before anything slow begins."""
    from frigoris.mission.edit import choose_faults, set_values
    from frigoris.mission.load import load_mission

    if case < 0:
        raise UserError(f"Cannot fly case {case}: cases count from 0. Try --case 0.")
    loaded = load_mission(mission)
    if terrain is not None:
        set_values(loaded, [f"site.map={terrain}"])
    choose_faults(set_values(loaded, sets), faults, off=nominal)


def _check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written before a flight is spent on it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write the record to {folder}: {reason}. "
            "Give --out a folder that can be written."
        ) from None


def flight_json(flight: Any) -> dict[str, Any]:
    """One flight as the contract of the command line has it."""
    return {
        "schema": "frigoris.fly.1",
        "mission": flight.mission.mission.name,
        "case": flight.case,
        "seed": flight.seed,
        "faults": flight.faults,
        "outcome": flight.outcome,
        "landed": flight.landed,
        "contact": flight.contact,
        "touchdown": flight.touchdown,
        "propellant_left_kg": flight.propellant_left_kg,
        "events": flight.events,
        "published": flight.published,
        "software": flight.software,
        "wall_s": flight.wall_s,
        "record": None if flight.record is None else str(flight.record),
    }
