"""A linear twin of the filter: the same code on errors that are what it believes.

Oracle: the exact chi-squared bounds of the mean of many runs (Bar-Shalom and others
2001, section 5.4). With half of the process or measurement noise the bounds are left.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chi2

from frigoris.math.rotation import dcm_from_q, q_from_rotvec
from frigoris.math.vectors import skew
from frigoris.onboard import covariance as cov
from frigoris.verify.consistency import nees

RUNS, EPOCHS, STATES = 200, 60, 15
SIGMAS = np.repeat([90.0, 0.7, 1e-3, 2e-4, 1e-6], 3)
H_R, H_PSI = np.array([0.3, -0.8, 0.6]), np.array([200.0, -50.0, 90.0])
SIGMA = 2.0  # of a range [m]
STEP = 0.2  # [s]
# per root second: v [m/s], psi [rad], accelerometer and gyro bias
NOISE = np.array([0.05, 1e-4, 2e-5, 1e-7])


def transition() -> tuple[cov.Transition, np.ndarray]:
    """As the filter has it and as a matrix."""
    t = cov.Transition(
        h=jnp.float64(STEP),
        sensed=jnp.float64(STEP),
        gradient=jnp.asarray(np.diag([1e-6, -2e-6, 1e-6])),
        turn=-skew(jnp.array([0.03, -0.05, 0.5])),
        dcm_MB=dcm_from_q(q_from_rotvec(jnp.array([0.2, -0.15, 0.1]))),
    )
    wide = cov.Transition(
        *(x[..., None] + jnp.zeros(RUNS) for x in t[:5]),
    )
    c, a, g = (np.asarray(x) for x in (t.dcm_MB, t.turn, t.gradient))
    one, zero, h = np.eye(3), np.zeros((3, 3)), STEP
    phi = np.block(
        [
            [one, h * one, h / 2 * a, -h * h / 2 * c, zero],
            [h * g, one, a, -h * c, zero],
            [zero, zero, one, zero, -h * c],
            [zero, zero, zero, one, zero],
            [zero, zero, zero, zero, one],
        ]
    )
    return wide, phi


def driving() -> np.ndarray:
    """Covariance of the noise that comes in over a step."""
    q = np.zeros((STATES, STATES))
    v, psi, accel, gyro = NOISE**2
    one, h = np.eye(3), STEP
    q[0:3, 0:3] = one * v * h**3 / 3
    q[0:3, 3:6] = q[3:6, 0:3] = one * v * h**2 / 2
    q[3:6, 3:6] = one * v * h
    for k, w in enumerate((psi, accel, gyro)):
        q[6 + 3 * k : 9 + 3 * k, 6 + 3 * k : 9 + 3 * k] = one * w * h
    return q


def twin(process: float, measurement: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean normalised errors and innovations of each epoch.

    The filter is told these shares of the variances.
    """
    rng = np.random.default_rng(1)
    t, phi = transition()
    root = np.linalg.cholesky(driving() + 1e-30 * np.eye(STATES))
    told = cov.Process(*(process * NOISE**2))
    like = [jnp.ones((3, RUNS)) * s for s in SIGMAS.reshape(5, 3)[:, :1] ** 2]
    p = cov.diagonal(like)
    e = SIGMAS[:, None] * rng.normal(size=(STATES, RUNS))
    h = {
        cov.R: jnp.asarray(H_R)[:, None] + jnp.zeros(RUNS),
        cov.PSI: jnp.asarray(H_PSI)[:, None] + jnp.zeros(RUNS),
    }
    row = np.zeros(STATES)
    row[0:3], row[6:9] = H_R, H_PSI
    variance = jnp.full(RUNS, measurement * SIGMA**2)

    @jax.jit
    def step(p: cov.Covariance, nu: jax.Array) -> tuple:
        p = cov.propagate(p, t, told)
        _, s = cov.sensitivity(p, h, variance)
        none = [jnp.zeros((3, RUNS))] * cov.MOTION
        p, dx = cov.update(p, none, h, nu, variance, nu < jnp.inf)
        return p, jnp.concatenate(dx), s

    errors, innovations = [], []
    for _ in range(EPOCHS):
        e = phi @ e + root @ rng.normal(size=e.shape)
        nu = row @ e + SIGMA * rng.normal(size=RUNS)
        p, dx, s = step(p, jnp.asarray(nu))
        e = e - np.asarray(dx)
        errors.append(nees(p, e, tuple(range(5))).mean())
        innovations.append(float(np.mean(nu**2 / np.asarray(s))))
    return np.array(errors), np.array(innovations)


def inside(means: np.ndarray, states: int) -> float:
    """Share of epochs within the exact 95 % bounds of the mean over the runs."""
    low, high = chi2.ppf([0.025, 0.975], RUNS * states) / RUNS / states
    return float(np.mean((means >= low) & (means <= high)))


def test_the_bounds_are_those_of_the_book() -> None:
    """200 runs of 15 states: 14.250 to 15.769; reference/algorithms.md, section 2.4."""
    bounds = chi2.ppf([0.025, 0.975], RUNS * STATES) / RUNS
    np.testing.assert_allclose(bounds, [14.250, 15.769], atol=1e-3)


def test_the_linear_twin_knows_its_errors() -> None:
    errors, innovations = twin(1.0, 1.0)
    assert inside(errors, STATES) >= 0.9  # measured 1.00
    assert inside(innovations, 1) >= 0.9  # measured 0.93


@pytest.mark.parametrize(("process", "measurement"), [(0.5, 1.0), (1.0, 0.5)])
def test_half_of_a_noise_is_found_out(process: float, measurement: float) -> None:
    errors, innovations = twin(process, measurement)
    # measured 0.75 of the errors and 0.02 of the innovations
    assert min(inside(errors, STATES), inside(innovations, 1)) < 0.9
