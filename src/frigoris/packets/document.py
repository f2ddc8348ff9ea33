"""The telemetry dictionary as a page: `python -m frigoris.packets.document`.

The text goes to standard output; `docs/telemetry.md` is a copy of it, and a test keeps
it current.
"""

import sys

from frigoris.packets.dictionary import Dictionary, Field, Packet, load_dictionary

INTRODUCTION = """\
# Telemetry

Written by `python -m frigoris.packets.document` from
`src/frigoris/packets/dictionary.yaml`, the one telemetry dictionary: change it there.

Telemetry is made from what the flight software knew, never from the truth. Each packet
is a CCSDS space packet: a primary header of 6 bytes, the time onboard in 8 bytes, then
the fields in this order, and a checksum of 2 bytes. [Export](export.md) has the layout
to the byte, the files and streams made of it, and what reads them. On the ground each
kind is one table, `telemetry/<packet>.parquet`, with the fields below and in front of
them

| column | type | meaning |
|---|---|---|
| `t_s` | f8 | time onboard, seconds after `epoch_utc` in the metadata of the file |
| `ground_t_s` | f8 | time of arrival on the ground, on the same scale |
| `sequence_count` | u2 | packets of its kind before it, modulo 16384: a jump is a gap |

Packets wait for their frame and for the link, those of priority 1 first, see
[framing](models/framing.md) and [link](models/link.md); those that never arrived are
not in the tables. Types are those of NumPy: kind and bytes; a whole number with a step
is sent as that many steps.
"""


def page(dictionary: Dictionary) -> str:
    """The whole page."""
    parts = [INTRODUCTION, _overview(dictionary)]
    parts += [_packet(p) for p in dictionary.packets]
    parts.append(_enumerations(dictionary))
    return "\n".join(parts)


def _overview(dictionary: Dictionary) -> str:
    lines = ["## Packets", ""]
    lines.append("| packet | APID | priority | rate | bytes | bit/s | content |")
    lines.append("|---|---|---|---|---|---|---|")
    for p in dictionary.packets:
        load = 8 * p.bytes * p.rate_hz
        lines.append(
            f"| [{p.name}](#{p.name}) | 0x{p.apid:03x} | {p.priority} "
            f"| {p.rate_hz:g} Hz | {p.bytes} | {load:g} | {p.text} |"
        )
    total = (
        f"Those of every lander are {dictionary.rate_bit_s:g} bit/s with engines on, "
        "frames not counted."
    )
    lines += [
        "",
        total,
        "In the coast the onboard table is slower than these rates.",
        "",
    ]
    return "\n".join(lines)


def _packet(packet: Packet) -> str:
    text = f"{packet.text[0].upper()}{packet.text[1:]}."
    if packet.needs:
        text += f" Sent only by landers that have it: those with a `{packet.needs}`."
    lines = [f"## {packet.name}", "", text]
    lines += ["", "| field | unit | type | limits | meaning |", "|---|---|---|---|---|"]
    lines += [_row(f) for f in packet.fields]
    return "\n".join([*lines, ""])


def _row(f: Field) -> str:
    limits = "" if f.low is None else f"{f.low:g} … {f.high:g}"
    unit = f.unit or (f"*{f.enumeration}*" if f.enumeration else "-")
    kind = f.type if f.scale is None else f"{f.type}, step {f.scale:g}"
    if f.offset:
        kind += f" from {f.offset:g}"
    return f"| `{f.name}` | {unit} | {kind} | {limits} | {f.text} |"


def _enumerations(dictionary: Dictionary) -> str:
    lines = ["## Enumerations", ""]
    for name, values in dictionary.enumerations.items():
        named = ", ".join(f"{i} `{v}`" for i, v in enumerate(values))
        lines.append(f"- *{name}*: {named}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(page(load_dictionary()))
