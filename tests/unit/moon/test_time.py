"""UTC as text: what is read, what is refused, how it is written."""

import time
from datetime import UTC, datetime

import pytest

from frigoris.errors import UserError
from frigoris.moon.time import format_utc, parse_utc, tdb


def test_a_zone_is_converted() -> None:
    expected = datetime(2025, 6, 5, 19, 17, 4, tzinfo=UTC)
    assert parse_utc("2025-06-05T19:17:04Z") == expected
    assert parse_utc("2025-06-06T04:17:04+09:00") == expected


@pytest.mark.parametrize(
    "text",
    ["2025-06-05T19:17:00", "2025-06-05", "2016-12-31T23:59:60Z", "tomorrow", ""],
)
def test_what_is_no_utc_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Far from Greenwich, where local time taken for UTC would show."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        with pytest.raises(UserError, match="2025-06-05T19:17:00Z"):
            parse_utc(text)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_rounding_carries_into_the_year() -> None:
    moment = datetime(2024, 12, 31, 23, 59, 59, 999_600, tzinfo=UTC)
    assert format_utc(moment, 3) == "2025-01-01T00:00:00.000Z"
    assert format_utc(moment, 0) == "2025-01-01T00:00:00Z"
    assert format_utc(moment, 6) == "2024-12-31T23:59:59.999600Z"


def test_leap_seconds_are_counted() -> None:
    """37 leap seconds and 32.184 s in 2025; one second less before 2017 (IERS)."""

    def offset(text: str) -> float:
        jd1, jd2 = tdb(parse_utc(text))
        since = parse_utc(text) - datetime(2000, 1, 1, 12, tzinfo=UTC)
        return ((jd1 - 2451545.0) + jd2) * 86400.0 - since.total_seconds()

    # measured 4e-8 s, the rounding of the difference here
    assert offset("2025-06-05T19:17:04Z") == pytest.approx(69.184, abs=1e-6)
    assert offset("2016-12-31T23:59:58Z") == pytest.approx(68.184, abs=1e-6)
