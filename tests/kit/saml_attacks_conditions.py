"""Messages that the provider truly signed, and that were not said to us, about one sign-in."""

from tests.kit.saml_attacks import CANARY, Family, inside, lacking, says, told
from tests.kit.saml_idp import ACS, AUDIENCE, BEARER, BOTH, ENTITY, OF_RESPONSE, Raw

_OTHERS, _CONFIRMED = Family.FOR_OTHERS, (Family.CONFIRMATION, Family.SHAPE)
_ISSUER, _NO_ISSUER = Family.ISSUER, (Family.ISSUER, Family.SHAPE)
_CM = "urn:oasis:names:tc:SAML:2.0:cm"
_OTHER = "https://other.example/saml"
_SUBJECT_ENDS = "</saml:Subject>"
_DATA = f'<saml:SubjectConfirmationData Recipient="{ACS}" NotOnOrAfter="2030-01-01T12:05:00Z"/>'
_CONFIRMATION = (
    f'<saml:SubjectConfirmation Method="{BEARER}">{_DATA}</saml:SubjectConfirmation>'
)
_VOUCHED = f'<saml:SubjectConfirmation Method="{_CM}:sender-vouches"/>'
_STATEMENT = (
    f'<saml:AuthnStatement AuthnInstant="2030-01-01T12:00:00Z" SessionIndex="{CANARY}">'
    "<saml:AuthnContext><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef>"
    "</saml:AuthnContext></saml:AuthnStatement>"
)
_BY_EMAIL = '<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">'
_UNKNOWN = Raw(
    '<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x" '
    f'xsi:type="x:y">{CANARY}</saml:Condition>'
)

ISSUERS = (
    says("another issuer", _ISSUER, issuer=_OTHER, assertion_issuer=_OTHER),
    says("another issuer of the response", _ISSUER, issuer=_OTHER),
    says("another issuer of the assertion", _ISSUER, assertion_issuer=_OTHER),
    says("another issuer inside a signed response", _ISSUER, sign=OF_RESPONSE, assertion_issuer=_OTHER),
    says("another issuer of a signed response", _ISSUER, sign=OF_RESPONSE, issuer=_OTHER),
    says("an empty issuer", _NO_ISSUER, issuer="", assertion_issuer=""),
    says("an empty issuer of the assertion", _NO_ISSUER, assertion_issuer=""),
    says("an empty issuer of the response", _NO_ISSUER, issuer=""),
    says("no issuer at all", _NO_ISSUER, issuer=None, assertion_issuer=None),
    says("no issuer of the assertion", _NO_ISSUER, assertion_issuer=None),
    says("no issuer of a signed response", _NO_ISSUER, sign=OF_RESPONSE, issuer=None),
    says("the issuer with a space", _ISSUER, issuer=f" {ENTITY}", assertion_issuer=f" {ENTITY}"),
    says("the issuer with a slash", _ISSUER, issuer=f"{ENTITY}/", assertion_issuer=f"{ENTITY}/"),
    says("the issuer in capitals", _ISSUER, assertion_issuer=ENTITY.upper()),
    says("the issuer and more", _ISSUER, assertion_issuer=f"{ENTITY}.evil"),
    told("an issuer of another kind", inside("<saml:Issuer>", _BY_EMAIL), _NO_ISSUER),
)  # fmt: skip

AUDIENCES = (
    says("another audience", _OTHERS, audiences=((_OTHER,),)),
    says("another gateway's audience", _OTHERS, audiences=((f"{AUDIENCE}-2",),)),
    says("the beginning of our audience", _OTHERS, audiences=((AUDIENCE[:-1],),)),
    says("our audience in capitals", _OTHERS, audiences=((AUDIENCE.upper(),),)),
    says("our audience with a space", _OTHERS, audiences=((f"{AUDIENCE} ",),)),
    says("an empty audience", _OTHERS, audiences=(("",),)),
    says("a restriction to nobody", (_OTHERS, Family.SHAPE), audiences=((),)),
    says("no restriction", _OTHERS, audiences=()),
    says("two restrictions, one to others", _OTHERS, audiences=((AUDIENCE,), (_OTHER,))),
    says("two restrictions, the first to others", _OTHERS, audiences=((_OTHER,), (AUDIENCE,))),
    says("two audiences in one text", _OTHERS, audiences=((f"{_OTHER} {AUDIENCE}",),)),
    says("no conditions", (_OTHERS, *_CONFIRMED), conditions=False),
    says("a condition nobody knows", _CONFIRMED, in_conditions=_UNKNOWN),
)

