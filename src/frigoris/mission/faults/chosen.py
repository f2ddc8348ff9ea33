"""Faults of the library chosen by an option, and values of those of a mission."""

from collections.abc import Sequence
from typing import Any

from frigoris.errors import UserError
from frigoris.mission.faults import library as lib
from frigoris.mission.faults.declare import Parameter
from frigoris.mission.paths import did_you_mean
from frigoris.mission.schema import Mission
from frigoris.mission.schema_evidence import Fault
from frigoris.mission.source import parse_value


def with_class(
    mission: Mission, name: str, values: Sequence[str]
) -> tuple[Mission, str]:
    """The mission with one more fault, of a class, and what it is called there."""
    kind = lib.library()[name]
    told: dict[str, Any] = {lib.NAME: name}
    for pair in values:
        key, equals, text = pair.partition("=")
        if not equals:
            raise UserError(
                f"Cannot inject {name} with {pair!r}: there is no '='. Write "
                f"key=value, for example {name}:{_example(kind)}."
            )
        told[key.strip()] = _value(kind, name, key.strip(), text.strip())
    called, count = name, 1
    while called in mission.faults:
        count += 1
        called = f"{name}_{count}"
    fault = Fault(text=kind.text, inject=(told,))
    faults = mission.faults | {called: fault}
    return mission.model_copy(update={"faults": faults}), called


def _example(kind: Any) -> str:
    p: Parameter = (kind.parameters or lib.known(kind))[0]
    return f"{p.name}={p.default if p.is_word else format(p.default, 'g')}"


def _value(kind: Any, name: str, key: str, text: str) -> Any:
    known = {p.name: p for p in lib.known(kind)}
    if key not in known:
        own = ", ".join(p.name for p in kind.parameters) or "no parameters of its own"
        raise UserError(
            f"Cannot inject {name} with {key}: it has {own}, and what says when it is "
            f"there.{did_you_mean(key, known)}"
        )
    if known[key].is_word:
        return text
    try:
        return parse_value(text)
    except ValueError:
        raise UserError(
            f"Cannot inject {name} with {key}={text}: that is no number."
        ) from None


def with_injected(mission: Mission, path: str, text: str) -> Mission | None:
    """The mission with `faults.NAME.KEY` of what a fault injects; None if no such."""
    _, _, rest = path.partition(".")
    name, _, key = rest.partition(".")
    fault = mission.faults.get(name)
    if fault is None or not fault.inject or key in fault.set:
        return None
    found = list(fault.inject)
    which, _, last = key.rpartition(".")
    for i, told in enumerate(found):
        kind = lib.library()[told[lib.NAME]]
        if which not in ("", kind.name):
            continue
        if last in {p.name for p in lib.known(kind)}:
            found[i] = dict(told) | {last: _value(kind, name, last, text)}
            fault = fault.model_copy(update={"inject": tuple(found)})
            return mission.model_copy(update={"faults": mission.faults | {name: fault}})
    if fault.set:
        return None
    kind = lib.library()[found[0][lib.NAME]]
    _value(kind, name, last, text)  # says what is wrong
    return None
