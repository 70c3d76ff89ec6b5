"""The bearer token of a request: one header, one scheme, one token.

Header names and the scheme are read in any case (RFC 9110 §11.1, F-06).  A header that is there
and wrong is a refusal and not "no token": a caller who shows a bad token must not be answered
as whoever the cookie says.  Tokens in the query or the body are never read (RFC 9700 §4.3.2).
"""

import re

from starlette.requests import Request

from studiogate.gateway.signin.why import Why, refused

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)\Z")
_SCHEME = re.compile(r"(?i:bearer)(?: |\Z)")


def token_of(request: Request) -> str | None:
    """The bearer token of `request`; `None` when it has no `Authorization` at all.

    Raises:
        NotSignedIn: there is one that is not exactly one bearer token.
    """
    values = request.headers.getlist("authorization")
    if not values:
        return None
    if len(values) > 1:
        raise refused(Why.BEARER_REPEATED)
    found = _BEARER.match(values[0])
    if found is None:
        is_bearer = _SCHEME.match(values[0]) is not None
        raise refused(Why.BEARER_MALFORMED if is_bearer else Why.BEARER_SCHEME)
    return found[1]
