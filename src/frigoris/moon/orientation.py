r"""Orientation of the Moon without kernels: pole and prime meridian as series.

$M$ is the mean-Earth frame of maps; $P$ the principal axes of the gravity field. The
series give M to 0.0024 deg rms and 0.005 deg at worst in thirty years (74 m and 140 m
on the ground); P follows from M by three constant angles.

Source: Archinal et al. 2011 (WGCCRE 2009), table 2; the angles of DE421: Williams,
Boggs and Folkner 2008, as in the frame kernel moon_080317.tf.
"""

import numpy as np

from frigoris.moon.frames import Inertial, MeanEarth, PrincipalAxes, Rotation

J2000 = 2451545.0  # [d]
CENTURY = 36525.0  # [d]
DAY = 86400.0  # [s]
SPIN = np.radians(13.17635815) / DAY  # mean rotation about the pole [rad/s]

# arguments E1..E13: constant [deg] and rate [deg/d]
ARGUMENTS = np.array(
    [
        (125.045, -0.0529921),
        (250.089, -0.1059842),
        (260.008, 13.0120009),
        (176.625, 13.3407154),
        (357.529, 0.9856003),
        (311.589, 26.4057084),
        (134.963, 13.0649930),
        (276.617, 0.3287146),
        (34.226, 1.7484877),
        (15.134, -0.1589763),
        (119.743, 0.0036096),
        (239.961, 0.1643573),
        (25.053, 12.9590088),
    ]
)
# amplitudes over E1..E13 [deg]: sine for right ascension and meridian, cosine for
# declination
ALPHA = np.array(
    [-3.8787, -0.1204, 0.07, -0.0172, 0, 0.0072, 0, 0, 0, -0.0052, 0, 0, 0.0043]
)
DELTA = np.array(
    [1.5419, 0.0239, -0.0278, 0.0068, 0, -0.0029, 0.0009, 0, 0, 0.0008, 0, 0, -0.0009]
)
MERIDIAN = np.concatenate(
    [
        [3.561, 0.1208, -0.0642, 0.0158, 0.0252, -0.0066, -0.0047],
        [-0.0046, 0.0028, 0.0052, 0.004, 0.0019, -0.0044],
    ]
)

ARCSEC = np.pi / 180.0 / 3600.0
# small rotations from the mean-Earth to the principal axes, about z, y, x [arcsec]
PA_FROM_ME = (67.92, 78.56, 0.30)


def _rotation(axis: int, angle: float) -> np.ndarray:
    """Frame rotation by `angle` [rad] about one axis, for components."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    m = np.eye(3)
    m[i, i] = m[j, j] = c
    m[i, j], m[j, i] = s, -s
    return m


def pole_and_meridian(jd1: float, jd2: float) -> tuple[float, float, float]:
    """Right ascension, declination of the pole and prime meridian angle [rad]."""
    d = (jd1 - J2000) + jd2
    t = d / CENTURY
    e = np.radians(ARGUMENTS[:, 0] + ARGUMENTS[:, 1] * d)
    alpha = 269.9949 + 0.0031 * t + ALPHA @ np.sin(e)
    delta = 66.5392 + 0.0130 * t + DELTA @ np.cos(e)
    w = 38.3213 + 13.17635815 * d - 1.4e-12 * d * d + MERIDIAN @ np.sin(e)
    return float(np.radians(alpha)), float(np.radians(delta)), float(np.radians(w))


def euler(first: float, second: float, third: float) -> np.ndarray:
    """Frame rotation about z, the new x and the new z [rad]."""
    return np.asarray(_rotation(2, third) @ _rotation(0, second) @ _rotation(2, first))


def mean_earth(jd1: float, jd2: float) -> Rotation[MeanEarth, Inertial]:
    """Orientation of the Moon at a TDB Julian date, by the series."""
    alpha, delta, w = pole_and_meridian(jd1, jd2)
    dcm = euler(np.pi / 2 + alpha, np.pi / 2 - delta, w)
    return Rotation(MeanEarth, Inertial, dcm)


def principal_axes() -> Rotation[PrincipalAxes, MeanEarth]:
    """From the axes of maps to those of gravity (DE421), constant."""
    z, y, x = (a * ARCSEC for a in PA_FROM_ME)
    dcm = _rotation(2, z) @ _rotation(1, y) @ _rotation(0, x)
    return Rotation(PrincipalAxes, MeanEarth, np.asarray(dcm))


def q_from_dcm(m: np.ndarray) -> np.ndarray:
    """Quaternion of a matrix, scalar first."""
    from scipy.spatial.transform import Rotation

    x, y, z, w = Rotation.from_matrix(m).as_quat()
    return np.array([w, x, y, z])
