"""The state handed to the lander: where it is told to be, against where it is.

An error of orbit determination is made at the epoch of the determination and grows on
the way to the start of the flight; a wrong time tag tells a state of another moment.
"""

from types import SimpleNamespace

import numpy as np


def orbit_axes(r_M: np.ndarray, v_M: np.ndarray) -> np.ndarray:
    """Radial, along and across the track as the columns of a matrix, in M."""
    up = r_M / np.linalg.norm(r_M)
    across = np.cross(r_M, v_M)
    across /= np.linalg.norm(across)
    return np.stack([up, np.cross(across, up), across], axis=1)


def carried(
    position: np.ndarray, velocity: np.ndarray, rate: float, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """An error (inertial, in radial, along, across) `age` [s] later in its orbit.

    Clohessy & Wiltshire 1960 for a circular orbit of mean motion `rate` [rad/s]. First
    order: left out is the square of the error over the radius, 0.6 m for 1 km.
    """
    x, y, z = position
    n, angle = rate, rate * np.asarray(age)
    s, c = np.sin(angle), np.cos(angle)
    # their velocities are those seen from the turning axes
    vx, vy, vz = velocity[0] + n * y, velocity[1] - n * x, velocity[2]
    new_x = (4 - 3 * c) * x + s / n * vx + 2 * (1 - c) / n * vy
    new_y = y - 6 * (angle - s) * x - 2 * (1 - c) / n * vx
    new_y = new_y + (4 * s - 3 * angle) / n * vy
    new_vx = 3 * n * s * x + c * vx + 2 * s * vy
    new_vy = -6 * n * (1 - c) * x - 2 * s * vx + (4 * c - 3) * vy
    return (
        np.stack([new_x, new_y, c * z + s / n * vz]),
        np.stack([new_vx - n * new_y, new_vy + n * new_x, c * vz - n * s * z]),
    )


def later(
    r_M: np.ndarray, v_M: np.ndarray, mu: float, omega_M: np.ndarray, dt: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Position and velocity `dt` seconds later, one RK4 step over a point mass.

    For time tags, below a minute: 1e-2 m at 60 s.
    """

    def spun(a: np.ndarray) -> np.ndarray:
        return np.cross(omega_M, a, axisb=0, axisc=0)

    def rate(r: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pull = -mu * r / np.sum(r * r, axis=0) ** 1.5
        return v, pull - spun(2.0 * v + spun(r))

    k1 = rate(r_M, v_M)
    k2 = rate(r_M + 0.5 * dt * k1[0], v_M + 0.5 * dt * k1[1])
    k3 = rate(r_M + 0.5 * dt * k2[0], v_M + 0.5 * dt * k2[1])
    k4 = rate(r_M + dt * k3[0], v_M + dt * k3[1])
    mean = [
        (a + 2.0 * b + 2.0 * c + d) / 6.0
        for a, b, c, d in zip(k1, k2, k3, k4, strict=True)
    ]
    return r_M + dt * mean[0], v_M + dt * mean[1]


def told(
    h: SimpleNamespace,
    r_M: np.ndarray,
    v_M: np.ndarray,
    mu: float,
    omega_M: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The state loaded for a true one at the start; SI, cases last where there are any.

    The axes of all errors are those of the first case, which the others leave by some
    1e-4 rad.
    """
    dr, dv = (np.asarray(x, dtype=float) for x in (h.position_error, h.velocity_error))
    r, v = (x.reshape(3, -1)[:, 0] for x in (r_M, v_M))
    orbital = np.cross(r, v + np.cross(omega_M, r))
    age = np.asarray(h.age, dtype=float)
    if np.any(age > 0.0):
        dr, dv = carried(dr, dv, float(np.linalg.norm(orbital) / (r @ r)), age)
    axes = orbit_axes(r, v)
    dr_M = axes @ dr
    r_M, v_M = plus(r_M, dr_M), plus(v_M, axes @ dv)
    v_M = plus(v_M, -np.cross(omega_M, dr_M, axisb=0, axisc=0))
    dt = np.asarray(h.time_tag_error, dtype=float)
    if np.any(dt != 0.0):
        r_M, v_M = (plus(x, np.zeros((3, *dt.shape))) for x in (r_M, v_M))
        r_M, v_M = later(r_M, v_M, mu, omega_M, dt)
    return r_M, v_M


def plus(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum of two vectors, either of which may have cases behind its components."""
    depth = max(a.ndim, b.ndim)
    a, b = (x.reshape(x.shape + (1,) * (depth - x.ndim)) for x in (a, b))
    total: np.ndarray = a + b
    return total
