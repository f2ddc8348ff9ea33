"""Planted defects of control margins, budgets and the torque filter."""

from defects.catalogue import Defect

LINEAR = ("tests/unit/verify/test_linear.py",)
LOOPS = ("tests/unit/verify/test_loops.py",)

DEFECTS = [
    Defect(
        "the open loop has the sign of positive feedback",
        "verify/linear.py",
        "found.append(-(loop.c @ x + loop.d)[:, 0, 0])",
        "found.append((loop.c @ x + loop.d)[:, 0, 0])",
        LINEAR,
    ),
    Defect(
        "a delay margin is a phase margin times its frequency",
        "verify/linear.py",
        "later = (left if left > 0.0 else left + 2.0 * np.pi) / w",
        "later = (left if left > 0.0 else left + 2.0 * np.pi) * w",
        LINEAR,
    ),
    Defect(
        "the torque filter feeds its second delay back with the wrong sign",
        "onboard/shaping.py",
        "second = ahead[2] * torque - back[1] * out",
        "second = ahead[2] * torque + back[1] * out",
        ("tests/unit/onboard/test_shaping.py",),
    ),
    Defect(
        "couples in the loop turn the other way",
        "verify/loops.py",
        "np.concatenate([push, -push], axis=1)",
        "np.concatenate([-push, push], axis=1)",
        LOOPS,
    ),
    Defect(
        "thrust left forgets that the main engine is off near the ground",
        "flight/budgets.py",
        "np.where(of_main > 1e-6, main, 0.0) + part * assist",
        "main + part * assist",
        ("tests/unit/report/test_margins.py",),
    ),
    Defect(
        "the velocity of a phase is that of rows a tick late",
        "flight/budgets.py",
        "np.append(thrust[1:], 0.0)",
        "thrust",
        ("tests/unit/flight/test_budgets.py",),
    ),
    Defect(
        "margins are met by a flight that crashed",
        "verify/margins.py",
        "if self.outcomes[0] != LANDED:",
        "if not self.outcomes:",
        ("tests/unit/report/test_margins.py",),
    ),
]
