"""UTC as text, and the dynamical time that orientation and ephemeris run on."""

from datetime import UTC, datetime, timedelta

import numpy as np

from frigoris.errors import UserError


def parse_utc(text: str) -> datetime:
    """`2025-06-05T19:17:00Z` as a moment with its zone.

    A text without a zone is refused: it would mean the local time of the machine.
    """
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UserError(
            f"Cannot read {text!r} as a moment: it is no UTC. Write it as "
            "2025-06-05T19:17:00Z; second 60 of a leap second is not known here."
        )
    return moment.astimezone(UTC)


def format_utc(moment: datetime, digits: int = 3) -> str:
    """ISO 8601 with `Z`, seconds with `digits` decimals."""
    step = 10 ** (6 - digits)
    micro = round(moment.microsecond / step) * step
    rounded = moment.replace(microsecond=0) + timedelta(microseconds=micro)
    text = rounded.strftime("%Y-%m-%dT%H:%M:%S")
    part = f"{rounded.microsecond:06d}"[:digits]
    return f"{text}.{part}Z" if digits else f"{text}Z"


def tdb(moment: datetime) -> tuple[float, float]:
    """Barycentric dynamical time as a Julian date in two parts [d].

    TDB is taken as TT: they differ by less than 2 ms, 9 mm of the Moon's turning.
    """
    import erfa

    m = moment.astimezone(UTC)
    second = m.second + m.microsecond * 1e-6
    utc1, utc2 = erfa.dtf2d("UTC", m.year, m.month, m.day, m.hour, m.minute, second)
    tt1, tt2 = erfa.taitt(*erfa.utctai(utc1, utc2))
    return float(np.asarray(tt1)), float(np.asarray(tt2))
