r"""Which ranges the navigation believes: editing of measurements, as a named choice.

An innovation is rejected beyond the larger of a floor and some sigmas of what the
filter expects, $|\nu| > \max(f, k \sqrt{S})$. The filter believes its own covariance:
after a step of the ground that it knows nothing of, every later range is rejected too,
though it is right. The choices differ in what they make of that.

`none` believes all, `chi2` rejects each by itself, `latching` never listens again
after some rejects in a row, `reacquire` takes rejects that agree with each other for a
step of the ground: it opens the covariance of the height by the innovation and listens.
`multiple_model` weighs three hypotheses with every range, by Bayes' rule and a chance
of change in between: the model is right, the ground has stepped (innovations follow
each other), the range is false (it may be anything). It believes, opens or rejects by
which of them leads.

Source: Carpenter and D'Souza (eds.), NASA/TP-2018-219822, on measurement processing;
Blom and Bar-Shalom 1988 (switching models, here over the innovation alone).
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from frigoris.types import Flag, Index, Scalar

EDITORS = ("none", "chi2", "latching", "reacquire", "multiple_model")
NONE, CHI2, LATCHING, REACQUIRE, MULTIPLE_MODEL = range(len(EDITORS))

ANYWHERE = 1e4  # width over which a false range may lie [m]
CHANGE = 0.01  # chance from one range to the next of a step, and of a false range
RECOVERY = 0.5  # that a range after a false one is good again
SURE = 0.999  # belief in a step that opens the covariance


class Editor(eqx.Module):
    """Settings of the choice."""

    kind: Index  # place in `EDITORS`
    sigma: Scalar  # width of the gate [-]
    floor: Scalar  # and at least this [m]
    latch: Scalar  # rejects in a row after which `latching` is deaf [-]
    reopen: Scalar  # rejects in a row that `reacquire` takes for a step [-]
    agree: Scalar  # by which they may differ, one from the next [m]


class Editing(NamedTuple):
    """What it remembers."""

    captured: Scalar  # 1 once a range was believed
    rejects: Scalar  # in a row [-]
    alike: Scalar  # of them the last ones that agree with each other [-]
    last: Scalar  # innovation of the last range [m]
    deaf: Scalar  # 1 for ever after a latch
    stepped: Scalar  # belief that the ground has stepped
    false: Scalar  # belief that the last range was false


def start(zero: Scalar) -> Editing:
    """Nothing heard yet: the first range will be believed."""
    return Editing(zero, zero, zero, zero, zero, zero, zero)


def edit(
    editor: Editor, memory: Editing, nu: Scalar, s: Scalar, seen: Flag
) -> tuple[Flag, Flag, Editing]:
    """Is an innovation `nu` [m] of variance `s` [m^2] believed, and is it a step?

    Until the first range that is believed any is taken, as the unaided altitude may be
    off by kilometres. A step is believed too, after the covariance was opened.
    """
    inside = jnp.abs(nu) <= jnp.maximum(editor.floor, editor.sigma * jnp.sqrt(s))
    free = (editor.kind == NONE) | (memory.captured < 0.5)
    deaf = (editor.kind == LATCHING) & (memory.deaf > 0.5)
    good = seen & (inside | free) & ~deaf
    refused = seen & ~good
    agrees = jnp.abs(nu - memory.last) <= editor.agree
    alike = jnp.where(agrees & (memory.rejects > 0.0), memory.alike + 1.0, 1.0)
    step = (editor.kind == REACQUIRE) & refused & (alike >= editor.reopen)
    many = editor.kind == MULTIPLE_MODEL
    stepped, false = _weighed(editor, memory, nu, s)
    leads = 1.0 - stepped - false > jnp.maximum(stepped, false)
    good = jnp.where(many, seen & (leads | free), good)
    step = jnp.where(many, seen & ~good & (stepped > SURE), step)
    use = good | step
    refused = seen & ~good
    rejects = jnp.where(refused, memory.rejects + 1.0, memory.rejects)
    rejects = jnp.where(use, 0.0, rejects)
    latched = (editor.kind == LATCHING) & (rejects >= editor.latch)
    return (
        use,
        step,
        Editing(
            captured=jnp.where(use, 1.0, memory.captured),
            rejects=rejects,
            alike=jnp.where(use, 0.0, jnp.where(refused, alike, memory.alike)),
            last=jnp.where(seen, nu, memory.last),
            deaf=jnp.where(latched, 1.0, memory.deaf),
            stepped=jnp.where(
                step | free, 0.0, jnp.where(seen, stepped, memory.stepped)
            ),
            false=jnp.where(step | free, 0.0, jnp.where(seen, false, memory.false)),
        ),
    )


def _weighed(
    editor: Editor, memory: Editing, nu: Scalar, s: Scalar
) -> tuple[Scalar, Scalar]:
    """Belief in a step and in a false range after one more innovation."""
    right = 1.0 - memory.stepped - memory.false
    prior_step = (1.0 - CHANGE) * memory.stepped + CHANGE * (right + memory.false)
    prior_false = (
        CHANGE * (right + memory.stepped) + (1.0 - RECOVERY - CHANGE) * memory.false
    )
    prior_right = 1.0 - prior_step - prior_false
    here = _density(nu, s)
    follows = _density(nu - memory.last, editor.agree**2)
    follows = jnp.where(memory.rejects > 0.0, follows, 1.0 / ANYWHERE)
    weights = prior_right * here, prior_step * follows, prior_false / ANYWHERE
    total = weights[0] + weights[1] + weights[2]
    return weights[1] / total, weights[2] / total


def _density(x: Scalar, variance: Scalar) -> Scalar:
    return jnp.exp(-0.5 * x * x / variance) / jnp.sqrt(2.0 * jnp.pi * variance)
