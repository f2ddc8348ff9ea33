"""The MCAP of a record, read by its specification: numbers, poses, schemas."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.export import export
from frigoris.packets.tables import write_table, write_telemetry
from support import mcap_by_hand
from support.streams import tables
from support.synthetic_flight import GROUND, LAT, LON, RADIUS, START, synthetic_flight

EPOCH = "2025-06-05T18:52:13.000Z"
PLANNED = f"""\
site:
  latitude_deg: {float(np.degrees(LAT))!r}
  longitude_deg: {float(np.degrees(LON))!r}
  map: embedded
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    write_telemetry(folder, tables(), EPOCH)
    (folder / "planned.yaml").write_text(PLANNED, encoding="utf-8")
    (folder / "truth").mkdir()
    flight = synthetic_flight()
    late = flight.truth["t_s"] > 1400.0
    states = {name: values[late] for name, values in flight.truth.items()}
    write_table(folder / "truth" / "states.parquet", states, {})
    events = json.dumps({"events": flight.events})
    (folder / "truth" / "flight.json").write_text(events, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def file(record, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "x.mcap"
    export(record, "mcap", path)
    return mcap_by_hand.read(path.read_bytes())


def nanoseconds(t_s):
    return round((START - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e9) + (
        np.rint(t_s * 1e9).astype(np.int64)
    )


@pytest.mark.parametrize("packet", load_dictionary().packets, ids=lambda p: p.name)
def test_every_field_stands_at_its_time(file, packet):
    said = file.of(f"/telemetry/{packet.name}")
    table = tables()[packet.name]
    assert [t for t, _ in said] == nanoseconds(table["t_s"]).tolist()
    for name, values in table.items():
        got = [message.get(name, np.nan) for _, message in said]
        np.testing.assert_array_equal(np.array(got, float), values.astype(float))


def test_enumerated_values_have_their_names(file):
    phases = load_dictionary().enumerations["phase"]
    for _, message in file.of("/telemetry/gnc"):
        assert message["phase_name"] == phases[message["phase"]]


def test_every_message_fits_its_schema(file):
    schemas = {topic: file.schemas[s][1] for s, topic, _ in file.channels.values()}
    assert len(file.messages) > 1000 and file.chunks > 10
    for topic, _, message in file.messages:
        assert mcap_by_hand.fits(message, schemas[topic]), topic
    assert times_rise(file)


def times_rise(file):
    times = [t for _, t, _ in file.messages]
    return times == sorted(times)


def parts(value, names):
    return np.array([value[n] for n in names])


@pytest.mark.parametrize("topic", ["/estimate/pose", "/truth/pose"])
def test_poses_match_rotations_of_scipy(file, topic):
    """East, north, up are written down here as three turns about axes."""
    # the place turned to where the x axis goes up, y east and z north, then renamed
    renamed = Rotation.from_matrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    turned = Rotation.from_euler("y", LAT) * Rotation.from_euler("z", -LON)
    to_local = renamed * turned
    truth = topic.startswith("/truth")
    table = synthetic_flight().truth if truth else tables()["gnc"]
    before = "" if truth else "est_"
    said = file.of(topic)
    assert len(said) > 100
    for time_ns, message in said[:: len(said) // 20]:
        row = int(np.argmin(np.abs(nanoseconds(table["t_s"]) - time_ns)))
        r = np.array([table[f"{before}r_{x}_m"][row] for x in "xyz"])
        q = np.array([table[f"{before}q_{x}"][row] for x in "wxyz"], float)
        place = to_local.apply(r) - [0.0, 0.0, RADIUS + GROUND]
        at = parts(message["pose"]["position"], "xyz")
        # the planned height comes from f4 altitudes: measured 0.004 m; and the pads
        # are 0.45 m below the origin
        np.testing.assert_allclose(at, place, rtol=0.0, atol=0.5)
        turned = to_local * Rotation.from_quat(q, scalar_first=True)
        got = Rotation.from_quat(parts(message["pose"]["orientation"], "xyzw"))
        assert (got.inv() * turned).magnitude() < 1e-6
        assert message["frame_id"] == "site"


def test_the_scene_has_ground_under_the_target(file):
    """The embedded Moon, level around this place, curved as it is."""
    ((_, message),) = file.of("/map/ground_synthetic")
    (entity,) = message["entities"]
    (surface,) = entity["triangles"]
    points = np.array([parts(p, "xyz") for p in surface["points"]])
    faces = np.array(surface["indices"]).reshape(-1, 3)
    assert faces.max() < len(points) == len(surface["colors"])
    a, b, c = (points[faces[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    assert (normal[:, 2] > 0.0).all()  # seen from above
    # 85 km away at the corners the sphere has fallen by 2.1 km; the embedded Moon has
    # the mean height of the mare here, measured -2427.3 … -2426.9 m
    assert np.hypot(*points[:, :2].T).max() > 80e3 and np.ptp(points[:, 2]) > 2e3
    from_centre = points + np.array([0.0, 0.0, RADIUS + GROUND])
    height = np.linalg.norm(from_centre, axis=1) - RADIUS
    np.testing.assert_allclose(height, -2427.1, rtol=0.0, atol=1.0)


def test_events_are_log_messages(file):
    said = [m["message"] for _, m in file.of("/truth/events")]
    assert said == [e["text"] for e in synthetic_flight().events]


def test_telemetry_alone_makes_a_file_too(tmp_path):
    write_telemetry(tmp_path, {"imu": tables()["imu"]}, "")
    done = export(tmp_path, "mcap", tmp_path / "x.mcap")
    assert set(done.counts) == {"/telemetry/imu"}
    file = mcap_by_hand.read((tmp_path / "x.mcap").read_bytes())
    first = file.of("/telemetry/imu")[0]
    assert first[0] == round(first[1]["t_s"] * 1e9)  # no epoch: from zero


def test_a_truth_that_cannot_be_read_is_left_out_with_a_note(record, tmp_path):
    import shutil

    shutil.copytree(record, tmp_path / "copy")
    for name in ("states.parquet", "flight.json"):
        (tmp_path / "copy" / "truth" / name).write_bytes(b"spoilt")
    notes = []
    done = export(tmp_path / "copy", "mcap", tmp_path / "x.mcap", notes.append)
    assert len(notes) == 2 and not any("/truth" in topic for topic in done.counts)
