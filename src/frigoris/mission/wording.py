"""What is wrong with a value, in words that a user of a mission file understands."""

from typing import Any

from pydantic.fields import FieldInfo

SHOWN = 60  # characters of a value in a message

_FIXED = {
    "model_type": "is not a mapping of keys",
    "dict_type": "is not a mapping of keys",
    "tuple_type": "is not a list",
    "string_type": "is not text; put it in quotation marks",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "finite_number": "is not a finite number",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "may hold small letters, digits, '.' and '-' only",
}


def words(error: Any, field: FieldInfo | None) -> str:
    """The end of the sentence `path = value ...` for one error of pydantic."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _FIXED:
        text = _FIXED[kind]
    elif kind == "too_short":
        text = f"needs at least {context['min_length']} of them"
    elif kind in ("too_long", "missing"):
        count = context.get("max_length")
        text = f"has more than {count} items" if count else "has too few items"
    elif kind == "literal_error":
        text = f"is not one of {str(context['expected']).replace(' or ', ', ')}"
    else:
        text = str(error["msg"])
        if text.startswith("Input "):  # pydantic's own: go on with the sentence
            text = text.removeprefix("Input ")
    told = field is not None and field.description and field.description not in text
    return f"{text} ({field.description})" if field is not None and told else text


def shown(value: object) -> str:
    """A value as it stands in a message, cut when it is long."""
    text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
