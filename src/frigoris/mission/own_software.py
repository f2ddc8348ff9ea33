"""The user's own code, found by what a mission file says of it.

What is wrong with it is the user's mistake: one message with file and line. Whether it
can fly is tried by `own_trial`.
"""

import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace

from frigoris.errors import UserError
from frigoris.mission.paths import did_you_mean
from frigoris.mission.schema import Mission
from frigoris.onboard.own import Own, registry, written

# .py files as they were when they were run, and modules: what each has registered. A
# text that comes back is not run again: its functions are parts of compiled programs.
_registered: dict[tuple[str, str], dict[str, Own]] = {}


def load(told: SimpleNamespace | None) -> Own | None:
    """What `onboard.software` names, None where it is left out."""
    if told is None:
        return None
    if told.module is None:
        own = registry.get(told.name)
        if own is None:
            raise UserError(_unknown(told, []))
        return own
    own, names = _of_module(told.module, told.name)
    if own is None:
        raise UserError(_unknown(told, names))
    return own


def _of_module(module: str, name: str) -> tuple[Own | None, list[str]]:
    """What the module registers under a name, and all names that it registers."""
    mine = _import(module)
    if name in mine:
        return mine[name], sorted(mine)
    # perhaps by something that it imports, and that was imported before; what another
    # of the files told of has registered is that one's
    own = registry.get(name)
    others = {x for names in _registered.values() for x in names.values()}
    return (None if own in others else own), sorted(mine)


def only_ours(mission: Mission, attempt: str) -> None:
    """Refuse what knows our own flight software only, before anything is computed.

    `attempt` is what is tried, as in "lay out the descent". Raises `UserError`.
    """
    told = mission.onboard.software
    if told is None:
        return
    phases = mission.onboard.sequence.phases
    laws = [n.replace("_", " ") for n, p in phases.items() if p.law == "own"]
    where = f", which guides in {', '.join(laws)}" if laws else ""
    raise UserError(
        f"Cannot {attempt} of {mission.mission.name}: it flies by {told.name!r} of "
        f"{told.module or 'this process'} (onboard.software){where}, and this knows "
        "the program's own flight software only. Fly the mission (frigoris fly), or "
        "take a mission file without onboard.software and the law own."
    )


def _unknown(told: SimpleNamespace, new: list[str]) -> str:
    if told.module is None:
        return (
            f"Cannot fly by {told.name!r}: nothing is registered under that name in "
            "this process. Name the file that registers it under "
            "onboard.software.module."
        )
    return (
        f"Cannot fly by {told.name!r}: {told.module} registers "
        f"{', '.join(new) or 'nothing'}.{did_you_mean(told.name, new)} Write "
        f'@frigoris.register_guidance("{told.name}") (or register_navigator, '
        "register_software) before the function."
    )


def _import(name: str) -> dict[str, Own]:
    """What a file or a module has registered when it was run, by name."""
    try:
        before = dict(registry)
        if not name.endswith(".py"):
            module = importlib.import_module(name)
            first = _registered.setdefault((name, ""), _new(before))
            # it may have been imported before, or again
            return first | {
                x: own for (at, x), own in written.items() if at == module.__file__
            }
        path = Path(name)
        mark = hashlib.sha256(path.read_bytes()).hexdigest()
        if (name, mark) not in _registered:
            _run(path, mark)
            _registered[name, mark] = _new(before)
        return _registered[name, mark]
    except OSError as error:
        raise UserError(
            f"Cannot read the flight software {name}: {error.strerror or error}. Its "
            "path is counted from the folder of the mission file."
        ) from None
    except Exception as error:  # whatever a user's file may raise when it is run
        raise UserError(
            f"Cannot load the flight software {name}: {place(error, name)}{say(error)}"
        ) from None


def _run(path: Path, mark: str) -> None:
    own = hashlib.sha256(str(path).encode()).hexdigest()[:6]  # two may be alike
    spec = importlib.util.spec_from_file_location(f"own_{mark[:12]}_{own}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)


def _new(before: dict[str, Own]) -> dict[str, Own]:
    """What is registered that was not, or is another one."""
    return {k: x for k, x in registry.items() if before.get(k) is not x}


def say(error: Exception) -> str:
    """Kind and first line of an error."""
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first[:300]}"


def place(error: Exception, file: str) -> str:
    """The last line of the user's file on the way to an error."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename}:{error.lineno}: "
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename) == Path(file)]
    return f"{own[-1].filename}:{own[-1].lineno}: " if own else ""


def code_mark(mission: Mission) -> dict[str, str] | None:
    """Which code flies: its name, and the hash of its file. None for ours."""
    own = load(_as_told(mission))
    if own is None:
        return None
    return {"name": own.name, "kind": own.kind, "sha256": own.sha256}


def _as_told(mission: Mission) -> SimpleNamespace | None:
    told = mission.onboard.software
    if told is None:
        return None
    return SimpleNamespace(module=told.module, name=told.name)
