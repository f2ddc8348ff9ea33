r"""Lost frames from Eb/N0: what modulation and coding make of the signal.

Coherent BPSK or QPSK (equal per bit) in white noise.

- `uncoded`: $P_b = \frac12 \mathrm{erfc}\sqrt{E_b/N_0}$, a frame of $N$ bits is lost
  with $1 - (1 - P_b)^N$.
- `reed_solomon`: (255, 223), 16 wrong symbols of a codeword are put right; binomial
  tail.
- `concatenated` (convolutional 7, 1/2 inside, Reed-Solomon outside, interleaved five
  deep) and `ldpc` (rate 1/2, 16 384 bits) have no closed form: a straight line in the
  logarithm through the threshold. Threshold and slope: CCSDS 130.1-G-3, figures of
  sections 6 and 8, read to 0.2 dB [K].
"""

import numpy as np
from scipy.special import bdtrc, erfc

from frigoris.radio.codes import REQUIRED, WATERFALLS

N_RS, K_RS, CORRECTED = 255, 223, 16  # CCSDS 131.0-B-4, section 4
SYMBOL = 8  # bits


def bit_error(ebn0_dB: np.ndarray) -> np.ndarray:
    """Share of wrong bits of BPSK at Eb/N0 [dB]."""
    ratio = 10.0 ** (0.1 * np.asarray(ebn0_dB, dtype=np.float64))
    return np.asarray(0.5 * erfc(np.sqrt(ratio)))


def frame_error(code: str, ebn0_dB: np.ndarray, frame_bytes: int) -> np.ndarray:
    """Share of frames that are lost; Eb/N0 [dB] is of the bits of the frames."""
    level = np.asarray(ebn0_dB, dtype=np.float64)
    if code == "uncoded":
        return _any(bit_error(level), 8.0 * frame_bytes)
    if code == "reed_solomon":
        wrong = bit_error(np.asarray(level + 10.0 * np.log10(K_RS / N_RS)))
        word = bdtrc(CORRECTED, N_RS, _any(wrong, SYMBOL))
        return _any(np.asarray(word), float(np.ceil(frame_bytes / K_RS)))
    fall = WATERFALLS[code]
    decades = np.clip(fall.decades * (level - fall.threshold), -30.0, 30.0)
    odds = REQUIRED / (1.0 - REQUIRED) * 10.0 ** (-decades)
    return np.asarray(odds / (1.0 + odds))


def _any(share: np.ndarray, count: float) -> np.ndarray:
    """That one of `count` goes wrong when each does with `share`."""
    return np.asarray(-np.expm1(count * np.log1p(-np.minimum(share, 1.0 - 1e-16))))


def required(code: str, frame_bytes: int) -> float:
    """Eb/N0 at which `REQUIRED` of the frames are lost [dB], by bisection."""
    if code in WATERFALLS:
        return WATERFALLS[code].threshold
    low, high = -10.0, 30.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        lost = float(frame_error(code, np.array(middle), frame_bytes))
        low, high = (middle, high) if lost > REQUIRED else (low, middle)
    return high
