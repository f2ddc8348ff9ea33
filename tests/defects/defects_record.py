"""Defects of telemetry, framing, record and report."""

from defects.catalogue import Defect

FRAMING = ("tests/unit/radio/test_framing.py",)
SAMPLE = ("tests/unit/packets/test_sample.py",)
DICTIONARY = ("tests/unit/packets/test_dictionary.py",)
RECORD = ("tests/unit/flight/test_record.py",)
PAGE = ("tests/unit/report/test_page.py",)
PUBLISHED = ("tests/unit/report/test_published.py",)

DEFECTS = [
    Defect(
        "a packet is on the ground when its first byte is",
        "radio/framing.py",
        "            if self.left == 0:",
        "            if part:",
        FRAMING,
    ),
    Defect(
        "a frame that the loss of signal cuts is heard",
        "radio/framing.py",
        "if end > link.end + SAME * period:",
        "if start > link.end + SAME * period:",
        FRAMING,
    ),
    Defect(
        "frames carry their header's bytes as data",
        "radio/framing.py",
        "link.frame_bytes - FRAME_HEADER",
        "link.frame_bytes",
        FRAMING,
    ),
    Defect(
        "packets leave in the order of their kinds, not of time",
        "radio/framing.py",
        'np.argsort(time, kind="stable")',
        "np.arange(len(time))",
        FRAMING,
    ),
    Defect(
        "rounding makes a packet late by a row",
        "packets/sample.py",
        "EARLY = 1e-6",
        "EARLY = 0.0",
        SAMPLE,
    ),
    Defect(
        "packets have no time",
        "packets/dictionary.py",
        "PRIMARY_HEADER + TIME_FIELD + ERROR_CONTROL",
        "PRIMARY_HEADER + ERROR_CONTROL",
        DICTIONARY,
    ),
    Defect(
        "telemetry is made from the truth",
        "flight/record.py",
        "telemetry_tables(flight.onboard, link)",
        "telemetry_tables({**flight.onboard, 'est_mass_kg': "
        "flight.truth['mass_kg']}, link)",
        RECORD,
    ),
    Defect(
        "any folder is replaced",
        "flight/record.py",
        "if not folder.exists() or _is_record(folder):",
        "if not folder.exists() or folder.is_dir():",
        RECORD,
    ),
    Defect(
        "a record that failed half way stays behind",
        "flight/record.py",
        "        shutil.rmtree(fresh, ignore_errors=True)",
        "        pass",
        RECORD,
    ),
    Defect(
        "the page does not say that its Moon is made up",
        "report/page.py",
        "if not terrain.synthetic:",
        "if terrain.synthetic is not None:",
        PAGE,
    ),
    Defect(
        "the page shows texts unescaped",
        "report/text.py",
        'else f"<td>{escape(t)}</td>"',
        'else f"<td>{t}</td>"',
        PAGE,
    ),
    Defect(
        "rows that a made-up Moon cannot judge count as met",
        "report/published.py",
        'if not row.get("judged", True):',
        'if not row.get("met", True):',
        PUBLISHED,
    ),
    Defect(
        "the record is silent about the file of gravity",
        "mission/setting.py",
        "gravity_sources=field.sources",
        "gravity_sources=()",
        ("tests/unit/mission/test_setting.py",),
    ),
    Defect(
        "a folder of another user is our mistake",
        "flight/record.py",
        "except (OSError, RuntimeError) as error:",
        "except RuntimeError as error:",
        RECORD,
    ),
]
