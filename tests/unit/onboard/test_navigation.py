"""Navigation: strapdown, gradients against autodiff, the filter against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import MU_MOON, RADIUS_MOON
from frigoris.math.rotation import dcm_from_q, q_from_rotvec, qmul, rotate
from frigoris.math.vectors import skew
from frigoris.mission.build_onboard import navigation_config
from frigoris.mission.load import load_mission
from frigoris.mission.si import si
from frigoris.moon.gravity import gravity
from frigoris.onboard import covariance as cov
from frigoris.onboard.config import MoonModel
from frigoris.onboard.navigation import Navigator, start, strapdown
from frigoris.onboard.ranging import predict_range

R_M = jnp.array([0.83e6, -0.11e6, 1.52e6])
E_X = jnp.array([1.0, 0.0, 0.0])
Q_MB = q_from_rotvec(jnp.array([0.2, -0.15, 0.1]))


def beam() -> jax.Array:
    u = -R_M / jnp.linalg.norm(R_M) + jnp.array([0.2, 0.25, -0.1])
    return u / jnp.linalg.norm(u)


def test_range_gradients_match_autodiff() -> None:
    radius = jnp.float64(1.7250e6)
    _, h_r, h_psi, _ = predict_range(R_M, beam(), radius)

    def turned(psi: jax.Array) -> jax.Array:
        return predict_range(R_M, rotate(q_from_rotvec(psi), beam()), radius)[0]

    by_r = jax.jacfwd(lambda r: predict_range(r, beam(), radius)[0])(R_M)
    np.testing.assert_allclose(h_r, by_r, rtol=1e-9)  # measured 1e-12
    np.testing.assert_allclose(h_psi, jax.jacfwd(turned)(jnp.zeros(3)), rtol=1e-8)


def dense(p: cov.Covariance) -> np.ndarray:
    n = cov.count(p)
    return np.block(
        [[np.asarray(cov.block(p, i, j)) for j in range(n)] for i in range(n)]
    )


def some_covariance(blocks: int = cov.MOTION) -> cov.Covariance:
    rng, size = np.random.default_rng(5), 3 * blocks
    sigmas = [90.0, 0.7, 1e-3, 2e-4, 1e-6, 30.0, 2e-4][:blocks]
    a = rng.normal(size=(size, size)) * np.repeat(sigmas, 3)[:, None]
    full = a @ a.T
    return {
        (i, j): jnp.asarray(full[3 * i : 3 * i + 3, 3 * j : 3 * j + 3])
        for i, j in cov.pairs(blocks)
    }


def transition() -> cov.Transition:
    return cov.Transition(
        h=jnp.float64(0.2),
        sensed=jnp.float64(0.13),
        gradient=jnp.asarray(np.diag([1e-6, -2e-6, 1e-6]) + 3e-7),
        turn=-skew(jnp.array([0.3, -0.5, 0.6])),
        dcm_MB=dcm_from_q(Q_MB),
    )


def test_propagation_matches_dense_matrices() -> None:
    """Phi P Phi' + Q written with numpy's own products."""
    t, p = transition(), some_covariance()
    h, c, a, g = 0.2, *(np.asarray(x) for x in (t.dcm_MB, t.turn, t.gradient))
    zero, one = np.zeros((3, 3)), np.eye(3)
    phi = np.block(
        [
            [one, h * one, h / 2 * a, -h / 2 * 0.13 * c, zero],
            [h * g, one, a, -0.13 * c, zero],
            [zero, zero, one, zero, -h * c],
            [zero, zero, zero, one, zero],
            [zero, zero, zero, zero, one],
        ]
    )
    q = cov.Process(*(jnp.float64(x) for x in (2.5e-5, 1e-10, 1e-14, 1e-20)))
    noise = np.zeros((15, 15))
    felt = 2.5e-5 * 0.13  # only while the accelerometer is integrated
    noise[0:3, 0:3] = one * felt * h**2 / 3
    noise[0:3, 3:6] = noise[3:6, 0:3] = one * felt * h / 2
    noise[3:6, 3:6] = one * felt
    noise[6:9, 6:9] = one * 1e-10 * h
    noise[9:12, 9:12] = one * 1e-14 * h
    noise[12:15, 12:15] = one * 1e-20 * h
    expected = phi @ dense(p) @ phi.T + noise
    np.testing.assert_allclose(dense(cov.propagate(p, t, q)), expected, rtol=1e-10)


@pytest.mark.parametrize("beta", [0.0, 0.2])
def test_an_update_matches_the_joseph_form(beta: float) -> None:
    """Oracle: numpy, in a form that is right for any gain; sequential, one by one."""
    p, full = some_covariance(), dense(some_covariance())
    h_r, h_psi = jnp.array([0.3, -0.8, 0.6]), jnp.array([200.0, -50.0, 90.0])
    h = np.concatenate([h_r, np.zeros(3), h_psi, np.zeros(6)])
    dx = [jnp.zeros(3)] * 5
    new, moved = cov.update(
        p,
        dx,
        {cov.R: h_r, cov.PSI: h_psi},
        jnp.float64(12.0),
        jnp.float64(4.0),
        jnp.asarray(True),
        underweight=beta,
    )
    gain = full @ h / ((1.0 + beta) * (h @ full @ h) + 4.0)
    keep = np.eye(15) - np.outer(gain, h)
    expected = keep @ full @ keep.T + 4.0 * np.outer(gain, gain)
    np.testing.assert_allclose(dense(new), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(np.concatenate(moved), gain * 12.0, rtol=1e-10)


def test_a_rejected_measurement_changes_nothing() -> None:
    p = some_covariance()
    h = jnp.array([0.3, -0.8, 0.6])
    new, moved = cov.update(
        p,
        [jnp.zeros(3)] * 5,
        {cov.R: h, cov.PSI: h},
        jnp.float64(np.nan),
        jnp.float64(4.0),
        jnp.asarray(False),
    )
    np.testing.assert_array_equal(dense(new), dense(p))
    np.testing.assert_array_equal(np.concatenate(moved), 0.0)


def test_three_direct_measurements_equal_one_of_three() -> None:
    p, full = some_covariance(), dense(some_covariance())
    nu = jnp.array([1e-3, -2e-3, 5e-4])
    new, moved = cov.update_direct(
        p, [jnp.zeros(3)] * 5, cov.PSI, nu, jnp.float64(1e-8), jnp.asarray(True)
    )
    h = np.zeros((3, 15))
    h[:, 6:9] = np.eye(3)
    gain = full @ h.T @ np.linalg.inv(h @ full @ h.T + 1e-8 * np.eye(3))
    np.testing.assert_allclose(np.concatenate(moved), gain @ np.asarray(nu), rtol=1e-6)
    left = full - gain @ h @ full
    np.testing.assert_allclose(dense(new), left, rtol=1e-5, atol=1e-9)


def test_the_attitude_error_is_held_in_the_reference_frame() -> None:
    """Turning the estimate by psi turns what it maps: C_true = (1 + [psi x]) C."""
    psi = jnp.array([2e-4, -1e-4, 3e-4])
    truth = qmul(q_from_rotvec(psi), Q_MB)
    v = jnp.array([0.4, 1.0, -0.7])
    expected = rotate(Q_MB, v) + jnp.cross(psi, rotate(Q_MB, v))
    np.testing.assert_allclose(rotate(truth, v), expected, atol=2e-7)
    assert float(jnp.linalg.norm(truth)) == pytest.approx(1.0)


@pytest.mark.parametrize(("variance", "expected"), [(0.0, 2.7778), (4.0, 6.34755)])
def test_underweighting_has_the_numbers_of_the_paper(
    variance: float, expected: float
) -> None:
    """A scalar of variance 100 with a fifth; reference/algorithms.md, section 2.3."""
    zero = jnp.zeros((3, 3))
    p = {key: zero for key in cov.pairs(cov.MOTION)}
    p |= {(cov.R, cov.R): jnp.diag(100.0 * E_X)}
    new, _ = cov.update(
        p,
        [jnp.zeros(3)] * 5,
        {cov.R: E_X},
        jnp.float64(1.0),
        jnp.float64(variance),
        jnp.asarray(True),
        underweight=0.2,
    )
    assert float(new[cov.R, cov.R][0, 0]) == pytest.approx(expected, rel=1e-5)


def at_rest(r_M: jax.Array) -> Navigator:
    """A navigator that holds still, its sigmas those of the catalogue's mission."""
    sigmas = navigation_config(si(load_mission("hakuto-r-m2")))
    sigmas = jax.tree.map(jnp.asarray, sigmas)
    return start(sigmas, r_M, 0.0 * E_X, jnp.array([1.0, 0.0, 0.0, 0.0]), 0.0 * E_X)


