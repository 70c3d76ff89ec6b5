"""Why the rules of security groups are there: what moto is told of it, and forgets.

moto keeps the description of a rule about addresses.  That of a rule about a prefix list it
drops, and that of a rule about a group it does not show among the rules.  It takes letters that
EC2 does not (EC2 API reference, CreateSecurityGroup and IpRange).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends

from studiogate.local.call import ApiAnswer, ApiCall, ApiError
from studiogate.local.front.models import answered, params_of, rendered

_SAYING = frozenset(
    f"{verb}{way}"
    for verb in ("AuthorizeSecurityGroup", "UpdateSecurityGroupRuleDescriptions")
    for way in ("Egress", "Ingress")
)
_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
_FITTING = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_ENDS = (("PrefixListIds", "PrefixListId"), ("UserIdGroupPairs", "GroupId"))


def hold(call: ApiCall) -> None:
    """Return if `call` describes groups and rules in letters that EC2 takes.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if call.service != "ec2" or call.operation not in {"CreateSecurityGroup", *_SAYING}:
        return
    what = "rule" if call.operation in _SAYING else "security group"
    if not all(map(_FITTING.fullmatch, _descriptions(params_of(call)))):
        raise ApiError(
            "InvalidParameterValue",
            f"Invalid {what} description. Valid descriptions are strings less than 256 "
            f"characters from the following set:  {_SET}",
        )


def _descriptions(asked: Any) -> Iterator[str]:
    """Every description in the parameters of a call."""
    if isinstance(asked, Mapping):
        for name, one in asked.items():
            yield from [str(one)] if name == "Description" else _descriptions(one)
    elif isinstance(asked, list):
        for one in asked:
            yield from _descriptions(one)


def told(call: ApiCall, answer: ApiAnswer) -> ApiAnswer:
    """The answer of moto to `call` with every description; what `call` says is kept."""
    if call.service != "ec2" or answer.status >= 300:  # noqa: PLR2004 - HTTP, RFC 9110
        return answer
    if call.operation in _SAYING:
        _keep(call)
    elif call.operation == "DescribeSecurityGroups":
        return _shown(call, answer)
    return answer


def _keep(call: ApiCall) -> None:
    asked = params_of(call)
    name = asked.get("GroupId") or asked.get("GroupName")
    groups = (one for some in _groups(call).values() for one in some.values())
    for group in groups:
        if name in {group.id, group.name}:
            egress = call.operation.endswith("Egress")
            rules = list(group.egress_rules if egress else group.ingress_rules)
            for said, why in _said(asked.get("IpPermissions", ())):
                for rule in rules:
                    if _about(rule) == said:
                        # The one place moto reads a description from; without an address in
                        # it nothing else looks at it.
                        rule.ip_range = {"Description": why}


def _said(permissions: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What the rules of a request are about, and their descriptions."""
    for one in permissions:
        ports = (str(one.get("IpProtocol")), one.get("FromPort"), one.get("ToPort"))
        for member, key in _ENDS:
            for end in one.get(member, ()):
                if end.get("Description"):
                    yield (*ports, end.get(key)), str(end["Description"])


def _about(rule: Any) -> tuple[Any, ...]:
    end = rule.prefix_list_id or rule.source_group.get("GroupId")
    return (str(rule.ip_protocol), rule.from_port, rule.to_port, end)


def _shown(call: ApiCall, answer: ApiAnswer) -> ApiAnswer:
    """The answer about groups, where a rule about a prefix list has a description."""
    known = {
        (group.id, egress, *_about(rule)): rule.description
        for some in _groups(call).values()
        for group in list(some.values())
        for egress, rules in ((False, group.ingress_rules), (True, group.egress_rules))
        for rule in list(rules)
        if rule.prefix_list_id and rule.description
    }
    if not known:
        return answer
    result = answered("ec2", call.operation, answer)
    for group in result.get("SecurityGroups", ()):
        for egress, member in ((False, "IpPermissions"), (True, "IpPermissionsEgress")):
            for one in group.get(member, ()):
                ports = (str(one.get("IpProtocol")), one.get("FromPort"), one.get("ToPort"))
                for end in one.get("PrefixListIds", ()):
                    why = known.get((group["GroupId"], egress, *ports, end["PrefixListId"]))
                    if why:
                        end["Description"] = why
    return rendered("ec2", call.operation, result, call.request_id)


def _groups(call: ApiCall) -> Mapping[str, Mapping[str, Any]]:
    return dict(ec2_backends[call.account][call.region].groups)
