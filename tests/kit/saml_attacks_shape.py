"""Messages that are truly signed, and not a response as we read it; and XML that is more than XML."""

from collections.abc import Callable

from tests.kit.saml_attacks import (
    CANARY,
    Case,
    Family,
    Scene,
    Text,
    edited,
    inside,
    raw_username,
    says,
    told,
    username,
)
from tests.kit.saml_idp import (
    ASSERTION,
    AUDIENCE,
    BOTH,
    EMAIL,
    ENTITY,
    OF_RESPONSE,
    PLACE,
    PROTOCOL,
    SUCCESS,
    Raw,
)

_SHAPE = Family.SHAPE
_READ = (Family.XML, Family.SHAPE)
_WRONG = (Family.SHAPE, Family.SIGNATURE)
_FAILED = "urn:oasis:names:tc:SAML:2.0:status"
_V1 = "urn:oasis:names:tc:SAML:1.0:protocol"
_NAME = ">user-lob-a<"


def _signed_then(change: Callable[[str], str], *, whole: bool = False) -> Text:
    """The good message, changed after it was signed, where canonical XML is as it was."""
    return lambda scene: change(scene.xml(sign=BOTH if whole else ("assertion",)))


def _put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: edited(text, old, new)


def injected(name: str, value: str, inside: str) -> Case:
    """A truly signed name `value` into which `inside` was put later, where readers stop."""

    def text(scene: Scene) -> str:
        good = scene.xml(attributes=username(value))
        return edited(good, f">{value}<", f">{inside}<")

    return told(name, text, (*_READ, Family.SIGNATURE))


def _as(tag: str) -> Text:
    """The signed message under another root of the protocol."""

    def text(scene: Scene) -> str:
        whole = scene.said().response(scene.idp.signed(scene.said().assertion(place=PLACE)))
        return whole.replace("samlp:Response", f"samlp:{tag}")

    return text


def _request(scene: Scene) -> str:
    """A request, signed, posted as if it were an answer."""
    return scene.idp.signed(
        f'<samlp:AuthnRequest xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" '
        f'ID="_q-{CANARY}" Version="2.0" IssueInstant="2030-01-01T12:00:00Z">'
        f"<saml:Issuer>{ENTITY}</saml:Issuer>{PLACE}</samlp:AuthnRequest>"
    )


def _many(count: int) -> Text:
    def text(scene: Scene) -> str:
        said = scene.said()
        each = [
            scene.idp.signed(
                said.but(assertion_id=f"_{number}-{CANARY}").assertion(place=PLACE)
            )
            for number in range(count)
        ]
        return said.response(*each)

    return text


def _around(old: str, new: str) -> Text:
    """The message with `old` of the response replaced before the response is signed."""

    def text(scene: Scene) -> str:
        said = scene.said()
        return scene.idp.signed(edited(said.response(said.assertion(), place=PLACE), old, new))

    return text


def _of_response(scene: Scene) -> str:
    return scene.xml(sign=OF_RESPONSE)


def _alone(scene: Scene) -> str:
    return scene.idp.signed(scene.said().assertion(place=PLACE))


def _swapped(scene: Scene) -> str:
    """The assertion before the status."""
    said = scene.said()
    assertion = said.assertion()
    status = (
        f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"></samlp:StatusCode></samlp:Status>'
    )
    whole = said.response(assertion, place=PLACE)
    return scene.idp.signed(edited(whole, status + assertion, assertion + status))


_SUBJECT = f'<saml:Subject><saml:NameID Format="{EMAIL}">{CANARY}</saml:NameID></saml:Subject>'
_NOTE = f"<!--{CANARY}-->"
_STEP = f"<?{CANARY} x?>"
_CUT = "user-lob-b.evil"
_NAMED = "<saml:NameID"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_HIDDEN = (
    f'<xenc:EncryptedData xmlns:xenc="{_ENC}"><xenc:CipherData>'
    f"<xenc:CipherValue>{CANARY}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
)

