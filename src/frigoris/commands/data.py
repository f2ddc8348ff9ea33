"""Real lunar data: what is known, where it is looked for, how it is fetched."""

import os
from typing import Annotated, Any

import typer

from frigoris.commands.options import AsJson
from frigoris.errors import UserError

data = typer.Typer(help="Real lunar data: what is known, and where it is looked for.")


@data.command("list")
def data_list(as_json: AsJson = False) -> None:
    """Every data file that frigoris knows, and whether it was found."""
    from frigoris.moon.data import entries
    from frigoris.report import listing

    rows = entries()
    if as_json:
        listing.print_json({"files": rows})
    else:
        listing.print_rows(
            [[r["key"], r["found"] or "not found", r["what"]] for r in rows]
        )


@data.command("where")
def data_where(as_json: AsJson = False) -> None:
    """The folders in which data files are looked for, in their order."""
    from frigoris.moon.data import search_path
    from frigoris.report import listing

    rows: list[dict[str, Any]] = [
        {"folder": str(p), "exists": p.is_dir()} for p in search_path()
    ]
    if as_json:
        listing.print_json({"folders": rows})
        return
    listing.print_rows(
        [[r["folder"], "" if r["exists"] else "no such folder"] for r in rows]
    )
    if "FRIGORIS_DATA" not in os.environ:
        print("FRIGORIS_DATA is not set; it may name one more folder, searched first.")


@data.command("pull")
def data_pull(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="What `data list` calls it."),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option(help="Hash that the file must have, where none is pinned."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch public originals into the data folder; without a key, list them."""
    from frigoris.moon import originals
    from frigoris.report import console_text, listing

    if not keys:
        rows = originals.rows()
        if as_json:
            listing.print_json({"originals": rows})
        else:
            listing.print_rows([[r["key"], r["url"], r["read_on"]] for r in rows])
            print("None of these addresses was tried from here.")
        return
    if sha256 and len(keys) > 1:
        raise UserError("Cannot pull several files with one --sha256: name one file.")
    found = []
    for key in keys:
        with console_text.bytes_bar(key) as progress:
            found.append(
                {"key": key, "path": str(originals.pull(key, sha256, progress))}
            )
    if as_json:
        listing.print_json({"pulled": found})
    else:
        listing.print_rows([[row["key"], row["path"]] for row in found])
