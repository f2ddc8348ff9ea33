"""What the documents point at exists: files, headings, commands, make targets."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def short(path):
    return path.relative_to(ROOT).as_posix()


def anchors(path):
    """The fragment that a reader's browser makes of each heading."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def broken_links(document):
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue  # another site: not asked from a test
        file, _, fragment = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        if not path.exists():
            yield f"{target}: no such file"
        elif fragment and fragment not in anchors(path):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_relative_links_resolve(document):
    assert list(broken_links(document)) == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "a.md"
    page.write_text(
        "# One two\n[x](a.md#one-two) [y](b.md) [z](#three) [w](https://x.y)"
    )
    assert list(broken_links(page)) == [
        "b.md: no such file",
        "#three: no such heading",
    ]


def commands(document):
    """Each line of an example that starts our program or make."""
    for block in FENCE.findall(document.read_text(encoding="utf-8")):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and Path(words[0]).name in ("frigoris", "make"):
                yield words


@pytest.fixture(scope="module")
def program():
    from frigoris.cli import app

    return typer.main.get_command(app)


def test_the_documents_show_commands():
    assert len(list(commands(ROOT / "README.md"))) >= 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_shown_command_exists(document, program):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in commands(document):
        if words[0] == "make":
            assert words[1] in targets, words
        else:
            check_command(program, words[1:], words)


def check_command(command, words, line):
    """Walk down the groups; every option of the line must be known at its place."""
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, line
        command, words = command.commands[words[0]], words[1:]
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    for word in words:
        if word.startswith("--") and word != "--help":
            assert word.partition("=")[0] in known, line


def test_every_make_target_of_the_contract_exists():
    text = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    names = ["fly", "test", "test-slow", "check", "bench", "docs", "blind", "defects"]
    assert phony.split() == [*names, "console-test"]
