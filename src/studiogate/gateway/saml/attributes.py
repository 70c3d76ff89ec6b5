"""Who the assertion is about, and what they wish for.

One attribute holds the sign-in name, one the wish for a domain, one the groups; each value is
taken character for character: a name with a space around it is another name.  An attribute that
is there twice is refused, because two readers would take different ones (F-47, F-50).
"""

from dataclasses import dataclass

from studiogate import names
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.reading import ASSERTION, Element, child, children, said
from studiogate.gateway.signin.why import Why, unfinished, unreadable

TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_ELSEWHERE = "http://schemas.microsoft.com/claims/groups.link"
"""What Entra says in place of groups when they are more than fit (Microsoft identity platform,
"Groups overage claim"); whoever took it for silence would lose what narrows."""

_LONGEST_SUBJECT = 256
_LONGEST_GROUP = 512
_MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class About:
    """Whom an assertion is about."""

    person: str
    """The sign-in name, which is in the alphabet of names."""

    subject: str
    """What the provider calls them for good."""

    wish: str | None
    """The AWS id of the domain they chose at the provider; not yet known to be theirs."""

    groups: frozenset[str] | None


def about(assertion: Element, settings: SamlSettings, *, unsolicited: bool) -> About:
    """Whom `assertion` is about.

    Whoever comes from a tile at the provider has chosen a domain there (S3-09), so an
    `unsolicited` assertion must name it.

    Raises:
        Malformed: an attribute that must be there once is not.
        NotSignedIn: the name cannot be anybody's.
    """
    stated = _attributes(assertion)
    person = _one(stated, settings.person)
    if person is None:
        raise unreadable(Why.SAML_ATTRIBUTE)
    if not names.is_person(person):
        raise unfinished(Why.SAML_PERSON)
    wish = _one(stated, settings.domain)
    if wish is None and unsolicited:
        raise unreadable(Why.SAML_ATTRIBUTE)
    if wish is not None and not names.is_domain_id(wish):
        raise unreadable(Why.SAML_ATTRIBUTE)
    return About(person, _subject(assertion, person), wish, _groups(stated, settings.groups))


def _attributes(assertion: Element) -> dict[str, list[list[Element]]]:
    """The values of each attribute, by its name, once for each time it is there."""
    found: dict[str, list[list[Element]]] = {}
    for statement in children(assertion, f"{{{ASSERTION}}}AttributeStatement"):
        for each in children(statement, f"{{{ASSERTION}}}Attribute"):
            values = children(each, f"{{{ASSERTION}}}AttributeValue")
            found.setdefault(str(each.get("Name")), []).append(values)
    return found


def _one(stated: dict[str, list[list[Element]]], name: str) -> str | None:
    """The one value of the attribute `name`; `None` where there is no such attribute."""
    found = stated.get(name)
    if found is None:
        return None
    if len(found) != 1 or len(found[0]) != 1:
        raise unreadable(Why.SAML_ATTRIBUTE)
    return _text(found[0][0])


def _text(value: Element) -> str:
    text = said(value)
    if len(value) or not text:
        raise unreadable(Why.SAML_ATTRIBUTE)
    return text


def _groups(stated: dict[str, list[list[Element]]], name: str) -> frozenset[str] | None:
    """The groups; without any value, none; `None` where nothing is said about groups."""
    found = stated.get(name)
    if found is None:
        if _ELSEWHERE in stated:
            raise unfinished(Why.SAML_GROUPS)
        return None
    if len(found) != 1 or len(found[0]) > _MOST_GROUPS:
        raise unfinished(Why.SAML_GROUPS)
    groups = frozenset(map(_text, found[0]))
    if any(len(group) > _LONGEST_GROUP for group in groups):
        raise unfinished(Why.SAML_GROUPS)
    return groups


def _subject(assertion: Element, person: str) -> str:
    """What the provider calls the person.

    A transient id is another one each time (saml-core §8.3.8), so it is nobody's name; then the
    sign-in name stands in, marked, so that it is never taken for a lasting id.
    """
    subject = child(assertion, f"{{{ASSERTION}}}Subject")
    name = child(subject, f"{{{ASSERTION}}}NameID") if subject is not None else None
    text = said(name)
    if name is None or not text or len(text) > _LONGEST_SUBJECT or not text.isprintable():
        raise unfinished(Why.SAML_SUBJECT)
    return f"transient:{person}" if name.get("Format") == TRANSIENT else text
