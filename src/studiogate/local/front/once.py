"""Whether a REST request says each thing once, and in one place.

The parsers of the protocols are forgiving: of two elements of one name they take a list or the
first, a name in the body hides the same name in the path, and `TRUE` counts as false.  Whoever
decides about a request must read what the service reads, so none of that gets further.
"""

import re
from typing import Any
from xml.etree import ElementTree as ET

from studiogate.local.front.protocols import Received, json_object

_BOOLEANS = frozenset({"true", "false"})
_PROLOG = re.compile(
    r"\A\s*<\?xml version=['\"]1\.0['\"]( encoding=['\"](UTF|utf)-8['\"])?\s*\?>"
)


def check(protocol: str, model: Any, request: Received) -> None:
    """Return when the body of `request` can be read in one way only.

    Raises:
        ValueError: it cannot; other protocols are checked where they are read.
    """
    shape = model.input_shape
    if shape is None or not request.body:
        return
    payload = shape.serialization.get("payload")
    body = shape.members[payload] if payload else shape
    if body.type_name in {"blob", "string"}:
        return
    if protocol == "rest-json":
        _check_json(
            body, located=frozenset() if payload else _located(shape), body=request.body
        )
    elif protocol == "rest-xml":
        _check_xml(body, request.body)


def _located(shape: Any) -> frozenset[str]:
    """Names that belong to the path, the query string or a header."""
    return frozenset(
        member.serialization.get("name", name)
        for name, member in shape.members.items()
        if "location" in member.serialization
    )


def _check_json(shape: Any, *, located: frozenset[str], body: bytes) -> None:
    said = json_object(body)
    if located & said.keys():
        raise ValueError("a parameter is in the body and elsewhere")
    _flags(shape, said)


def _flags(shape: Any, value: Any) -> None:
    """Refuse a text in the place of a flag."""
    if shape.type_name == "boolean" and not isinstance(value, bool | None):
        raise ValueError("a flag is true or false")
    if (
        shape.type_name == "structure"
        and isinstance(value, dict)
        and not shape.is_document_type
    ):
        for name, member in shape.members.items():
            if (one := value.get(member.serialization.get("name", name))) is not None:
                _flags(member, one)
    if shape.type_name == "list" and isinstance(value, list):
        for one in value:
            _flags(shape.member, one)


def _check_xml(shape: Any, body: bytes) -> None:
    # A document type, a comment, an instruction: nobody writes one, and parsers differ.
    text = _PROLOG.sub("", body.decode("utf-8"), count=1)
    if "<!" in text or "<?" in text:
        raise ValueError("the body holds more than elements")
    try:
        _element(shape, ET.fromstring(text))  # noqa: S314 - no document type gets this far
    except ET.ParseError as exc:
        raise ValueError("the body is not XML") from exc


def _element(shape: Any, element: ET.Element) -> None:
    """Refuse an element that the shape does not have, or has once and finds twice."""
    match shape.type_name:
        case "structure":
            _structure(shape, element)
        case "list":
            for one in element:
                _element(shape.member, one)
        case "boolean":
            if element.text not in _BOOLEANS:
                raise ValueError("a flag is true or false")
        case _:
            if len(element):
                raise ValueError("an element holds elements where it has to hold a text")


def _structure(shape: Any, element: ET.Element) -> None:
    members = {_tag(name, member): member for name, member in shape.members.items()}
    seen: set[str] = set()
    for one in element:
        name = one.tag.rpartition("}")[2]
        member = members.get(name)
        if member is None:
            raise ValueError("an element is not known here")
        flat = bool(member.serialization.get("flattened"))
        if name in seen and not flat:
            raise ValueError("an element is there twice")
        seen.add(name)
        _element(member.member if flat and member.type_name == "list" else member, one)


def _tag(name: str, member: Any) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        name = member.member.serialization.get("name") or member.serialization.get("name", name)
        return str(name)
    return str(member.serialization.get("name", name))
