"""Packets into transfer frames at a downlink rate: when each reaches the ground.

A synchronous link: frames follow one another without a gap. When a frame starts, it
takes what waits in the queue, oldest first, as far as it goes; idle data fill the rest.
Packets may run over into the next frame. A frame counts only when all of it was sent.
"""

import numpy as np

# primary header of a transfer frame, CCSDS 132.0-B-3, section 4.1.2 [bytes]
FRAME_HEADER = 6


def frame_period(rate: float, frame_bytes: int) -> float:
    """Time to send one frame [s]; `rate` [bit/s]."""
    return 8.0 * frame_bytes / rate


def ground_times(
    time: np.ndarray,
    size: np.ndarray,
    *,
    rate: float,
    frame_bytes: int,
    loss_of_signal: float,
    light_time: float,
) -> np.ndarray:
    r"""When each packet is complete on the ground [s], NaN for one that is lost.

    With $G_k$ the bytes made until frame $k$ starts and $F$ what a frame carries, the
    bytes sent by its end are $S_k = \min(S_{k-1} + F, G_k)$, in closed form
    $S_k = \min\{(k+1)F,\ \min_{j \le k} G_j + (k-j)F\}$.

    - `time`: when each packet was made [s], in any order. `size`: bytes of each.
    - `loss_of_signal`: nothing leaves the lander after it [s].

    Left out: error correction and its parity, marks between frames, retransmission.
    """
    order = np.argsort(time, kind="stable")
    made = time[order]
    total = np.cumsum(size[order].astype(np.int64))
    starts, period = _frame_starts(made, rate, frame_bytes, loss_of_signal)
    sent = _sent(starts, made, total, frame_bytes - FRAME_HEADER)
    # the first frame by whose end the last byte of the packet is out
    frame = np.searchsorted(sent, total, side="left")
    ends = np.append(starts + period + light_time, np.nan)
    ground = np.empty(len(made))
    ground[order] = ends[np.minimum(frame, len(starts))]
    return ground


def _frame_starts(
    made: np.ndarray, rate: float, frame_bytes: int, loss: float
) -> tuple[np.ndarray, float]:
    """Starts of all frames that are complete at the loss of signal, and the period."""
    period = frame_period(rate, frame_bytes)
    begin = made[0] if len(made) else 0.0
    count = max(int(np.floor((loss - begin) / period + 1e-9)), 0)
    return begin + period * np.arange(count), period


def _sent(
    starts: np.ndarray, made: np.ndarray, total: np.ndarray, room: int
) -> np.ndarray:
    """Bytes of packets out by the end of each frame."""
    k = np.arange(len(starts), dtype=np.int64)
    # a packet made at the very start of a frame is in it
    waiting = np.searchsorted(made, starts + 1e-9, side="right")
    there = np.concatenate([[0], total])[waiting]
    backlog = np.minimum.accumulate(there - k * room)
    return np.asarray(np.minimum(backlog, room) + k * room)