def test_without_a_range_a_height_error_grows_by_its_closed_form() -> None:
    """e(t) = e0 cosh(t / 731.33 s): gravity falls with height; the vehicle hovers."""
    still = MoonModel(
        gravity=jax.tree.map(jnp.asarray, gravity(0).harmonics),
        dcm_PM=jnp.eye(3),
        omega_MI_M=jnp.zeros(3),
        q_IM0=jnp.array([1.0, 0.0, 0.0, 0.0]),
        site_M=RADIUS_MOON * E_X,
        ground=None,
    )
    dt, lift = jnp.float64(1.0), MU_MOON / RADIUS_MOON**2
    told = [at_rest((RADIUS_MOON + e) * E_X) for e in (0.0, 10.0)]

    def hover(nav: Navigator) -> Navigator:
        step = lambda _, n: strapdown(  # noqa: E731
            n, still, 0.0 * E_X, lift * dt * E_X, dt, jnp.bool_(True), 0.0 * E_X
        )
        return jax.lax.fori_loop(0, 731, step, nav)

    low, high = (jax.jit(hover)(nav) for nav in told)
    assert float(low.r_M[0]) == pytest.approx(RADIUS_MOON, abs=0.01)
    grown = float(high.r_M[0] - low.r_M[0]) / 10.0
    assert grown == pytest.approx(np.cosh(731.0 / 731.33), rel=1e-4)


