"""Fetching data from a server of this machine: cut off, resumed, wrong, away."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from frigoris.errors import DataError
from frigoris.moon import data, originals
from frigoris.moon.originals import ORIGINALS, Original, pull

BODY = bytes(range(256)) * 4000  # about 1 MB
HASH = hashlib.sha256(BODY).hexdigest()
KEY = "gl1500e"  # none is pinned for it


class Server(ThreadingHTTPServer):
    """Serves BODY; may break off, and may know nothing of ranges."""

    break_after: int | None = None
    ranges = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = 0
        if wanted and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start < len(BODY) else 416)
        else:
            self.send_response(200)
        part = BODY[start:]
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part[: self.server.break_after])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("FRIGORIS_DATA", raising=False)
    with Server() as here:
        threading.Thread(target=here.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{here.server_port}/file"
        monkeypatch.setitem(ORIGINALS, KEY, Original(address, "a test"))
        monkeypatch.setitem(ORIGINALS, "ldem_4", Original(address, "a test"))
        yield here
        here.shutdown()


def part_of(tmp_path: Path) -> Path:
    return tmp_path / "frigoris" / "data" / (data.FILES[KEY].name + ".part")


def test_a_file_comes_whole_and_is_found_afterwards(server: Server) -> None:
    seen: list[tuple[int, int]] = []
    path = pull(KEY, HASH, lambda have, total: seen.append((have, total)))
    assert path.read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert data.find(KEY) == path
    pull(KEY, HASH)
    assert len(server.asked) == 1  # what is there is not fetched again


def test_what_was_cut_off_goes_on_where_it_ended(
    server: Server, tmp_path: Path
) -> None:
    server.break_after = 300_000
    with pytest.raises(DataError, match=r"300000 of \d+ bytes.*bytes are kept"):
        pull(KEY, HASH)
    assert part_of(tmp_path).stat().st_size == 300_000
    server.break_after = None
    assert pull(KEY, HASH).read_bytes() == BODY
    assert server.asked == [None, "bytes=300000-"]


def test_a_server_without_ranges_sends_all_again(
    server: Server, tmp_path: Path
) -> None:
    server.ranges = False
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(BODY[:1000])
    assert pull(KEY, HASH).read_bytes() == BODY


def test_a_part_that_is_whole_already_is_only_checked(
    server: Server, tmp_path: Path
) -> None:
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(BODY)
    assert pull(KEY, HASH).read_bytes() == BODY


def test_another_file_than_the_pinned_one_is_put_aside(server: Server) -> None:
    with pytest.raises(DataError, match=r"sha256 is .*expected c04632eb.*put aside"):
        pull("ldem_4")
    assert data.find("ldem_4") is None


def test_a_file_damaged_after_it_was_pulled_is_noticed(server: Server) -> None:
    path = pull(KEY, HASH)
    path.write_bytes(BODY[:-1])
    data.sha256.cache_clear()
    data._verify.cache_clear()
    with pytest.raises(DataError, match="damaged"):
        data.find(KEY)


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("ldem_5", None, "no data file is called so"),
        ("fused16", None, "derived and has no public original"),
        (KEY, None, "Give --sha256"),
        (KEY, "12ab", "no sha256, 64 hex digits"),
        ("ldem_4", "0" * 64, "not the one pinned"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_fetched(
    server: Server, key: str, given: str | None, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        pull(key, given)
    assert server.asked == []


def test_without_a_network_it_says_how_to_go_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # port 1 of this machine: nobody listens
    monkeypatch.setitem(ORIGINALS, KEY, Original("http://127.0.0.1:1/x", "a test"))
    with pytest.raises(DataError, match=r"refused.*fetch it by hand and put it at"):
        pull(KEY, HASH)


def test_every_address_is_safe_and_says_where_it_was_read() -> None:
    for key, original in ORIGINALS.items():
        assert original.url.startswith("https://"), key
        assert original.page
        assert key in data.FILES
    assert all(row["tried"] == "no" for row in originals.rows())
