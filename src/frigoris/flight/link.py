"""The line to flight software in another process: a socket, perhaps a child process.

Whatever goes wrong on it ends in `Lost` with the reason in words, within a time limit.
"""

import contextlib
import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frigoris.errors import UserError
from frigoris.flight.protocol import HEADER, KINDS, VERSION, frame, text

ADDRESS = "FRIGORIS_SOFTWARE"  # in the environment of a process that is started
LISTEN = "listen:"
PATIENCE = 10.0  # for the connection and for each reply, by default [s]
BY_HAND = 120.0  # for a connection of software that people start [s]
GOODBYE = 2.0  # for a process to end by itself after the flight [s]
GLANCE = 0.1  # between looks at whether it lives, until it connects [s]
STDERR = 2  # what it prints must not get among our JSON
READY_MAX = 65_536  # bytes of its first word


class Lost(Exception):
    """The software is gone, or what it says cannot be obeyed: the reason in words."""


@dataclass
class Line:
    """A listening socket, and what was started to connect to it."""

    server: socket.socket
    address: str
    process: subprocess.Popen[bytes] | None
    patience: float  # [s]
    peer: socket.socket | None = None
    file: Path | None = None  # of a Unix socket

    def meet(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for the software, say hello; what it says of itself. Raises `Lost`."""
        self.peer = self._accept()
        if self.peer.family == socket.AF_INET:
            self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send("hello", 0, text(told))
        said = self.receive("ready", 0, most=READY_MAX)
        try:
            about = json.loads(said) if said else {}
        except (ValueError, RecursionError):  # the latter by thousands of brackets
            raise Lost("its ready frame is no JSON") from None
        return about if isinstance(about, dict) else {}

    def _accept(self) -> socket.socket:
        wait = self.patience if self.process else max(self.patience, BY_HAND)
        end = time.monotonic() + wait
        self.server.settimeout(GLANCE)
        while time.monotonic() < end:
            try:
                return self.server.accept()[0]
            except TimeoutError:
                code = self.process.poll() if self.process else None
                if code is not None:
                    raise Lost(f"it {_ended(code)} before it connected") from None
        raise Lost(f"nothing connected to {self.address} in {wait:g} s")

    def send(self, kind: str, tick: int, payload: bytes) -> None:
        """One frame out. Raises `Lost`."""
        assert self.peer is not None
        self.peer.settimeout(self.patience)
        try:
            self.peer.sendall(frame(kind, tick, payload))
        except OSError as error:
            raise Lost(self._why(error)) from None

    def receive(
        self, kind: str, tick: int, exactly: int | None = None, most: int = 0
    ) -> bytes:
        """The payload of the frame that has to come now. Raises `Lost`."""
        end = time.monotonic() + self.patience
        length, version, number, count = HEADER.unpack(self._read(HEADER.size, end))
        if version != VERSION:
            raise Lost(f"it speaks version {version} of the protocol, not {VERSION}")
        if number != KINDS[kind]:
            raise Lost(f"it sent a frame of kind {number}, not {kind} ({KINDS[kind]})")
        size = length - HEADER.size
        wrong = size != exactly if exactly is not None else not 0 <= size <= most
        if wrong:
            wanted = f"{exactly}" if exactly is not None else f"at most {most}"
            raise Lost(f"its {kind} frame has {size} bytes of payload, not {wanted}")
        if count != tick:
            raise Lost(f"it answered tick {count} when it was asked for {tick}")
        return self._read(size, end)

    def _read(self, size: int, end: float) -> bytes:
        assert self.peer is not None
        parts, left = [], size
        while left:
            self.peer.settimeout(max(end - time.monotonic(), 1e-3))
            try:
                part = self.peer.recv(left)
            except OSError as error:
                raise Lost(self._why(error)) from None
            if not part:
                raise Lost(self._why(None))
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _why(self, error: OSError | None) -> str:
        if isinstance(error, TimeoutError):
            return f"it did not answer within {self.patience:g} s"
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return f"it {_ended(self.process.wait(timeout=1.0))}"
        return "it closed the connection"

    def close(self, last: Mapping[str, Any]) -> None:
        """Say how it ended and leave nothing behind."""
        if self.peer is not None:
            with contextlib.suppress(OSError):
                self.peer.settimeout(GOODBYE)
                self.peer.sendall(frame("end", 0, text(last)))
            self.peer.close()
        self.server.close()
        if self.file is not None:
            self.file.unlink(missing_ok=True)
        if self.process is not None:
            _end(self.process)


def _ended(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """By itself, else asked to, else at once."""
    for end in (process.terminate, process.kill):
        try:
            process.wait(timeout=GOODBYE)
        except subprocess.TimeoutExpired:
            end()
    process.wait()


def open_line(wish: str, patience: float = PATIENCE) -> Line:
    """Start the command `wish`, or listen where `listen:PORT` or `listen:PATH` says.

    Raises `UserError` for what can't be started or listened at.
    """
    if wish.startswith(LISTEN):
        return _listening(wish.removeprefix(LISTEN), patience)
    line = _listening("0", patience)
    try:
        words = shlex.split(wish)
        line.process = subprocess.Popen(
            words or [""], env=os.environ | {ADDRESS: line.address}, stdout=STDERR
        )
    except (OSError, ValueError) as error:
        line.server.close()
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"Cannot start the flight software {wish!r}: {reason}. Give a command, or "
            "listen:PORT to wait for one that you start yourself."
        ) from None
    return line


def _listening(where: str, patience: float) -> Line:
    """A socket that listens at a port of this machine, or at a path."""
    file = None if where.isdigit() else Path(where)
    server = socket.socket(socket.AF_UNIX if file else socket.AF_INET)
    try:
        if file:
            server.bind(str(file))
            address = f"unix:{file}"
        else:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", int(where)))
            address = f"127.0.0.1:{server.getsockname()[1]}"
        server.listen(1)
    except (OSError, OverflowError, ValueError) as error:
        server.close()
        raise UserError(
            f"Cannot listen for flight software at {where!r}: {error}. Give "
            "listen:PORT with a free port, or listen:PATH of a socket to be made."
        ) from None
    return Line(server, address, None, patience, file=file)
