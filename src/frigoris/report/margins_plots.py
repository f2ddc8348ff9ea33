"""The figures of a sheet of margins, each drawn into axes that it is given."""

from typing import Any

import numpy as np

from frigoris.report.style import LIGHT
from frigoris.report.text import number
from frigoris.verify.linear import SLOWEST, Sampled, frequencies, opened, response
from frigoris.verify.loops import LOOPS
from frigoris.verify.margins import Sheet

COLOURS = {
    "x": LIGHT["estimate"],
    "y": LIGHT["measurement"],
    "z": LIGHT["third"],
    "along": LIGHT["second"],
    "across": LIGHT["telemetry"],
    "vertical": LIGHT["truth"],
}
SINCE = "time before contact, s"
TOP = 45.0  # gain margins are drawn up to this [dB]


def worst(sheet: Sheet) -> tuple[str, Any, Sampled]:
    """Loop and point with the least phase, and the loop opened there."""
    _, name, look = sheet.lowest()["phase_deg"]
    return name, look, opened(look.system, LOOPS.index(name), range(len(LOOPS)))


def bode(ax: Any, sheet: Sheet) -> None:
    """Gain of the loop with the least phase over frequency."""
    name, look, loop = worst(sheet)
    omega = frequencies(loop)
    size = 20.0 * np.log10(np.abs(response(loop, omega)))
    ax.set_title(f"Open loop {name}, {number(look.altitude, 2)} m up")
    ax.semilogx(omega, size, c=LIGHT["estimate"])
    ax.axhline(0.0, c=LIGHT["plan"], lw=1.0)
    ax.axvline(look.slosh, c=LIGHT["bad"], ls="--", lw=1.0, label="slowest slosh")
    ax.set_xlim(10.0 * SLOWEST, np.pi / loop.dt)
    ax.set_ylim(-60.0, 60.0)
    ax.set_xlabel("frequency, rad/s")
    ax.set_ylabel("gain, dB")
    ax.legend(loc="upper right")


def nyquist(ax: Any, sheet: Sheet) -> None:
    """The same loop around the point to stay away from."""
    name, _, loop = worst(sheet)
    g = response(loop, frequencies(loop))
    ax.set_title(f"The same around −1 ({name})")
    ax.plot(g.real, g.imag, c=LIGHT["estimate"])
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), c=LIGHT["plan"], lw=1.0)
    ax.plot([-1.0], [0.0], marker="+", ms=11, mew=2, c=LIGHT["bad"])
    ax.set_xlim(-2.6, 1.4)
    ax.set_ylim(-1.5, 1.5)
    ax.set_aspect("equal", adjustable="box")
    ax.set_xlabel("real part")
    ax.set_ylabel("imaginary part")


def _over_time(ax: Any, sheet: Sheet, of: Any) -> None:
    end = max(look.time for look in sheet.looks)
    for name, colour in COLOURS.items():
        here = [
            (k.time - end, of(k.loops[name])) for k in sheet.looks if name in k.loops
        ]
        near = [(t, v) for t, v in here if t > -900.0]
        if near:
            t, values = zip(*near, strict=True)
            ax.plot(t, values, c=colour, marker="o", ms=2.5, lw=1.2, label=name)
    ax.set_xscale("symlog", linthresh=20.0)
    ax.set_xlabel(SINCE)


def gains(ax: Any, sheet: Sheet) -> None:
    """Gain margin of every loop along the powered descent."""
    ax.set_title("Gain margin")
    _over_time(ax, sheet, lambda m: min(m.gain_dB, TOP))
    ax.axhline(sheet.required[0], c=LIGHT["bad"], ls="--", lw=1.0)
    ax.set_ylabel("gain margin, dB")
    ax.set_ylim(0.0, TOP)
    ax.legend(loc="upper left", ncols=3)


def angles(ax: Any, sheet: Sheet) -> None:
    """Phase margin of every loop along the powered descent."""
    ax.set_title("Phase margin")
    _over_time(ax, sheet, lambda m: np.degrees(m.phase))
    ax.axhline(sheet.required[1], c=LIGHT["bad"], ls="--", lw=1.0)
    ax.set_ylabel("phase margin, °")
    ax.set_ylim(min(0.0, ax.get_ylim()[0]), 100.0)


def liquid(ax: Any, sheet: Sheet) -> None:
    """Crossover of attitude against the slowest mode of the liquid."""
    ax.set_title("Slosh and crossover of attitude")
    end = max(look.time for look in sheet.looks)
    near = [k for k in sheet.looks if k.time - end > -900.0]
    t = [k.time - end for k in near]
    ax.plot(t, [k.slosh for k in near], c=LIGHT["bad"], marker="o", label="slosh")
    over = [k.loops["x"].crossover for k in near]
    ax.plot(t, over, c=LIGHT["estimate"], marker="o", label="crossover x")
    ax.set_xscale("symlog", linthresh=20.0)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(SINCE)
    ax.set_ylabel("frequency, rad/s")
    ax.legend(loc="upper right")


def budget(ax: Any, sheet: Sheet) -> None:
    """Delta-v and propellant left by phase."""
    ax.set_title("Velocity spent, propellant left")
    names = [n for n, q in sheet.budgets.items() if q["dv_m_s"].design > 1.0]
    at = np.arange(len(names))
    spent = [sheet.budgets[n]["dv_m_s"].design for n in names]
    left = [sheet.budgets[n]["left_kg"].design for n in names]
    ax.barh(at - 0.2, spent, 0.36, color=LIGHT["first"], label="delta-v, m/s")
    ax.barh(at + 0.2, left, 0.36, color=LIGHT["third"], label="left, kg")
    ax.set_xscale("log")
    ax.set_yticks(at, [n.replace("_", "\n") for n in names])
    ax.invert_yaxis()
    ax.set_xlim(1.0, 5000.0)
    ax.set_xlabel("m/s, kg")
    ax.legend(loc="lower right")
