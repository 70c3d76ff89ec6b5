"""XML that is more than XML: document types, entities, encodings; and other spellings of the same."""

from collections.abc import Callable

from tests.kit.saml_attacks import CANARY, Case, Family, Text, edited, text_of, told, tree
from tests.kit.saml_attacks_signed import signed
from tests.kit.saml_idp import Raw, attribute

_NAME = ">user-lob-a<"
_HEAD = ' Version="2.0" IssueInstant="2030-01-01T12:00:00.000Z" Dest'
_READ = (Family.XML, Family.SHAPE)


def _signed_then(change: Callable[[str], str]) -> Text:
    """The good message, changed after it was signed, where canonical XML is as it was."""
    return lambda scene: change(scene.xml())


def _put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: edited(text, old, new)


def _doctype(inside: str, change: Callable[[str], str] = lambda text: text) -> Text:
    return lambda scene: f"<!DOCTYPE samlp:Response {inside}>{change(scene.xml())}"


_USE = _put(_NAME, ">&x;<")
_LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
_HOST = f"http://127.0.0.1:9/{CANARY}"


def _declared(encoding: str, *, version: str = "1.0") -> Callable[[str], str]:
    return lambda text: f'<?xml version="{version}" encoding="{encoding}"?>{text}'


def _in(encoding: str, declared: str | None = None) -> Text:
    """The message in `encoding`, which it declares if that is named."""
    say = _declared(declared) if declared else str
    return lambda scene: say(scene.xml()).encode(encoding)


def _hidden(encoding: str, declared: str) -> Text:
    """A document type with a name in it, in an encoding where no byte looks like one."""
    inside = _doctype('[<!ENTITY x "user-lob-b">]', _USE)
    return lambda scene: _declared(declared)(str(inside(scene))).encode(encoding)


def _bytes(new: bytes) -> Text:
    """The message with `new` in its name."""
    return lambda scene: (
        scene.xml().encode().replace(b">user-lob-a<", b">user-lob-" + new + b"<")
    )


def entity(name: str, text: Text) -> Case:
    """A case of a document that must not be read."""
    return told(name, text, Family.XML)


ENTITIES = (
    entity("a document type", _doctype("")),
    entity("a name as an entity", _doctype('[<!ENTITY x "user-lob-b">]', _USE)),
    entity("an entity that is not used", _doctype(f'[<!ENTITY x "{CANARY}">]')),
    entity(
        "a file as an entity", _doctype('[<!ENTITY x SYSTEM "file:///etc/hostname">]', _USE)
    ),
    entity("another host as an entity", _doctype(f'[<!ENTITY x SYSTEM "{_HOST}">]', _USE)),
    entity("a parameter entity", _doctype(f'[<!ENTITY % x SYSTEM "{_HOST}"> %x;]')),
    entity("an external document type", _doctype('SYSTEM "file:///etc/hostname"')),
    entity("a public document type", _doctype(f'PUBLIC "x" "{_HOST}"')),
    entity("attributes by default", _doctype('[<!ATTLIST saml:Assertion Id ID "_x">]')),
    entity("ids by declaration", _doctype("[<!ATTLIST saml:Subject x ID #IMPLIED>]")),
    entity(
        "a thousand million laughs",
        lambda _: f'<!DOCTYPE r [<!ENTITY e0 "{CANARY}">{_LAUGHS}]><r>&e9;</r>',
    ),
    entity(
        "one large entity many times",
        lambda _: f'<!DOCTYPE r [<!ENTITY x "{CANARY * 2000}">]><r>{"&x;" * 2000}</r>',
    ),
    entity("a document type in lower case", lambda scene: f"<!doctype x>{scene.xml()}"),
    entity(
        "a document type behind a declaration and a comment",
        lambda scene: f'<?xml version="1.0"?><!-- -->\n<!DOCTYPE x>{scene.xml()}',
    ),
    entity("an entity that nobody declared", _signed_then(_USE)),
    entity("a document type hidden in UTF-16", _hidden("utf-16", "UTF-16")),
    entity("a document type hidden in UTF-7", _hidden("utf-7", "UTF-7")),
    entity("a document type hidden in EBCDIC", _hidden("cp037", "cp037")),
)

