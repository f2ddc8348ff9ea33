"""Defects of units, mission files, edits and the command line."""

from defects.catalogue import Defect

UNITS = ("tests/unit/test_units.py",)
LOAD = ("tests/unit/mission/test_load.py",)
EDIT = ("tests/unit/mission/test_edit.py",)
SI = ("tests/unit/mission/test_si.py",)
CLI = ("tests/unit/test_cli.py",)

DEFECTS = [
    Defect(
        "a name ends in its shortest unit: m/s is taken for s",
        "units.py",
        "for first in range(len(parts)):",
        "for first in reversed(range(len(parts))):",
        UNITS,
    ),
    Defect(
        "the angular random walk is per hour, not per root hour",
        "units.py",
        "HOUR**0.5",
        "HOUR",
        UNITS,
    ),
    Defect(
        "arc seconds are twice as large",
        "units.py",
        "pi / 648_000.0",
        "pi / 324_000.0",
        UNITS,
    ),
    Defect(
        "an exhaust velocity is not recognised in an impulse",
        "units.py",
        'if stem(name) == "isp" else',
        'if stem(name) == "impulse" else',
        UNITS,
    ),
    Defect(
        "a published row may ask for a metric that nobody counts",
        "mission/check.py",
        "    if name not in METRICS:",
        "    if False:",
        LOAD,
    ),
    Defect(
        "Ctrl-C in a callback of JAX is lost",
        "cli.py",
        "if isinstance(lost.exc_value, KeyboardInterrupt):",
        "if isinstance(lost.exc_value, SystemExit):",
        CLI,
    ),
    Defect(
        "components of a vector are not converted",
        "mission/si.py",
        "tuple(_value(name, item) for item in value)",
        "tuple(value)",
        SI,
    ),
    Defect(
        "only the first component of a vector is held against the bounds",
        "mission/schema_base.py",
        "        for item in value:\n            yield from numbers(item)",
        "        yield from numbers(value[0])",
        LOAD,
    ),
    Defect(
        "yes and no pass for numbers",
        "mission/schema_base.py",
        "if isinstance(value, bool) or not isinstance(value, int | float):",
        "if not isinstance(value, int | float):",
        LOAD,
    ),
    Defect(
        "lines of a file count from nought",
        "mission/source.py",
        "node.start_mark.line + 1, node",
        "node.start_mark.line, node",
        LOAD,
    ),
    Defect(
        "a doubled key passes, the last one counts",
        "mission/source.py",
        "            if key in found:",
        "            if not key:",
        LOAD,
    ),
    Defect(
        "a variant replaces whole sections of its base",
        "mission/load.py",
        "if isinstance(value, dict) and isinstance(base.get(key), dict):",
        "if False:",
        LOAD,
    ),
    Defect(
        "the plan knows the faults",
        "mission/edit.py",
        '            "faults": {},\n            "fitted": (),',
        '            "fitted": (),',
        EDIT,
    ),
    Defect(
        "--nominal keeps the faults",
        "mission/edit.py",
        "    plain, own = off, set(mission.faults)\n",
        "    plain, own = False, set(mission.faults)\n",
        EDIT,
    ),
    Defect(
        "a fault splits its values at every comma, inside lists too",
        "mission/edit.py",
        'if letter == "," and depth == 0:',
        'if letter == ",":',
        EDIT,
    ),
    Defect(
        "not a number reaches the JSON",
        "report/listing.py",
        "if isinstance(value, float) and not math.isfinite(value):",
        "if False:",
        CLI,
    ),
    Defect(
        "reproduce is content when a must is missed",
        "cli.py",
        'if not all(row["musts_met"] for row in result["missions"]):',
        'if not any(row["musts_met"] is not None for row in result["missions"]):',
        CLI,
    ),
    Defect(
        "a mistake of the user ends with the code of our own",
        "cli.py",
        "DONE, FAILED, MISTAKE, OURS, STOPPED = 0, 1, 2, 70, 130",
        "DONE, FAILED, MISTAKE, OURS, STOPPED = 0, 1, 70, 70, 130",
        CLI,
    ),
]
