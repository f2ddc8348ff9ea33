"""A lesson applied to a mission: the changed mission, or why there is none.

Works on the plain tree of the mission, as if the change stood in its file; what comes
of it is validated like a file.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from frigoris.mission.check import cross_faults
from frigoris.mission.edit import consistent
from frigoris.mission.faults.library import normal
from frigoris.mission.schema import Mission
from frigoris.mission.source import dotted
from frigoris.mission.wording import words
from frigoris.verify.lessons.entry import ANY, Edit, Lesson

Tree = dict[str, Any]


class Changed(NamedTuple):
    """The mission with a lesson in it, or the reason why it does not fit."""

    mission: Mission | None
    reason: str = ""


class _Unfit(Exception):
    """Why a change does not fit a mission; told, never raised to the outside."""


def changed(mission: Mission, lesson: Lesson) -> Changed:
    """The mission as it would be with this one lesson in it.

    What was published of the real flight and the ranges of its values are left out:
    they belong to the mission as it flew.
    """
    tree = _tree(mission)
    before = _tree(mission)
    try:
        _check_fit(tree, lesson.edit)
        _apply(tree, lesson.edit)
    except _Unfit as unfit:
        return Changed(None, str(unfit))
    if tree == before:
        return Changed(None, "it is so already")
    try:
        found = Mission.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        text = f"{dotted(first['loc'])} {words(first, None)}"
        return Changed(None, f"it does not fit: {text}")
    wrong = [f"{dotted(at)}: {text}" for at, text in cross_faults(tree)]
    return Changed(None, f"it does not fit: {wrong[0]}") if wrong else Changed(found)


def plain(mission: Mission) -> Mission:
    """The mission without what belongs to the flight as it was published."""
    told = {"published": (), "fitted": (), "chain": (), "engineering": ()}
    return consistent(mission).model_copy(update=told)


def _tree(mission: Mission) -> Tree:
    found: Tree = plain(mission).model_dump(mode="json", exclude_none=True)
    return found


def _check_fit(tree: Tree, edit: Edit) -> None:
    for path in edit.lacks:
        if any(True for _ in _places(tree, path.split("."))):
            raise _Unfit(f"it has {path} already")
    phases = tree["onboard"]["sequence"]["phases"].values()
    laws = {phase["law"] for phase in phases}
    if edit.flies and not laws & set(edit.flies):
        raise _Unfit(f"no phase flies by the law {' or '.join(edit.flies)}")


def _apply(tree: Tree, edit: Edit) -> None:
    _lay_over(tree, edit.merge)
    for path, value in edit.set.items():
        *above, last = path.split(".")
        for owner in _existing(tree, above, path):
            owner[last] = value
    for path, number in edit.add.items():
        _compute(tree, path, number.__add__)
    for path, factor in edit.multiply.items():
        _compute(tree, path, factor.__mul__)
    for beginning in edit.healthy:
        _without_fault(tree, beginning)


def _compute(tree: Tree, path: str, new: Callable[[float], float]) -> None:
    *above, last = path.split(".")
    for owner in _existing(tree, above, path):
        if last not in owner:
            raise _Unfit(f"it has no {path}")
        value = owner[last]
        owner[last] = [new(x) for x in value] if _many(value) else new(value)


def _many(value: Any) -> bool:
    return isinstance(value, list)


def _existing(tree: Tree, above: list[str], path: str) -> list[Tree]:
    found = [x for x in _places(tree, above) if isinstance(x, dict)]
    if not found:
        raise _Unfit(f"it has no {'.'.join(above) or path}")
    return found


def _places(node: Any, parts: list[str]) -> Iterator[Any]:
    """What stands at a path; several with `*` in it, nothing where it is not there."""
    if not parts:
        yield node
        return
    first, rest = parts[0], parts[1:]
    for key, child in _children(node):
        if first in (ANY, *key):
            yield from _places(child, rest)


def _children(node: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Entries of a mapping by name; items of a list by number and name."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield (key,), child
    elif isinstance(node, list):
        for i, child in enumerate(node):
            name = child.get("name") if isinstance(child, dict) else None
            yield (str(i), str(name)) if name else (str(i),), child


def _lay_over(base: Tree, change: Tree) -> None:
    """Mappings are joined, everything else is replaced, as `extend` does it."""
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _lay_over(base[key], value)
        else:
            base[key] = value


def _without_fault(tree: Tree, beginning: str) -> None:
    """Take away what faults do to this part of the mission."""
    touched = False
    for name, fault in list(tree.get("faults", {}).items()):
        before = dict(fault)
        values = {p: v for p, v in fault["set"].items() if not _below(p, beginning)}
        fault["set"] = values
        fault["inject"] = [x for x in fault["inject"] if not _of(x, beginning)]
        touched = touched or before != fault
        if not fault["set"] and not fault["inject"]:
            del tree["faults"][name]
    if not touched:
        raise _Unfit(
            f"no fault of it touches {beginning}: a second one would say the same"
        )


def _of(told: Tree, beginning: str) -> bool:
    """Whether an injected fault is one of the instrument at `beginning`."""
    return bool(f"sensors.{normal(told).get('instrument')}" == beginning)


def _below(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith(f"{beginning}.")


def structure(mission: Mission) -> frozenset[str]:
    """What decides which compiled program flies it: the parts that there are.

    Numbers and choices among them are values of one program; sections that are there
    or not, and the laws of the phases, are another.
    """
    tree = _tree(mission)
    parts = {name: tree[name] for name in ("lander", "sensors", "onboard", "moon")}
    return frozenset(_parts(parts, ""))


def _parts(node: Any, before: str) -> Iterator[str]:
    for key, child in _children(node):
        path = f"{before}.{key[0]}"
        if isinstance(child, dict | list):
            yield path
            yield from _parts(child, path)
        else:
            yield f"{path}={child}" if key[0] == "law" else path
