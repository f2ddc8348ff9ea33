"""Flight software of a few lines, for tests: engines off, and faults of all kinds.

    python lockstep_client.py [FAULT [TICK]]

from TICK on (by default 50) it does what FAULT says.
"""

import json
import os
import signal
import socket
import struct
import sys
import time

HEADER = struct.Struct("<IHHQ")
READY, MEASUREMENTS, COMMANDS, END = 2, 3, 4, 5


def connect():
    address = os.environ["FRIGORIS_SOFTWARE"]
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.connect(address.removeprefix("unix:"))
        return line
    host, port = address.split(":")
    line = socket.create_connection((host, int(port)))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def read(line, size):
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            sys.exit(0)
        data += part
    return data


def receive(line):
    length, version, kind, tick = HEADER.unpack(read(line, HEADER.size))
    return version, kind, tick, read(line, length - HEADER.size)


def send(line, kind, tick, payload, version=1):
    length = HEADER.size + len(payload)
    line.sendall(HEADER.pack(length, version, kind, tick) + payload)


def main():
    fault = sys.argv[1] if len(sys.argv) > 1 else ""
    when = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    if fault == "never":
        time.sleep(60)
    line = connect()
    _, _, _, told = receive(line)
    hello = json.loads(told)
    version = 7 if fault == "version" else 1
    send(line, READY, 0, json.dumps({"name": "idle"}).encode(), version)
    numbers = hello["commands"]["bytes"] // 8
    silent = next(f for f in hello["commands"]["fields"] if f["name"] == "phase")
    told = silent["offset"] // 8
    values = [0.0] * told + [float("nan")] * (numbers - told)
    reply = struct.pack(f"<{numbers}d", *values)
    while True:
        _, kind, tick, _ = receive(line)
        if kind == END:
            return
        if not fault or tick < when:
            send(line, COMMANDS, tick, reply)
        elif fault == "exit":
            sys.exit(3)
        elif fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault == "closed":
            line.close()
            time.sleep(60)
        elif fault == "hang":
            time.sleep(60)
        elif fault == "drip":
            for byte in HEADER.pack(16 + len(reply), 1, COMMANDS, tick) + reply:
                line.sendall(bytes([byte]))
                time.sleep(0.05)
        elif fault == "short":
            send(line, COMMANDS, tick, reply[:-8])
        elif fault == "kind":
            send(line, READY, tick, reply)
        elif fault == "late":
            send(line, COMMANDS, tick - 1, reply)
        elif fault == "nan":
            send(line, COMMANDS, tick, struct.pack("<d", float("nan")) + reply[8:])
        elif fault == "noise":
            line.sendall(b"HTTP/1.1 200 OK\r\n" * 40)


main()
