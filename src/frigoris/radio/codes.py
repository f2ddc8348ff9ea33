"""Codes of the downlink by name. Without NumPy: a mission file is checked at once."""

from dataclasses import dataclass

REQUIRED = 1e-5  # share of frames lost at the threshold [-]


@dataclass(frozen=True)
class Waterfall:
    """Where frames come through."""

    threshold: float  # Eb/N0 at which `REQUIRED` of the frames are lost [dB]
    decades: float  # of the loss per decibel below it


WATERFALLS = {
    "concatenated": Waterfall(2.6, 7.0),
    "ldpc": Waterfall(1.3, 12.0),
}
CODES = ("uncoded", "reed_solomon", *WATERFALLS)
