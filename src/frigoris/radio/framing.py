"""Packets into transfer frames on a downlink: when each reaches the ground.

A synchronous link: frames follow one another without a gap. When a frame starts, it
goes on with the packet that did not fit into the one before, then takes what waits, the
most urgent first and of these the oldest, as far as it goes; idle data fill the rest.
A packet counts only when all frames with a part of it arrived.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from frigoris.radio.coding import frame_error
from frigoris.radio.downlink import DARK, Downlink

# primary header of a transfer frame, CCSDS 132.0-B-3, section 4.1.2 [bytes]
FRAME_HEADER = 6
SAME = 1e-9  # a packet made this much after the start of a frame is in it [s]


def frame_period(rate: float, frame_bytes: int) -> float:
    """Time to send one frame [s]; `rate` [bit/s]."""
    return 8.0 * frame_bytes / rate


def ground_times(
    time: np.ndarray, size: np.ndarray, link: Downlink, priority: np.ndarray
) -> np.ndarray:
    """When each packet is complete on the ground [s], NaN for one that is lost.

    - `time`: when each packet was made [s], in any order. `size`: bytes of each.
    - `priority`: of each, the smallest first.

    Left out: error correction's parity and marks between frames (the rate is that of
    the frames), retransmission, play-back of a recorder.
    """
    order = np.argsort(time, kind="stable")
    queue = _Queue(time[order], size[order], priority[order])
    ground = np.full(len(time), np.nan)
    for frame in _frames(queue, link):
        arrives = frame.end + float(np.interp(frame.end, link.t, link.light_time))
        for packet in queue.fill(link.frame_bytes - FRAME_HEADER, frame.lost):
            ground[order[packet]] = arrives
    return ground


@dataclass(frozen=True)
class _Frame:
    end: float  # [s]
    lost: bool


class _Queue:
    """Packets that wait, by urgency, and the one that is half sent."""

    def __init__(self, made: np.ndarray, size: np.ndarray, priority: np.ndarray):
        self.made, self.size = made.tolist(), size.tolist()
        levels = sorted(set(priority.tolist()))
        self.level = [levels.index(p) for p in priority.tolist()]
        self.waiting: list[deque[int]] = [deque() for _ in levels]
        self.next = 0  # not made yet
        self.half: int | None = None  # under way
        self.left = 0  # bytes of it
        self.hurt = False  # a frame with a part of it was lost

    def admit(self, now: float) -> None:
        """Take in what is made by now [s]."""
        while self.next < len(self.made) and self.made[self.next] <= now + SAME:
            self.waiting[self.level[self.next]].append(self.next)
            self.next += 1

    def idle(self) -> bool:
        """Whether nothing waits."""
        return self.half is None and not any(self.waiting)

    def fill(self, room: int, lost: bool) -> list[int]:
        """Send one frame; the packets that are complete with it and unhurt."""
        arrived = []
        while room > 0:
            if self.half is None:
                line = next((w for w in self.waiting if w), None)
                if line is None:
                    break
                self.half, self.hurt = line.popleft(), False
                self.left = self.size[self.half]
            part = min(room, self.left)
            room, self.left = room - part, self.left - part
            self.hurt |= lost
            if self.left == 0:
                if not self.hurt:
                    arrived.append(self.half)
                self.half = None
        return arrived


def _frames(queue: _Queue, link: Downlink):  # type: ignore[no-untyped-def]
    """Each frame with something in it, until the link ends or all is sent."""
    if not queue.made:
        return
    base, count, number = queue.made[0], 0, 0
    rate = _rate(link, base)
    while True:
        period = frame_period(rate, link.frame_bytes)
        start = base + count * period
        queue.admit(start)
        if queue.idle():
            if queue.next == len(queue.made):
                return
            # idle frames until something is made, or the rate changes
            until = min(queue.made[queue.next], _changes(link, start))
            skip = max(int(np.ceil((until - start) / period - SAME)), 1)
            count, number = count + skip, number + skip
        else:
            end = start + period
            if end > link.end + SAME * period:
                return
            yield _Frame(end, _is_lost(link, start, end, number))
            count, number = count + 1, number + 1
        now = _rate(link, base + count * period)
        if now != rate:
            base, count, rate = base + count * period, 0, now


def _rate(link: Downlink, t: float) -> float:
    index = int(np.searchsorted(link.t, t + SAME, side="right")) - 1
    return float(link.rate[max(index, 0)])


def _changes(link: Downlink, t: float) -> float:
    """When the rate next changes after `t` [s]."""
    first = int(np.searchsorted(link.t, t + SAME, side="right"))
    other = np.flatnonzero(link.rate[first:] != _rate(link, t))
    return float(link.t[first + other[0]]) if len(other) else np.inf


def _is_lost(link: Downlink, start: float, end: float, number: int) -> bool:
    """Whether a frame is lost: by the worst of its start, middle and end.

    The draw is a function of seed and number of the frame alone.
    """
    moments = np.array([start, 0.5 * (start + end), end])
    level = np.interp(moments, link.t, link.eb_n0).min()
    if level < 0.5 * DARK:
        return True
    level = level - 10.0 * np.log10(_rate(link, start))
    share = float(frame_error(link.code, np.array(level), link.frame_bytes))
    if not 1e-12 < share < 1.0 - 1e-12:
        return share > 0.5
    # as arrays: of lists NumPy makes floats where a number needs all 64 bits
    key = np.array(link.seed, np.uint64)
    bits = np.random.Philox(key=key, counter=np.array([number, 0, 0, 0], np.uint64))
    return bool(np.random.Generator(bits).random() < share)