ENCODINGS = (
    entity("UTF-16 with a mark", _in("utf-16")),
    entity("UTF-16 declared", _in("utf-16", "UTF-16")),
    entity("UTF-16 without a mark", _in("utf-16-le")),
    entity("UTF-32", _in("utf-32")),
    entity("UTF-7", _in("utf-7", "UTF-7")),
    entity("EBCDIC", _in("cp037", "cp037")),
    entity("Latin-1 declared", _in("latin-1", "ISO-8859-1")),
    entity("an encoding nobody knows", _in("utf-8", CANARY)),
    entity("bytes that are not UTF-8", _bytes(b"a\xff")),
    entity("a letter spelt too long", _bytes(b"\xc1\xa1")),
    entity("half a character", _bytes(b"a\xed\xa0\x80")),
    entity("a NUL", _bytes(b"a\x00")),
    entity("a NUL by number", _signed_then(_put(_NAME, ">user-lob-a&#0;<"))),
    entity("a NUL behind", lambda scene: scene.xml().encode() + b"\x00"),
    entity("XML 1.1", _signed_then(_declared("UTF-8", version="1.1"))),
    entity("not closed", lambda scene: scene.xml()[:-9]),
    entity("an element behind", lambda scene: f"{scene.xml()}<x/>"),
    entity("text behind", lambda scene: f"{scene.xml()}{CANARY}"),
    entity("an attribute twice", _signed_then(_put(_HEAD, f' Version="2.0"{_HEAD}'))),
    told(
        "a prefix that nobody declared",
        _signed_then(_put("<samlp:Status>", "<x:y/><samlp:Status>")),
        _READ,
    ),
    entity("no XML", lambda _: CANARY),
    entity("JSON", lambda _: f'{{"person": "{CANARY}"}}'),
    entity("one element that is not closed", lambda _: f"<{CANARY}"),
)

_OTHER_TOOL = Raw(
    f"<saml:AttributeStatement>{attribute('username', 'user-lob-a')}"
    f"{attribute('domain-id', 'd-forecasting')}{attribute('more', 'x', 'y')}"
    "</saml:AttributeStatement>"
)

HARMLESS: dict[str, Text] = {
    "the name as character data": _signed_then(_put(_NAME, "><![CDATA[user-lob-a]]><")),
    "a character of the name by number": _signed_then(_put(_NAME, ">&#117;ser-lob-a<")),
    "a comment before the message": lambda scene: f"<!--{CANARY}-->{scene.xml()}",
    "a comment behind the message": lambda scene: f"{scene.xml()}<!--{CANARY}-->",
    "a mark of UTF-8": lambda scene: b"\xef\xbb\xbf" + scene.xml().encode(),
    "a space before the message": lambda scene: f" {scene.xml()}",
    "other quotes": _signed_then(_put(_HEAD, _HEAD.replace('"', "'"))),
    "more space inside a tag": _signed_then(_put("<saml:Subject>", "<saml:Subject >")),
    "another prefix": lambda scene: (
        scene.xml().replace("samlp:", "p:").replace("xmlns:samlp", "xmlns:p")
    ),
    "a signature by another tool": signed,
    "read and written anew": lambda scene: text_of(tree(scene.xml())),
    "a further attribute": lambda scene: scene.xml(attributes=_OTHER_TOOL),
    "no issuer of a response that is not signed": lambda scene: scene.xml(issuer=None),
    "no destination of a response that is not signed": lambda scene: scene.xml(
        destination=None
    ),
}
"""Other spellings of the same message: refused or taken, but never for anybody else's."""
