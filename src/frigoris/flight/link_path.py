"""A recorded flight as its radio sees it: places, attitudes, up to rest or impact."""

from typing import Any

import numpy as np

from frigoris.flight.channels import Table
from frigoris.flight.outcome import CRASHED, NOT_FINITE, SOFTWARE_LOST
from frigoris.moon.frames import local_axes
from frigoris.moon.orientation import q_from_dcm
from frigoris.radio.downlink import Path

APART = 0.5  # moments at least this far apart are enough for a link [s]
GONE = (CRASHED, NOT_FINITE, SOFTWARE_LOST)  # outcomes after which nothing is sent


def link_path(
    truth: Table, path: Table, contact: dict[str, Any] | None, outcome: str
) -> Path:
    """The path of one flight; `path` is its touchdown, `contact` where that began.

    A wreck is silent from the contact on. What stands, leans or lies goes on sending in
    the attitude in which it came to rest.
    """
    rows = _apart(truth["t_s"])
    if contact is not None:
        rows = rows[truth["t_s"][rows] < contact["t_s"]]
    t, r_M, q_MB, powered = (
        truth["t_s"][rows],
        np.stack([truth[f"r_{k}_m"][rows] for k in "xyz"], axis=1),
        np.stack([truth[f"q_{k}"][rows] for k in "wxyz"], axis=1),
        truth["powered"][rows] > 0,
    )
    if contact is None or outcome in GONE:
        end = contact["t_s"] if contact is not None else float(truth["t_s"][-1])
        return Path(t, r_M, q_MB, powered, end)
    down_t, down_q = _down(path, contact)
    last = r_M[-1] if len(r_M) else _place(truth)
    on = bool(truth["powered"][-1] > 0)
    return Path(
        t=np.concatenate([t, down_t]),
        r_M=np.concatenate([r_M, np.broadcast_to(last, (len(down_t), 3))]),
        q_MB=np.concatenate([q_MB, down_q]),
        powered=np.concatenate([powered, np.full(len(down_t), on)]),
        end=np.inf,
    )


def _apart(t: np.ndarray) -> np.ndarray:
    """Rows of which neighbours are `APART`, the last one with them."""
    period = np.floor((t + 1e-6) / APART)
    rows = np.flatnonzero(np.diff(period, prepend=-1.0) > 0.0)
    return rows if len(t) - 1 in rows else np.append(rows, len(t) - 1)


def _place(truth: Table) -> np.ndarray:
    return np.array([truth[f"r_{k}_m"][-1] for k in "xyz"])


def _down(path: Table, contact: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Times and attitudes in M from the contact to rest."""
    from scipy.spatial.transform import Rotation

    rows = _apart(path["t_s"])
    axes = local_axes(contact["lat_deg"], contact["lon_deg"])
    level = Rotation.from_quat(q_from_dcm(axes.dcm.T), scalar_first=True)
    q_LB = np.stack([path[f"q_{k}"][rows] for k in "wxyz"], axis=1)
    turn = level * Rotation.from_quat(q_LB, scalar_first=True)
    return path["t_s"][rows], np.asarray(turn.as_quat(scalar_first=True))
