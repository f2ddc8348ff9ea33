"""Defects of the descent design: gravity turn, floor, trajectory, books."""

from defects.catalogue import Defect

TURN = ("tests/analytic/test_gravity_turn.py",)
IMPULSES = ("tests/analytic/test_impulses.py",)
OPTIMUM = ("tests/reference/test_optimal_burn.py",)
DESIGN = ("tests/unit/mission/test_design.py",)

DEFECTS = [
    Defect(
        "the height of a gravity turn has a sign wrong",
        "math/gravity_turn.py",
        "(1.0 / (n - 1.0) - z2 * z2 / (n + 1.0))",
        "(1.0 / (n - 1.0) + z2 * z2 / (n + 1.0))",
        TURN,
    ),
    Defect(
        "the thrust that stops within a height forgets the slant of the way",
        "math/gravity_turn.py",
        "4.0 * k * (k + 1.0 + z2 * z2)",
        "4.0 * k * (k + 1.0)",
        TURN,
    ),
    Defect(
        "the kick at apolune raises the perilune",
        "mission/impulses.py",
        "speed_at(mu, apolune, high, apolune) - speed_at(mu, apolune, low, apolune)",
        "speed_at(mu, apolune, low, apolune) - speed_at(mu, apolune, high, apolune)",
        IMPULSES,
    ),
    Defect(
        "ground that moves along costs instead of saving",
        "mission/impulses.py",
        "hypot(self.grazing - along, across)",
        "hypot(self.grazing + along, across)",
        IMPULSES,
    ),
    Defect(
        "the costate of the radius forgets how gravity falls off",
        "mission/optimal_burn.py",
        "lu * (v * v / r - 2.0 / (r * r)) / r",
        "lu * (v * v / r) / r",
        OPTIMUM,
    ),
    Defect(
        "the place of ignition is not optimal",
        "mission/optimal_burn.py",
        "transversal = np.dot(costates, self.free(r, u, v))",
        "transversal = x[0]",
        OPTIMUM,
    ),
    Defect(
        "the first stationary burn is taken for the cheapest",
        "mission/optimal_burn.py",
        "return min(burns, key=lambda burn: burn.dv)",
        "return burns[0]",
        OPTIMUM,
    ),
    Defect(
        "a circle has a perilune",
        "mission/optimal_burn.py",
        "self.fixed = 1 if self.e < ROUND else 0",
        "self.fixed = 0",
        OPTIMUM,
    ),
    Defect(
        "a plan lands on more propellant than it has",
        "mission/design.py",
        '"lands": soft and left >= 0.0',
        '"lands": soft',
        DESIGN,
    ),
    Defect(
        "the gravity loss has the wrong sign",
        "mission/point_mass.py",
        "gravity_loss=dot(free_M, ahead)",
        "gravity_loss=-dot(free_M, ahead)",
        DESIGN,
    ),
    Defect(
        "the trajectory keeps its mass",
        "mission/point_mass.py",
        "mass=-flow",
        "mass=0.0 * flow",
        DESIGN,
    ),
    Defect(
        "downrange counts away from the target",
        "mission/design.py",
        "np.arctan2(-(up @ travel), up @ here)",
        "np.arctan2(up @ travel, up @ here)",
        DESIGN,
    ),
    Defect(
        "the best burn ends at the ground as if the Moon stood still",
        "mission/design_budget.py",
        "return End(self.ground, 0.0, self.along)",
        "return End(self.ground, 0.0, 0.0)",
        DESIGN,
    ),
    Defect(
        "the gate moves against the rotation of the Moon",
        "mission/design_budget.py",
        "level + lowest.along * radius / lowest.ground",
        "level - lowest.along * radius / lowest.ground",
        DESIGN,
    ),
    Defect(
        "a planner whose search stands still divides by nought",
        "mission/plan.py",
        "if not slope:",
        "if slope is None:",
        DESIGN,
    ),
]
