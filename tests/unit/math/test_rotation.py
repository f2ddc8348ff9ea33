"""Rotations against scipy, which shares no line with them, and against plain facts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from frigoris.math.rotation import (
    conj,
    dcm_from_q,
    normalize,
    q_about_axis,
    q_from_dcm,
    q_from_rotvec,
    qmul,
    rotate,
    rotate_inv,
    rotvec_from_q,
)
from strategies import quaternions, unit_vectors, vectors

COLUMNS = 5


def scipy_rotation(q):
    return Rotation.from_quat(np.asarray(q), scalar_first=True)


def test_the_convention_is_hamilton_scalar_first_body_to_frame():
    """B is turned by +90 deg about the common z: its x axis lies along y of A."""
    q_AB = jnp.array([np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
    x_of_B = rotate(q_AB, jnp.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(x_of_B, [0.0, 1.0, 0.0], atol=1e-15)
    i, j, k = (jnp.eye(4)[n] for n in (1, 2, 3))
    np.testing.assert_array_equal(qmul(i, j), k)
    np.testing.assert_array_equal(qmul(j, i), -k)


@given(quaternions(), quaternions())
def test_product_matches_scipy(p, q):
    expected = (scipy_rotation(p) * scipy_rotation(q)).as_quat(scalar_first=True)
    got = np.asarray(qmul(p, q))
    # measured 3e-16
    np.testing.assert_allclose(_same_sign(got, expected), expected, rtol=0, atol=2e-15)


@given(quaternions(), vectors(1.0e3))
def test_rotating_a_vector_matches_scipy(q, v):
    expected = scipy_rotation(q).apply(np.array(v))
    size = np.linalg.norm(v)
    # measured 7e-16
    np.testing.assert_allclose(rotate(q, v), expected, rtol=0, atol=3e-15 * size)
    np.testing.assert_allclose(rotate_inv(q, expected), v, rtol=0, atol=3e-15 * size)


@given(quaternions())
def test_matrix_matches_scipy(q):
    expected = scipy_rotation(q).as_matrix()
    # measured 7e-16
    np.testing.assert_allclose(dcm_from_q(q), expected, rtol=0, atol=3e-15)


@given(unit_vectors(), st.floats(-6.0, 6.0))
def test_rotation_about_an_axis_matches_scipy(axis, angle):
    expected = Rotation.from_rotvec(angle * np.asarray(axis)).as_matrix()
    got = dcm_from_q(q_about_axis(axis, jnp.asarray(angle)))
    # measured 7e-16
    np.testing.assert_allclose(got, expected, rtol=0, atol=3e-15)


@given(unit_vectors(), st.floats(0.01, 0.3))
def test_exponential_map_matches_scipy(axis, angle):
    expected = Rotation.from_rotvec(angle * np.asarray(axis)).as_quat(scalar_first=True)
    got = q_from_rotvec(angle * axis)
    # measured 1e-17
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-15)


@given(unit_vectors())
def test_exponential_map_ten_times_beyond_its_range(axis):
    """At 3 rad the last terms kept are 1e-4, 2e-5, the first dropped 2e-6, 3e-7."""
    expected = Rotation.from_rotvec(3.0 * np.asarray(axis)).as_quat(scalar_first=True)
    got = q_from_rotvec(3.0 * axis)
    # measured 2.1e-6 (sine part) and 2.7e-7 (cosine part)
    np.testing.assert_allclose(got, expected, rtol=0, atol=2.5e-6)
    np.testing.assert_allclose(got[0], expected[0], rtol=0, atol=3e-7)


def test_exponential_map_turns_at_half_the_rate():
    """q' = 1/2 (0, w) q at the identity: the factor one half by autodiff."""
    w = jnp.array([0.3, -0.7, 1.1])
    rate = jax.jacfwd(lambda t: q_from_rotvec(w * t))(jnp.array(0.0))
    np.testing.assert_allclose(rate, [0.0, 0.15, -0.35, 0.55], rtol=0, atol=1e-16)


def test_constant_rate_for_1e5_steps_matches_closed_form():
    """The exponential map is exact for a constant rate, so only roundings remain."""
    w, dt, steps = jnp.array([0.02, -0.05, 0.03]), 0.1, 100_000

    @jax.jit
    def turn(q):
        dq = q_from_rotvec(w * dt)
        return jax.lax.fori_loop(0, steps, lambda _, q: normalize(qmul(q, dq)), q)

    start = normalize(jnp.array([0.3, -0.5, 0.7, 0.4]))
    speed = jnp.sqrt((w**2).sum())
    expected = qmul(start, q_about_axis(w / speed, speed * dt * steps))
    error = rotvec_from_q(qmul(conj(expected), turn(start)))
    # measured 4e-13 rad after 98 turns
    assert np.abs(error).max() < 1e-11


