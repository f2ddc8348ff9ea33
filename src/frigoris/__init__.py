"""frigoris: flies robotic lunar landings before, and after, the lander does.

`frigoris.fly("hakuto-r-m2")` flies a mission; `frigoris.reproduce([...])` holds flights
against the published record of the real ones. Both are in `frigoris.verbs`.
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "fly", "reproduce"]


def __getattr__(name: str) -> Any:
    """The verbs, imported when they are first asked for: JAX takes two seconds."""
    if name not in ("fly", "reproduce"):
        raise AttributeError(f"module 'frigoris' has no attribute {name!r}")
    from frigoris import runtime

    runtime.prepare()
    from frigoris import verbs

    return getattr(verbs, name)
