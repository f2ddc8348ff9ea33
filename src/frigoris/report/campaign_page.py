"""The report of a campaign: one page that needs nothing else, and one picture."""

from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.campaign.store import Store
from frigoris.campaign.summary import Summary
from frigoris.errors import OutputError
from frigoris.report import campaign_plots as plots
from frigoris.report import text
from frigoris.report.campaign_view import make_campaign_view
from frigoris.report.figures import Figures, drawings, picture
from frigoris.report.style import css_variables

FIGURES: Figures = {
    "dispersion": ((plots.dispersion,), "contacts around the target, with ellipses"),
    "speeds": ((plots.speeds,), "speeds at contact against the limits of the legs"),
    "proof": ((plots.proof,), "failures per thousand as the cases come in"),
    "error": ((plots.altitude_error,), "error of the onboard altitude by altitude"),
    "driver": ((plots.driver,), "the input that separates failures from landings"),
    "tilt": ((plots.tilts,), "tilt at first contact"),
}
VERDICTS = {"met": "good", "not met": "bad", "not proven": "warn"}


def write_campaign_report(store: Store, summary: Summary) -> None:
    """Write `report.html` and `report.png` beside the chunks of a store."""
    view = make_campaign_view(store, summary)
    title = f"{_title(store)}: {summary.landed:,} of {summary.cases:,} land"
    body = page(store, summary, drawings(view, FIGURES), view.terrain)
    try:
        (store.folder / "report.html").write_text(body, encoding="utf-8")
        picture(view, title, _line(store), store.folder / "report.png", FIGURES)
    except OSError as error:
        raise OutputError(
            f"Cannot write the report of this campaign to {store.folder}: {error}. "
            "The rows are good; `frigoris campaign-report` writes it again."
        ) from error


def _title(store: Store) -> str:
    return store.plan.mission.mission.title


def _line(store: Store) -> str:
    plan = store.plan
    faults = ", ".join(f.replace("_", " ") for f in plan.mission.faults) or "none"
    sampling = plan.sampling.replace("_", " ")
    on = store.manifest["features"]
    return "  ·  ".join(
        [
            f"seed {plan.seed}, {sampling} sampling",
            f"faults: {faults}",
            f"flown over {on['terrain']}",
            f"features {store.manifest['features_hash']}",
        ]
    )


def page(store: Store, summary: Summary, figures: dict[str, str], terrain: Any) -> str:
    """The whole page."""
    title = f"{_title(store)} – frigoris campaign report"
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            _header(store, summary),
            _notices(summary, terrain),
            "<h2>Requirements</h2>",
            _requirements(summary),
            "<h2>The cases</h2>",
            _figures(figures),
            "<h2>Cases to look at</h2>",
            _cases(store, summary),
            "<h2>What separates failures from landings</h2>",
            _drivers(summary),
            _footer(store),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _header(store: Store, summary: Summary) -> str:
    low, high = summary.interval.low, summary.interval.high
    counts = [
        (f"{n:,}", text.outcome(name)[0]) for name, n in summary.outcomes.items() if n
    ]
    if summary.ellipse:
        miss = text.quantity(summary.ellipse["miss_99_m"], "m", 3)
        counts.append((miss, "from the target, 99 % of landings"))
    cards = "".join(
        f'<div class="card"><b>{escape(value)}</b><span>{escape(words)}</span></div>'
        for value, words in counts
    )
    kind = "good" if summary.met else "bad"
    word = "all requirements met" if summary.met else "not all requirements met"
    return "\n".join(
        [
            '<header><div class="over">frigoris campaign report · '
            f"{escape(_line(store))}</div>",
            f"<h1>{escape(_title(store))}</h1>",
            f'<p class="lead"><span class="outcome {kind}">{word}</span> '
            f"{summary.landed:,} of {summary.cases:,} cases landed: "
            f"{100 * summary.rate:.2f} %, with 95 % confidence between "
            f"{100 * low:.2f} and {100 * high:.2f} %.</p>",
            f'<div class="cards">{cards}</div></header>',
        ]
    )


