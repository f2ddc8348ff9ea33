"""The figures of a campaign, each drawn into axes that it is given."""

from typing import Any

import numpy as np

from frigoris.campaign.statistics import clopper_pearson
from frigoris.report.campaign_view import CampaignView, sigma_ellipse
from frigoris.report.style import LIGHT

PER_THOUSAND = 1000.0
BOX = 1.6  # of the limits of the legs that the figure of speeds reaches
GOOD: dict[str, Any] = {"c": LIGHT["good"], "ms": 2.2, "mew": 0, "alpha": 0.45}
BAD: dict[str, Any] = {"c": LIGHT["bad"], "ms": 5.0, "mew": 1.4, "ls": "none"}


def dispersion(ax: Any, view: CampaignView) -> None:
    """Where the cases touch down, with the ellipses of the landings."""
    ax.set_title("Where they touch down")
    reach, contacts = view.reach_m, view.contacts
    unit, scale = ("km", 1e-3) if reach > 3000.0 else ("m", 1.0)
    side = reach * scale
    slope = np.gradient(view.relief)
    ax.imshow(
        slope[1] - slope[0],  # lit from the upper left
        extent=(-side, side, -side, side),
        cmap="Greys",
        alpha=0.22,
        aspect="equal",
    )
    if contacts:
        landed = contacts["landed"].astype(bool)
        x, y = (contacts[f"contact_{n}_m"] * scale for n in ("east", "north"))
        ax.plot(x[landed], y[landed], "o", ls="none", label="landed", **GOOD)
        ax.plot(x[~landed], y[~landed], "x", label="not landed", **BAD)
    if view.summary.ellipse:
        for sigma in (1.0, 2.0, 3.0):
            east, north = sigma_ellipse(view.summary.ellipse, sigma)
            told = "1, 2, 3 sigma" if sigma == 1.0 else None
            ax.plot(east * scale, north * scale, c=LIGHT["ink"], lw=0.9, label=told)
    ax.plot([0.0], [0.0], "+", c=LIGHT["estimate"], ms=11, mew=1.8, label="target")
    ax.set_xlim(-side, side)
    ax.set_ylim(-side, side)
    ax.grid(visible=False)
    ax.set_xlabel(f"east of the target, {unit}")
    ax.set_ylabel(f"north of the target, {unit}")
    ax.legend(loc="upper right", framealpha=0.8, frameon=True, edgecolor="none")


def speeds(ax: Any, view: CampaignView) -> None:
    """How they touch down, against what the legs survive."""
    legs = view.legs
    ax.set_title("How they touch down, and what the legs survive")
    right = BOX * legs.vertical_speed_max_m_s
    top = BOX * legs.horizontal_speed_max_m_s
    ax.add_patch(_box(legs.vertical_speed_max_m_s, legs.horizontal_speed_max_m_s))
    ax.set_xlim(0.0, right)
    ax.set_ylim(0.0, top)
    ax.set_xlabel("down, m/s")
    ax.set_ylabel("sideways, m/s")
    if not view.contacts:
        return
    landed = view.contacts["landed"].astype(bool)
    x = view.contacts["contact_descent_rate_m_s"]
    y = view.contacts["contact_speed_horizontal_m_s"]
    ax.plot(x[landed], y[landed], "o", ls="none", **GOOD)
    inside = ~landed & (x < right) & (y < top)
    ax.plot(x[inside], y[inside], "x", **BAD)
    beyond = int(np.sum(~landed & ~inside))
    if beyond:
        note = f"{beyond} harder than shown"
        style = {"ha": "right", "va": "top", "color": LIGHT["bad"]}
        ax.text(0.98, 0.97, note, transform=ax.transAxes, **style)


def _box(right: float, top: float) -> Any:
    from matplotlib.patches import Rectangle

    look: dict[str, Any] = {
        "fc": LIGHT["good"],
        "alpha": 0.10,
        "ec": LIGHT["good"],
        "lw": 1.2,
    }
    return Rectangle((0.0, 0.0), right, top, **look)