def considered() -> tuple[cov.Covariance, cov.Gains]:
    """A scalar of variance 100 whose measurement has a bias of variance 25."""
    zero = jnp.zeros((3, 3))
    p = {key: zero for key in cov.pairs(cov.WHOLE)}
    p[cov.R, cov.R] = jnp.diag(100.0 * E_X)
    p[cov.RANGE, cov.RANGE] = jnp.diag(25.0 * jnp.array([0.0, 1.0, 0.0]))
    return p, {cov.RANGE: jnp.zeros(3), cov.MOUNT: jnp.zeros(3)}


@pytest.mark.parametrize(
    ("updates", "variance", "between"),
    [(1, 22.4806, -19.3798), (1000, 21.5926, -21.5926)],
)
def test_a_considered_bias_has_the_numbers_of_schmidt(
    updates: int, variance: float, between: float
) -> None:
    """R = 4; reference/algorithms.md, section 2.3. A filter without it claims 0.004."""
    p, gains = considered()
    h = {cov.R: E_X, cov.RANGE: jnp.array([0.0, 1.0, 0.0])}

    def once(_: int, p: cov.Covariance) -> cov.Covariance:
        dx, four = [jnp.zeros(3)] * cov.WHOLE, jnp.float64(4.0)
        return cov.update(p, dx, h, 0.0 * four, four, jnp.asarray(True), gains=gains)[0]

    new = jax.lax.fori_loop(0, updates, once, p)
    assert float(new[cov.R, cov.R][0, 0]) == pytest.approx(variance, abs=1e-4)
    assert float(new[cov.R, cov.RANGE][0, 1]) == pytest.approx(between, abs=1e-4)
    assert float(new[cov.RANGE, cov.RANGE][1, 1]) == 25.0


