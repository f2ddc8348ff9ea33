"""Draws of the laser's parameters as the test leaves them: importance sampling.

Flat priors in the logarithm of the efficiency, in the averaging time and in the loss by
warmth, both not negative. The proposal is a t distribution that is fitted to its own
weighted draws a few times; what is undetermined stays where it is.
"""

import numpy as np

from frigoris.verify.sensor.fit import Fit
from frigoris.verify.sensor.model import AVERAGING, TINY, UPPER, WARMTH

ROUNDS = (300, 300, 2000)  # draws, the last ones are kept
NU = 4.0  # degrees of freedom: heavier tails than the likelihood's


def draws(fit: Fit, count: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Coordinates `[count, 3]` of equal weight, and the effective number behind them.

    Where only a limit of the link is known, all draws are that limit.
    """
    if not fit.free:
        return np.repeat(fit.best[None], count, axis=0), float(count)
    index = list(fit.free)
    centre, cov = _first_guess(fit, index)
    for number in ROUNDS:
        z, log_q = _propose(centre, cov, number, rng)
        x = np.repeat(fit.best[None], number, axis=0)
        x[:, index] = z
        log_q = _fold(x, z, log_q, fit, centre, cov)
        weight = _weights(fit, x, log_q)
        kept = x[:, index]
        if AVERAGING in index:
            kept[:, index.index(AVERAGING)] = np.abs(z[:, index.index(AVERAGING)])
        centre = weight @ kept
        apart = kept - centre
        floor = 0.01 * np.diag(np.diag(cov))
        cov = (apart * weight[:, None]).T @ apart + floor
    effective = 1.0 / np.sum(weight**2)
    places = (np.arange(count) + rng.uniform()) / count
    chosen = np.searchsorted(np.cumsum(weight), places).clip(max=len(weight) - 1)
    picked = x[rng.permutation(chosen)]
    return picked, float(effective)


def _first_guess(fit: Fit, index: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Centre and covariance, with the averaging time in place of its square."""
    centre, sigmas = fit.best.copy(), fit.sigmas.copy()
    if AVERAGING in index:
        i, square = index.index(AVERAGING), centre[AVERAGING]
        centre[AVERAGING] = np.sqrt(square)
        sigmas[i] = np.sqrt(square + sigmas[i]) - np.sqrt(square)
    return centre[index], _correlation(fit, index) * np.outer(sigmas, sigmas)


def _correlation(fit: Fit, index: list[int]) -> np.ndarray:
    """Of the coordinates, softened: where the likelihood is flat it tells nothing."""
    info = fit.like.information(fit.best)[np.ix_(index, index)]
    ridge = 0.05 / fit.sigmas**2
    cov = np.linalg.inv(info + np.diag(ridge))
    root = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(root, root))


def _propose(
    centre: np.ndarray, cov: np.ndarray, number: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    root = np.linalg.cholesky(cov)
    normal = rng.standard_normal((number, len(centre)))
    tail = np.sqrt(NU / rng.chisquare(NU, number))
    z = np.asarray(centre + (normal * tail[:, None]) @ root.T)
    return z, _log_t(z, centre, root)


def _log_t(z: np.ndarray, centre: np.ndarray, root: np.ndarray) -> np.ndarray:
    far = np.sum(np.linalg.solve(root, (z - centre).T) ** 2, axis=0)
    return np.asarray(-0.5 * (NU + len(centre)) * np.log1p(far / NU))


def _fold(
    x: np.ndarray,
    z: np.ndarray,
    log_q: np.ndarray,
    fit: Fit,
    centre: np.ndarray,
    cov: np.ndarray,
) -> np.ndarray:
    """Averaging times of either sign are one; `x` gets their square."""
    if AVERAGING not in fit.free:
        return log_q
    i = fit.free.index(AVERAGING)
    mirror = z.copy()
    mirror[:, i] *= -1.0
    x[:, AVERAGING] = np.maximum(z[:, i] ** 2, TINY)
    other = _log_t(mirror, centre, np.linalg.cholesky(cov))
    return np.asarray(np.logaddexp(log_q, other))


def _weights(fit: Fit, x: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    outside = (x[:, WARMTH] < 0.0) | np.any(x > UPPER, axis=1)
    inside = np.where(outside[:, None], fit.best, x)
    log_w = np.where(outside, -np.inf, fit.like.many(inside) - log_q)
    weight = np.exp(log_w - np.max(log_w))
    return np.asarray(weight / weight.sum())
