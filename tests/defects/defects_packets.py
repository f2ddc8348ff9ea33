"""Defects of packets, exports and imports."""

from defects.catalogue import Defect

PACKET = ("tests/unit/packets/test_space_packet.py",)
STREAM = ("tests/unit/packets/test_stream.py",)
DECODERS = ("tests/unit/packets/test_decoders.py",)
DAMAGE = ("tests/unit/packets/test_damage.py",)
IMPORTING = ("tests/unit/packets/test_importing.py",)
MAPPING = ("tests/unit/packets/test_mapping.py",)
MCAP = ("tests/unit/packets/test_mcap_log.py",)
LIVE = ("tests/unit/packets/test_live.py",)
COMPARE = ("tests/unit/report/test_compare.py",)

DEFECTS = [
    Defect(
        "the checksum starts from nought",
        "packets/space_packet.py",
        "CRC_START = 0xFFFF",
        "CRC_START = 0x0000",
        PACKET,
    ),
    Defect(
        "a packet is believed whatever its checksum",
        "packets/space_packet.py",
        " or checksum(data) != 0:",
        ":",
        PACKET,
    ),
    Defect(
        "the length of a packet counts its last byte",
        "packets/space_packet.py",
        "data_len=packet.bytes - PRIMARY_HEADER - 1,",
        "data_len=packet.bytes - PRIMARY_HEADER,",
        PACKET,
    ),
    Defect(
        "the fraction of a second has a byte less",
        "packets/time_code.py",
        "STEPS = 1 << (8 * FINE)",
        "STEPS = 1 << (8 * FINE - 8)",
        PACKET,
    ),
    Defect(
        "after damage the search goes on two bytes later",
        "packets/stream.py",
        "        at += 1\n",
        "        at += 2\n",
        STREAM,
    ),
    Defect(
        "a gap has one packet more",
        "packets/ordering.py",
        "        missing = (np.diff(count) - 1) % SEQUENCE\n",
        "        missing = np.diff(count) % SEQUENCE\n",
        STREAM,
    ),
    Defect(
        "packets that came twice count twice",
        "packets/ordering.py",
        "    return list(first.values())\n",
        "    return heard\n",
        STREAM,
    ),
    Defect(
        "a calibrated field is cut, not rounded",
        "packets/sample.py",
        "number = np.rint((",
        "number = np.floor((",
        PACKET,
    ),
    Defect(
        "signed numbers are unsigned in the XTCE",
        "packets/xtce.py",
        'sign = "twosComplement" if field.type[0] == "i" else "unsigned"',
        'sign = "unsigned"',
        DECODERS,
    ),
    Defect(
        "the XTCE has calibrations without their offset",
        "packets/xtce.py",
        'coefficient=repr(field.offset), exponent="0")',
        'coefficient="0.0", exponent="0")',
        DECODERS,
    ),
    Defect(
        "damaged groups of rows are stepped over",
        "packets/tables.py",
        '                f"({_first(error)})"\n            )\n            return\n',
        '                f"({_first(error)})"\n            )\n',
        DAMAGE,
    ),
    Defect(
        "pages are believed whatever their checksum",
        "packets/tables.py",
        "page_checksum_verification=True",
        "page_checksum_verification=False",
        DAMAGE,
    ),
    Defect(
        "salvage believes pages whatever their checksum",
        "packets/salvage.py",
        "    if zlib.crc32(packed) != header.get(CHECKSUM, -1) % (1 << 32):\n"
        "        raise _Broken\n",
        "",
        DAMAGE,
    ),
    Defect(
        "a foot has two digits in the wrong order",
        "packets/foreign_units.py",
        "FOOT, POUND = 0.3048,",
        "FOOT, POUND = 0.3405,",
        IMPORTING,
    ),
    Defect(
        "rows of an import stay in the order of the file",
        "packets/foreign.py",
        '    order = order[np.argsort(t[order], kind="stable")]\n',
        "",
        IMPORTING,
    ),
    Defect(
        "a channel may have two columns",
        "packets/mapping.py",
        "        if channel in taken:\n",
        "        if channel in taken and False:\n",
        MAPPING,
    ),
    Defect(
        "attitudes in the MCAP are turned the other way",
        "packets/site.py",
        "        vector = w * b_v + b_w[:, None] * v + np.cross(v, b_v)\n",
        "        vector = w * b_v + b_w[:, None] * v - np.cross(v, b_v)\n",
        MCAP,
    ),
    Defect(
        "the ground of the MCAP is seen from below",
        "packets/mesh.py",
        "np.stack([a, b, c], 1), np.stack([a, c, d], 1)",
        "np.stack([a, c, b], 1), np.stack([a, d, c], 1)",
        MCAP,
    ),
    Defect(
        "a record is played without waiting",
        "packets/live.py",
        "(packet.ground_t_s - zero) / speed -",
        "0.0 * speed -",
        LIVE,
    ),
    Defect(
        "the comparison takes second from first",
        "report/compare_view.py",
        "difference = second - first if both",
        "difference = first - second if both",
        COMPARE,
    ),
]
