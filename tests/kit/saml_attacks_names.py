"""Truly signed names that are nobody's, or two people's; and wishes for what is not theirs."""

from tests.kit.saml_attacks import CANARY, Case, Family, raw_username, says, username
from tests.kit.saml_idp import Raw, attribute

_SHAPE, _NAME = Family.SHAPE, (Family.NAME, Family.SHAPE)
_WISH = attribute("domain-id", "d-forecasting")


def named(what: str, *values: str) -> Case:
    """A case of a message about `values`."""
    return says(f"a name {what}", _NAME, attributes=username(*values))


def raw(what: str, inside: str) -> Case:
    """A case of a name attribute that holds the XML `inside`."""
    return says(what, _SHAPE, attributes=raw_username(inside))


def stated(what: str, inside: str) -> Case:
    """A case of an attribute statement that holds the XML `inside`."""
    statement = f"<saml:AttributeStatement>{inside}</saml:AttributeStatement>"
    return says(what, _SHAPE, attributes=Raw(statement))


_VALUE = "<saml:AttributeValue>{}</saml:AttributeValue>"

SPELT = (
    named("that is empty", ""),
    named("of a space", " "),
    named("with a space before", " user-lob-a"),
    named("with a space behind", "user-lob-a "),
    named("with a tabulator behind", "user-lob-a\t"),
    named("with a line end behind", "user-lob-a\n"),
    named("with a line end before", "\nuser-lob-a"),
    named("with a carriage return", "user-lob-a\r"),
    named("with a no-break space", "user-lob-a\u00a0"),
    named("with a space of no width", "user-lob-a\u200b"),
    named("with a byte order mark", "\ufeffuser-lob-a"),
    named("with an a of another alphabet", "user-lob-\u0430"),
    named("in wide letters", "\uff55ser-lob-a"),
    named("with an accent put behind", "user-lob-a\u0301"),
    named("with a dotless i", "m\u0131chael"),
    named("written from right to left", "\u202euser-lob-a"),
    named("that is a star", "*"),
    named("of all people", "user-*"),
    named("of a folder above", "../user-lob-a"),
    named("with a slash", "lob-a/user-lob-a"),
    named("with a backslash", "lob-a\\user-lob-a"),
    named("with a header behind", "user-lob-a\r\nSet-Cookie: x=y"),
    named("with a query", "user-lob-a?x=y"),
    named("with a percent", "user%2dlob-a"),
    named("with a quote", "user'--"),
    named("with a tag", "<script>alert(1)</script>"),
    named("of one letter", "u"),
    named("that is too long", "u" * 65),
    named("without end", "u" * 20000),
    named("that AWS keeps for itself", "aws:user"),
    named("with a colon", "user:lob-a"),
    named("of a placeholder", "${aws:username}"),
)

SAID = (
    says("no name", _SHAPE, attributes={"domain-id": ("d-forecasting",)}),
    says("no wish (S3-09)", _SHAPE, attributes={"username": ("user-lob-a",)}),
    says("no attributes", _SHAPE, attributes={}),
    says("two names in one attribute", _SHAPE, attributes=username("user-lob-a", "user-lob-b")),
    says("one name twice", _SHAPE, attributes=username("user-lob-a", "user-lob-a")),
    says("a name and an empty one", _SHAPE, attributes=username("user-lob-a", "")),
    says("a name attribute without a value (F-50)", _SHAPE, attributes=username()),
    says(
        "a wish without a value",
        _SHAPE,
        attributes={"username": ("user-lob-a",), "domain-id": ()},
    ),
    says(
        "two wishes",
        _SHAPE,
        attributes={"username": ("user-lob-a",), "domain-id": ("d-forecasting", "d-fraud")},
    ),
    says(
        "the name of the attribute in other letters",
        _SHAPE,
        attributes={"Username": ("user-lob-a",), "domain-id": ("d-forecasting",)},
    ),
    says(
        "the name of the attribute with a space",
        _SHAPE,
        attributes={"username ": ("user-lob-a",), "domain-id": ("d-forecasting",)},
    ),
    says(
        "the attribute as it is said in the published text",
        _SHAPE,
        attributes={"user name": ("user-lob-a",), "domain-id": ("d-forecasting",)},
    ),
    stated(
        "two name attributes",
        f"{attribute('username', 'user-lob-a')}{attribute('username', 'user-lob-b')}{_WISH}",
    ),
    stated(
        "one name attribute twice",
        f"{attribute('username', 'user-lob-a')}{attribute('username', 'user-lob-a')}{_WISH}",
    ),
    stated("a name attribute without a name", f"{attribute('', 'user-lob-a')}{_WISH}"),
    stated(
        "a name only by the name for people",
        f'<saml:Attribute Name="urn:x" FriendlyName="username">'
        f"{_VALUE.format('user-lob-a')}</saml:Attribute>{_WISH}",
    ),
    says(
        "the names in two statements",
        _SHAPE,
        attributes=Raw(
            f"<saml:AttributeStatement>{attribute('username', 'user-lob-a')}{_WISH}"
            "</saml:AttributeStatement><saml:AttributeStatement>"
            f"{attribute('username', 'user-lob-b')}</saml:AttributeStatement>"
        ),
    ),
    raw("a name that is only an element", _VALUE.format(f"<x>{CANARY}</x>")),
    raw("a name in two pieces", _VALUE.format("user-<b/>lob-a")),
    raw("a name without a value around it", "user-lob-a"),
    raw(
        "a name that is nil",
        '<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:nil="true"/>',
    ),
)


def wished(what: str, wish: str, family: Family) -> Case:
    """A case of somebody who wishes for `wish`."""
    attributes = {"username": ("user-lob-a",), "domain-id": (wish,)}
    return says(f"a wish {what}", family, attributes=attributes)


WISHES = (
    wished("for another line of business's domain", "d-fraud", Family.FOREIGN),
    wished("for a domain that nobody has", "d-nobodys", Family.FOREIGN),
    wished("by name", "forecasting", _SHAPE),
    wished("in capitals", "D-FORECASTING", _SHAPE),
    wished("with a space", "d-forecasting ", _SHAPE),
    wished("for everything", "*", _SHAPE),
    wished("for nothing", "", _SHAPE),
    wished("with a path", "d-forecasting/../d-fraud", _SHAPE),
    wished("with a line end", "d-forecasting\n", _SHAPE),
    wished("that is too long", f"d-{'x' * 80}", _SHAPE),
    wished("for a host", "d-x.evil.example", _SHAPE),
)
