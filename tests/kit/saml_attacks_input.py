"""What can be posted that is no form of base64, or too much of it."""

import gzip
import zlib
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlencode

from tests.kit.saml_attacks import (
    CANARY,
    FORM,
    Case,
    Family,
    Post,
    Scene,
    edited,
    fields,
    form,
    told,
)
from tests.kit.saml_idp import BOTH, OF_ASSERTION, encoded

_INPUT = Family.INPUT
_KB = 1024
_MULTIPART = '--x\r\nContent-Disposition: form-data; name="SAMLResponse"\r\n\r\n{}\r\n--x--\r\n'


def _field(change: Callable[[str], str]) -> Callable[[Scene], Post]:
    """The good message, its base64 changed."""
    return lambda scene: fields(("SAMLResponse", change(encoded(scene.xml()))))


def _packed(pack: Callable[[bytes], bytes]) -> Callable[[Scene], Post]:
    return lambda scene: form(pack(scene.xml().encode()))


def _deflated(raw: bytes) -> bytes:
    """`raw` as the redirect binding has it (saml-bindings-2.0-os, 3.4.4.1)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(raw) + packer.flush()


def _as(kind: str) -> Callable[[Scene], Post]:
    """The good form, said to be `kind`."""
    return lambda scene: Post(form(scene.xml()).body, kind)


def _body(make: Callable[[str], str], kind: str = FORM) -> Callable[[Scene], Post]:
    """A body made of the base64 of the good message."""
    return lambda scene: Post(make(encoded(scene.xml())).encode(), kind)


def _fielded(value: str) -> str:
    return urlencode({"SAMLResponse": value})


def case(name: str, hostile: Callable[[Scene], Post], *families: Family) -> Case:
    """A case of something posted."""
    return Case(name, hostile, families or (_INPUT,))


FORMS = (
    case("nothing", lambda _: Post(b"")),
    case("an empty field", lambda _: fields(("SAMLResponse", ""))),
    case("another field", lambda scene: fields(("SAMLRequest", encoded(scene.xml())))),
    case(
        "the field in lower case", lambda scene: fields(("samlresponse", encoded(scene.xml())))
    ),
    case(
        "the field with brackets",
        lambda scene: fields(("SAMLResponse[]", encoded(scene.xml()))),
    ),
    case(
        "two fields",
        lambda scene: form(scene.xml(), ("SAMLResponse", encoded(scene.xml()))),
    ),
    case(
        "two fields, one empty",
        lambda scene: form(scene.xml(), ("SAMLResponse", "")),
    ),
    case(
        "two fields, one spelt by number",
        _body(lambda value: f"{_fielded(value)}&%53AMLResponse={quote(value, safe='')}"),
    ),
    case(
        "two relay states",
        lambda scene: form(scene.xml(), ("RelayState", "/"), ("RelayState", "/reach")),
    ),
    case(
        "a thousand fields",
        lambda scene: form(scene.xml(), *((f"x{n}", CANARY) for n in range(1000))),
    ),
    case("fields apart by semicolons", _body(lambda value: f"x=y;{_fielded(value)}")),
    case("only the name of the field", lambda _: Post(b"SAMLResponse")),
    case("JSON", _as("application/json")),
    case("text", _as("text/plain")),
    case(
        "XML as it is",
        lambda scene: Post(scene.xml().encode(), "application/samlassertion+xml"),
    ),
    case("no kind of content", _as("")),
    case("a form in parts", _body(_MULTIPART.format, "multipart/form-data; boundary=x")),
)

BASE64 = (
    case("base64 with a line end", _field(lambda value: f"{value[:76]}\r\n{value[76:]}")),
    case("base64 with a space behind", _field(lambda value: f"{value} ")),
    case("base64 with a space before", _field(lambda value: f" {value}")),
    case("base64 without its end", _field(lambda value: value.rstrip("=")[:-1])),
    case("base64 with too much padding", _field(lambda value: f"{value.rstrip('=')}====")),
    case("base64 with something behind", _field(lambda value: f"{value.rstrip('=')}==AAAA")),
    case("base64 with bits left over", lambda _: fields(("SAMLResponse", "PHgvPh=="))),
    case("base64 of the other alphabet", lambda _: fields(("SAMLResponse", "PHg-_z4="))),
    case("base64 with a star", _field(lambda value: f"{value[:40]}*{value[41:]}")),
    case("base64 with a NUL", _field(lambda value: f"{value[:40]}\0{value[40:]}")),
    case("base64 with letters of another alphabet", _field(lambda value: f"\u0430{value[1:]}")),
    case(
        "pluses that became spaces",
        _body(lambda value: f"SAMLResponse={value[:20]}+{value[21:]}"),
    ),
    case("base64 twice", _field(encoded), _INPUT, Family.XML),
    case("the XML as it is", lambda scene: fields(("SAMLResponse", scene.xml()))),
    case("encoded twice", _field(lambda value: quote(value + "+", safe=""))),
    case("gzip", _packed(gzip.compress), _INPUT, Family.XML),
    case("deflated", _packed(_deflated), _INPUT, Family.XML),
    case("deflated with a head", _packed(zlib.compress), _INPUT, Family.XML),
    case("zeros", lambda _: form(bytes(1000)), _INPUT, Family.XML),
    case("noise", lambda _: form(bytes(range(256)) * 4), _INPUT, Family.XML),
)


def _attributes(count: int) -> Callable[[Scene], str]:
    said = "".join(f' a{number}="{CANARY}"' for number in range(count))
    return lambda scene: scene.xml(sign=()).replace("<saml:Subject>", f"<saml:Subject{said}>")


def _elements(count: int) -> Callable[[Scene], str]:
    return lambda scene: scene.xml(sign=()).replace(
        "<saml:Subject>", f"{'<a/>' * count}<saml:Subject>"
    )


def _deep(depth: int) -> Callable[[Scene], str]:
    nest = f"{'<a>' * depth}{CANARY}{'</a>' * depth}"
    return lambda scene: scene.xml(sign=()).replace("<saml:Subject>", f"{nest}<saml:Subject>")


def surrounded(count: int, *, sign: Sequence[str] = OF_ASSERTION) -> Callable[[Scene], str]:
    """Namespaces around what is signed: its canonical form is as it was."""
    said = "".join(f' xmlns:n{number}="urn:{number}"' for number in range(count))
    return lambda scene: edited(
        scene.xml(sign=sign), "<samlp:Response ", f"<samlp:Response{said} "
    )


_ANY = (_INPUT, Family.XML, Family.SHAPE)

LARGE = (
    told("10,000 attributes of one element", _attributes(10_000), _ANY),
    told("80,000 elements", _elements(80_000), _ANY),
    told("19,000 elements, fewer than are counted", _elements(19_000), _ANY),
    told("elements 10,000 deep", _deep(10_000), _ANY),
    told("elements 255 deep", _deep(255), _ANY),
    told("elements 40,000 deep, not closed", lambda _: f"<{CANARY}>" + "<a>" * 40_000, _ANY),
    told("10,000 namespaces", surrounded(10_000), _ANY),
    told("33 namespaces in a tag, more than are counted", surrounded(31), _ANY),
    told("10,000 namespaces, both parts signed", surrounded(10_000, sign=BOTH), _ANY),
    told("a text of 390 KB", lambda scene: scene.xml(sign=()).replace("<saml:Subject>", f"{'x' * 390 * _KB}<saml:Subject>"), _ANY),
    told("410 KB of a comment", lambda scene: f"<!--{'x' * 410 * _KB}-->{scene.xml()}", _ANY),
    told("a signature value of 300 KB", lambda scene: scene.xml().replace("</ds:SignatureValue>", f"{'A' * 300 * _KB}</ds:SignatureValue>"), (*_ANY, Family.SIGNATURE)),
    told("5,000 attribute values", lambda scene: scene.xml(attributes={"username": ("user-lob-a",) * 5_000}), _ANY),
    told("3,000 audiences, none ours", lambda scene: scene.xml(audiences=(tuple(f"urn:{n}" for n in range(3_000)),)), (*_ANY, Family.FOR_OTHERS)),
)  # fmt: skip
"""Large, and within what the edge lets in."""

OVERSIZE = (
    case("1 MB of attributes", lambda scene: form(_attributes(50_000)(scene))),
    case("200,000 elements", lambda scene: form(_elements(200_000)(scene))),
    case("5 MB of nothing", lambda _: Post(b"SAMLResponse=" + b"A" * 5_000_000)),
    case("1 MB behind the message", lambda scene: Post(form(scene.xml()).body + b"&x=" + b"A" * _KB * _KB)),
)  # fmt: skip
"""Larger than anything that is read; whoever stands at the edge may say so first."""
