"""The operations on forwarding rules and their associations with VPCs.

AWS only warns of loops ("Avoid loop configurations with Resolver endpoints", Route 53 Developer
Guide).  An answer that never comes cannot be told from one that is slow, so here an association
that would close a loop is refused (F-31).
"""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked
from studiogate.local.between.listing import page
from studiogate.local.between.places import Place, new_id
from studiogate.local.between.resolver.endpoints import narrowed
from studiogate.local.between.resolver.resolving import (
    Resolving,
    Rule,
    Tie,
    absent,
    invalid,
    stamp,
)
from studiogate.local.call import ApiError

_RULE_FILTERS = {
    "CreatorRequestId": "CreatorRequestId",
    "DomainName": "DomainName",
    "Name": "Name",
    "ResolverEndpointId": "ResolverEndpointId",
    "Status": "Status",
    "Type": "RuleType",
}
_TIE_FILTERS = {
    "Name": "Name",
    "ResolverRuleId": "ResolverRuleId",
    "Status": "Status",
    "VPCId": "VPCId",
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


def associate(resolving: Resolving, asked: Asked) -> Result:
    """Let a rule, one's own or shared, count for a VPC of the caller's."""
    place, vpc = asked.place, str(asked.params["VPCId"])
    one = resolving.rule(place, asked.params["ResolverRuleId"])
    if grounds.vpc_or_none(place, vpc) is None:
        raise invalid(f'[RSLVR-00805] Vpc with ID "{vpc}" does not exist.')
    _require_alone(resolving, one, place, vpc)
    _require_no_loop(resolving, one, place, vpc)
    tie = Tie(
        id=new_id("rslvr-rrassoc"),
        of=one,
        vpc=vpc,
        place=place,
        name=str(asked.params.get("Name", "")),
        created=resolving.pace.now(),
        course=resolving.pace.course("CREATING", "COMPLETE"),
    )
    resolving.tie(tie)
    return {"ResolverRuleAssociation": tie_row(resolving, tie)}


def disassociate(resolving: Resolving, asked: Asked) -> Result:
    """Let a rule count for a VPC no longer: the account of the VPC may."""
    name, vpc = str(asked.params["ResolverRuleId"]), str(asked.params["VPCId"])
    for tie in _seen(resolving, asked):
        if tie.of.id == name and tie.vpc == vpc and resolving.live(tie.course):
            tie.course = resolving.pace.course("DELETING", "DELETED")
            return {"ResolverRuleAssociation": tie_row(resolving, tie)}
    raise ApiError(
        "ResourceNotFoundException",
        f"[RSLVR-00802] Resolver rule association between rule {name} and VPC {vpc} does not "
        "exist.",
    )


def get_association(resolving: Resolving, asked: Asked) -> Result:
    """One association."""
    name = str(asked.params["ResolverRuleAssociationId"])
    for tie in _seen(resolving, asked):
        if tie.id == name:
            return {"ResolverRuleAssociation": tie_row(resolving, tie)}
    raise absent("RSLVR-00803", "Resolver rule association", name)


def list_associations(resolving: Resolving, asked: Asked) -> Result:
    """The associations of the caller's VPCs."""
    rows = [tie_row(resolving, tie) for tie in _seen(resolving, asked)]
    kept = narrowed(rows, asked.params.get("Filters"), _TIE_FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    return {"ResolverRuleAssociations": shown, **more}


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


def tie_row(resolving: Resolving, tie: Tie) -> dict[str, Any]:
    """One association as Resolver shows it."""
    return {
        "Id": tie.id,
        "ResolverRuleId": tie.of.id,
        "Name": tie.name,
        "VPCId": tie.vpc,
        "Status": resolving.pace.state(tie.course),
    }


def _own(resolving: Resolving, asked: Asked) -> Rule:
    one = resolving.rule(asked.place, asked.params["ResolverRuleId"])
    if one.place != asked.place:
        raise absent("RSLVR-00703", "Resolver rule", one.id)
    return one


def _seen(resolving: Resolving, asked: Asked) -> list[Tie]:
    return [
        tie for tie in resolving.ties() if tie.place == asked.place and isinstance(tie.of, Rule)
    ]


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


def _require_alone(resolving: Resolving, one: Rule, place: Place, vpc: str) -> None:
    for tie in resolving.ties():
        rule = tie.of
        here = tie.place == place and tie.vpc == vpc and resolving.live(tie.course)
        if here and isinstance(rule, Rule) and rule.domain == one.domain:
            raise invalid(
                "[RSLVR-00801] Cannot associate rules with same domain name with same VPC. "
                f'Conflict with resolver rule "{rule.id}"'
            )


def _require_no_loop(resolving: Resolving, one: Rule, place: Place, vpc: str) -> None:
    asking = {str(target.get("Ip")) for target in one.targets}
    if asking & resolving.inbound_at(place, vpc):
        raise invalid(
            f'Resolver rule "{one.id}" forwards to an inbound endpoint in VPC "{vpc}": a query '
            "would go round in a circle, and this emulation refuses what AWS warns of."
        )


def _arn_of(resolving: Resolving, asked: Asked, name: str) -> Target:
    known = resolving.rules.get(name)
    if known is None or not resolving.usable(asked.place, known):
        return Target(asked.place.arn("route53resolver", f"resolver-rule/{name}"))
    return Target(known.arn, tags=known.tags)


def _on_new(_: Resolving, asked: Asked) -> Iterable[Target]:
    return (Target(asked.place.arn("route53resolver", "resolver-rule/*")),)


def _on_rule(*more: str) -> Callable[[Resolving, Asked], Iterable[Target]]:
    """The rule, in the account that has it; and leave to look at VPCs where one is named."""

    def on(resolving: Resolving, asked: Asked) -> Iterable[Target]:
        yield _arn_of(resolving, asked, str(asked.params["ResolverRuleId"]))
        for action in more:
            yield Target("*", action)

    return on


def _on_association(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    name = str(asked.params["ResolverRuleAssociationId"])
    of = next((tie.of.id for tie in resolving.ties() if tie.id == name), "*")
    return (_arn_of(resolving, asked, of),)


_IN_VPC = _on_rule("ec2:DescribeVpcs")

OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "AssociateResolverRule": Doing(associate, _IN_VPC),
    "CreateResolverRule": Doing(create, _on_new),
    "DeleteResolverRule": Doing(delete, _on_rule()),
    "DisassociateResolverRule": Doing(disassociate, _IN_VPC),
    "GetResolverRule": Doing(get, _on_rule()),
    "GetResolverRuleAssociation": Doing(get_association, _on_association),
    "ListResolverRuleAssociations": Doing(list_associations),
    "ListResolverRules": Doing(list_all),
    "UpdateResolverRule": Doing(update, _on_rule()),
}
