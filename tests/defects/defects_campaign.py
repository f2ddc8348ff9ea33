"""Defects of dispersions, campaigns and their statistics."""

from defects.catalogue import Defect

INTERVALS = ("tests/statistics/test_intervals.py",)
SEQUENTIAL = ("tests/statistics/test_sequential.py",)
PAIRED = ("tests/statistics/test_paired.py",)
SAMPLING = ("tests/statistics/test_sampling.py",)
SUMMARY = ("tests/unit/campaign/test_summary.py",)
READ_BACK = ("tests/unit/mission/test_read_back.py",)
HANDOVER = ("tests/unit/mission/test_handover.py",)
FLOWN = ("tests/flights/test_campaign.py",)

DEFECTS = [
    Defect(
        "the exact bound forgets one failure",
        "campaign/statistics.py",
        "betaincinv(successes, trials - successes + 1, 1.0 - confidence)",
        "betaincinv(successes, trials - successes, 1.0 - confidence)",
        INTERVALS,
    ),
    Defect(
        "a two-sided interval has its whole risk on each side",
        "campaign/statistics.py",
        "    side = 0.5 * (1.0 + confidence)\n    low = lower_bound",
        "    side = confidence\n    low = lower_bound",
        INTERVALS,
    ),
    Defect(
        "nothing proven counts as met",
        "campaign/statistics.py",
        'name = "met" if low >= probability else "not proven"',
        'name = "met" if good >= probability * trials else "not proven"',
        INTERVALS,
    ),
    Defect(
        "looking again and again is held to be looking once",
        "campaign/sequential.py",
        "found = confidence_sequence(successes, trials, confidence, prior)",
        "from frigoris.campaign.statistics import clopper_pearson\n"
        "    found = clopper_pearson(successes, trials, confidence)",
        SEQUENTIAL,
    ),
    Defect(
        "the difference of a pair has the other sign",
        "campaign/paired.py",
        "return (self.second_only - self.first_only) / self.trials",
        "return (self.first_only - self.second_only) / self.trials",
        PAIRED,
    ),
    Defect(
        "a cut bell is not scaled up",
        "mission/distributions.py",
        "z = normal_quantile(self.below + (1.0 - 2.0 * self.below) * u)",
        "z = np.clip(normal_quantile(u), -1.5, 1.5)",
        SAMPLING,
    ),
    Defect(
        "correlation is turned round",
        "mission/distributions.py",
        "return np.asarray(sigma[:, None] * root)",
        "return np.asarray(sigma[:, None] * np.linalg.inv(root))",
        SAMPLING,
    ),
    Defect(
        "all dimensions of a hypercube share one permutation",
        "mission/sampling.py",
        'key_of(seed, f"{name}:stratum {i}")',
        'key_of(seed, "stratum")',
        SAMPLING,
    ),
    Defect(
        "a draw depends on where its row stands",
        "mission/sampling.py",
        'key = key_of(seed, f"{name}#{k}" if k else name)',
        'key = key_of(seed, f"{self.width}")',
        SAMPLING,
    ),
    Defect(
        "a missing number passes a requirement",
        "campaign/summary.py",
        'parts = [f"isfinite({column}::double)"]',
        'parts = ["true"]',
        SUMMARY,
    ),
    Defect(
        "the ellipse is turned into mathematical angles",
        "campaign/summary.py",
        "np.arctan2(major[0], major[1])",
        "np.arctan2(major[1], major[0])",
        SUMMARY,
    ),
    Defect(
        "pairs of other draws are compared",
        "campaign/compare.py",
        "    if unlike:",
        "    if False:",
        SUMMARY,
    ),
    Defect(
        "what the team knows late does not change its plan",
        "mission/cases.py",
        "plan=None if replan else base.plan",
        "plan=base.plan",
        READ_BACK,
    ),
    Defect(
        "an engine's cases stand in each other's lanes",
        "mission/cases.py",
        "put(truth, path, np.array([values[path] for values in drawn]).T)",
        "put(truth, path, np.array([values[path] for values in drawn[::-1]]).T)",
        READ_BACK,
    ),
    Defect(
        "a time tag that is late tells where the lander was",
        "mission/handover.py",
        "later(r_M, v_M, mu, omega_M, dt)",
        "later(r_M, v_M, mu, omega_M, -dt)",
        HANDOVER,
    ),
    Defect(
        "a case alone is another one than in a batch",
        "campaign/pilot.py",
        "self._fly([Case(k, plan.seed) for k in numbers])",
        "self._fly([Case(k, plan.seed + (len(numbers) == 1)) for k in numbers])",
        FLOWN,
    ),
    Defect(
        "a chunk that holds other cases is taken",
        "campaign/store.py",
        "if found != list(cases):",
        "if len(found) != len(cases):",
        FLOWN,
    ),
    Defect(
        "a chunk that is half written is left behind",
        "campaign/store.py",
        "            fresh.unlink(missing_ok=True)\n\n\ndef write_text",
        "            pass\n\n\ndef write_text",
        FLOWN,
    ),
    Defect(
        "a changed version goes on with a store",
        "campaign/store.py",
        "        if was != new:\n            found += _unlike(name, was, new)",
        "        if was is None:\n            found += _unlike(name, was, new)",
        FLOWN,
    ),
    Defect(
        "a flipped outcome is kept quiet",
        "campaign/replay.py",
        "return self.outcome_kept and near and not self.unlike",
        "return near",
        FLOWN,
    ),
]
