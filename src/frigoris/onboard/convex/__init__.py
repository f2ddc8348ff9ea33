"""Descent plans by convex programs, made on the host between slices of flight."""

from frigoris.onboard.convex.batch import plan, plan_all
from frigoris.onboard.convex.problem import Craft, Problem
from frigoris.onboard.convex.solution import Outcome, Sample, Solution

__all__ = ["Craft", "Outcome", "Problem", "Sample", "Solution", "plan", "plan_all"]
