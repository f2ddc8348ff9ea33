"""frigoris: flies robotic lunar landings before, and after, the lander does.

`frigoris.fly("hakuto-r-m2")` flies a mission; `frigoris.reproduce([...])` holds flights
against the published record of the real ones. Both are in `frigoris.verbs`.
`frigoris.export` and `frigoris.read_telemetry` are about records.
`frigoris.register_guidance` and its like make own flight software known.
"""

from typing import Any

__version__ = "0.1.0"
VERBS = ("chances", "fly", "lessons", "reproduce")
OWN = ("register_guidance", "register_navigator", "register_software")
TELEMETRY = {  # without JAX
    "export": "frigoris.packets.export",
    "import_telemetry": "frigoris.packets.importing",
    "read_telemetry": "frigoris.packets.tables",
}
__all__ = ["__version__", *VERBS, *OWN, *TELEMETRY]


def __getattr__(name: str) -> Any:
    """The verbs, imported when they are first asked for: JAX takes two seconds."""
    if name in TELEMETRY:
        from importlib import import_module

        return getattr(import_module(TELEMETRY[name]), name)
    if name not in VERBS + OWN:
        raise AttributeError(f"module 'frigoris' has no attribute {name!r}")
    from frigoris import runtime

    runtime.prepare()
    if name in OWN:
        from frigoris.onboard import own

        return getattr(own, name)
    from frigoris import verbs

    return getattr(verbs, name)