RECIPIENTS = (
    says("another recipient", _OTHERS, recipient=_OTHER),
    says("no recipient", _OTHERS, recipient=None),
    says("an empty recipient", _OTHERS, recipient=""),
    says("the beginning of our address as recipient", _OTHERS, recipient=ACS[:-5]),
    says("our address and more as recipient", _OTHERS, recipient=f"{ACS}/x"),
    says("our address in a query as recipient", _OTHERS, recipient=f"{_OTHER}?x={ACS}"),
    says("our address with a query as recipient", _OTHERS, recipient=f"{ACS}?x=y"),
    says("our address in capitals as recipient", _OTHERS, recipient=ACS.upper()),
    says(
        "our address by https as recipient", _OTHERS, recipient=ACS.replace("http:", "https:")
    ),
    says("our address at another port", _OTHERS, recipient=ACS.replace("/saml", ":8443/saml")),
    says("our address with a space as recipient", _OTHERS, recipient=f" {ACS}"),
    says("another stage as recipient", _OTHERS, recipient=ACS.replace("/saml", "/prod/saml")),
)

DESTINATIONS = (
    says("another destination", _OTHERS, destination=_OTHER),
    says("another destination, signed", _OTHERS, sign=OF_RESPONSE, destination=_OTHER),
    says("no destination, signed", _OTHERS, sign=OF_RESPONSE, destination=None),
    says("no destination, both signed", _OTHERS, sign=BOTH, destination=None),
    says("an empty destination", _OTHERS, destination=""),
    says("an empty destination, signed", _OTHERS, sign=OF_RESPONSE, destination=""),
    says("the beginning of our address", _OTHERS, sign=OF_RESPONSE, destination=ACS[:-5]),
    says("our address and more", _OTHERS, sign=OF_RESPONSE, destination=f"{ACS}/x"),
    says("our address with a query", _OTHERS, sign=OF_RESPONSE, destination=f"{ACS}?x=y"),
    says("another stage", _OTHERS, destination=ACS.replace("/saml", "/prod/saml")),
)

CONFIRMATIONS = (
    says("sender vouches", _CONFIRMED, method=f"{_CM}:sender-vouches"),
    says("holder of key", _CONFIRMED, method=f"{_CM}:holder-of-key"),
    says("an empty method", _CONFIRMED, method=""),
    says("no method", _CONFIRMED, method=None),
    says("a method of an older version", _CONFIRMED, method="urn:oasis:names:tc:SAML:1.0:cm:bearer"),
    says("a method with a space", _CONFIRMED, method=f"{BEARER} "),
    says("confirmed without an end", _CONFIRMED, confirmed_until=None),
    says("confirmed with a beginning", _CONFIRMED, confirmed_from="2030-01-01T11:59:00Z"),
    told("no data of the confirmation", lacking("SubjectConfirmationData"), _CONFIRMED),
    told("no confirmation", lacking("SubjectConfirmation"), _CONFIRMED),
    told("no subject", lacking("Subject"), _CONFIRMED),
    told("two confirmations", inside(_SUBJECT_ENDS, f"{_CONFIRMATION}{_SUBJECT_ENDS}"), _CONFIRMED),
    told("two confirmations, one by others", inside(_SUBJECT_ENDS, f"{_VOUCHED}{_SUBJECT_ENDS}"), _CONFIRMED),
    says("no statement of an authentication", _CONFIRMED, statement=False),
    told("two statements of authentications", inside("<saml:AttributeStatement>", f"{_STATEMENT}<saml:AttributeStatement>"), _CONFIRMED),
    says("no name id", _CONFIRMED, name_id=None),
    says("an empty name id", _CONFIRMED, name_id=""),
    says("a name id without end", _CONFIRMED, name_id=CANARY * 500),
    says("a name id of two lines", _CONFIRMED, name_id=f"a\n{CANARY}"),
)  # fmt: skip
