"""The operations on forwarding rules."""

from collections.abc import Iterable, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked
from studiogate.local.between.pace import new_id
from studiogate.local.between.resolver.endpoints import narrowed
from studiogate.local.between.resolver.resolving import (
    Resolving,
    Rule,
    absent,
    invalid,
    stamp,
)
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import page

_RULE_FILTERS = {
    "CreatorRequestId": "CreatorRequestId",
    "DomainName": "DomainName",
    "Name": "Name",
    "ResolverEndpointId": "ResolverEndpointId",
    "Status": "Status",
    "Type": "RuleType",
}


def create(resolving: Resolving, asked: Asked) -> Result:
    """Make a rule: to forward a name, or to answer it as if there were none."""
    params, place, now = asked.params, asked.place, resolving.pace.now()
    token = str(params["CreatorRequestId"])
    if any(one.place == place and one.token == token for one in resolving.rules.values()):
        raise ApiError(
            "ResourceExistsException",
            f'[RSLVR-00502] Resolver rule with creator request ID "{token}" already exists.',
        )
    if params["RuleType"] not in {"FORWARD", "SYSTEM"} or "DelegationRecord" in params:
        raise ApiError(
            "InvalidParameterException",
            "Rules other than FORWARD and SYSTEM are not offered by this emulation.",
            status=501,
        )
    one = Rule(
        id=new_id("rslvr-rr"),
        place=place,
        token=token,
        name=str(params.get("Name", "")),
        kind=params["RuleType"],
        domain=f"{str(params.get('DomainName', '')).lower().rstrip('.')}.",
        targets=[_target(target) for target in params.get("TargetIps") or ()],
        endpoint=params.get("ResolverEndpointId"),
        created=now,
        changed=now,
        tags=tags_asked(params),
    )
    _require_whole(resolving, one)
    resolving.rules[one.id] = one
    return {"ResolverRule": row(resolving, one, place)}


def get(resolving: Resolving, asked: Asked) -> Result:
    """One rule, one's own or shared."""
    one = resolving.rule(asked.place, asked.params["ResolverRuleId"])
    return {"ResolverRule": row(resolving, one, asked.place)}


def list_all(resolving: Resolving, asked: Asked) -> Result:
    """The caller's rules, and those shared with it."""
    place = asked.place
    rows = [
        row(resolving, one, place)
        for one in resolving.rules.values()
        if resolving.usable(place, one)
    ]
    kept = narrowed(rows, asked.params.get("Filters"), _RULE_FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    return {"ResolverRules": shown, **more}


def update(resolving: Resolving, asked: Asked) -> Result:
    """Change where a rule of the caller's leads."""
    one = _own(resolving, asked)
    config = asked.params["Config"]
    before = one.name, one.targets, one.endpoint
    one.name = str(config.get("Name", one.name))
    if "TargetIps" in config:
        one.targets = [_target(target) for target in config["TargetIps"]]
    one.endpoint = config.get("ResolverEndpointId", one.endpoint)
    try:
        _require_whole(resolving, one)
    except ApiError:
        one.name, one.targets, one.endpoint = before
        raise
    one.changed = resolving.pace.now()
    return {"ResolverRule": row(resolving, one, asked.place)}


def delete(resolving: Resolving, asked: Asked) -> Result:
    """End a rule of the caller's that no VPC is associated with and nobody shares."""
    one = _own(resolving, asked)
    if resolving.ties_of(one):
        raise ApiError(
            "ResourceInUseException",
            "[RSLVR-00602] Please disassociate this resolver rule from VPC first before "
            "deleting",
        )
    if resolving.shares.lent(one.arn):
        raise ApiError(
            "ResourceInUseException",
            f'[RSLVR-00603] Resolver rule "{one.id}" is shared. Stop sharing it before '
            "deleting.",
        )
    del resolving.rules[one.id]
    return {"ResolverRule": {**row(resolving, one, asked.place), "Status": "DELETING"}}


def row(resolving: Resolving, one: Rule, place: Place) -> dict[str, Any]:
    """One rule, to the eyes of `place`."""
    found: dict[str, Any] = {
        "Id": one.id,
        "CreatorRequestId": one.token,
        "Arn": one.arn,
        "DomainName": one.domain,
        "Status": "COMPLETE",
        "RuleType": one.kind,
        "Name": one.name,
        "TargetIps": [dict(target) for target in one.targets],
        "OwnerId": one.place.account,
        "ShareStatus": resolving.share_status(place, one),
        "CreationTime": stamp(one.created),
        "ModificationTime": stamp(one.changed),
    }
    return found | ({"ResolverEndpointId": one.endpoint} if one.endpoint else {})


def _own(resolving: Resolving, asked: Asked) -> Rule:
    one = resolving.rule(asked.place, asked.params["ResolverRuleId"])
    if one.place != asked.place:
        raise absent("RSLVR-00703", "Resolver rule", one.id)
    return one


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    try:
        IPv4Address(str(target.get("Ip", "")))
    except AddressValueError as exc:
        raise ApiError(
            "InvalidParameterException",
            f'[RSLVR-00409] "{target.get("Ip")}" is not an IPv4 address.',
        ) from exc
    return {"Port": 53, "Protocol": "Do53", **target}


def _require_whole(resolving: Resolving, one: Rule) -> None:
    """A rule that forwards has a name, targets and an outbound endpoint; another has none."""
    if one.domain == "." and one.kind == "SYSTEM":
        raise invalid("[RSLVR-00702] A SYSTEM rule needs a domain name.")
    if one.kind == "SYSTEM":
        if one.targets or one.endpoint:
            raise invalid(
                "[RSLVR-00702] A SYSTEM rule has no target addresses and no endpoint."
            )
        return
    if not one.targets or one.endpoint is None:
        raise invalid("[RSLVR-00702] A FORWARD rule needs target addresses and an endpoint.")
    if resolving.endpoint(one.place, one.endpoint).direction != "OUTBOUND":
        raise invalid(
            f"[RSLVR-00700] Resolver rule can only be created with OUTBOUND resolver endpoint: "
            f'"{one.endpoint}"'
        )


def rule_target(resolving: Resolving, asked: Asked, name: str) -> Target:
    """The rule called `name`; as if it were the caller's own, where they may not use it."""
    known = resolving.rules.get(name)
    if known is None or not resolving.usable(asked.place, known):
        return Target(asked.place.arn("route53resolver", f"resolver-rule/{name}"))
    return Target(known.arn, tags=known.tags)


def _on_new(_: Resolving, asked: Asked) -> Iterable[Target]:
    return (Target(asked.place.arn("route53resolver", "resolver-rule/*")),)


def on_rule(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    """The rule that is named, in the account that has it."""
    return (rule_target(resolving, asked, str(asked.params["ResolverRuleId"])),)


OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "CreateResolverRule": Doing(create, _on_new),
    "DeleteResolverRule": Doing(delete, on_rule),
    "GetResolverRule": Doing(get, on_rule),
    "ListResolverRules": Doing(list_all),
    "UpdateResolverRule": Doing(update, on_rule),
}
