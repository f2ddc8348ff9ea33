"""Defects of the doors for flight software that is not ours."""

from defects.catalogue import Defect

LINE = ("tests/flights/test_lockstep.py",)
OWN = ("tests/flights/test_own_software.py",)

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
]