def _notices(summary: Summary, terrain: Any) -> str:
    told = []
    if summary.cases < summary.wanted:
        told.append(
            f"The campaign is not complete: {summary.cases:,} of {summary.wanted:,} "
            "cases are flown. --resume goes on."
        )
    if terrain.synthetic:
        told.append(f"Flown over the {terrain.name}, <b>synthetic</b> Moon.")
    notices = "".join(f'<p class="notice">{line}</p>' for line in told)
    return f'{notices}<p class="data">{escape(terrain.note)}</p>'


def _table(head: list[tuple[str, str]], rows: list[list[str]]) -> str:
    """A table; each column has a title and a class."""
    top = "".join(f'<th class="{kind}">{escape(name)}</th>' for name, kind in head)
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{cell}</td>'
            for cell, (_, kind) in zip(row, head, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def percent(share: float) -> str:
    """A share in per cent, with the digits that it needs near one."""
    return f"{100.0 * share:.2f} %"


def _requirements(summary: Summary) -> str:
    head = [("requirement", ""), ("asked", "n"), ("good", "n"), ("share", "n")]
    head += [("between", "n"), ("verdict", "")]
    rows = []
    for r in summary.requirements:
        low, high = r["interval"]
        word = f'<span class="outcome {VERDICTS[r["verdict"]]}">{r["verdict"]}</span>'
        asked = f"{percent(r['probability'])} at {100 * r['confidence']:g} %"
        between = f"{percent(low)} … {percent(high)}"
        words = f"<b>{escape(r['id'])}</b> {escape(r['text'])}"
        rows.append(
            [words, asked, f"{r['good']:,}", percent(r["value"]), between, word]
        )
    return _table(head, rows)


def _figures(figures: dict[str, str]) -> str:
    drawn = [
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in figures.items()
    ]
    return '<div class="figures">\n' + "\n".join(drawn) + "\n</div>"


def _cases(store: Store, summary: Summary) -> str:
    head = [("case", "n"), ("outcome", ""), ("down", "n"), ("sideways", "n")]
    head += [("tilt", "n"), ("from the target", "n"), ("fly it again", "")]
    rows = []
    for row in summary.to_look_at:
        number = int(row["case"])
        words, kind = text.outcome(row["outcome"])
        command = f"frigoris replay {store.folder} --case {number}"
        rows.append(
            [
                str(number),
                f'<span class="outcome {kind}">{escape(words)}</span>',
                text.quantity(row["contact_descent_rate_m_s"], "m_s", 3),
                text.quantity(row["contact_speed_horizontal_m_s"], "m_s", 3),
                text.quantity(row["contact_tilt_deg"], "deg", 3),
                text.quantity(row["contact_miss_m"], "m", 3),
                f"<code>{escape(command)}</code>",
            ]
        )
    return _table(head, rows)


def _drivers(summary: Summary) -> str:
    if not summary.drivers:
        return "<p>Too few failures, or too few landings, to say.</p>"
    head = [("input", ""), ("score", "n"), ("p, corrected", "n")]
    rows = [
        [escape(d["input"]), f"{d['score']:.2f}", f"{d['p']:.2g}"]
        for d in summary.drivers
    ]
    note = (
        "<p>Mann-Whitney, one input at a time, with Holm's correction; a score of 1 "
        "separates failures from landings wholly, 0 not at all. What only two inputs "
        "together do is not seen here.</p>"
    )
    return _table(head, rows) + note


def _footer(store: Store) -> str:
    told = store.manifest
    used = ", ".join(f"{k} {v}" for k, v in told["versions"].items())
    data = ", ".join(f"{d['file']}" for d in told["data"]) or "no files"
    return (
        "<footer><p>Intervals of the landing rate are exact (Clopper-Pearson); those "
        "of requirements are two one-sided bounds, each of the confidence asked for. "
        f"Data used: {escape(data)}.</p><p>{escape(used)} · "
        f"{escape(told['machine']['processor'])}</p><p>frigoris "
        f"{escape(__version__)}</p></footer>"
    )


def picture_path(folder: Path) -> Path:
    """Where the picture of a campaign lies."""
    return folder / "report.png"
