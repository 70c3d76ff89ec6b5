"""Which cookies pass between a browser and an app of an image, which keeps its own.

An app without a token protects its forms by a cookie that its page reads and sends back.  It
never sees the session's cookie, cannot set one of that name, and none for another host.
"""

from collections.abc import Iterable, Iterator

from studiogate.local.studio.sessions import COOKIE

_WIDER = "domain"
"""The attribute that would make a cookie one of other hosts as well (RFC 6265, 5.2.3)."""


def for_the_app(lines: Iterable[str]) -> str:
    """The browser's cookies but ours, as one header; empty where there is none."""
    pairs = (pair.strip() for line in lines for pair in line.split(";"))
    return "; ".join(pair for pair in pairs if pair and not _is_ours(pair))


def for_the_browser(lines: Iterable[str]) -> Iterator[str]:
    """The app's `Set-Cookie` headers, each for this host alone, without those named as ours.

    One without a name is sent back as its value alone, which could be the name and value of
    ours (RFC 6265, 5.4): it does not pass.
    """
    for line in lines:
        pair, *attributes = (part.strip() for part in line.split(";"))
        if pair.partition("=")[0].strip() and "=" in pair and not _is_ours(pair):
            kept = (one for one in attributes if one.partition("=")[0].lower() != _WIDER)
            yield "; ".join((pair, *kept))


def _is_ours(pair: str) -> bool:
    return pair.partition("=")[0].strip().lower().startswith(COOKIE)