_INJECTED = (
    injected("a comment at the end of a name", _CUT, f"user-lob-b{_NOTE}.evil"),
    injected(
        "a comment at the beginning of a name", "evil.user-lob-b", f"evil.{_NOTE}user-lob-b"
    ),
    injected("two comments in a name", _CUT, f"user-{_NOTE}lob-b{_NOTE}.evil"),
    injected("an instruction in a name", _CUT, f"user-lob-b{_STEP}.evil"),
    told(
        "a comment in the name id",
        _signed_then(_put(f">{CANARY}@acme", f">{CANARY}{_NOTE}@acme")),
        _READ,
    ),
    told(
        "a comment in the issuer of the assertion",
        inside(f">{ENTITY}<", f">https://idp{_NOTE}.acme.example/saml<"),
        _READ,
    ),
    told(
        "a comment in the audience",
        _signed_then(_put(f">{AUDIENCE}<", f">{_NOTE}{AUDIENCE}<")),
        _READ,
    ),
    told("an instruction, signed, in a name", inside(_NAME, f">{_STEP}user-lob-a<"), _READ),
    told("a comment, signed, in a name", inside(_NAME, f">user-{_NOTE}lob-a<"), _READ),
    told(
        "an instruction between elements",
        inside("<saml:Subject>", f"{_STEP}<saml:Subject>"),
        _READ,
    ),
    told(
        "an instruction to a browser before the message",
        lambda scene: f'<?xml-stylesheet href="http://127.0.0.1:9/{CANARY}"?>{scene.xml()}',
        _READ,
    ),
    told(
        "an element in a name",
        lambda scene: scene.xml(
            attributes=raw_username(
                "<saml:AttributeValue>user-lob-a<b>x</b></saml:AttributeValue>"
            )
        ),
        _SHAPE,
    ),
    told(
        "a name id in a name",
        lambda scene: scene.xml(
            attributes=raw_username(
                "<saml:AttributeValue><saml:NameID>user-lob-a</saml:NameID>"
                "</saml:AttributeValue>"
            )
        ),
        _SHAPE,
    ),
)

_ROOTS = (
    *(
        told(f"the root is {tag}", _as(tag), _SHAPE)
        for tag in ("LogoutResponse", "ArtifactResponse", "LogoutRequest", "response", "Responses")
    ),
    told("an authentication request", _request, _SHAPE),
    told("the assertion alone", _alone, _SHAPE),
    told(
        "a response of SAML 1.1",
        lambda scene: scene.xml().replace(PROTOCOL, _V1),
        _SHAPE,
    ),
    told(
        "an assertion of SAML 1.0",
        lambda scene: edited(scene.xml(), f'<saml:Assertion xmlns:saml="{ASSERTION}"',
                             '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"'),
        _SHAPE,
    ),
    told("metadata", lambda scene: scene.idp.metadata(), _SHAPE),
    told("a page", lambda _: f"<html><body>{CANARY}</body></html>", _SHAPE),
)  # fmt: skip

