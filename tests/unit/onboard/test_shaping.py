"""The filter of the torque command against its analogue original."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.onboard.shaping import Shape, shaped, start

T = 0.1  # [s]
LAW = (0.41, 0.6, 0.08)  # hertz, damping of the poles, depth


def shape(kind: str, accel: float = 0.0) -> Shape:
    hertz, damping, depth = LAW
    notch = kind == "notch"
    values = (hertz, damping, 2.0 * damping * depth * notch, float(notch), accel)
    return Shape(*(jnp.float64(v) for v in values))


def impulse(law: Shape, accel: float = 1.0, count: int = 900) -> np.ndarray:
    """What comes out of a torque of one tick about each axis."""

    def one(memory: jax.Array, torque: jax.Array) -> tuple[jax.Array, jax.Array]:
        out, after = shaped(
            law, torque, memory, jnp.float64(accel), jnp.bool_(True), jnp.float64(T)
        )
        assert after is not None
        return after, out

    first = jnp.zeros((count, 3)).at[0].set(jnp.array([1.0, -2.0, 0.5]))
    empty = start(law, jnp.zeros(3))
    return np.asarray(jax.lax.scan(one, empty, first)[1])


def gain(out: np.ndarray, omega: float) -> np.ndarray:
    return np.asarray(np.exp(-1j * omega * T * np.arange(len(out))) @ out)


def analogue(kind: str, omega: float, centre: float) -> complex:
    """H at a frequency, by the bilinear transform's own scale of frequencies."""
    _, damping, depth = LAW
    s = 1j * np.tan(0.5 * omega * T) / np.tan(0.5 * centre * T)
    top = s * s + 2.0 * damping * depth * s + 1.0 if kind == "notch" else 1.0
    return complex(top / (s * s + 2.0 * damping * s + 1.0))


@pytest.mark.parametrize("kind", ["notch", "low_pass"])
def test_response_matches_the_analogue_filter(kind: str) -> None:
    out = impulse(shape(kind))
    centre = 2.0 * np.pi * LAW[0]
    for omega in (1e-9, 0.3, centre, 4.0, 19.0):
        exact = analogue(kind, omega, centre)
        # measured 2e-15, for each axis by itself
        np.testing.assert_allclose(
            gain(out, omega), exact * np.array([1.0, -2.0, 0.5]), atol=1e-11
        )


def test_the_notch_takes_out_its_frequency_and_nothing_of_a_steady_torque() -> None:
    out = impulse(shape("notch"))[:, 0]
    centre = 2.0 * np.pi * LAW[0]
    assert gain(out, centre) == pytest.approx(LAW[2], abs=1e-11)  # measured 1e-15
    assert np.sum(out) == pytest.approx(1.0, abs=1e-11)  # measured 1e-15


def test_the_frequency_follows_the_root_of_the_specific_force() -> None:
    out = impulse(shape("notch", accel=1.5), accel=6.0)[:, 0]
    twice = 4.0 * np.pi * LAW[0]
    assert gain(out, twice) == pytest.approx(LAW[2], abs=1e-11)  # measured 1e-15


def test_no_filter_passes_the_very_same_torque() -> None:
    torque = jnp.array([0.3, -1.1, 0.2])
    one = jnp.float64(1.0)
    out, memory = shaped(None, torque, None, one, jnp.bool_(True), one)
    assert out is torque and memory is None
    assert start(None, torque) is None


def test_a_loose_phase_leaves_no_step_behind() -> None:
    """After a coast with the same torque the filter goes on as if at rest."""
    law, torque = shape("notch"), jnp.array([0.3, -1.1, 0.2])
    memory = start(law, torque)
    for tight in (False, True, True):
        out, memory = shaped(
            law, torque, memory, jnp.float64(1.0), jnp.bool_(tight), jnp.float64(T)
        )
        np.testing.assert_allclose(out, torque, rtol=0.0, atol=1e-15)  # measured 2e-16
