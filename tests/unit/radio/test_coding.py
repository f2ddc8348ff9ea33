"""Lost frames against textbook points and a simulation of the code."""

import numpy as np
import pytest

from frigoris.radio.codes import CODES, REQUIRED
from frigoris.radio.coding import bit_error, frame_error, required


def test_bits_of_bpsk_are_wrong_as_often_as_textbooks_say():
    # Proakis, figure 5.2-4: 1e-5 at 9.6 dB; Sklar: 1e-3 at 6.8 dB
    assert bit_error(np.array(9.588)) == pytest.approx(1e-5, rel=1e-3)
    assert bit_error(np.array(6.79)) == pytest.approx(1e-3, rel=5e-3)


def test_uncoded_frames_are_lost_bit_by_bit():
    level = np.array([8.0])
    wrong = float(bit_error(level)[0])
    got = float(frame_error("uncoded", level, 100)[0])
    assert got == pytest.approx(1.0 - (1.0 - wrong) ** 800, rel=1e-9)


def test_reed_solomon_matches_a_simulation():
    """Symbols drawn wrong one by one, 17 or more of 255 lose the word."""
    rng = np.random.default_rng(3)
    level = np.array([5.6])
    symbol = 1.0 - (1.0 - float(bit_error(level + 10 * np.log10(223 / 255))[0])) ** 8
    words = (rng.random((20_000, 255)) < symbol).sum(axis=1) > 16
    frames = words.reshape(-1, 5).any(axis=1).mean()
    got = float(frame_error("reed_solomon", level, 5 * 223)[0])
    assert 0.02 < got < 0.9
    assert frames == pytest.approx(got, abs=4.0 * np.sqrt(got * (1 - got) / 4000))


@pytest.mark.parametrize("code", CODES)
def test_the_threshold_is_where_it_says_and_loss_only_falls(code):
    need = required(code, 1115)
    at = float(frame_error(code, np.array(need), 1115))
    assert at == pytest.approx(REQUIRED, rel=1e-4)
    level = np.linspace(-5.0, 20.0, 101)
    lost = frame_error(code, level, 1115)
    assert (np.diff(lost) <= 0.0).all() and lost[0] > 0.99 and lost[-1] < 1e-9


def test_codes_stand_in_the_order_of_their_gain():
    need = [required(c, 1115) for c in ("ldpc", "concatenated", "reed_solomon")]
    assert need == sorted(need) and need[-1] < required("uncoded", 1115)
    # CCSDS 130.1-G, figure 5-3: the word error rate of (255, 223) is 1e-5 at 6.4 dB
    assert required("reed_solomon", 223) == pytest.approx(6.4, abs=0.3)