@given(unit_vectors(), st.floats(-3.14, 3.14))
def test_logarithm_matches_scipy_for_both_signs(axis, angle):
    q = q_about_axis(axis, jnp.asarray(angle))
    expected = scipy_rotation(q).as_rotvec()
    # measured 4e-16
    np.testing.assert_allclose(rotvec_from_q(q), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(rotvec_from_q(-q), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("size", [0.0, 1e-200, 1e-12, 1e-9, 3e-9, 1e-6])
def test_logarithm_of_almost_nothing(size):
    phi = size * jnp.array([0.48, -0.6, 0.64])
    for q in (q_from_rotvec(phi), -q_from_rotvec(phi)):
        np.testing.assert_allclose(rotvec_from_q(q), phi, rtol=1e-14, atol=0)


@pytest.mark.parametrize("size", [0.0, 1e-12, 3e-9, 1e-3, 0.2])
def test_derivative_of_the_logarithm_is_that_of_the_identity(size):
    """Forward and reverse; at the identity the root of zero must not give a NaN."""
    phi = size * jnp.array([0.48, -0.6, 0.64])
    round_trip = lambda x: rotvec_from_q(q_from_rotvec(x))  # noqa: E731
    for derivative in (jax.jacfwd, jax.jacrev):
        # measured 2e-16
        np.testing.assert_allclose(
            derivative(round_trip)(phi), np.eye(3), rtol=0, atol=1e-14
        )


@given(quaternions())
def test_quaternion_of_a_matrix(q):
    got = np.asarray(q_from_dcm(dcm_from_q(q)))
    # measured 2e-16
    np.testing.assert_allclose(_same_sign(got, q), q, rtol=0, atol=3e-15)


@pytest.mark.parametrize("largest", [0, 1, 2, 3])
def test_quaternion_of_a_matrix_near_each_branch(largest):
    """Half turns and nearly none: one component carries almost everything."""
    q = np.array([0.02, -0.03, 0.04, -0.01])
    q[largest] = 1.0
    q = jnp.asarray(q / np.linalg.norm(q))
    got = np.asarray(q_from_dcm(dcm_from_q(q)))
    # measured 2e-16, relative: a component of 0.02 keeps its digits too
    np.testing.assert_allclose(_same_sign(got, q), q, rtol=3e-15, atol=0)


RNG = np.random.default_rng(11)
P, Q = (normalize(jnp.asarray(RNG.standard_normal((4, COLUMNS)))) for _ in range(2))
V = jnp.asarray(RNG.standard_normal((3, COLUMNS)))
CALLS = {
    "qmul": (qmul, P, Q),
    "rotate": (rotate, Q, V),
    "rotate_inv": (rotate_inv, Q, V),
    "q_about_axis": (q_about_axis, V, P[0]),
    "conj": (conj, Q),
    "dcm_from_q": (dcm_from_q, Q),
    "q_from_rotvec": (q_from_rotvec, V),
    "rotvec_from_q": (rotvec_from_q, Q),
    "q_from_dcm": (q_from_dcm, dcm_from_q(Q)),
    "normalize": (normalize, 3.0 * Q),
}


@pytest.mark.parametrize("name", CALLS)
def test_cases_side_by_side_equal_each_case_alone(name):
    function, *args = CALLS[name]
    together = function(*args)
    alone = [function(*(a[..., i] for a in args)) for i in range(COLUMNS)]
    # measured 0
    np.testing.assert_allclose(together, jnp.stack(alone, axis=-1), rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", [n for n in CALLS if len(CALLS[n]) == 3])
@pytest.mark.parametrize("constant", [0, 1])
@pytest.mark.parametrize("width", [COLUMNS, 3])
def test_a_constant_meets_a_batch(name, constant, width):
    """Width 3 is the trap: there a shape of the wrong meaning still fits."""
    function, *args = CALLS[name]
    mixed = [a[..., :width] for a in args]
    mixed[constant] = mixed[constant][..., 0]
    copies = list(mixed)
    copies[constant] = jnp.stack([mixed[constant]] * width, axis=-1)
    np.testing.assert_allclose(function(*mixed), function(*copies), rtol=0, atol=1e-15)


def _same_sign(q, like):
    """`q` and `-q` are one rotation."""
    return q * np.sign(np.dot(q, like))
