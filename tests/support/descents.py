"""Descents of the literature, for the tests of the planner.

"A&P" is Acikmese and Ploen, JGCD 30(5) 2007; "Blackmore" is Blackmore, Acikmese and
Scharf, JGCD 33(4) 2010: a lander on Mars. They write the vertical first; here it is
last, and their z is our east. B7 is a lunar case of our own.
"""

import math
from dataclasses import replace

from frigoris.constants import G0
from frigoris.onboard.convex import Craft, Problem

# 6 engines of 3100 N, throttled 0.3 to 0.8, canted by 27 deg; rounded as in the paper
MARS_CRAFT = Craft(
    thrust_min=4972.0,
    thrust_max=13260.0,
    exhaust_speed=225.0 * G0 * math.cos(math.radians(27.0)),
    mass_dry=500.0,  # the paper's 1505 kg bind in none of B1 to B5: as good as free
)
MARS = Problem(
    MARS_CRAFT, (2000.0, 0.0, 1500.0), (100.0, 0.0, -75.0), 1905.0, (0.0, 0.0, -3.7114)
)
MARS_GLIDE = replace(MARS, glide=math.radians(4.0))
BLACKMORE = replace(MARS_GLIDE, r_L=(2000.0, 500.0, 1500.0), t_f=78.4, intervals=78)
DRY = replace(MARS_CRAFT, mass_dry=1505.0)

MOON_CRAFT = Craft(800.0, 4000.0, 320.0 * G0, 100.0, math.radians(60.0))
MOON = Problem(
    MOON_CRAFT,
    (3000.0, 0.0, 2000.0),
    (-60.0, 0.0, -40.0),
    1000.0,
    (0.0, 0.0, -1.6242),
    glide=math.radians(10.0),
)
# nothing aligned, nothing zero, and a few intervals, for what has to be quick
GENERAL = replace(
    MOON,
    r_L=(2500.0, -800.0, 1900.0),
    v_L=(-45.0, 17.0, -38.0),
    target_r_L=(60.0, 25.0, 12.0),
    target_v_L=(0.3, -0.2, -1.5),
    t_f=66.0,
    intervals=20,
)


def at_one_second(problem: Problem, t_f: float) -> Problem:
    """The problem with a node each second, as the papers have it."""
    return replace(problem, t_f=t_f, intervals=round(t_f))
