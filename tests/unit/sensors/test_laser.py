"""Laser range finder: link budget, detection, depth of the target, false alarms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import expon, kstest, norm

from frigoris.math.noise import normals
from frigoris.sensors import laser
from frigoris.sensors.mount import Mount

N = 40_000
KEYS = jnp.asarray(np.random.default_rng(3).integers(0, 2**32, (2, N), dtype=np.uint32))


def link(**changes: float) -> laser.Laser:
    """LOLA's one beam, with all efficiencies one."""
    values = {
        "pulse_energy": 2.7e-3 / 5.0,
        "wavelength": 1064e-9,
        "aperture_area": np.pi / 4.0 * 0.14**2,
        "optics": 1.0,
        "efficiency": 1.0,
        "warming": 0.0,
        "warm_loss": 0.0,
        "supply_power": 0.0,
        "albedo": 0.15,
        "noise_photons": 70.0,
        "threshold": 6.0,
        "bandwidth": 0.0,
        "pulse_length": 6e-9,
        "divergence": 0.0,
        "averaging": 0.0,
        "rough": 0.0,
        "hurst": 0.8,
        "range_min": 0.0,
        "range_max": 1e6,
        "confirm": 1.0,
        "window": 1.0,
        "agree": 1e6,
        "period": 1.0,
        "latency": 0.0,
        "noise": 0.7,
        "bias": 0.4,
        "noise_switch": 1.0,
    } | changes
    mount = Mount(jnp.zeros(3), jnp.zeros(3))
    return laser.Laser(mount=mount, **{k: jnp.float64(v) for k, v in values.items()})


def view(slant: float, **changes: object) -> laser.View:
    """Straight down at rest, through clear space, at the full voltage."""
    values = {
        "slant_range": slant,
        "cos_incidence": 1.0,
        "closing": 0.0,
        "clear": 1.0,
        "supply": 1.0,
    } | changes
    numbers = {k: jnp.asarray(v, jnp.float64) for k, v in values.items()}
    return laser.View(**numbers, hit=jnp.asarray(True))


def many(one: laser.View) -> laser.View:
    """The same for N instruments."""
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (N,)), one)


def test_photons_match_the_published_instrument() -> None:
    """One beam from 50 km on ground of 0.15: 850 photons."""
    got = laser.photons(link(), view(50e3))
    assert float(got) == pytest.approx(850.0, rel=1e-3)  # measured 4e-4
    far = laser.photons(link(), view(100e3))
    assert 10 * np.log10(float(far / got)) == pytest.approx(-6.0206, abs=1e-4)
    tilted = laser.photons(link(), view(50e3, cos_incidence=0.5))
    assert float(tilted / got) == pytest.approx(0.5)


def test_degradation_of_ten_decibel_moves_the_range_as_its_root() -> None:
    """-10.46 dB takes a 3000 m sensor to 900 m."""
    good = laser.signal_to_noise(link(), view(3000.0))
    bad = laser.signal_to_noise(link(efficiency=10 ** (-1.046)), view(900.0))
    assert float(bad / good) == pytest.approx(1.0, rel=1e-2)


def shots(instrument: laser.Laser, seen: laser.View, count: int) -> np.ndarray:
    """Ranges of `count` shots in a row, for N instruments."""
    state, values = laser.start(jnp.zeros(N)), []
    for k in range(count):
        noise = normals(KEYS, jnp.uint32(k), laser.NOISES)
        value, state = laser.measure(
            instrument, state, many(seen), jnp.ones(N, bool), noise
        )
        values.append(np.asarray(value))
    return np.array(values)


@pytest.mark.parametrize("snr", [5.0, 6.0, 7.3])
def test_detection_probability_matches_the_normal_tail(snr: float) -> None:
    seen = view(50e3 * np.sqrt(850.0 / 70.0 / snr))
    rate = np.isfinite(shots(link(), seen, 1)[0]).mean()
    expected = norm.sf(6.0 - float(laser.signal_to_noise(link(), seen)))
    # three sigma of the binomial
    assert abs(rate - expected) < 3.0 * np.sqrt(expected * (1 - expected) / N)


def test_valid_needs_three_of_four() -> None:
    """Shots are independent: the fourth is detected, and two of the three before."""
    seen = view(50e3 * np.sqrt(850.0 / 70.0 / 6.0))
    p = np.isfinite(shots(link(), seen, 1)[0]).mean()
    strict = link(confirm=3.0, window=4.0)
    rate = np.isfinite(shots(strict, seen, 4)[3]).mean()
    expected = p * (p**3 + 3 * p**2 * (1 - p))
    assert rate == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / N))


def test_hits_that_disagree_confirm_nothing() -> None:
    """Two of two, one a metre from the other: the difference is normal, 0.7 m each."""
    strict = link(confirm=2.0, window=2.0, agree=1.0)
    rate = np.isfinite(shots(strict, view(900.0), 2)[1]).mean()
    expected = norm.cdf(1.0 / (0.7 * 2**0.5)) - norm.cdf(-1.0 / (0.7 * 2**0.5))
    assert rate == pytest.approx(expected, abs=4.0 * np.sqrt(0.25 / N))


def test_ranges_have_their_bias_and_noise() -> None:
    value = shots(link(), view(900.0), 1)[0]
    assert np.isfinite(value).all()
    assert value.mean() == pytest.approx(900.4, abs=4 * 0.7 / np.sqrt(N))
    assert value.std() == pytest.approx(0.7, rel=0.02)


@pytest.mark.parametrize("cosine", [0.9, 0.5, 0.25])
def test_the_reach_goes_as_the_root_of_the_incidence(cosine: float) -> None:
    """Half of the shots are detected where the mean signal is the threshold."""
    far = 50e3 * np.sqrt(850.0 / 70.0 / 6.0 * cosine)
    for share, slant in ((0.5, far), (norm.sf(6.0 * (1 - 1 / 0.97**2)), 0.97 * far)):
        found = np.isfinite(shots(link(), view(slant, cos_incidence=cosine), 1)).mean()
        assert found == pytest.approx(share, abs=0.01)


def test_a_shot_that_is_not_due_says_nothing_and_is_not_remembered() -> None:
    state = laser.start(jnp.zeros(N))
    noise = normals(KEYS, jnp.uint32(0), laser.NOISES)
    value, after = laser.measure(
        link(), state, many(view(900.0)), jnp.zeros(N, bool), noise
    )
    assert bool(jnp.isnan(value).all())
    np.testing.assert_array_equal(after.ranges, state.ranges)


@pytest.mark.parametrize("slant", [99.0, 1001.0])
def test_it_is_blind_too_near_and_too_far(slant: float) -> None:
    instrument = link(range_min=100.0, range_max=1000.0)
    assert np.isnan(shots(instrument, view(slant), 1)).all()
    assert np.isfinite(shots(instrument, view(500.0), 1)).all()


def test_depth_of_slope_roughness_and_averaging_add_as_squares() -> None:
    """By hand: 3 m across at 45 deg, rms 0.5 m at 17 m, 66 m/s for 0.1 s."""
    seen = view(3000.0, cos_incidence=np.sqrt(0.5), closing=66.0)
    slope = link(divergence=1e-3)
    assert float(laser.depth(slope, seen)) == pytest.approx(3.0)
    rough = link(divergence=1e-3, rough=0.5)
    expected = np.hypot(3.0, 2.0 * 0.5 * (3.0 / 17.0) ** 0.8)
    assert float(laser.depth(rough, seen)) == pytest.approx(expected)
    moving = link(averaging=0.1)
    assert float(laser.depth(moving, seen)) == pytest.approx(6.6)


def test_the_threshold_sees_the_peak_of_a_stretched_echo() -> None:
    """A target as deep as the pulse is long: the peak is lower by the root of two."""
    length = 0.5 * 299_792_458.0 * 6e-9
    still = laser.signal_to_noise(link(), view(3000.0))
    moving = link(averaging=length / 66.0)
    fast = laser.signal_to_noise(moving, view(3000.0, closing=66.0))
    assert float(still / fast) == pytest.approx(2**0.5)


def test_what_is_averaged_is_as_old_as_its_middle() -> None:
    value = shots(link(averaging=0.1, bias=0.0), view(900.0, closing=66.0), 1)[0]
    # the way of half of the averaging; the depth of the way blurs the range besides
    assert value.mean() == pytest.approx(903.3, abs=0.02)


def test_warmth_and_a_low_bus_take_energy() -> None:
    warm = link(warming=20.0, warm_loss=0.01, supply_power=2.0)
    energy = laser.energy(warm, jnp.float64(0.9))
    expected = 2.7e-3 / 5.0 * np.exp(-0.2) * 0.81
    assert float(energy) == pytest.approx(expected)
    assert float(laser.energy(link(), jnp.float64(0.9))) == pytest.approx(2.7e-3 / 5)


@pytest.mark.parametrize(("threshold", "rate"), [(5.0, 215.2), (6.0, 0.879)])
def test_false_alarms_come_at_the_rate_of_rice(threshold: float, rate: float) -> None:
    """100 MHz; reference/algorithms.md, section 4."""
    noisy = link(threshold=threshold, bandwidth=1e8)
    assert float(laser.false_rate(noisy)) == pytest.approx(rate, rel=1e-3)


def test_the_first_crossing_waits_as_chance_does() -> None:
    """Nothing but noise in a gate of 1500 km, which takes 10 ms: exponential waits."""
    noisy = link(threshold=4.0, bandwidth=1e8, range_min=50.0, range_max=1.5e6)
    empty = view(1e7)._replace(hit=jnp.asarray(False))
    value = shots(noisy, empty, 1)[0]
    rate = 1e8 / 3**0.5 * np.exp(-8.0)
    wait = 2.0 * (value - 50.0) / 299_792_458.0
    assert np.isfinite(value).all()  # 190 crossings in a gate
    assert kstest(wait, expon(scale=1.0 / rate).cdf).pvalue > 0.01


def test_a_false_alarm_before_the_echo_is_taken_for_it() -> None:
    """Share of shots at 900 m that noise cuts short: one less exp(-rate t)."""
    noisy = link(threshold=4.0, bandwidth=1e8)
    value = shots(noisy, view(900.0), 1)[0]
    early = (value < 890.0).mean()
    rate = 1e8 / 3**0.5 * np.exp(-8.0)
    expected = 1.0 - np.exp(-rate * 2.0 * 890.0 / 299_792_458.0)
    assert early == pytest.approx(expected, abs=4.0 * np.sqrt(expected / N))
