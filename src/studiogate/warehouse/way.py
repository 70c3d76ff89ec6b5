"""A warehouse that one does not get into: no way, no proof, or no entry, each told apart."""

import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from studiogate.errors import NoRoute, NotLetIn, NotTrusted, WarehouseError
from studiogate.warehouse.login import Login
from studiogate.warehouse.refused import refused
from studiogate.warehouse.said import Said, said

Lookup = Callable[[str, int], str | None]
"""Address a name leads to from here; `None` where it leads to none."""

_SIGN_IN: Final = ("28", "3D000", "42704")
"""SQLSTATEs of a sign-in that is refused: who, into what, as a member of what."""


def address(host: str, port: int) -> str | None:
    """The address that `host` leads to from here, the first; `None` where there is none."""
    try:
        found = socket.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return None
    return str(found[0][4][0])


def not_in(
    error: BaseException, login: Login, *, title: str, now: datetime, lookup: Lookup = address
) -> WarehouseError:
    """The error of a connection that did not come about, because of `error` of the driver."""
    heard = said(error)
    if heard is not None:
        return not_let_in(heard, login, title=title, now=now)
    cause = _cause(error)
    if isinstance(cause, ssl.SSLError) or "refuses SSL" in str(error):
        return _not_trusted(cause, login, title)
    return _no_route(cause, login, title, lookup(login.host, login.port))


def take_frames_off(error: BaseException) -> None:
    """Rid `error`, and all it came from, of the driver's frames, which hold the password.

    Tools that show the variables of every frame (IPython's debugger, collectors of errors)
    would show it.
    """
    inner: BaseException | None = error
    while inner is not None:
        inner.__traceback__ = None
        inner = inner.__cause__ or inner.__context__


def not_let_in(heard: Said, login: Login, *, title: str, now: datetime) -> WarehouseError:
    """The error of a sign-in that the database refused, in the words `heard`."""
    if heard.code and not heard.code.startswith(_SIGN_IN):
        return refused(heard, "", user=login.user, database=login.database)
    reason = _reason(heard, login, now)
    return NotLetIn(
        f"{title} does not let {login.user!r} in: {heard.message}",
        remedy=_REMEDIES[reason],
        reason=reason,
    )


def _cause(error: BaseException) -> BaseException:
    """What the driver found wrong: it wraps the socket's own error in one of its own."""
    inner = [one for one in error.args if isinstance(one, OSError)]
    return inner[0] if inner else error


def _reason(heard: Said, login: Login, now: datetime) -> str:
    words = heard.message.lower()
    if "expired" in words or login.expires_at <= now:
        return "expired"
    absent = "does not exist" in words
    if heard.code == "3D000" or (absent and "database" in words):
        return "no-database"
    if absent:
        return "no-group" if "group" in words else "no-user"
    return "refused"


_REMEDIES: Final = {
    "expired": (
        "A password lasts an hour and is renewed before that: try again, and look at the "
        "clock of this app if it stays so."
    ),
    "no-user": (
        "The database user is made at the first sign-in, unless the reader role may not: ask "
        "the platform team to run `studiogate apply`, or an administrator of the database to "
        "make the user."
    ),
    "no-group": (
        "AWS lets you join the group, but the database has none of that name: ask an "
        "administrator of the database to run CREATE GROUP, or the platform team to take it "
        "out of the landscape's `readers`."
    ),
    "no-database": (
        "Ask the platform team to correct the warehouse's `database` in the landscape."
    ),
    "refused": (
        "The password was made for this sign-in only: try again; if it stays so, ask an "
        "administrator of the database whether the user may log in."
    ),
}


def _not_trusted(cause: BaseException, login: Login, title: str) -> WarehouseError:
    why = getattr(cause, "verify_message", "") or str(cause) or type(cause).__name__
    return NotTrusted(
        f"what answers at {login.host}:{login.port} does not prove to be {title}: {why}",
        remedy=(
            "Nothing was sent to it. Ask the platform team what stands between, or whether "
            "SSL_CERT_FILE names a file that lacks the roots."
        ),
        reason="not-trusted",
    )


def _no_route(
    cause: BaseException, login: Login, title: str, found: str | None
) -> WarehouseError:
    where = f"{login.host}:{login.port}"
    if found is None:
        return NoRoute(
            f"{title}: the name {login.host} leads to no address from here",
            remedy=f"{_ASK} The warehouse's network needs its names known in this one.",
            reason="no-address",
        )
    kind = "a private" if ip_address(found).is_private else "a public"
    leads = f"{where}, which leads to {found}, {kind} address"
    if isinstance(cause, ConnectionRefusedError):
        return NoRoute(
            f"{title}: nobody listens at {leads}",
            remedy=f"{_ASK} The port is the wrong one, or the warehouse does not serve.",
            reason="refused",
        )
    if isinstance(cause, TimeoutError):
        return NoRoute(
            f"{title}: nobody answered in 10 seconds at {leads}",
            remedy=(
                f"{_ASK} Packets are dropped on the way: a route there or back is missing, or "
                "the warehouse's security group does not let this network in."
            ),
            reason="silence",
        )
    return NoRoute(
        f"{title}: the connection broke off at {leads}: {cause}",
        remedy=f"{_ASK} Something on the way ends connections.",
        reason="broken-off",
    )


_ASK: Final = "Ask the platform team to run `studiogate doctor`, which names what is missing."
