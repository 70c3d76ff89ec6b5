"""The condition operators: one table, and an operator that is not in it is refused.

Each row says how to read the policy's values, once, into a test of one value of the request;
negation, missing keys and set operators are the business of `conditions`.
Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

import base64
import binascii
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from studiogate.policy.match import Match, Piece, arn_glob, everything, glob
from studiogate.policy.place import Place
from studiogate.policy.values import address, moment, number
from studiogate.policy.variables import Keys, Template, template

Test = Callable[[str, Keys], bool]
"""Whether one value of the request fits one of the policy's; variables come from the keys."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The policy's side of a condition."""

    values: tuple[tuple[str, Place], ...]
    variables: bool
    """Whether the document is of a version that has policy variables."""

    def templates(self) -> list[Template]:
        """The values as templates."""
        return [template(text, place, variables=self.variables) for text, place in self.values]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table."""

    read: Callable[[Wanted], Test]
    """Values to test.  Raises `PolicyError` for one that cannot be read exactly."""

    negated: bool = False


def _equals(wanted: Wanted) -> Test:
    templates = wanted.templates()
    exact = frozenset(_plain(one.fixed) for one in templates if one.fixed is not None)
    varying = [one for one in templates if one.fixed is None]
    if not varying:
        return lambda got, _keys: got in exact
    return lambda got, keys: (
        got in exact or any(got == _plain(one.pieces(keys)) for one in varying)
    )


def _equals_ignoring_case(wanted: Wanted) -> Test:
    templates = wanted.templates()

    def fits(got: str, keys: Keys) -> bool:
        texts = (_plain(one.pieces(keys)) for one in templates)
        return any(text is not None and got.lower() == text.lower() for text in texts)

    return fits


def _like(test_of: Callable[[tuple[Piece, ...]], Match]) -> Callable[[Wanted], Test]:
    def read(wanted: Wanted) -> Test:
        templates = wanted.templates()
        fixed = [test_of(one.fixed) for one in templates if one.fixed is not None]
        varying = [one for one in templates if one.fixed is None]
        if everything in fixed:
            return lambda _got, _keys: True
        return lambda got, keys: (
            any(fits(got) for fits in fixed)
            or any(
                test_of(pieces)(got)
                for one in varying
                if (pieces := one.pieces(keys)) is not None
            )
        )

    return read


def _ordered(
    scale: Callable[[str], Decimal | None],
    compare: Callable[[Decimal, Decimal], bool],
    example: str,
) -> Callable[[Wanted], Test]:
    def read(wanted: Wanted) -> Test:
        bounds = [_on(scale, text, place, example) for text, place in wanted.values]

        def fits(got: str, _keys: Keys) -> bool:
            found = scale(got)
            return found is not None and any(compare(found, bound) for bound in bounds)

        return fits

    return read


def _on(
    scale: Callable[[str], Decimal | None], text: str, place: Place, example: str
) -> Decimal:
    found = scale(text)
    if found is None:
        raise place.error(f"{text!r} cannot be compared", remedy=f"Write it as {example}.")
    return found


def truth(text: str, place: Place) -> bool:
    """`true` or `false`, in either case.

    Raises:
        PolicyError: it is something else.
    """
    if text.lower() not in {"true", "false"}:
        raise place.error(f"{text!r} is neither true nor false", remedy="Write true or false.")
    return text.lower() == "true"


def _bool(wanted: Wanted) -> Test:
    said = frozenset(str(truth(text, place)).lower() for text, place in wanted.values)
    return lambda got, _keys: got.lower() in said


def _binary(wanted: Wanted) -> Test:
    said = [_bytes(text) for text, _ in wanted.values]
    for found, (text, place) in zip(said, wanted.values, strict=True):
        if found is None:
            raise place.error(f"{text!r} is not base64", remedy="Encode it in base64.")
    return lambda got, _keys: (found := _bytes(got)) is not None and found in said


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _within(wanted: Wanted) -> Test:
    ranges = [
        (net.version, int(net.network_address), int(net.broadcast_address))
        for net in (_network(text, place) for text, place in wanted.values)
    ]

    def fits(got: str, _keys: Keys) -> bool:
        found = address(got)
        if found is None:
            return False
        version, number_ = found
        return any(v == version and first <= number_ <= last for v, first, last in ranges)

    return fits


def _network(text: str, place: Place) -> IPv4Network | IPv6Network:
    try:
        loose = ip_network(text, strict=False)
    except ValueError:
        raise place.error(
            f"{text!r} is not an IP range",
            remedy="Write an address or a CIDR, as 10.16.0.0/16 or 2001:db8::/32.",
        ) from None
    if isinstance(loose, IPv6Network) and loose.network_address.ipv4_mapped:
        raise place.error(f"{text!r} is IPv4 written as IPv6", remedy="Write it as IPv4.")
    if "/" in text and text != f"{text.partition('/')[0]}/{loose.prefixlen}":
        raise place.error(f"{text!r} has no prefix length", remedy=f"Write {loose}.")
    if int(ip_interface(text)) != int(loose.network_address):
        raise place.error(f"{text!r} is not the start of a range", remedy=f"Write {loose}.")
    return loose


def _plain(pieces: tuple[Piece, ...] | None) -> str | None:
    return None if pieces is None else "".join(text for _, text in pieces)


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[Wanted], Test]:
    return _ordered(number, compare, "a number")


def _date(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[Wanted], Test]:
    return _ordered(moment, compare, "2030-01-31T18:00:00Z")


OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(_equals),
    "StringNotEquals": Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, negated=True),
    "StringLike": Operator(_like(glob)),
    "StringNotLike": Operator(_like(glob), negated=True),
    "NumericEquals": Operator(_numeric(operator.eq)),
    "NumericNotEquals": Operator(_numeric(operator.eq), negated=True),
    "NumericLessThan": Operator(_numeric(operator.lt)),
    "NumericLessThanEquals": Operator(_numeric(operator.le)),
    "NumericGreaterThan": Operator(_numeric(operator.gt)),
    "NumericGreaterThanEquals": Operator(_numeric(operator.ge)),
    "DateEquals": Operator(_date(operator.eq)),
    "DateNotEquals": Operator(_date(operator.eq), negated=True),
    "DateLessThan": Operator(_date(operator.lt)),
    "DateLessThanEquals": Operator(_date(operator.le)),
    "DateGreaterThan": Operator(_date(operator.gt)),
    "DateGreaterThanEquals": Operator(_date(operator.ge)),
    "Bool": Operator(_bool),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_within),
    "NotIpAddress": Operator(_within, negated=True),
    "ArnEquals": Operator(_like(arn_glob)),
    "ArnNotEquals": Operator(_like(arn_glob), negated=True),
    "ArnLike": Operator(_like(arn_glob)),
    "ArnNotLike": Operator(_like(arn_glob), negated=True),
}
"""Every operator but `Null`, which asks about the key and not about its value."""
