"""The commands about telemetry: messages, JSON, codes, and no JAX."""

import json
import os
import subprocess
import sys

import pytest

from frigoris import cli
from frigoris.packets.tables import write_telemetry
from support.streams import tables

EPOCH = "2025-06-05T18:52:13.000Z"


@pytest.fixture
def record(tmp_path):
    (tmp_path / "rec").mkdir()
    write_telemetry(tmp_path / "rec", tables(), EPOCH)
    return tmp_path / "rec"


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run one command; gives code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = cli.run([str(w) for w in words])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("to", ["mcap", "ccsds", "csv", "xtce"])
def test_export_writes_and_says_what(call, record, to):
    code, out, err = call("export", record, "--to", to, "x", "--json")
    told = json.loads(out)
    assert code == 0 and not err
    path = record.parent / "x"
    files = path.iterdir() if to == "csv" else [path]
    assert told["size_bytes"] == sum(f.stat().st_size for f in files) > 1000
    assert told["gaps"] == []
    code, out, _ = call("export", record, "--to", to, "y")
    assert code == 0 and f"{told['size_bytes']} bytes" in out


def test_gaps_are_told(call, record):
    write_telemetry(record.parent, {"imu": dropped(tables()["imu"])}, EPOCH)
    code, out, _ = call("export", record.parent, "--to", "csv", "x")
    assert code == 0 and "gap: 5 of imu missing between" in out


def dropped(table):
    import numpy as np

    return {name: np.delete(values, range(20, 25)) for name, values in table.items()}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export", "rec", "--to", "mcp", "x"], "Did you mean mcap?"),
        (["export", "nowhere", "--to", "csv", "x"], "it has no telemetry/*.parquet"),
        (["export", "rec", "--to", "csv", "rec"], "something already"),
        (
            ["export", "rec", "--to", "mcap", "rec/telemetry/gnc.parquet/x"],
            "Choose another place",
        ),
        (["import", "nowhere.csv"], "Cannot import nowhere.csv"),
        (["import", "rec"], "Cannot import rec"),
        (["play", "rec", "--speed", "0"], "try --speed 10"),
        (["play", "rec", "--speed", "nan"], "try --speed 10"),
        (["play", "rec", "--to", "localhost:x"], "Write HOST:PORT"),
        (["play", "rec", "--begin", "1e9"], "no packets made after 1e+09 s"),
    ],
)
def test_a_mistake_is_one_clear_message(call, record, words, told):
    code, out, err = call(*words)
    assert code == 2 and out == ""
    assert err.startswith("frigoris: ") and told in err and "Traceback" not in err


def test_import_of_what_export_wrote(call, record):
    call("export", record, "--to", "mcap", "x.mcap")
    code, out, _ = call("import", "x.mcap", "--json")
    told = json.loads(out)
    assert code == 0 and told["epoch_utc"] == EPOCH
    assert told["rows"] == {name: len(t["t_s"]) for name, t in tables().items()}
    assert (record.parent / "runs" / "x" / "telemetry" / "gnc.parquet").is_file()


def test_play_says_how_much_it_sent(call, record):
    code, out, _ = call("play", record, "--speed", "inf", "--json")
    assert code == 0
    assert json.loads(out)["packets"] == sum(len(t["t_s"]) for t in tables().values())


@pytest.mark.parametrize(
    "words",
    ["export rec --to mcap x", "export rec --to ccsds x", "play rec --speed inf"],
)
def test_no_jax_is_imported(record, words):
    program = (
        "import sys; from frigoris import cli; code = cli.run(sys.argv[1:]);"
        "print({'jax', 'equinox'} & set(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words.split()],
        capture_output=True,
        text=True,
        cwd=record.parent,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")},
    )
    assert done.returncode == 0 and done.stderr.strip() == "set()"


def test_the_verbs_are_functions_of_the_package(record, tmp_path):
    import frigoris
    from frigoris.packets.export import export

    assert frigoris.export is export and "export" in frigoris.__all__
    assert set(frigoris.read_telemetry(record)) == set(tables())


def test_ctrl_c_ends_what_is_played_with_one_word(record):
    """A program of its own, since the signal goes to a whole process."""
    program = (
        "import signal, sys; from frigoris import cli;"
        "from frigoris.packets import live;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "live.time.sleep = lambda _: signal.raise_signal(signal.SIGINT);"
        "sys.exit(cli.run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "play", "rec"],
        capture_output=True,
        text=True,
        cwd=record.parent,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")},
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "frigoris: stopped\n"