def proof(ax: Any, view: CampaignView) -> None:
    """What the cases prove as they come in."""
    n, landed = view.chunks["n"], view.chunks["landed"]
    ends = [clopper_pearson(int(k), int(m)) for k, m in zip(landed, n, strict=True)]
    high = np.array([1.0 - e.low for e in ends]) * PER_THOUSAND
    low = np.array([1.0 - e.high for e in ends]) * PER_THOUSAND
    ax.set_title("Flights that do not land, in a thousand")
    ax.fill_between(n, low, high, color=LIGHT["estimate"], alpha=0.2, lw=0)
    ax.plot(n, (1.0 - landed / n) * PER_THOUSAND, c=LIGHT["estimate"], label="seen")
    for row in view.summary.requirements:
        allowed = (1.0 - row["probability"]) * PER_THOUSAND
        ax.axhline(allowed, c=LIGHT["bad"], lw=1.0, ls=(0, (4, 2)))
        place = {"xytext": (-3, 3), "textcoords": "offset points", "ha": "right"}
        ax.annotate(row["id"], (n[-1], allowed), color=LIGHT["bad"], **place)
    top = max([1.0, *(1.0 - r["probability"] for r in view.summary.requirements)])
    asked = [(1.0 - r["probability"]) for r in view.summary.requirements] or [0.01]
    now = (1.0 - landed[-1] / n[-1]) * PER_THOUSAND
    top = 1.6 * max(now, PER_THOUSAND * max(asked), high[-1])
    ax.set_ylim(0.0, min(top, PER_THOUSAND))
    ax.set_xlim(0.0, 1.04 * n[-1])  # the last tick keeps its last digit
    ax.set_xlabel("cases flown")
    ax.set_ylabel("per thousand, with the 95 % interval")


def altitude_error(ax: Any, view: CampaignView) -> None:
    """Onboard altitude against the true one on the way down."""
    ax.set_title("Error of the onboard altitude on the way down")
    ax.set_xlabel("true altitude, km")
    ax.set_ylabel("onboard minus true, m")
    e = view.errors
    if e is None:
        _nothing(ax, "histories of altitude_m and est_altitude_m were not kept")
        return
    x = e["altitude"] / 1e3
    colour = LIGHT["estimate"]
    ax.fill_between(x, e["low"], e["high"], color=colour, alpha=0.15, lw=0)
    ax.fill_between(x, e["p05"], e["p95"], color=colour, alpha=0.3, lw=0)
    ax.plot(x, e["middle"], c=colour, label="median, 90 %, 99 %")
    ax.set_xlim(x.max(), 0.0)
    ax.legend(loc="upper right")


def driver(ax: Any, view: CampaignView) -> None:
    """The input that tells failures from landings best."""
    if view.driver is None:
        ax.set_title("What separates failures from landings")
        _nothing(ax, "too few failures to say")
        return
    name, landed, failed = view.driver
    ax.set_title("The input that separates failures best")
    for x, colour, told in (
        (landed, "good", f"{len(landed):,} landed"),
        (failed, "bad", f"{len(failed):,} did not"),
    ):
        share = np.arange(1, len(x) + 1) / max(len(x), 1)
        ax.step(x, share, where="post", c=LIGHT[colour], label=told)
    ax.set_xlabel(name)
    ax.set_ylabel("share of cases below")
    ax.legend(loc="lower right")


def tilts(ax: Any, view: CampaignView) -> None:
    """Tilt at rest."""
    limit = view.legs.tilt_max_deg
    ax.set_title("Tilt at rest")
    ax.set_xlabel("from the vertical, °")
    ax.set_ylabel("cases")
    if view.contacts:
        shown = np.minimum(view.contacts["touchdown_tilt_deg"], BOX * limit)
        ax.hist(shown, bins=np.linspace(0.0, BOX * limit, 49), color=LIGHT["first"])
        ax.set_yscale("log")
    ax.axvline(limit, c=LIGHT["bad"], lw=1.0, ls=(0, (4, 2)))
    ax.set_xlim(0.0, BOX * limit)


def _nothing(ax: Any, why: str) -> None:
    place = {"ha": "center", "va": "center", "transform": ax.transAxes}
    ax.text(0.5, 0.5, why, color=LIGHT["muted"], **place)
