"""Touchdown beside MuJoCo: verdicts over the stability margin, strokes of the struts.

Same physics in both: rigid ground, Coulomb friction, struts of spring and damper.
"""

from functools import cache

import numpy as np
import pytest

from frigoris.lander.legs import Bed, Legs
from frigoris.lander.touchdown import STEP, UPRIGHT, Craft
from support.mujoco_lander import Machine, Scene, fly
from support.touchdowns import NEVER, bed, body, craft, run, slope, tilt, turned

SPEED_MAX = 6.0  # in which the critical speed is looked for [m/s]
BISECTIONS = 9
OUTSIDE = 0.15  # margins beyond which both must agree [-]
LONG = 8.0  # enough to fall or to come to rest [s]


def machine() -> Machine:
    """360 kg on four legs of braced struts."""
    azimuth = np.pi / 4 + np.pi / 2 * np.arange(4)
    out = np.stack([np.cos(azimuth), np.sin(azimuth), 0 * azimuth], axis=1)
    left = np.stack([-np.sin(azimuth), np.cos(azimuth), 0 * azimuth], axis=1)
    up = np.array([0.0, 0.0, 1.0])
    hinges = np.stack(
        [
            0.75 * out + 0.45 * up,
            0.75 * out + 0.35 * left - 0.05 * up,
            0.75 * out - 0.35 * left - 0.05 * up,
        ],
        axis=1,
    )
    return Machine(
        mass=360.0,
        inertia=(110.0, 110.0, 90.0),
        com=0.75,
        pads=1.2 * out - 0.45 * up,
        hinges=hinges,
        stiffness=1.5e5,
        damping=6e3,
        friction=0.9,
        gravity=1.62,
    )


RIGID = bed(2e7, 1e9, NEVER, 1e7, 0.9)  # as rigid as a footpad's balance is solved well


def ours(m: Machine, slopes: np.ndarray, ground: Bed = RIGID) -> Craft:
    """The same lander and ground, a case for each slope."""
    one = np.ones((4, 3))
    gear = Legs(
        pad_B=m.pads.T,
        hinge_B=np.moveaxis(m.hinges, 2, 0),
        stiffness=m.stiffness * one,
        damping=m.damping * one,
        crush=NEVER * one,
        pull=NEVER * one,
        stroke=one,
        draw=one,
        strength=NEVER * one,
    )
    return craft(
        gear,
        ground,
        slope(np.tan(slopes), 0.0),
        mass=m.mass,
        com_B=np.array([0.0, 0.0, m.com]),
        inertia_B=np.diag(m.inertia),
        gravity=m.gravity,
    )


def touch(
    m: Machine, made: Craft, scenes: list[Scene]
) -> tuple[np.ndarray, np.ndarray]:
    """Who falls over, and the largest shortening of each strut [leg, strut, case]."""
    steep = np.array([s.slope for s in scenes])
    # the ground rises towards +x: its normal leans back
    plane = turned("y", -steep)
    attitude = plane * turned("z", [s.yaw for s in scenes])
    v = plane.apply(np.stack([s.v for s in scenes]))
    start = body(v.T, attitude, np.zeros((3, len(scenes))), np.zeros((3, len(scenes))))
    s, _ = run(made, start, LONG, h=0.25 * STEP, every=400)
    return tilt(s) > np.arccos(UPRIGHT) - 0.05, np.asarray(s.worst.shortening)


@cache
def judged(count: int, seed: int) -> dict[str, np.ndarray]:
    """Cases spread over the margin of our own critical speed, and both verdicts."""
    rng = np.random.default_rng(seed)
    m = machine()
    steep = rng.uniform(0.0, 0.2, count)
    yaw, way = 2 * np.pi * rng.random((2, count))
    fall = rng.uniform(0.3, 1.0, count)
    margin = rng.uniform(-0.5, 0.5, count)
    made = ours(m, steep)

    def scenes(speed: np.ndarray) -> list[Scene]:
        v = np.stack([speed * np.cos(way), speed * np.sin(way), -fall], axis=1)
        return [Scene(*x) for x in zip(steep, yaw, v, strict=True)]

    low, high = np.zeros(count), np.full(count, SPEED_MAX)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        fell, _ = touch(m, made, scenes(middle))
        low, high = np.where(fell, low, middle), np.where(fell, middle, high)
    # a positive margin is that of a lander slower than what makes it fall
    flown = scenes(0.5 * (low + high) * (1.0 - margin))
    fell, short = touch(m, made, flown)
    told = [fly(m, s, LONG) for s in flown]
    judge = np.stack([x for _, x in told], axis=1).reshape(4, 3, count)
    return {
        "margin": margin,
        "ours": fell,
        "theirs": np.array([x for x, _ in told]),
        "stroke": short[:, 0].max(axis=0),
        "stroke_theirs": judge[:, 0].max(axis=0),
        "critical": 0.5 * (low + high),
    }


SIZES = [(8, 5), pytest.param(200, 6, marks=pytest.mark.slow)]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "seed"), SIZES)
def test_both_see_who_falls_over(count: int, seed: int) -> None:
    found = judged(count, seed)
    same = found["ours"] == found["theirs"]
    outside = np.abs(found["margin"]) > OUTSIDE
    assert outside.sum() > 0.5 * count
    wrong = np.flatnonzero(~same & outside)
    assert wrong.size == 0, [
        (round(float(found["margin"][k]), 3), round(float(found["critical"][k]), 2))
        for k in wrong
    ]
    assert np.mean(same[~outside]) >= 0.75
    # the margin is one: negative falls, positive stands
    np.testing.assert_array_equal(found["ours"][outside], found["margin"][outside] < 0)


@pytest.mark.parametrize(("count", "seed"), SIZES)
def test_both_see_the_same_strokes(count: int, seed: int) -> None:
    found = judged(count, seed)
    stands = ~found["ours"] & ~found["theirs"]
    off = np.abs(found["stroke"] / found["stroke_theirs"] - 1.0)[stands]
    assert np.median(off) < 0.10 and np.max(off) < 0.30
