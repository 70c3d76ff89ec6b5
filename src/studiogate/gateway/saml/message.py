"""The form a provider has the browser post: one `SAMLResponse`, perhaps one `RelayState`.

Read here and not by a form library, because two readings of one form are how a check and its
use come to look at different messages.  The order of the fields says nothing (F-49); a field
that is there twice is refused.  Sources: saml-bindings-2.0-os §3.5.4; HTML, "URL-encoded form
data".
"""

from binascii import Error, a2b_base64, b2a_base64
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.requests import Request

from studiogate.gateway.signin.why import Why, unreadable

LARGEST_FORM = 600 * 1024
"""Bytes of the form as it is posted: base64, and that percent-encoded."""

LARGEST_MESSAGE = 400 * 1024
"""Bytes of the XML in it."""

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 16
_WIDTHS = frozenset({64, 76})
"""Characters of a line of base64 in privacy-enhanced and in ordinary mail."""

_RESPONSE, _RELAY = b"SAMLResponse", b"RelayState"


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted; nothing in it is to be believed yet."""

    message: bytes = field(repr=False)
    """The XML."""

    relay: str | None = field(default=None, repr=False)

    @property
    def about(self) -> str:
        """What tells this message from others in a record: a digest of it."""
        return sha256(self.message).hexdigest()[:32]


async def posted(request: Request) -> Posted:
    """What the form of `request` holds.

    Raises:
        Malformed: it is no such form, or it is too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise unreadable(Why.SAML_FORM)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_FORM:
                raise unreadable(Why.SAML_FORM)
    except HTTPException:  # whoever limits bodies on the way here counted first
        raise unreadable(Why.SAML_FORM) from None
    return read(bytes(body))


def read(body: bytes) -> Posted:
    """What the form `body` holds.

    Raises:
        Malformed: it is no such form.
    """
    fields = body.split(b"&")
    if len(fields) > _MOST_FIELDS:
        raise unreadable(Why.SAML_FORM)
    found: dict[bytes, list[bytes]] = {_RESPONSE: [], _RELAY: []}
    for one in fields:
        name, _, value = one.partition(b"=")
        found.get(_decoded(name), []).append(_decoded(value))
    responses, relays = found[_RESPONSE], found[_RELAY]
    if len(responses) != 1 or len(relays) > 1:
        raise unreadable(Why.SAML_FORM)
    return Posted(_message(responses[0]), _text(relays[0]) if relays else None)


def _decoded(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _message(text: bytes) -> bytes:
    """The bytes `text` stands for, if it is the one base64 of them (RFC 4648 §3.5)."""
    text = _in_one_line(text)
    try:
        raw = a2b_base64(text, strict_mode=True)
    except Error:
        raise unreadable(Why.SAML_ENCODING) from None
    if b2a_base64(raw, newline=False) != text:
        raise unreadable(Why.SAML_ENCODING)
    if not 0 < len(raw) <= LARGEST_MESSAGE:
        raise unreadable(Why.SAML_FORM)
    return raw


def _in_one_line(text: bytes) -> bytes:
    """`text` without the line ends that base64 has in mail, which some providers keep to.

    All lines but the last are of one length (RFC 2045 §6.8, which saml-bindings §3.5.4 rests
    on); any other line end is a second way to write the same, and stays.
    """
    end = b"\r\n" if b"\r\n" in text else b"\n"
    *lines, last = text.removesuffix(end).split(end)
    width = len(lines[0]) if lines else 0
    if width not in _WIDTHS or not 0 < len(last) <= width:
        return text
    return b"".join([*lines, last]) if {len(line) for line in lines} == {width} else text


def _text(raw: bytes) -> str | None:
    """A relay state as text; one that is none is as good as absent."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
