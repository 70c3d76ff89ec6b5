"""What a text means where an operator compares numbers, moments or addresses.

Strict: a text that is not wholly of the form is no value at all, and the operator says so.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

Address = tuple[int, int]
"""IP version, and the address as a number."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?\Z", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """`text` as a number; `None` where it is none."""
    return Decimal(text) if _NUMBER.match(text) else None


@lru_cache(maxsize=4096)
def moment(text: str) -> Decimal | None:
    """A date, or seconds since 1970, as seconds since 1970; without a zone it is UTC."""
    if not _DATE.match(text):
        return number(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return Decimal((aware - _EPOCH) // _MICROSECOND) / 1_000_000


@lru_cache(maxsize=4096)
def address(text: str) -> Address | None:
    """`text` as an IP address, an IPv4 address written as IPv6 being the former."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.version, int(found)
