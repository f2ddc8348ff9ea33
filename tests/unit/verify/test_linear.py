"""Sampled loops whose response and margins have closed forms."""

import numpy as np
import pytest

from frigoris.verify.linear import (
    Sampled,
    delayed,
    growth,
    margins,
    opened,
    poles,
    response,
)

T, KP, KD = 0.13, 0.7, 1.9  # tick [s], gains of a double integrator's PD


def pd() -> Sampled:
    """Position and velocity of a unit mass, held force, PD with negative feedback."""
    a = np.array([[1.0, T], [0.0, 1.0]])
    b = np.array([[0.5 * T**2], [T]])
    return Sampled(a, b, np.array([[-KP, -KD]]), np.zeros((1, 1)), T)


def rate_loop(gain: float) -> Sampled:
    """An integrator alone: its margins are a line of trigonometry."""
    one = np.ones((1, 1))
    return Sampled(one, T * one, -gain * one, 0.0 * one, T)


@pytest.mark.parametrize("ticks", [0, 1, 4])
def test_response_matches_the_transfer_function(ticks: int) -> None:
    omega = np.array([0.02, 0.3, 1.7, 5.0, 21.0])
    z = np.exp(1j * omega * T)
    hold = 0.5 * T**2 * (z + 1.0) / (z - 1.0) ** 2  # Franklin, table of z-transforms
    exact = (KP * hold + KD * T / (z - 1.0)) / z**ticks
    # measured 1e-13
    np.testing.assert_allclose(response(delayed(pd(), ticks), omega), exact, rtol=1e-11)


def test_margins_of_an_integrator_match_closed_form() -> None:
    gain = 3.1
    found = margins(rate_loop(gain))
    omega = 2.0 / T * np.arcsin(0.5 * gain * T)
    # measured 1e-13 each
    assert found.gain_up == pytest.approx(2.0 / (gain * T), rel=1e-9)
    assert found.gain_down == 0.0
    assert found.crossover == pytest.approx(omega, rel=1e-9)
    assert found.phase == pytest.approx(0.5 * (np.pi - omega * T), rel=1e-9)
    assert found.delay == pytest.approx(found.phase / omega, rel=1e-9)
    assert found.stable


def test_a_tick_of_delay_leaves_what_the_quadratic_says() -> None:
    """z^2 - z + k T has its roots on the circle at k T = 1."""
    found = margins(delayed(rate_loop(3.1), 1))
    assert found.gain_up == pytest.approx(1.0 / (3.1 * T), rel=1e-9)  # measured 1e-13


@pytest.mark.parametrize("ticks", [0, 1, 3])
def test_the_gain_margin_is_where_a_pole_crosses_the_circle(ticks: int) -> None:
    loop = delayed(pd(), ticks)
    factor = margins(loop).gain_up
    # measured: growth below 1e-12 1/s at the margin
    assert growth(loop, factor) == pytest.approx(0.0, abs=1e-9)
    assert growth(loop, 0.99 * factor) < 0.0 < growth(loop, 1.01 * factor)


def test_the_delay_margin_lies_between_the_ticks_that_pass_and_fail() -> None:
    left = margins(pd()).delay / T
    whole = int(left)
    assert margins(delayed(pd(), whole)).stable
    assert not margins(delayed(pd(), whole + 1)).stable


def test_the_wrong_sign_is_unstable() -> None:
    loop = pd()
    assert margins(loop).stable
    assert not margins(loop._replace(c=-loop.c)).stable


def test_loops_inside_are_closed() -> None:
    """A cascade: the outer loop around the inner one, algebra by hand."""
    inner, outer = 2.3, 0.4
    a = np.array([[1.0, T], [0.0, 1.0]])
    b = np.array([[0.0, 0.5 * T**2], [0.0, T]])
    # what the outer asks for is a speed; the inner's force follows it in the same tick
    c = np.array([[-outer, 0.0], [0.0, -inner]])
    d = np.array([[0.0, 0.0], [inner, 0.0]])
    whole = Sampled(a, b, c, d, T)
    omega = np.array([0.05, 0.9, 7.0])
    z = np.exp(1j * omega * T)
    place, speed = 0.5 * T**2 * (z + 1.0) / (z - 1.0) ** 2, T / (z - 1.0)
    followed = inner * place / (1.0 + inner * speed)
    # measured 1e-14
    np.testing.assert_allclose(
        response(opened(whole, 0, [0, 1]), omega), outer * followed, rtol=1e-11
    )
    both = inner * (speed + outer * place)
    np.testing.assert_allclose(
        response(opened(whole, 1, [0, 1]), omega), both, rtol=1e-11
    )


def test_poles_of_a_sampled_oscillator() -> None:
    omega, zeta = 2.7, 0.013
    s = omega * complex(-zeta, np.sqrt(1.0 - zeta**2))
    z = np.exp(s * T)
    turn = np.array([[z.real, z.imag], [-z.imag, z.real]])
    found = poles(turn, T)
    # measured 1e-15
    assert found[0][0] == pytest.approx(omega, rel=1e-12)
    assert found[1][0] == pytest.approx(zeta, rel=1e-9)
