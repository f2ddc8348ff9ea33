"""Which columns of a row flown again are told to differ."""

import pyarrow as pa
import pytest

from frigoris.campaign.replay import ANOTHER, LAST_DIGITS, unlike

ROW = {"case": 3, "outcome": "landed", "miss_m": 400.0, "h": [1.0, 2.0], "x": None}


def table(**changed: object) -> pa.Table:
    types = pa.schema(
        [
            ("case", pa.int64()),
            ("outcome", pa.string()),
            ("miss_m", pa.float64()),
            ("h", pa.list_(pa.float64())),
            ("x", pa.float64()),
        ]
    )
    return pa.Table.from_pylist([ROW | changed], types)


@pytest.mark.parametrize(
    ("changed", "within", "found"),
    [
        ({}, 0.0, []),
        ({"miss_m": 400.0 + 1e-10}, 0.0, ["miss_m"]),
        ({"miss_m": 400.0 + 1e-10}, LAST_DIGITS, []),
        ({"miss_m": 400.0 + 1e-5}, LAST_DIGITS, ["miss_m"]),
        ({"miss_m": 400.0 + 1e-5}, ANOTHER, []),
        ({"h": [1.0, 2.0 + 1e-8]}, LAST_DIGITS, ["h"]),
        ({"h": [1.0]}, ANOTHER, ["h"]),
        ({"outcome": "crashed"}, ANOTHER, ["outcome"]),
        ({"x": 0.0}, ANOTHER, ["x"]),
        ({"miss_m": float("nan")}, ANOTHER, ["miss_m"]),
    ],
)
def test_what_differs_is_named(
    changed: dict[str, object], within: float, found: list[str]
) -> None:
    assert unlike(table(), table(**changed), within) == found
