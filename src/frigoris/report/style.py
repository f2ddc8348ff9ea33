"""Colours by meaning, the same in every figure, on light and on dark paper."""

from typing import Any

# meaning -> (on light paper, on dark paper); light ones are unique, see `themed`
COLOURS = {
    "paper": ("#ffffff", "#10161e"),
    "card": ("#f6f8fa", "#18212c"),
    "ink": ("#1b2733", "#e6ebf2"),
    "muted": ("#5a6878", "#9aa8b9"),
    "grid": ("#e1e6ec", "#2a3644"),
    "truth": ("#25313f", "#eef2f7"),
    "estimate": ("#2f6fde", "#6ea8ff"),
    "measurement": ("#e07b00", "#ffab4a"),
    "plan": ("#8a94a3", "#8c98aa"),
    "telemetry": ("#b3256e", "#ff7ab8"),
    "first": ("#7c90aa", "#93a9c6"),  # main engine; x
    "second": ("#3f8f8a", "#58bcb4"),  # assist engines; y
    "third": ("#6b4fa0", "#b39ae6"),  # propellant; z
    "ground": ("#d9cfbf", "#4a4436"),
    "good": ("#1a7f4b", "#58d193"),
    "bad": ("#c0362c", "#ff8577"),
    "warn": ("#8a5a00", "#ffc46b"),
}

LIGHT = {name: pair[0] for name, pair in COLOURS.items()}

# keys are names of matplotlib
RC: Any = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": LIGHT["ink"],
    "axes.facecolor": "none",
    "axes.edgecolor": LIGHT["plan"],
    "axes.labelcolor": LIGHT["muted"],
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LIGHT["grid"],
    "grid.linewidth": 0.8,
    "xtick.color": LIGHT["plan"],
    "ytick.color": LIGHT["plan"],
    "xtick.labelcolor": LIGHT["muted"],
    "ytick.labelcolor": LIGHT["muted"],
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",  # text stays text, in the font of the page
    "path.simplify_threshold": 0.3,
}


def css_variables() -> str:
    """Both palettes as custom properties of the page."""
    light = "".join(f"--{n}:{pair[0]};" for n, pair in COLOURS.items())
    dark = "".join(f"--{n}:{pair[1]};" for n, pair in COLOURS.items())
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{{light}}}}}"
    )


def themed(svg: str) -> str:
    """The same drawing with the variables of the page in place of light colours."""
    for name, colour in LIGHT.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg
