"""Suffixes and factors against definitions written out by hand."""

import math

import pytest

from frigoris import constants, units


@pytest.mark.parametrize(
    ("name", "suffix", "stem"),
    [
        ("isp_s", "s", "isp"),
        ("dry_mass_kg", "kg", "dry_mass"),
        ("lag_ms", "ms", "lag"),
        ("landing_rate_m_s", "m_s", "landing_rate"),
        ("schedule_decel_m_s2", "m_s2", "schedule_decel"),
        ("accel_process_m_s2_sqrt_Hz", "m_s2_sqrt_Hz", "accel_process"),
        ("gyro_noise_deg_sqrt_h", "deg_sqrt_h", "gyro_noise"),
        ("gyro_walk_deg_h_per_sqrt_s", "deg_h_per_sqrt_s", "gyro_walk"),
        ("accel_noise_micro_g_sqrt_s", "micro_g_sqrt_s", "accel_noise"),
        ("accel_walk_micro_g_per_sqrt_s", "micro_g_per_sqrt_s", "accel_walk"),
        ("torque_trim_max_N_m", "N_m", "torque_trim_max"),
        ("thrust_N", "N", "thrust"),
        ("inertia_dry_kg_m2", "kg_m2", "inertia_dry"),
        ("rate_bit_s", "bit_s", "rate"),
        ("rate_gain_per_s", "per_s", "rate_gain"),
        ("pulse_energy_micro_J", "micro_J", "pulse_energy"),
        ("count", "count", "count"),
        ("ignition_utc", "utc", "ignition"),
        ("name", None, "name"),
        ("thrust", None, "thrust"),
        ("thrust_n", None, "thrust_n"),
        ("", None, ""),
    ],
)
def test_the_longest_suffix_is_the_unit(name, suffix, stem):
    assert units.suffix(name) == suffix
    assert units.stem(name) == stem


@pytest.mark.parametrize(
    ("unit", "size", "in_si"),
    [
        ("deg", 180, math.pi),
        ("arcsec", 3600 * 360, 2 * math.pi),
        ("mrad", 1000, 1),
        ("deg_s", 180, math.pi),
        ("deg_h", 15, 2 * math.pi / 86_400),  # one turn in 24 hours
        ("km", 1.7374, 1737.4),
        ("nm", 1064, 1.064e-6),
        ("ms", 250, 0.25),
        ("min", 1.5, 90),
        ("ppm", 500, 0.0005),
        ("micro_g", 1e6, 9.80665),
        # an angle that has grown to 3 deg over 9 hours is 1 deg per root hour
        ("deg_sqrt_h", 1, math.radians(3) / math.sqrt(9 * 3600)),
        # a bias that wanders by 2 deg/h in 4 s
        ("deg_h_per_sqrt_s", 1, math.radians(2) / 3600 / math.sqrt(4)),
        # white acceleration that makes 6 mm/s of random velocity in 9 s
        ("micro_g_sqrt_s", 2e3 / 9.80665, 0.006 / math.sqrt(9)),
    ],
)
def test_factors_match_the_definition_of_the_unit(unit, size, in_si):
    # measured: 2e-16
    assert size * units.factor(unit) == pytest.approx(in_si, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "value", "in_si"),
    [
        ("lag_ms", 125.0, 0.125),
        ("bias_mg", 2.0, 0.0196133),
        ("pitch_deg", -90.0, -math.pi / 2),
        ("seed", 11.0, 11.0),
    ],
)
def test_a_value_is_converted_by_its_name(name, value, in_si):
    assert units.to_si(name, value) == pytest.approx(in_si, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "value", "low", "high", "unit", "would_be"),
    [
        ("isp_s", 3110.0, 100, 500, "m_s", 317.13),  # an exhaust velocity
        ("dry_mass_kg", 358_000.0, 1, 1000, "g", 358.0),
        ("perilune_altitude_km", 18_000.0, 5, 2000, "m", 18.0),
        ("lag_ms", 0.15, 1, 5000, "s", 150.0),
        ("optics_ratio", 40.0, 0.01, 1, "percent", 0.4),
        ("landing_rate_m_s", 90.0, 0.05, 30, "km_h", 25.0),
    ],
)
def test_a_usual_mistake_of_units_is_found(name, value, low, high, unit, would_be):
    found, got = units.meant(name, value, low, high)
    assert found == unit
    assert got == pytest.approx(would_be, rel=1e-4)


@pytest.mark.parametrize("value", [-5.0, 0.0, 1e12])
def test_no_mistake_is_made_up(value):
    assert units.meant("dry_mass_kg", value, 1, 1000) is None


@pytest.mark.parametrize("unit", units.MISTAKEN)
def test_what_a_unit_is_mistaken_for_agrees_with_the_factors(unit):
    assert unit in units.FACTORS
    for other, size in units.MISTAKEN[unit].items():
        if other in units.FACTORS:
            assert size == pytest.approx(units.factor(other) / units.factor(unit))


def test_one_g_is_the_same_everywhere():
    assert units.STANDARD_G == constants.G0
