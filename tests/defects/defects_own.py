"""Defects of the doors for flight software that is not ours."""

from defects.catalogue import Defect

LINE = ("tests/flights/test_lockstep.py",)
OWN = ("tests/flights/test_own_software.py",)
FOUND = ("tests/unit/mission/test_own_software.py",)

DEFECTS = [
    Defect(
        "lost software keeps its engines on",
        "flight/lockstep.py",
        "self.silence[: len(self.names)] = 0.0",
        "self.silence[: len(self.names)] = 1.0",
        LINE,
    ),
    Defect(
        "frames carry the accelerometers' increments as the gyros'",
        "flight/protocol.py",
        '"dtheta_B_rad": m.dtheta',
        '"dtheta_B_rad": m.dv',
        LINE,
    ),
    Defect(
        "an answer to another tick is taken",
        "flight/link.py",
        "if count != tick:",
        "if count > tick:",
        LINE,
    ),
    Defect(
        "each byte that trickles in starts the patience anew",
        "flight/link.py",
        "self.peer.settimeout(max(end - time.monotonic(), 1e-3))",
        "self.peer.settimeout(self.patience)",
        LINE,
    ),
    Defect(
        "software that leaves after the touchdown counts as lost",
        "flight/slices.py",
        "np.all(self.time < np.asarray(truth.contact.time))",
        "np.all(self.time < np.inf)",
        LINE,
    ),
    Defect(
        "commands are cut at a tenth of the tick",
        "flight/door.py",
        "return jnp.clip(x, 0.0, 1.0)",
        "return jnp.clip(x, 0.0, 0.1)",
        LINE,
    ),
    Defect(
        "own guidance sees the ground upside down",
        "flight/door.py",
        "ground=level - navigation.height(nav, config)",
        "ground=navigation.height(nav, config) - level",
        OWN,
    ),
    Defect(
        "the record shows our covariance beside another's estimate",
        "flight/door.py",
        "jnp.full_like(x, jnp.nan), nav.covariance",
        "x, nav.covariance",
        OWN,
    ),
    Defect(
        "the mark of own code is that of its name",
        "onboard/own.py",
        "hashlib.sha256(Path(self.file).read_bytes())",
        "hashlib.sha256(self.file.encode())",
        OWN,
    ),
    Defect(
        "a name registered again flies the old code",
        "onboard/own.py",
        "registry[name] = written[own.file, name] = own",
        "own = written.setdefault((own.file, name), own); registry[name] = own",
        FOUND,
    ),
    Defect(
        "a name in two files is that of the last one read",
        "mission/own_software.py",
        "return mine[name], sorted(mine)",
        "return registry[name], sorted(mine)",
        FOUND,
    ),
    Defect(
        "code that was tried for one lander is not tried for another",
        "mission/own_trial.py",
        "if (own, lander) in _tried:",
        "if own in [tried for tried, _ in _tried]:",
        OWN,
    ),
    Defect(
        "the ground that another tells is added to that of the map",
        "flight/door.py",
        "over = e.ground - ground_map.height(moon.ground, e.r_M)",
        "over = e.ground",
        OWN,
    ),
    Defect(
        "the ground that another tells is lost where ours estimates none",
        "flight/slices.py",
        "onboard = door.roomy(onboard)",
        "pass",
        OWN,
    ),
    Defect(
        "behind own navigation silence never ends",
        "flight/door.py",
        "told = (used, nav.free_M + push_M)",
        "told = (nav.accepted, nav.free_M + push_M)",
        OWN,
    ),
    Defect(
        "a place is chosen from where the lander really is",
        "flight/scan.py",
        "_decide(own.onboard, now.onboard, image)",
        "_decide(own.onboard, replace_at(lambda o: o.navigator.r_M, now.onboard, "
        "now.truth.motion.r_M), image)",
        ("tests/flights/test_hazards.py",),
    ),
    Defect(
        "the software is given the true velocity",
        "flight/step.py",
        "    onboard, own, commands = door.step(\n        params.software,\n"
        "        params.onboard,\n        flying.onboard,\n",
        "    onboard, own, commands = door.step(\n        params.software,\n"
        "        params.onboard,\n        replace_at(lambda o: o.navigator.v_M, "
        "flying.onboard, truth.motion.v_M),\n",
        ("tests/flights/test_wall.py",),
    ),
]