_COUNTS = (
    says("version 1.1", (_SHAPE,), version="1.1"),
    says("version 2.1", (_SHAPE,), version="2.1", sign=OF_RESPONSE),
    says("version 2", (_SHAPE,), version="2"),
    says("an assertion of version 1.1", (_SHAPE,), assertion_version="1.1"),
    says("an assertion without a version number", (_SHAPE,), assertion_version=""),
    told("no assertion", lambda scene: scene.said().response(), _WRONG),
    told(
        "no assertion, the response signed",
        lambda scene: scene.idp.signed(scene.said().response(place=PLACE)),
        _WRONG,
        _of_response,
    ),
    told("two assertions", _many(2), _SHAPE, _many(1)),
    told("nine assertions", _many(9), _SHAPE, _many(1)),
    told(
        "two assertions in a signed response",
        lambda scene: scene.idp.signed(
            scene.said().response(
                scene.said().assertion(),
                scene.said(assertion_id=f"_2-{CANARY}").assertion(),
                place=PLACE,
            )
        ),
        _SHAPE,
        _of_response,
    ),
    told(
        "the same assertion twice",
        lambda scene: scene.said().response(*2 * [scene.idp.signed(scene.said().assertion(place=PLACE))]),
        _SHAPE,
    ),
    told(
        "an encrypted assertion",
        lambda scene: scene.said().response(
            f"<saml:EncryptedAssertion>{_HIDDEN}</saml:EncryptedAssertion>"
        ),
        _SHAPE,
    ),
    told(
        "an encrypted assertion beside a signed one",
        lambda scene: edited(
            scene.xml(),
            "</samlp:Response>",
            f"<saml:EncryptedAssertion>{_HIDDEN}</saml:EncryptedAssertion></samlp:Response>",
        ),
        _SHAPE,
    ),
    told(
        "an encrypted attribute",
        inside(
            "</saml:AttributeStatement>",
            f"<saml:EncryptedAttribute>{_HIDDEN}</saml:EncryptedAttribute></saml:AttributeStatement>",
        ),
        _SHAPE,
    ),
    told(
        "an encrypted name id",
        inside(
            "<saml:SubjectConfirmation ",
            f"<saml:EncryptedID>{_HIDDEN}</saml:EncryptedID><saml:SubjectConfirmation ",
        ),
        _SHAPE,
    ),
    says("no id of the assertion", _WRONG, assertion_id="", sign=OF_RESPONSE),
    says("an id that is none", _WRONG, assertion_id=f"1 {CANARY}", sign=OF_RESPONSE),
    says("an id with a quote", _WRONG, assertion_id=f"_'{CANARY}", sign=OF_RESPONSE),
    told("two subjects", inside("<saml:Conditions", f"{_SUBJECT}<saml:Conditions"), _SHAPE),
    told("two name ids", inside(_NAMED, f"<saml:NameID>{CANARY}</saml:NameID>{_NAMED}"), _SHAPE),
    told(
        "a name id of another kind",
        inside(_NAMED, f"<saml:BaseID>{CANARY}</saml:BaseID>{_NAMED}"),
        _SHAPE,
    ),
    told("two conditions", inside("<saml:AuthnStatement", "<saml:Conditions/><saml:AuthnStatement"), _SHAPE),
    told("two issuers", inside("<saml:Subject>", f"<saml:Issuer>{ENTITY}</saml:Issuer><saml:Subject>"), _SHAPE),
    told("an unknown element", inside("</saml:Assertion>", f'<x xmlns="urn:x">{CANARY}</x></saml:Assertion>'), _SHAPE),
    told("an unknown attribute of the assertion", inside(' Version="2.0"', ' Version="2.0" Trusted="true"'), _SHAPE),
    told(
        "a decision about something else",
        inside(
            "<saml:AttributeStatement>",
            '<saml:AuthzDecisionStatement Resource="x" Decision="Permit"><saml:Action '
            'Namespace="urn:x">Open</saml:Action></saml:AuthzDecisionStatement><saml:AttributeStatement>',
        ),
        _SHAPE,
    ),
    told("the parts in another order", _swapped, _SHAPE, _of_response),
    told("text between elements", inside("<saml:Subject>", f"{CANARY}<saml:Subject>"), _SHAPE),
    told("an unknown element in a signed response", _around("<samlp:Status>", '<samlp:Extensions><x xmlns="urn:x"/></samlp:Extensions><samlp:Status>'), _SHAPE, _of_response),
    told(
        "an include",
        lambda scene: scene.xml(
            attributes=raw_username(
                '<saml:AttributeValue><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
                'href="file:///etc/hostname" parse="text"/></saml:AttributeValue>'
            )
        ),
        _SHAPE,
    ),
)  # fmt: skip

SHAPE = _INJECTED + _ROOTS + _COUNTS
"""Refused as what cannot be read."""

_FAMILY_STATUS = Family.STATUS
STATUS = (
    says("the provider failed", _FAMILY_STATUS, status=f"{_FAILED}:Responder"),
    says(
        "the person did not authenticate",
        _FAMILY_STATUS,
        status=f"{_FAILED}:Responder",
        status_inside=Raw(f'<samlp:StatusCode Value="{_FAILED}:AuthnFailed"/>'),
    ),
    says(
        "success inside a failure",
        _FAMILY_STATUS,
        status=f"{_FAILED}:Requester",
        status_inside=Raw(f'<samlp:StatusCode Value="{_FAILED}:Success"/>'),
    ),
    says("a failure of a signed response", _FAMILY_STATUS, status=f"{_FAILED}:Responder", sign=OF_RESPONSE),
    says("an empty status", _FAMILY_STATUS, status=""),
    says("a status in other letters", _FAMILY_STATUS, status=f"{_FAILED}:success"),
    says("a status with a space", _FAMILY_STATUS, status=f"{_FAILED}:Success "),
    says("a status that begins with success", _FAMILY_STATUS, status=f"{_FAILED}:SuccessNot"),
    says("no status", (_FAMILY_STATUS, _SHAPE), status=None),
    told("a status without a code", _around(f'<samlp:StatusCode Value="{_FAILED}:Success"></samlp:StatusCode>', ""), (_FAMILY_STATUS, _SHAPE), _of_response),
    told("two statuses", _around("<samlp:Status>", f'<samlp:Status><samlp:StatusCode Value="{_FAILED}:Responder"/></samlp:Status><samlp:Status>'), (_FAMILY_STATUS, _SHAPE), _of_response),
    told("two status codes", _around("</samlp:Status>", f'<samlp:StatusCode Value="{_FAILED}:Responder"/></samlp:Status>'), (_FAMILY_STATUS, _SHAPE), _of_response),
    told(
        "a failed response without an assertion (F-50)",
        lambda scene: scene.said(status=f"{_FAILED}:Responder").response(),
        _FAMILY_STATUS,
    ),
)  # fmt: skip
