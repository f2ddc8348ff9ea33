"""Defects of the small vectors, the rotations and the noise."""

from defects.catalogue import Defect

VECTORS = ("tests/unit/math/test_vectors.py",)
ROTATION = ("tests/unit/math/test_rotation.py",)
PROPERTIES = ("tests/properties/test_rotation.py",)
NOISE = ("tests/unit/math/test_noise.py",)

DEFECTS = [
    Defect(
        "the second component of the cross product is negated",
        "math/vectors.py",
        "a2 * b0 - a0 * b2",
        "a0 * b2 - a2 * b0",
        VECTORS,
    ),
    Defect(
        "the product of matrix and vector uses the transpose",
        "math/vectors.py",
        "return m[:, 0] * v0 + m[:, 1] * v1 + m[:, 2] * v2",
        "return m[0, :] * v0 + m[1, :] * v1 + m[2, :] * v2",
        VECTORS,
    ),
    Defect(
        "a constant matrix meets the cases of a batch with its own axis",
        "math/vectors.py",
        "shape + (1,) * (component_axes + cases - len(shape))",
        "shape",
        VECTORS,
    ),
    Defect(
        "the inverse takes its cofactors in the wrong order",
        "math/vectors.py",
        "cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])",
        "cross(m[1], m[2]), cross(m[0], m[2]), cross(m[0], m[1])",
        VECTORS,
    ),
    Defect(
        "the skew matrix is transposed",
        "math/vectors.py",
        "jnp.stack([zero, -a[2], a[1]])",
        "jnp.stack([zero, a[2], -a[1]])",
        VECTORS,
    ),
    Defect(
        "the quaternion product is JPL's, not Hamilton's, in one component",
        "math/rotation.py",
        "p0 * q1 + p1 * q0 + p2 * q3 - p3 * q2",
        "p0 * q1 + p1 * q0 - p2 * q3 + p3 * q2",
        PROPERTIES,
    ),
    Defect(
        "a vector is turned the wrong way round",
        "math/rotation.py",
        "t = 2.0 * cross(q[1:], v)",
        "t = 2.0 * cross(v, q[1:])",
        ROTATION,
    ),
    Defect(
        "rotation and matrix disagree by a transposed element",
        "math/rotation.py",
        "2.0 * (x * z + w * y)",
        "2.0 * (x * z - w * y)",
        PROPERTIES,
    ),
    Defect(
        "the exponential map turns twice as far",
        "math/rotation.py",
        "    k = 0.5 * (",
        "    k = 1.0 * (",
        ROTATION,
    ),
    Defect(
        "a middle coefficient of the exponential map is a digit off",
        "math/rotation.py",
        "(-1 / 720 + s",
        "(-1 / 721 + s",
        ROTATION,
    ),
    Defect(
        "the last coefficient of the exponential map is missing",
        "math/rotation.py",
        "(1 / 362880)",
        "0.0",
        ROTATION,
    ),
    Defect(
        "the logarithm goes the long way round for one of the two signs",
        "math/rotation.py",
        "jnp.where(q[0] < 0.0, -1.0, 1.0)",
        "jnp.where(q[0] < -2.0, -1.0, 1.0)",
        ROTATION,
    ),
    Defect(
        "the logarithm at the identity has the derivative NaN",
        "math/rotation.py",
        "jnp.sqrt(jnp.where(small, 1.0, square))",
        "jnp.where(small, 1.0, jnp.sqrt(square))",
        ROTATION,
    ),
    Defect(
        "one branch from matrix to quaternion has a sign wrong",
        "math/rotation.py",
        "jnp.stack([c, e, f,",
        "jnp.stack([c, e, -f,",
        ROTATION,
    ),
    Defect(
        "one rotation constant of Threefry is a bit off",
        "math/noise.py",
        "(13, 15, 26, 6)",
        "(13, 15, 26, 7)",
        NOISE,
    ),
    Defect(
        "the largest draw is infinite",
        "math/noise.py",
        "u = u - jnp.float32(1.0 - 2.0**-24)",
        "u = u + jnp.float32(2.0**-24) - jnp.float32(1.0)",
        NOISE,
    ),
    Defect(
        "noise is a hundredth too large",
        "math/noise.py",
        "jnp.float32(2.0**0.5)",
        "jnp.float32(1.01 * 2.0**0.5)",
        NOISE,
    ),
    Defect(
        "the two numbers of a pair are one",
        "math/noise.py",
        "[_normal(a), _normal(b)]",
        "[_normal(a), _normal(a)]",
        NOISE,
    ),
    Defect(
        "each tick repeats the noise of the one before, a row further on",
        "math/noise.py",
        "threefry2x32(key, counter, stream)",
        "threefry2x32(key, counter + stream, counter + stream)",
        NOISE,
    ),
]
