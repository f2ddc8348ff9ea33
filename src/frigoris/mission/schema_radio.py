"""Mission file: the radio, who listens to it, and satellites in between."""

import difflib

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param
from frigoris.mission.schema_world import Utc
from frigoris.radio.codes import CODES
from frigoris.radio.stations import EFFICIENCY, STATIONS


class Antenna(Section):
    """One antenna on the lander; the best one at each moment is used."""

    name: str = item("name of this antenna", min_length=1)
    boresight_ratio: Vec3 = param(-1, 1, "direction of the main beam in body axes")
    beamwidth_deg: Number = param(
        1, 300, "full width at half power; 180: hemispherical", 180.0
    )
    gain_dBi: Number | None = param(
        -20, 50, "on the boresight; none: what the beamwidth allows", None
    )
    back_dBi: Number = param(-60, 10, "least gain in any direction", -10.0)
    steer_deg: Number = param(
        0, 180, "the beam can be turned this far from the boresight", 0.0
    )

    @field_validator("boresight_ratio")
    @classmethod
    def _points_somewhere(cls, value: Vec3) -> Vec3:
        if not any(value):
            text = "points nowhere: one part must not be 0"
            raise PydanticCustomError("direction", "{m}", {"m": text})
        return value


class Station(Section):
    """A dish that the built-in table does not have."""

    name: str = item("name of this station", min_length=1)
    latitude_deg: Number = param(-90, 90, "north positive, WGS84")
    longitude_deg: Number = param(-180, 360, "east positive")
    height_m: Number = param(-500, 9000, "above the ellipsoid", 0.0)
    diameter_m: Number = param(0.3, 110, "of the dish")
    efficiency_ratio: Number = param(0.1, 1, "of its aperture", EFFICIENCY)
    noise_K: Number = param(
        1, 5000, "system temperature at the zenith, without air and Moon"
    )
    mask_deg: Number = param(0, 89, "lowest elevation at which it tracks", 10.0)


class RelaySatellite(Section):
    """A satellite of the Moon that takes on what it hears."""

    name: str = item("name of this satellite", min_length=1)
    perilune_altitude_km: Number = param(10, 100_000, "above the 1737.4 km sphere")
    apolune_altitude_km: Number = param(10, 100_000, "above the 1737.4 km sphere")
    inclination_deg: Number = param(0, 180, "to the equator of the Moon")
    node_deg: Number = param(-360, 360, "longitude of the ascending node at the epoch")
    perilune_deg: Number = param(-360, 360, "from the node to perilune", 0.0)
    anomaly_deg: Number = param(-360, 360, "mean anomaly at the epoch", 0.0)
    epoch_utc: Utc = item("when these hold")
    figure_dB_K: Number = param(-60, 40, "G/T of its receiver for landers")
    delay_s: Number = param(0, 1e5, "before it goes on to Earth", 0.5)

    @model_validator(mode="after")
    def _in_order(self) -> "RelaySatellite":
        if self.perilune_altitude_km > self.apolune_altitude_km:
            message = "perilune_altitude_km is above apolune_altitude_km"
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self


# top and bottom: together they leave no direction out [R]
LOW_GAIN = (
    Antenna(name="top", boresight_ratio=(0.0, 0.0, 1.0)),
    Antenna(name="bottom", boresight_ratio=(0.0, 0.0, -1.0)),
)
# who listened to the missions of HAKUTO-R, see frigoris.radio.stations
LISTENING = ("cebreros", "new_norcia", "malargue", "kourou", "goonhilly")


class Radio(Section):
    """The link that brings the telemetry down."""

    rate_bit_s: Number = param(1, 1e9, "of the downlink's frames")
    frame_bytes: Count = param(64, 65_542, "of one transfer frame")
    rates_bit_s: tuple[Number, ...] = param(
        1, 1e9, "others that it is switched to by the margin; none: it stays", ()
    )
    frequency_MHz: Number = param(
        100, 60_000, "of the carrier; the Moon has 8450 to 8500 at X-band", 8475.0
    )
    power_W: Number = param(
        0.01, 1000, "that the transmitter radiates; range 2 to 15 [R]", 5.0
    )
    line_loss_dB: Number = param(0, 20, "between it and the antennas [R]", 1.0)
    implementation_dB: Number = param(
        0, 20, "carrier, demodulation, polarisation, pointing of the dish [R]", 2.5
    )
    code: str = item(f"one of {', '.join(CODES)}", "concatenated")
    margin_dB: Number = param(0, 30, "that the rate must keep", 3.0)
    hysteresis_dB: Number = param(0, 20, "more than that before a higher rate", 2.0)
    hold_s: Number = param(0, 1e5, "a rate stays at least this long", 10.0)
    antennas: tuple[Antenna, ...] = item("on the lander", LOW_GAIN, min_length=1)
    stations: tuple[str, ...] = item(
        f"who listens, of {', '.join(STATIONS)}", LISTENING
    )
    own_stations: tuple[Station, ...] = item("dishes beside those of the table", ())
    relays: tuple[RelaySatellite, ...] = item("satellites of the Moon", ())

    @field_validator("code")
    @classmethod
    def _known_code(cls, value: str) -> str:
        return _known(value, CODES)

    @field_validator("stations")
    @classmethod
    def _known_stations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(name, tuple(STATIONS)) for name in value)

    @model_validator(mode="after")
    def _somebody_listens(self) -> "Radio":
        if not self.stations and not self.own_stations:
            text = "nobody listens: name one of stations, or own_stations"
            raise PydanticCustomError("stations", "{m}", {"m": text})
        return self


def _known(value: str, names: tuple[str, ...]) -> str:
    if value in names:
        return value
    near = difflib.get_close_matches(value.lower(), names, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}"
    text = f"{value!r} is not known. {hint}"
    raise PydanticCustomError("known", "{m}", {"m": text})
