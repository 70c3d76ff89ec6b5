"""What an attack on the SAML side is: how it is posted, and what must come of it.

Each `Case` differs in one fault from a message that signs in, which it names as `repaired`: so
no case passes because everything is refused.  Every message carries `CANARY`, which nothing
that the gateway writes or answers may hold.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from lxml import etree

from tests.kit.saml_idp import ASSERTION, DSIG, PLACE, PROTOCOL, Raw, Said, SamlIdp, encoded

CANARY = "canary7f3q"
VICTIM = "user-lob-b"
"""Whom an attacker would be; the messages they really have are about `user-lob-a`."""

FORM = "application/x-www-form-urlencoded"
SPACES = {"samlp": PROTOCOL, "saml": ASSERTION, "ds": DSIG}


class Family(StrEnum):
    """Which check says no; the codes of the record that stand for it are in the tests."""

    INPUT = "input"
    """Not one form field of base64."""

    XML = "xml"
    """Not XML as we read it."""

    SHAPE = "shape"
    """XML, and not a response as we read it; the name or the wish is missing from it."""

    NAME = "name"
    """The sign-in name cannot be one."""

    SIGNATURE = "signature"
    """There is none, or one that is not good."""

    ISSUER = "issuer"
    STATUS = "status"
    FOR_OTHERS = "for-others"
    """Audience, recipient or destination is somebody else, or not said."""

    CONFIRMATION = "confirmation"
    TIME = "time"
    REQUEST = "request"
    """It answers a request that this browser did not send, or sent and had answered."""

    REPLAY = "replay"
    FOREIGN = "foreign"
    """The wish is for a domain of another line of business."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request to the assertion consumer service."""

    body: bytes = field(repr=False)
    kind: str = FORM
    method: str = "POST"
    query: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who there is: the provider, another one, and a thief with keys of their own."""

    idp: SamlIdp
    thief: SamlIdp
    partner: SamlIdp
    """Another provider that is trusted, for what it says itself."""

    def said(self, **changes: Any) -> Said:
        """A response that would sign in `user-lob-a`, but for `changes`; with the canary."""
        canary: dict[str, Any] = {
            "assertion_id": f"_a-{CANARY}",
            "response_id": f"_r-{CANARY}",
            "name_id": f"{CANARY}@acme.example",
            "session_index": f"_s-{CANARY}",
        }
        return self.idp.said(**canary | changes)

    def xml(self, *, sign: Sequence[str] = ("assertion",), **changes: Any) -> str:
        """That response, signed by the provider."""
        return self.idp.response(self.said(**changes), sign=sign).decode()


Make = Callable[[Scene], Post]
Text = Callable[[Scene], str | bytes]


def form(xml: str | bytes, *more: tuple[str, str]) -> Post:
    """The form a browser posts with `xml` in it, and `more` fields behind."""
    return fields(("SAMLResponse", encoded(xml)), *more)


def fields(*pairs: tuple[str, str]) -> Post:
    """A form of `pairs`, in their order."""
    return Post(urlencode(pairs).encode())


def plain(scene: Scene) -> Post:
    """A message that signs in."""
    return form(scene.xml())


@dataclass(frozen=True, slots=True)
class Case:
    """One attack."""

    name: str
    hostile: Make
    family: Family | tuple[Family, ...]
    """The check that says no; several where what is wrong is wrong in several ways."""

    repaired: Make = plain

    @property
    def families(self) -> tuple[Family, ...]:
        """All of `family`."""
        return (self.family,) if isinstance(self.family, Family) else self.family


def told(
    name: str,
    text: Text,
    family: Family | tuple[Family, ...],
    repaired: Text | None = None,
) -> Case:
    """A case that is nothing but its XML."""
    mended = plain if repaired is None else lambda scene: form(repaired(scene))
    return Case(name, lambda scene: form(text(scene)), family, mended)


def says(
    name: str,
    family: Family | tuple[Family, ...],
    *,
    sign: Sequence[str] = ("assertion",),
    **changes: Any,
) -> Case:
    """A case that says something wrong, truly signed; without `changes` it would sign in."""
    return told(
        name,
        lambda scene: scene.xml(sign=sign, **changes),
        family,
        lambda scene: scene.xml(sign=sign),
    )


def inside(old: str, new: str) -> Text:
    """The message, `old` of its assertion become `new` before the provider signs it."""

    def text(scene: Scene) -> str:
        said = scene.said()
        return said.response(scene.idp.signed(edited(said.assertion(place=PLACE), old, new)))

    return text


def lacking(name: str) -> Text:
    """The message, the element `name` of its assertion taken away before it is signed."""

    def text(scene: Scene) -> str:
        said = scene.said()
        root = tree(said.assertion(place=PLACE))
        (gone,) = root.iter(f"{{{ASSERTION}}}{name}")
        above = gone.getparent()
        assert above is not None
        above.remove(gone)
        return said.response(scene.idp.signed(text_of(root)))

    return text


def edited(text: str, old: str, new: str) -> str:
    """`text` with `old`, which is there once, become `new`."""
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


def tree(xml: str | bytes) -> etree._Element:
    """`xml` as a tree."""
    return etree.fromstring(xml)


def text_of(root: etree._Element) -> str:
    """`root` as XML, as it is."""
    return etree.tostring(root, encoding="unicode")


def one(root: etree._Element, path: str) -> etree._Element:
    """The one element at `path`, as `saml:Assertion/ds:Signature`."""
    found = root.findall(path, SPACES)
    assert len(found) == 1, f"{path} is there {len(found)} times"
    return found[0]


def without_signature(element: etree._Element) -> etree._Element:
    """A copy of `element` without its own signature."""
    copy = deepcopy(element)
    for signature in copy.findall("ds:Signature", SPACES):
        copy.remove(signature)
    return copy


def forged(
    assertion: etree._Element, *, new_id: str | None = f"_evil-{CANARY}"
) -> etree._Element:
    """A copy of `assertion` that names the victim, unsigned, under `new_id`."""
    copy = without_signature(assertion)
    for value in copy.iter(f"{{{ASSERTION}}}AttributeValue"):
        if value.text == "user-lob-a":
            value.text = VICTIM
        if value.text == "d-forecasting":
            value.text = "d-fraud"
    if new_id is not None:
        copy.set("ID", new_id)
    return copy


def username(*values: str) -> dict[str, Sequence[str]]:
    """Attributes whose sign-in name is `values`."""
    return {"username": values, "domain-id": ("d-forecasting",)}


def raw_username(inside: str) -> Raw:
    """An attribute statement whose sign-in name is the XML `inside`."""
    return Raw(
        "<saml:AttributeStatement>"
        f'<saml:Attribute Name="username">{inside}</saml:Attribute>'
        '<saml:Attribute Name="domain-id">'
        "<saml:AttributeValue>d-forecasting</saml:AttributeValue></saml:Attribute>"
        "</saml:AttributeStatement>"
    )
