"""Defects of lessons and of decision support."""

from defects.catalogue import Defect

LESSONS = ("tests/unit/verify/test_lessons.py",)
FIGURES = ("tests/statistics/test_lessons_figures.py",)
CHANCES = ("tests/unit/verify/test_chances.py",)

DEFECTS = [
    Defect(
        "more propellant in the tanks is not counted as used",
        "verify/lessons/figures.py",
        "select {more!r} - (b.propellant_left_kg - a.propellant_left_kg) as used",
        "select {more!r} + (b.propellant_left_kg - a.propellant_left_kg) as used",
        FIGURES,
    ),
    Defect(
        "a pair that is lost counts as won",
        "verify/lessons/figures.py",
        '        "gained": p.second_only,\n        "lost": p.first_only,',
        '        "gained": p.first_only,\n        "lost": p.second_only,',
        FIGURES,
    ),
    Defect(
        "a second instrument has the fault of the first",
        "verify/lessons/change.py",
        'for p, v in fault["set"].items() if not _below(p, beginning)}',
        'for p, v in fault["set"].items() if p}',
        LESSONS,
    ),
    Defect(
        "a change that changes nothing is flown",
        "verify/lessons/change.py",
        "    if tree == before:",
        "    if tree is before:",
        LESSONS,
    ),
    Defect(
        "a command needs no time to the lander",
        "verify/chances/commands.py",
        "        found.append((sent, sent + light))",
        "        found.append((sent, sent))",
        CHANCES,
    ),
    Defect(
        "the ground hears of a state at once",
        "verify/chances/commands.py",
        "    found, sent = [], now + light + reaction",
        "    found, sent = [], now + reaction",
        CHANCES,
    ),
    Defect(
        "what is known of the ground moves the estimate the wrong way",
        "verify/chances/belief.py",
        "    return column * (value / variance), left",
        "    return -column * (value / variance), left",
        CHANCES,
    ),
    Defect(
        "what is known leaves the rest as unsure as before",
        "verify/chances/belief.py",
        "    left = p - np.outer(column, column) / variance",
        "    left = p + 0.0 * np.outer(column, column) / variance",
        CHANCES,
    ),
    Defect(
        "a command that saves fewer helps",
        "verify/chances/study.py",
        '"helps": p.p_value() < ALPHA and p.difference > 0.0',
        '"helps": p.p_value() < ALPHA',
        CHANCES,
    ),
]
