"""Defects of the radio link: geometry, antennas, budget, codes, relays, hand-over."""

from defects.catalogue import Defect

SIGHT = ("tests/unit/radio/test_sight.py",)
BUDGET = ("tests/unit/radio/test_budget.py",)
ANTENNA = ("tests/unit/radio/test_antenna.py",)
CODING = ("tests/unit/radio/test_coding.py",)
RELAY = ("tests/unit/radio/test_relay.py",)
DOWNLINK = ("tests/unit/radio/test_downlink.py",)
PATH = ("tests/unit/flight/test_link_path.py",)

DEFECTS = [
    Defect(
        "the station is where it was when the signal left",
        "radio/sight.py",
        "way = place(t + tau) - lander",
        "way = place(t) - lander",
        SIGHT,
    ),
    Defect(
        "stations stand on the other side of the Earth",
        "radio/sight.py",
        'sine = -np.einsum("ni,ni->n", u_I, up)',
        'sine = np.einsum("ni,ni->n", u_I, up)',
        SIGHT,
    ),
    Defect(
        "the axes of the Moon are turned the wrong way",
        "radio/sight.py",
        'lander = sky.moon(t) + np.einsum("nji,nj->ni", axes, r_M)',
        'lander = sky.moon(t) + np.einsum("nij,nj->ni", axes, r_M)',
        SIGHT,
    ),
    Defect(
        "what lies behind a receiver hides it",
        "radio/sight.py",
        'along = np.clip(-np.einsum("ni,ni->n", r_M, u_M), 0.0, reach)',
        'along = np.clip(-np.einsum("ni,ni->n", r_M, u_M), 0.0, 1e12)',
        SIGHT,
    ),
    Defect(
        "attitudes are those of the Moon in the body",
        "radio/downlink.py",
        "turn.inv().as_matrix()",
        "turn.as_matrix()",
        SIGHT,
    ),
    Defect(
        "the mask of a station is not kept",
        "radio/downlink.py",
        "seen = ray.elevation >= station.mask",
        "seen = ray.elevation >= 0.0",
        SIGHT,
    ),
    Defect(
        "the first of the receivers is taken, not the best",
        "radio/downlink.py",
        "top > level[now, k] + BETTER",
        "top > level[now, k] + 1e9",
        DOWNLINK,
    ),
    Defect(
        "a rate rises without the hysteresis",
        "radio/downlink.py",
        "left >= radio.margin + radio.hysteresis",
        "left >= radio.margin",
        DOWNLINK,
    ),
    Defect(
        "the pattern has half the beam",
        "radio/antenna.py",
        "np.cos(0.5 * beamwidth)",
        "np.cos(beamwidth)",
        ANTENNA,
    ),
    Defect(
        "free-space loss is that of power, not of amplitude",
        "radio/budget.py",
        "20.0 * np.log10(4.0 * np.pi * distance * frequency / C_LIGHT)",
        "10.0 * np.log10(4.0 * np.pi * distance * frequency / C_LIGHT)",
        BUDGET,
    ),
    Defect(
        "the Moon is as cold as the sky",
        "radio/budget.py",
        "noise=station.noise + warm + share * MOON",
        "noise=station.noise + warm",
        BUDGET,
    ),
    Defect(
        "the loss of the lines is a gain",
        "radio/budget.py",
        "eirp = power - transmitter.line_loss + antenna_gain",
        "eirp = power + transmitter.line_loss + antenna_gain",
        BUDGET,
    ),
    Defect(
        "parity of Reed-Solomon costs no energy",
        "radio/coding.py",
        "level + 10.0 * np.log10(K_RS / N_RS)",
        "level + 0.0 * np.log10(K_RS / N_RS)",
        CODING,
    ),
    Defect(
        "the Moon does not turn below a relay",
        "radio/relay.py",
        "node = relay.node - SPIN_MOON * since",
        "node = relay.node + 0.0 * since",
        RELAY,
    ),
    Defect(
        "the urgent wait for the others",
        "radio/framing.py",
        "self.level = [levels.index(p) for p in priority.tolist()]",
        "self.level = [0 for p in priority.tolist()]",
        DOWNLINK,
    ),
    Defect(
        "the rest of a packet whose beginning was lost counts",
        "radio/framing.py",
        "self.hurt |= lost",
        "self.hurt = lost",
        DOWNLINK,
    ),
    Defect(
        "a wreck goes on sending",
        "flight/link_path.py",
        "if contact is None or outcome in GONE:",
        "if contact is None:",
        PATH,
    ),
    Defect(
        "after the contact the attitude is that before it",
        "flight/link_path.py",
        "turn = level * Rotation.from_quat(q_LB, scalar_first=True)",
        "turn = Rotation.from_quat(q_LB, scalar_first=True)",
        PATH,
    ),
]
