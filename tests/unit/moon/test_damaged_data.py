"""Files that are damaged, missing or of another kind: one clear message each."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from frigoris.errors import DataError
from frigoris.moon import data
from frigoris.moon.chart import crop
from frigoris.moon.terrain import CROP, _fused_table, load_terrain


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, the only one on the search path."""
    monkeypatch.setenv("FRIGORIS_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for part in ("topography", "gravity"):
        (tmp_path / part).mkdir()
    return tmp_path


@pytest.mark.parametrize("key", [k for k, f in data.FILES.items() if f.sha256])
def test_a_hash_that_differs_says_what_where_and_what_to_do(
    folder: Path, key: str
) -> None:
    path = folder / data.FILES[key].name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"another file")
    with pytest.raises(DataError) as caught:
        data.find(key)
    message = str(caught.value)
    # the hash of these twelve bytes, by sha256sum
    for part in (str(path), "100ef6a71bac925f", data.FILES[key].sha256[:16], "replace"):
        assert part in message


def test_a_damaged_file_does_not_hide_the_others(folder: Path, data_dir: Path) -> None:
    (folder / data.FILES["ldem_4"].name).write_bytes(b"another file")
    good = data.FILES["lp165p"].name
    shutil.copy(data_dir / good, folder / good)
    rows = {row["key"]: row for row in data.entries()}
    assert rows["lp165p"]["found"] == str(folder / good)
    assert rows["ldem_4"]["found"] == ""
    assert "damaged" in rows["ldem_4"]["what"]


def test_the_map_that_is_missing_is_the_one_named(folder: Path) -> None:
    """The fused map needs LDEM_4 beneath it."""
    (folder / data.FILES["fused16"].name).write_bytes(b"not looked at yet")
    with pytest.raises(DataError, match=r"'fused16'.*LDEM_4\.IMG was not found"):
        load_terrain("fused16", 60.5, 355.4)


def test_a_fused_map_that_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    path.write_bytes(b"not a map, and long enough to be looked at" * 100)
    with pytest.raises(DataError, match=r"map\.tif.*5760 x 2880.*cannot identify"):
        _fused_table(path)


def test_a_fused_map_of_another_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    Image.fromarray(np.full((36, 72), -1234, dtype=np.int32)).save(path)
    with pytest.raises(DataError, match=r"\(72, 36\) pixels.*replace it"):
        _fused_table(path)


@pytest.mark.parametrize(
    ("start", "lat_deg", "words"),
    [
        # the decoder notices
        (3_000_000, 50.6, "Cannot read the map"),
        # no decoder notices, GDAL's neither: row 1492 decodes to 24.6 km
        (8_000_000, -3.3, r"heights of \d\d\.\d km"),
    ],
)
def test_a_fused_map_with_spoilt_bytes_is_refused(
    tmp_path: Path, data_dir: Path, start: int, lat_deg: float, words: str
) -> None:
    raw = bytearray((data_dir / data.FILES["fused16"].name).read_bytes())
    raw[start : start + 64] = bytes(64)
    path = tmp_path / "map.tif"
    path.write_bytes(raw)
    with pytest.raises(DataError, match=f"{words}.*damaged"):
        for lon_deg in range(0, 360, 60):  # a crop is 60 degrees wide
            crop(path, _fused_table(path), 0.5, (lat_deg, lon_deg, *CROP))
