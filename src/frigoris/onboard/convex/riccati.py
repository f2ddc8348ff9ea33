r"""The step of a program over nodes: least $\frac12 d'Hd + g'd$ along the dynamics.

Thrust is linear between nodes, so node k+1 feels the thrust of both ends. For $\xi = x
- B_2 w$, with $x = (r, v, y)$ and $w = (u, \sigma)$, there is $\xi_{k+1} = A\xi_k + B
w_k$ alone, and a Riccati recursion solves it in one sweep down and one up: the work
grows with the number of nodes, and all of it is small arrays with the cases last.
In units of duration: $A$ adds $h v$ to $r$; $B = (h^2, h, -h)$, $B_1 = (h^2/3, h/2,
-h/2)$ for the first node, $B_2 = (h^2/6, h/2, -h/2)$, in r, v of u and y of sigma.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

Nodes = Float[Array, "nodes cases"]
States = Float[Array, "7 nodes cases"]
Thrusts = Float[Array, "4 nodes cases"]
Columns = list[Array]  # lower triangle of a matrix of four, row by row


class Weights(NamedTuple):
    """H at every node; between r, v, y and u, sigma there is y with sigma only."""

    rr: Float[Array, "3 3 nodes cases"]
    yy: Nodes
    ys: Nodes
    ww: Float[Array, "4 4 nodes cases"]
    end: float  # on r and v of the last node


class Factor(NamedTuple):
    """What one sweep down leaves behind, nodes first."""

    first: Array  # value of the state after the first interval, [7, 7, cases]
    gain: Array  # [nodes-1, 4, 7, cases]
    cross: Array  # [nodes-1, 7, 4, cases]
    root: Array  # lower triangles, [nodes-1, 10, cases]
    start: Array  # lower triangle of the first node, [10, cases]


def _by(part: tuple[float, float, float], a: Array) -> Array:
    """B' a for a B that is `part`; `a` has r, v, y first."""
    r, v, y = part
    return jnp.concatenate([r * a[0:3] + v * a[3:6], y * a[6:7]])


def _spread(part: tuple[float, float, float], w: Array) -> Array:
    """B w."""
    r, v, y = part
    return jnp.concatenate([r * w[0:3], v * w[0:3], y * w[3:4]])


def _matrix(part: tuple[float, float, float], p: Array) -> tuple[Array, Array]:
    """P B and B' P B of a symmetric P."""
    pb = jnp.swapaxes(_by(part, p), 0, 1)
    return pb, _by(part, pb)


def _cholesky(a: Array) -> Array:
    rows: list[list[Array]] = []
    for i in range(4):
        row: list[Array] = []
        for j in range(i + 1):
            before = rows[j] if j < i else row
            left = a[i, j]
            for x, y in zip(row, before, strict=False):
                left = left - x * y
            row.append(jnp.sqrt(left) if i == j else left / rows[j][j])
        rows.append(row)
    return jnp.stack([x for row in rows for x in row])


def _solve(root: Array, b: Array) -> Array:
    """Forward and back substitution; `b` has the four first, any axes behind."""
    at = [[root[i * (i + 1) // 2 + j] for j in range(i + 1)] for i in range(4)]
    y: list[Array] = []
    for i in range(4):
        left = b[i]
        for j in range(i):
            left = left - at[i][j] * y[j]
        y.append(left / at[i][i])
    x: list[Array] = [y[3]] * 4
    for i in reversed(range(4)):
        left = y[i]
        for j in range(i + 1, 4):
            left = left - at[j][i] * x[j]
        x[i] = left / at[i][i]
    return jnp.stack(x)


def _parts(h: float) -> tuple[tuple[float, float, float], ...]:
    """B, B_1 and B_2."""
    square = h * h
    first, second = (square / 3.0, h / 2.0, -h / 2.0), (square / 6.0, h / 2.0, -h / 2.0)
    return (square, h, -h), first, second


def factor(h: float, weights: Weights) -> Factor:
    """The sweep down; `h` is one over the number of intervals."""
    whole, first, second = _parts(h)
    cases = weights.yy.shape[-1]

    def step(p: Array, inputs: tuple[Array, ...]) -> tuple[Array, tuple[Array, ...]]:
        rr, yy, ys, ww, end = inputs
        q = jnp.zeros((7, 7, cases)).at[0:3, 0:3].set(rr).at[6, 6].set(yy)
        q = q.at[jnp.arange(6), jnp.arange(6)].add(end)
        s, r = _matrix(second, q)
        s = s.at[6, 3].add(ys)
        r = (r + ww).at[3, 3].add(2.0 * second[2] * ys)
        pb, bpb = _matrix(whole, p)
        p = p.at[:, 3:6].add(h * p[:, 0:3])
        q = q + p.at[3:6].add(h * p[0:3])
        s = s + pb.at[3:6].add(h * pb[0:3])
        root = _cholesky(r + bpb)
        gain = _solve(root, jnp.swapaxes(s, 0, 1))
        for j in range(4):
            q = q - s[:, None, j] * gain[j][None]
        return 0.5 * (q + jnp.swapaxes(q, 0, 1)), (gain, s, root)

    end = jnp.zeros_like(weights.yy).at[-1].set(weights.end)
    inputs = (weights.rr, weights.yy, weights.ys, weights.ww, end)
    nodes = tuple(jnp.moveaxis(a, -2, 0)[1:] for a in inputs)
    p, (gain, cross, root) = lax.scan(
        step, jnp.zeros((7, 7, cases)), nodes, reverse=True
    )
    start = _cholesky(weights.ww[:, :, 0] + _matrix(first, p)[1])
    return Factor(p, gain, cross, root, start)


def descend(h: float, f: Factor, gx: States, gw: Thrusts) -> tuple[States, Thrusts]:
    """The step for a gradient: the sweep down for it, and up along the dynamics."""
    whole, first, second = _parts(h)

    def down(p: Array, inputs: tuple[Array, ...]) -> tuple[Array, Array]:
        cross, root, gx, gw = inputs
        k = _solve(root, gw + _by(second, gx) + _by(whole, p))
        p = gx + p.at[3:6].add(h * p[0:3])
        return p - jnp.sum(cross * k[None], 1), k

    def up(xi: Array, inputs: tuple[Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        gain, k = inputs
        w = -jnp.sum(gain * xi[None], 1) - k
        ahead = xi.at[0:3].add(h * xi[3:6]) + _spread(whole, w)
        return ahead, (xi + _spread(second, w), w)

    nodes = (f.cross, f.root, jnp.moveaxis(gx, 1, 0)[1:], jnp.moveaxis(gw, 1, 0)[1:])
    p, k = lax.scan(down, jnp.zeros_like(gx[:, 0]), nodes, reverse=True)
    w0 = -_solve(f.start, gw[:, 0] + _by(first, p))
    _, (x, w) = lax.scan(up, _spread(first, w0), (f.gain, k))
    dx = jnp.concatenate([jnp.zeros_like(gx[:, :1]), jnp.moveaxis(x, 0, 1)], 1)
    return dx, jnp.concatenate([w0[:, None], jnp.moveaxis(w, 0, 1)], 1)
