"""The radio section: what is refused, what is built, and a study of a link."""

from pathlib import Path

import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.mission.build_radio import make_radio
from frigoris.mission.link_study import link_study
from frigoris.mission.load import load_mission
from frigoris.radio.downlink import NOBODY
from frigoris.report import link_text

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def variant(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(f"extend: hakuto-r-m2\nradio:\n  {text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stations: [cebrero]", "'cebrero' is not known. Did you mean cebreros?"),
        ("stations: []", "nobody listens"),
        ("code: concatenate", "Did you mean concatenated?"),
        ("antennas: []", "needs at least 1"),
        ("antennas: [{name: a, boresight_ratio: [0, 0, 0]}]", "points nowhere"),
        ("antennas: [{name: a, boresigt_ratio: [0, 0, 1]}]", "boresight_ratio"),
        ("power_W: 5000", "outside 0.01 … 1000 W"),
        ("power_dBm: 37", "unknown key radio.power_dBm. Did you mean power_W?"),
    ],
)
def test_a_radio_that_cannot_be_is_refused_in_its_place(tmp_path, text, told):
    path = variant(tmp_path, text)
    with pytest.raises(UserError) as error:
        load_mission(path)
    assert told in str(error.value)
    line = 2 if "nobody" in told else 3  # the whole section is at fault
    assert str(error.value).startswith(f"{path}:{line}:")


def test_a_relay_has_its_perilune_below_its_apolune(tmp_path):
    relay = (
        "relays: [{name: r, perilune_altitude_km: 900, apolune_altitude_km: 500, "
        "inclination_deg: 90, node_deg: 0, epoch_utc: 2027-01-01T00:00:00Z, "
        "figure_dB_K: 0}]"
    )
    with pytest.raises(UserError, match="perilune_altitude_km is above"):
        load_mission(variant(tmp_path, relay))


def test_numbers_arrive_in_si(tmp_path):
    text = (
        "own_stations: [{name: roof, latitude_deg: 30, longitude_deg: -60, "
        "diameter_m: 3, noise_K: 90, mask_deg: 20}]\n  rates_bit_s: [9000, 1000]"
    )
    radio = make_radio(load_mission(variant(tmp_path, text)))
    roof = radio.stations[-1]
    assert roof.name == "roof" and roof.noise == 90.0
    np.testing.assert_allclose(
        [roof.latitude, roof.longitude, roof.mask], np.radians([30.0, -60.0, 20.0])
    )
    assert radio.rates == (1000.0, 3072.0, 9000.0) and radio.rate == 3072.0
    assert radio.transmitter.frequency == 8.475e9 and radio.frame_bytes == 1115
    assert [a.beamwidth for a in radio.antennas] == [np.pi, np.pi]


def test_the_far_side_is_heard_by_its_relays_only():
    radio = make_radio(load_mission(EXAMPLES / "far-side.yaml"))
    one = radio.relays[0]
    assert one.axis == pytest.approx(1.7374e6 + 5e6)
    assert one.eccentricity == pytest.approx(4e6 / one.axis)
    study = link_study(str(EXAMPLES / "far-side.yaml"), ("site.map=level",), 12.0)
    names = {study.link.receivers[k] for k in study.link.receiver if k != NOBODY}
    assert names == {"relay-a", "relay-b"}
    # rates follow the margin
    assert set(study.link.rate) >= {8192.0, 16384.0}
    heard = study.link.receiver != NOBODY
    assert heard.mean() > 0.9 and study.link.margin[heard].min() > 0.0


def test_a_plan_says_who_hears_the_lander_and_how_well():
    study = link_study("hakuto-r-m2", ("site.map=level",), 24.0)
    told = link_text.facts(study)
    assert told["receiver"] == "cebreros" and told["record"] is None
    # measured 16.5: the page works it out by hand
    assert told["budget"]["margin_dB"] == pytest.approx(16.5, abs=0.2)
    assert told["light_time_s"] == pytest.approx(1.331, abs=0.002)
    by = [name for spell in told["heard"] for name in spell["by"]]
    assert {"cebreros", "malargue", "new_norcia"} <= set(by)
    assert dict(link_text.lines(study))["= margin"].endswith(" dB")
    weak = link_study("hakuto-r-m2", ("site.map=level", "radio.power_W=0.05"), 1.0)
    # twenty decibels less: below what is held
    assert link_text.facts(weak)["heard"] == []
    assert link_text.facts(weak)["receiver"] is None


@pytest.mark.parametrize("hours", [0.0, -1.0, 1e9])
def test_a_time_that_is_none_is_refused(hours):
    with pytest.raises(UserError, match="--hours"):
        link_study("hakuto-r-m2", (), hours)


def test_a_folder_without_a_record_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"holds no record\.json"):
        link_study(str(tmp_path))
