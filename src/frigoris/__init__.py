"""frigoris: flies robotic lunar landings before, and after, the lander does.

`frigoris.fly("hakuto-r-m2")` flies a mission; `frigoris.reproduce([...])` holds flights
against the published record of the real ones. Both are in `frigoris.verbs`.
`frigoris.register_guidance` and its like make own flight software known.
"""

from typing import Any

__version__ = "0.1.0"
VERBS = ("chances", "fly", "lessons", "reproduce")
OWN = ("register_guidance", "register_navigator", "register_software")
__all__ = ["__version__", *VERBS, *OWN]


def __getattr__(name: str) -> Any:
    """The verbs, imported when they are first asked for: JAX takes two seconds."""
    if name not in VERBS + OWN:
        raise AttributeError(f"module 'frigoris' has no attribute {name!r}")
    from frigoris import runtime

    runtime.prepare()
    if name in OWN:
        from frigoris.onboard import own

        return getattr(own, name)
    from frigoris import verbs

    return getattr(verbs, name)
