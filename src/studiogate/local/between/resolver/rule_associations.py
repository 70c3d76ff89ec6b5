"""The operations on the associations of forwarding rules with VPCs.

AWS only warns of loops ("Avoid loop configurations with Resolver endpoints", Route 53 Developer
Guide).  An answer that never comes cannot be told from one that is slow, so here an association
that would close a loop is refused (F-31).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.asking import Asked, Doing, Result, Target
from studiogate.local.between.pace import new_id
from studiogate.local.between.resolver.endpoints import narrowed
from studiogate.local.between.resolver.resolving import Resolving, Rule, Tie, absent, invalid
from studiogate.local.between.resolver.rules import on_rule, rule_target
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import page

_TIE_FILTERS = {
    "Name": "Name",
    "ResolverRuleId": "ResolverRuleId",
    "Status": "Status",
    "VPCId": "VPCId",
}


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
    for tie in resolving.ties_at(asked.place, Rule):
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
    for tie in resolving.ties_at(asked.place, Rule):
        if tie.id == name:
            return {"ResolverRuleAssociation": tie_row(resolving, tie)}
    raise absent("RSLVR-00803", "Resolver rule association", name)


def list_associations(resolving: Resolving, asked: Asked) -> Result:
    """The associations of the caller's VPCs."""
    rows = [tie_row(resolving, tie) for tie in resolving.ties_at(asked.place, Rule)]
    kept = narrowed(rows, asked.params.get("Filters"), _TIE_FILTERS)
    shown, more = page(kept, asked.params, lambda one: str(one["Id"]))
    return {"ResolverRuleAssociations": shown, **more}


def tie_row(resolving: Resolving, tie: Tie) -> dict[str, Any]:
    """One association as Resolver shows it."""
    return {
        "Id": tie.id,
        "ResolverRuleId": tie.of.id,
        "Name": tie.name,
        "VPCId": tie.vpc,
        "Status": resolving.pace.state(tie.course),
    }


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


def _in_vpc(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    """The rule, and leave to look at VPCs."""
    return (*on_rule(resolving, asked), Target("*", "ec2:DescribeVpcs"))


def _on_association(resolving: Resolving, asked: Asked) -> Iterable[Target]:
    name = str(asked.params["ResolverRuleAssociationId"])
    of = next((tie.of.id for tie in resolving.ties() if tie.id == name), "*")
    return (rule_target(resolving, asked, of),)


OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "AssociateResolverRule": Doing(associate, _in_vpc),
    "DisassociateResolverRule": Doing(disassociate, _in_vpc),
    "GetResolverRuleAssociation": Doing(get_association, _on_association),
    "ListResolverRuleAssociations": Doing(list_associations),
}
