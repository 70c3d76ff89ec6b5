"""What SAML providers published, as the files that the landscape names say it.

The gateway reads each document as a row of a table, so that a certificate is rolled over by an
`apply` and no restart.  Whether a document can be believed is judged by whoever believes it;
here only what is no document at all is refused, before anything is changed.
"""

from collections.abc import Mapping
from pathlib import Path

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import Landscape, SamlIdp

LARGEST = 300_000
"""Bytes; a DynamoDB item holds 400 KB."""

_ROOT, _BEGINS = "EntityDescriptor", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def documents(landscape: Landscape, *, beside: Path) -> Mapping[str, str]:
    """The metadata of every SAML idp, by name; paths count from `beside`, the landscape file.

    Raises:
        LandscapeError: a file is not there, or is no metadata; all of them at once.
    """
    found: dict[str, str] = {}
    problems = []
    for name, idp in landscape.idps.items():
        if isinstance(idp, SamlIdp):
            try:
                found[name] = _document(beside.parent / idp.metadata)
                _way_in(found[name], idp)
            except _Unusable as why:
                problems.append(_problem(name, idp, str(why)))
    if problems:
        raise LandscapeError(problems)
    return found


class _Unusable(Exception):
    """The file is no metadata document; the message says why."""


def _document(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise _Unusable((error.strerror or "it cannot be read").lower()) from error
    if len(raw) > LARGEST:
        raise _Unusable(f"it is larger than {LARGEST} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unusable("it is not UTF-8 text") from error
    if _ROOT not in text:
        raise _Unusable(f"it has no {_ROOT}")
    return text


def _way_in(text: str, idp: SamlIdp) -> None:
    """Return if somebody can sign in by what the document and the landscape say together."""
    if not idp.unsolicited and _BEGINS not in text:
        raise _Unusable(
            "it names no place where a sign-in begins (HTTP-Redirect), and with `unsolicited: "
            "false` it can begin nowhere else"
        )


def _problem(name: str, idp: SamlIdp, why: str) -> Problem:
    return Problem(
        where=f"idps.{name}.metadata",
        what=f"{idp.metadata}: {why}",
        remedy="Download the provider's SAML metadata and save it there, as UTF-8; the path "
        "counts from the landscape file.",
    )
