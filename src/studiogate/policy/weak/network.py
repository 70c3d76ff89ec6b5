"""Weaknesses of network conditions: who could come from there after all."""

from collections.abc import Iterator
from ipaddress import ip_network

from studiogate.policy.documents import FRONT_DOORS
from studiogate.policy.elements import action_match
from studiogate.policy.language import Kind, Policy, Statement
from studiogate.policy.match import any_of
from studiogate.policy.weak.look import Finding, condition_place, on_keys, place_of, spelled

_PRIVATE = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""RFC 1918 and RFC 4193: addresses that are never a public source."""

_CLIENT = "aws:vpcsourceip"
_DOORS = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"})
_NETWORK = _DOORS | {_CLIENT, "aws:sourceip", "aws:vpceaccount", "aws:vpceorgid"}
_EXCEPTIONS = frozenset({"aws:principalarn", "aws:principalisawsservice", "aws:viaawsservice"})
"""Whom a Deny may spare and still guard a network."""


def private_source_ip(policy: Policy) -> Iterator[Finding]:
    """`aws:SourceIp` with a private range: through an endpoint the key is not there at all."""
    for statement in policy.statements:
        for one in on_keys(statement, ["aws:sourceip"]):
            by_range = spelled(one).name in {"IpAddress", "NotIpAddress"}
            never = [value for value in one.values if by_range and _private(value)]
            if never:
                what = f"aws:SourceIp is a public address: {', '.join(never)} never matches"
                yield condition_place(statement, one), what


def _private(text: str) -> bool:
    found = ip_network(text)
    return any(
        found.version == one.version and int(one[0]) <= int(found[0]) <= int(one[-1])
        for one in _PRIVATE
    )


def client_allowed(policy: Policy) -> Iterator[Finding]:
    """An Allow by client address alone: a stranger's VPC may use the same addresses."""
    for statement in policy.allows:
        for one in on_keys(statement, [_CLIENT]):
            if not _by_door(statement) and not _guarded(policy, statement):
                yield (
                    condition_place(statement, one),
                    "aws:VpcSourceIp names nobody's network: any VPC may use these addresses",
                )


def client_kept_out(policy: Policy) -> Iterator[Finding]:
    """A Deny by client address with no Deny by endpoint beside it; guardrails apart."""
    return iter(()) if policy.kind is Kind.SCP else _kept_out(policy)


def client_guarded(policy: Policy) -> Iterator[Finding]:
    """The same of a service control policy."""
    return _kept_out(policy) if policy.kind is Kind.SCP else iter(())


def _kept_out(policy: Policy) -> Iterator[Finding]:
    for statement in policy.denies:
        for one in on_keys(statement, [_CLIENT]):
            if spelled(one).negated and not _guarded(policy, statement):
                what = "a VPC anywhere may use the client addresses that this lets pass"
                yield condition_place(statement, one), what


def joined_by_or(policy: Policy) -> Iterator[Finding]:
    """Several Allows of one front door with different network conditions: the weakest wins."""
    said: set[tuple[int, ...]] = set()
    for action in FRONT_DOORS:
        allows = [one for one in policy.allows if one.about(action)]
        for first in allows:
            group = [one for one in allows if _overlap(first, one)]
            ids = tuple(one.index for one in group)
            if _differ(group) and ids not in said and not _guarded(policy, first):
                said.add(ids)
                named = ", ".join(one.sid or str(one.index) for one in group)
                what = f"statements {named} each allow {action}: one of them suffices"
                yield place_of(group[0]), what


def _differ(group: list[Statement]) -> bool:
    """Whether the statements look at different network keys, and one at any at all."""
    return len({frozenset(_network_keys(one)) for one in group}) > 1


def _network_keys(statement: Statement) -> Iterator[str]:
    return (one.key.lower() for one in on_keys(statement, _NETWORK))


def _overlap(one: Statement, other: Statement) -> bool:
    here, there = one.resources or ("*",), other.resources or ("*",)
    return any(map(any_of(here), there)) or any(map(any_of(there), here))


def _by_door(statement: Statement) -> bool:
    """Whether an Allow wants one of our doors as well."""
    doors = on_keys(statement, _DOORS)
    return any(not spelled(one).negated and "*" not in one.values for one in doors)


def _guarded(policy: Policy, statement: Statement) -> bool:
    """Whether a Deny by endpoint alone covers all that `statement` is about."""
    return any(_denies_other_doors(one) and _covers(one, statement) for one in policy.denies)


def _denies_other_doors(statement: Statement) -> bool:
    others = [one for one in statement.conditions if one.key.lower() not in _EXCEPTIONS]
    return len(others) == 1 and (
        others[0].key.lower() in _DOORS
        and (found := spelled(others[0])).negated
        and (found.if_exists or found.set_ != "ForAnyValue:")
    )


def _covers(deny: Statement, other: Statement) -> bool:
    if deny.actions is None or (deny.resources is None and deny.not_resources is not None):
        return False
    acts, on = action_match(deny.actions), any_of(deny.resources or ("*",))
    return all(acts(text.lower()) for text in other.actions or ("*",)) and all(
        on(text) for text in other.resources or ("*",)
    )
