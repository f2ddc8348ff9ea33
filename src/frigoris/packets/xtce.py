"""The dictionary as XTCE 1.2: the file from which ground systems decode our packets."""

import xml.etree.ElementTree as ET

from frigoris.packets.dictionary import (
    ERROR_CONTROL,
    TIME_FIELD,
    Dictionary,
    Field,
    Packet,
)
from frigoris.packets.time_code import COARSE, FINE, STEPS

NAMESPACE = "http://www.omg.org/spec/XTCE/20180204"
SCHEMA = "https://www.omg.org/spec/XTCE/20180204/SpaceSystem.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
# primary header, 133.0-B-2 4.1.3: parameter, bits, meaning. These names, and that of
# the root, are what space_packet_parser expects
HEADER = (
    ("VERSION", 3, "packet version number, 0"),
    ("TYPE", 1, "0: telemetry"),
    ("SEC_HDR_FLG", 1, "1: a time follows the header"),
    ("PKT_APID", 11, "application process identifier, one per packet"),
    ("SEQ_FLGS", 2, "3: a whole packet"),
    ("SRC_SEQ_CTR", 14, "sequence count of this APID"),
    ("PKT_LEN", 16, "bytes after this header, less one"),
)
ROOT, P_FIELD, TIME, CHECKSUM = "CCSDSPacket", "P_FIELD", "TIME", "CHECKSUM"


def parameter_name(packet: Packet, field: Field) -> str:
    """Name of a field: unique over all packets, some of which share fields."""
    return f"{packet.name}_{field.name}"


def make_xtce(dictionary: Dictionary, epoch_utc: str) -> str:
    """The whole document. `epoch_utc`: of the time code, empty where it is unknown."""
    ET.register_namespace("xsi", INSTANCE)
    system = ET.Element(
        "SpaceSystem",
        {
            "xmlns": NAMESPACE,
            "name": "frigoris",
            f"{{{INSTANCE}}}schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )
    _text(system, "LongDescription", "Telemetry of a lander, packets of CCSDS 133.0-B")
    meta = _sub(system, "TelemetryMetaData")
    _types(_sub(meta, "ParameterTypeSet"), dictionary, epoch_utc)
    _parameters(_sub(meta, "ParameterSet"), dictionary)
    _containers(_sub(meta, "ContainerSet"), dictionary)
    ET.indent(system, "  ")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(system, encoding="unicode") + "\n"


def _sub(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    _sub(parent, tag, **attributes).text = text


def _type(name: str) -> str:
    return f"{name}_type"


def _types(parent: ET.Element, dictionary: Dictionary, epoch_utc: str) -> None:
    for name, bits, _ in HEADER:
        _integer(parent, name, bits)
    _integer(parent, P_FIELD, 8 * (TIME_FIELD - COARSE - FINE))
    kind = "AbsoluteTimeParameterType" if epoch_utc else "RelativeTimeParameterType"
    time = _sub(parent, kind, name=_type(TIME))
    step = _sub(time, "Encoding", units="seconds", scale=repr(1.0 / STEPS), offset="0")
    _encoding(step, 8 * (COARSE + FINE), "unsigned")
    if epoch_utc:
        _text(_sub(time, "ReferenceTime"), "Epoch", epoch_utc)
    _integer(parent, CHECKSUM, 8 * ERROR_CONTROL)
    for packet in dictionary.packets:
        for field in packet.fields:
            _field_type(parent, dictionary, packet, field)


def _integer(parent: ET.Element, name: str, bits: int) -> None:
    kind = _sub(parent, "IntegerParameterType", name=_type(name), signed="false")
    _sub(kind, "UnitSet")
    _encoding(kind, bits, "unsigned")


def _encoding(parent: ET.Element, bits: int, kind: str) -> ET.Element:
    size = {"sizeInBits": str(bits), "encoding": kind}
    return _sub(parent, "IntegerDataEncoding", **size)


def _field_type(
    parent: ET.Element, dictionary: Dictionary, packet: Packet, field: Field
) -> None:
    name = {"name": _type(parameter_name(packet, field))}
    whole = field.type[0] in "ui"
    if field.enumeration:
        kind = _sub(parent, "EnumeratedParameterType", **name)
    elif whole and field.scale is None:
        signed = str(field.type[0] == "i").lower()
        kind = _sub(parent, "IntegerParameterType", signed=signed, **name)
    else:
        bits = str(64 if whole else 8 * field.bytes)
        kind = _sub(parent, "FloatParameterType", sizeInBits=bits, **name)
    units = _sub(kind, "UnitSet")
    if field.unit:
        _text(units, "Unit", field.unit)
    if whole:
        sign = "twosComplement" if field.type[0] == "i" else "unsigned"
        encoding = _encoding(kind, 8 * field.bytes, sign)
        _calibration(encoding, field)
    else:
        size = {"sizeInBits": str(8 * field.bytes), "encoding": "IEEE754_1985"}
        _sub(kind, "FloatDataEncoding", **size)
    if field.enumeration:
        names = _sub(kind, "EnumerationList")
        for value, label in enumerate(dictionary.enumerations[field.enumeration]):
            _sub(names, "Enumeration", value=str(value), label=label)
    _limits(kind, field)


def _calibration(encoding: ET.Element, field: Field) -> None:
    if field.scale is None:
        return
    terms = _sub(_sub(encoding, "DefaultCalibrator"), "PolynomialCalibrator")
    _sub(terms, "Term", coefficient=repr(field.offset), exponent="0")
    _sub(terms, "Term", coefficient=repr(field.scale), exponent="1")


def _limits(kind: ET.Element, field: Field) -> None:
    if field.low is None or field.high is None:
        return
    alarm = _sub(_sub(kind, "DefaultAlarm"), "StaticAlarmRanges")
    ends = {"minInclusive": repr(field.low), "maxInclusive": repr(field.high)}
    _sub(alarm, "WarningRange", **ends)


def _parameters(parent: ET.Element, dictionary: Dictionary) -> None:
    for name, _, text in HEADER:
        _parameter(parent, name, text)
    _parameter(parent, P_FIELD, "of the time code, CCSDS 301.0-B")
    _parameter(parent, TIME, "onboard")
    _parameter(parent, CHECKSUM, "CRC-16/CCITT over all bytes before it")
    for packet in dictionary.packets:
        for field in packet.fields:
            _parameter(parent, parameter_name(packet, field), field.text)


def _parameter(parent: ET.Element, name: str, text: str) -> None:
    _sub(
        parent,
        "Parameter",
        name=name,
        parameterTypeRef=_type(name),
        shortDescription=text,
    )


def _containers(parent: ET.Element, dictionary: Dictionary) -> None:
    header = _sub(parent, "SequenceContainer", name=ROOT, abstract="true")
    entries = _sub(header, "EntryList")
    for name in [*(h[0] for h in HEADER), P_FIELD, TIME]:
        _sub(entries, "ParameterRefEntry", parameterRef=name)
    for packet in dictionary.packets:
        about = {"name": packet.name, "shortDescription": packet.text}
        container = _sub(parent, "SequenceContainer", **about)
        entries = _sub(container, "EntryList")
        for field in packet.fields:
            ref = parameter_name(packet, field)
            _sub(entries, "ParameterRefEntry", parameterRef=ref)
        _sub(entries, "ParameterRefEntry", parameterRef=CHECKSUM)
        base = _sub(container, "BaseContainer", containerRef=ROOT)
        where = _sub(base, "RestrictionCriteria")
        _sub(where, "Comparison", parameterRef="PKT_APID", value=str(packet.apid))
