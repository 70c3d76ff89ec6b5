"""Which domain a browser means, and whether a page of another site made it ask.

A domain is named by its host: `d-….studio.REGION.localhost`, as AWS names it under
`sagemaker.aws`.  A bare loopback address names none; then the ticket or the session does.
Any other name is refused: it is a name somebody else's DNS pointed at us.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAMED = re.compile(
    r"(?P<domain>d-[a-z0-9-]{1,61})\.studio\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)\Z"
)
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,300}\Z")
_BARE = frozenset({"localhost", "127.0.0.1", "::1"})
_CHANGES_NOTHING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a host name says; both empty for a bare loopback address."""

    domain_id: str = ""
    region: str = ""

    def means(self, domain_id: str, region: str) -> bool:
        """Whether a ticket or session of that domain may be used under this name."""
        return not self.domain_id or (self.domain_id, self.region) == (domain_id, region)


def named(host: str, suffixes: Collection[str]) -> Named | None:
    """What the `Host` header means; `None` for a name that is not ours."""
    if not _HOST.match(host):
        return None
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None
    if name in _BARE:
        return Named()
    found = _NAMED.match(name)
    if found is None or found["suffix"] not in suffixes:
        return None
    return Named(found["domain"], found["region"])


def is_bare(host: str) -> bool:
    """Whether the `Host` header is a loopback address, which everything here shares."""
    return named(host, ()) is not None


def same_origin(scheme: str, host: str, origin: str) -> bool:
    """Whether the `Origin` header is the very address the request was sent to."""
    return origin == f"{scheme}://{host}"


def cross_site(method: str, *, scheme: str, host: str, origin: str, fetch_site: str) -> bool:
    """Whether another site's page made the browser send something that changes things.

    Browsers say so in `Origin` or `Sec-Fetch-Site`, which no page can forge.  A program sends
    neither; it has no cookie to be robbed of.
    """
    if method in _CHANGES_NOTHING:
        return False
    if fetch_site and fetch_site not in {"same-origin", "none"}:
        return True
    return bool(origin) and not same_origin(scheme, host, origin)
