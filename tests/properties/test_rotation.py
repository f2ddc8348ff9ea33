"""What holds for every rotation, whatever its formula is."""

import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from frigoris.math.rotation import (
    conj,
    dcm_from_q,
    normalize,
    q_from_dcm,
    q_from_rotvec,
    qmul,
    rotate,
    rotate_inv,
    rotvec_from_q,
)
from frigoris.math.vectors import cross, matmul, matvec, matvec_t
from strategies import quaternions, unit_vectors, vectors


def close(got, expected, size=1.0):
    # measured at most 1e-15 in this file
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-14 * size)


@given(quaternions(), quaternions(), vectors())
def test_adjacent_letters_cancel(q_AB, q_BC, v_C):
    v_A = rotate(q_AB, rotate(q_BC, v_C))
    size = np.linalg.norm(v_C)
    close(rotate(qmul(q_AB, q_BC), v_C), v_A, size)
    dcm_AC = matmul(dcm_from_q(q_AB), dcm_from_q(q_BC))
    close(matvec(dcm_AC, v_C), v_A, size)
    close(dcm_from_q(qmul(q_AB, q_BC)), dcm_AC)


@given(quaternions(), vectors())
def test_there_and_back(q_AB, v_B):
    size = np.linalg.norm(v_B)
    v_A = rotate(q_AB, v_B)
    close(rotate_inv(q_AB, v_A), v_B, size)
    close(rotate(conj(q_AB), v_A), v_B, size)
    close(matvec_t(dcm_from_q(q_AB), v_A), v_B, size)
    close(qmul(conj(q_AB), q_AB), [1.0, 0.0, 0.0, 0.0])


@given(quaternions(), vectors(), vectors())
def test_lengths_angles_and_handedness_stay(q, a, b):
    size = np.linalg.norm(a) * np.linalg.norm(b)
    close(np.dot(rotate(q, a), rotate(q, b)), np.dot(a, b), size)
    close(cross(rotate(q, a), rotate(q, b)), rotate(q, cross(a, b)), size)
    close(np.linalg.det(dcm_from_q(q)), 1.0)


@given(quaternions(), vectors())
def test_both_signs_are_one_rotation(q, v):
    np.testing.assert_array_equal(rotate(q, v), rotate(-q, v))
    np.testing.assert_array_equal(dcm_from_q(q), dcm_from_q(-q))


@given(quaternions())
def test_matrix_round_trip(q):
    close(dcm_from_q(q_from_dcm(dcm_from_q(q))), dcm_from_q(q))


@given(unit_vectors(), st.floats(1e-6, 0.3))
def test_exponential_and_logarithm_undo_each_other(axis, angle):
    phi = angle * axis
    close(rotvec_from_q(q_from_rotvec(phi)), phi, angle)
    close(rotvec_from_q(conj(q_from_rotvec(phi))), -phi, angle)


@given(unit_vectors(), st.floats(-0.15, 0.15), st.floats(-0.15, 0.15))
def test_turns_about_one_axis_add(axis, a, b):
    close(
        qmul(q_from_rotvec(a * axis), q_from_rotvec(b * axis)),
        q_from_rotvec((a + b) * axis),
    )


@given(unit_vectors(), st.floats(0.01, 0.3), quaternions())
def test_a_rotation_vector_turns_with_its_frame(axis, angle, q_AB):
    """The same small rotation, told in A and in B."""
    phi_B = angle * axis
    in_A = qmul(qmul(q_AB, q_from_rotvec(phi_B)), conj(q_AB))
    close(in_A, q_from_rotvec(rotate(q_AB, phi_B)))


@given(unit_vectors(), st.floats(0.01, 0.3))
def test_the_axis_does_not_turn(axis, angle):
    close(rotate(q_from_rotvec(angle * axis), axis), axis)


@given(quaternions(), st.floats(0.2, 5.0))
def test_normalize_only_changes_the_length(q, factor):
    close(normalize(factor * q), q)
    close(jnp.sqrt((normalize(factor * q) ** 2).sum()), 1.0)
