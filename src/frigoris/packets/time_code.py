"""Time onboard in a packet: the unsegmented time code of CCSDS 301.0-B-4, section 3.2.

Seconds since the epoch of the flight (`epoch_utc` of its telemetry) in four bytes, and
three of fraction: steps of 2^-24 s, 60 ns.
"""

import math

from frigoris.errors import UserError

# no second octet; code 010, an epoch of the agency; 4 octets of seconds, 3 of fraction
P_FIELD = 0b0_010_11_11
COARSE, FINE = 4, 3  # [bytes]
STEPS = 1 << (8 * FINE)  # of one second
END = 1 << (8 * (COARSE + FINE))  # steps


def encode_time(t_s: float) -> bytes:
    """P-field and T-field of a time after the epoch [s].

    Raises `UserError` for a time before the epoch, or 136 years after it.
    """
    steps = round(t_s * STEPS) if math.isfinite(t_s) else -1
    if not 0 <= steps < END:
        raise UserError(
            f"Cannot send a packet of the time {t_s:g} s: the time code counts from "
            "the epoch, 0 to 2^32 s. Begin the telemetry at an earlier epoch_utc."
        )
    return bytes([P_FIELD]) + steps.to_bytes(COARSE + FINE, "big")


def decode_time(field: bytes) -> float | None:
    """Time after the epoch [s], or None where the P-field is not ours."""
    if field[0] != P_FIELD:
        return None
    return int.from_bytes(field[1:], "big") / STEPS