@pytest.mark.parametrize("place", [0.0, 1.0])
@pytest.mark.parametrize("estimated", [(1.0, 0.0, 0.0), (0.0, 1.0, 1.0)])
def test_an_update_with_some_gains_matches_the_joseph_form(
    estimated: tuple[float, ...], place: float
) -> None:
    """Slow errors and the place with a gain, or without; oracle: numpy."""
    p = some_covariance(cov.WHOLE)
    full = dense(p)
    parts = {
        cov.R: [0.3, -0.8, 0.6],
        cov.V: [-0.1, 0.2, 0.0],
        cov.PSI: [200.0, -50.0, 90.0],
        cov.RANGE: [-1.1, 1.0, 0.0],
    }
    h = np.zeros(21)
    for k, g in parts.items():
        h[3 * k : 3 * k + 3] = g
    keep = np.concatenate([np.full(3, place), np.ones(12), estimated, np.zeros(3)])
    new, moved = cov.update(
        p,
        [jnp.zeros(3)] * cov.WHOLE,
        {k: jnp.array(g) for k, g in parts.items()},
        jnp.float64(12.0),
        jnp.float64(4.0),
        jnp.asarray(True),
        gains={
            cov.R: jnp.full(3, place),
            cov.RANGE: jnp.array(estimated),
            cov.MOUNT: jnp.zeros(3),
        },
    )
    gain = keep * (full @ h / (h @ full @ h + 4.0))
    rest = np.eye(21) - np.outer(gain, h)
    expected = rest @ full @ rest.T + 4.0 * np.outer(gain, gain)
    np.testing.assert_allclose(dense(new), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(np.concatenate(moved), gain * 12.0, rtol=1e-10)


def test_three_measurements_with_a_mounting_beside_match_numpy() -> None:
    """The star tracker: attitude and, through the attitude, its own mounting."""
    p = some_covariance(cov.WHOLE)
    full, dcm = dense(p), np.asarray(dcm_from_q(Q_MB))
    nu = jnp.array([1e-3, -2e-3, 5e-4])
    ones = {cov.RANGE: jnp.ones(3), cov.MOUNT: jnp.ones(3)}
    new, moved = cov.update_direct(
        p,
        [jnp.zeros(3)] * cov.WHOLE,
        cov.PSI,
        nu,
        jnp.float64(1e-8),
        jnp.asarray(True),
        beside=(cov.MOUNT, jnp.asarray(dcm)),
        gains=ones,
    )
    h = np.zeros((3, 21))
    h[:, 6:9], h[:, 18:21] = np.eye(3), dcm
    gain = full @ h.T @ np.linalg.inv(h @ full @ h.T + 1e-8 * np.eye(3))
    np.testing.assert_allclose(np.concatenate(moved), gain @ np.asarray(nu), rtol=1e-6)
    left = full - gain @ h @ full
    np.testing.assert_allclose(dense(new), left, rtol=1e-5, atol=1e-9)


def test_the_form_of_joseph_survives_what_the_short_one_does_not() -> None:
    """P = [[1e6, 1e3], [1e3, 2]], R = 1e-6: exact 1e-6 and 1; eigenvalues above nought.

    reference/algorithms.md, section 2.4.
    """
    zero = jnp.zeros((3, 3))
    p = {key: zero for key in cov.pairs(cov.MOTION)}
    p[cov.R, cov.R] = jnp.diag(1e6 * E_X)
    p[cov.R, cov.V] = jnp.diag(1e3 * E_X)
    p[cov.V, cov.V] = jnp.diag(2.0 * E_X)
    new, _ = cov.update(
        p,
        [jnp.zeros(3)] * 5,
        {cov.R: E_X},
        jnp.float64(0.0),
        jnp.float64(1e-6),
        jnp.asarray(True),
    )
    kept = np.array(
        [
            [new[cov.R, cov.R][0, 0], new[cov.R, cov.V][0, 0]],
            [new[cov.R, cov.V][0, 0], new[cov.V, cov.V][0, 0]],
        ]
    )
    assert kept[1, 1] == pytest.approx(1.0, abs=1e-5)
    # 1e6 less 1e6 leaves the rounding of doubles, some 1e-10
    assert kept[0, 0] == pytest.approx(1e-6, rel=1e-3)
    assert np.linalg.eigvalsh(kept).min() > 0.0
