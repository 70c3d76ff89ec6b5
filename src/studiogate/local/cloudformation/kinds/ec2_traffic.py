"""Who may talk to whom in a VPC: security groups, their rules, prefix lists.

A group that gives no rule for what goes out lets everything out, as EC2 makes it; a group that
gives one has only its own (CloudFormation Template Reference, "AWS::EC2::SecurityGroup").

Drift of a group is told as AWS tells it: rules that other resources of the stack add to a group
with rules of its own count as drift (coverage roadmap of CloudFormation, issue 1198).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Asking,
    Look,
    State,
    Step,
    Turn,
    at,
    by,
    changing,
    each,
    ends,
    made_by,
    named,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import born_with, ec2_tagging, read_pairs

Rule = Mapping[str, Any]
"""As a template has it."""

_EVERYTHING: Rule = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
"""The rule EC2 gives every new group for what goes out."""

_INGRESS, _EGRESS = "Ingress", "Egress"
_OTHER_END = {_INGRESS: "Source", _EGRESS: "Destination"}
_MOST_ENTRIES_AT_ONCE = 100
"""Entries a call may add to a prefix list (EC2 API Reference, ModifyManagedPrefixList)."""


def _permission(rule: Rule, way: str) -> dict[str, Any]:
    """`rule` as the calls have it."""
    end = _OTHER_END[way]
    said = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    why = {"Description": rule["Description"]} if rule.get("Description") else {}
    if "CidrIp" in rule:
        said["IpRanges"] = [{"CidrIp": rule["CidrIp"], **why}]
    if "CidrIpv6" in rule:
        said["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **why}]
    if f"{end}PrefixListId" in rule:
        said["PrefixListIds"] = [{"PrefixListId": rule[f"{end}PrefixListId"], **why}]
    if f"{end}SecurityGroupId" in rule:
        owner = rule.get(f"{end}SecurityGroupOwnerId")
        group = {
            "GroupId": rule[f"{end}SecurityGroupId"],
            **({"UserId": owner} if owner else {}),
        }
        said["UserIdGroupPairs"] = [{**group, **why}]
    return said


def _rules(way: str) -> Callable[[Any], list[dict[str, Any]]]:
    """The rules of a group as a template would have them, one for each other end."""
    end = _OTHER_END[way]
    ends_ = (
        ("IpRanges", "CidrIp", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
        ("PrefixListIds", "PrefixListId", f"{end}PrefixListId"),
        ("UserIdGroupPairs", "GroupId", f"{end}SecurityGroupId"),
    )

    def read(group: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = []
        for one in group.get("IpPermissions" + way.removeprefix(_INGRESS), ()):
            ports = {n: one[n] for n in ("IpProtocol", "FromPort", "ToPort") if n in one}
            for member, key, name in ends_:
                for other in one.get(member, ()):
                    why = other.get("Description")
                    said = {"Description": why} if why else {}
                    found.append({**ports, name: other[key], **said})
        return found

    return read


def _changed_rules(way: str) -> Callable[[Turn], Iterable[Ask]]:
    name = f"SecurityGroup{way}"

    def asks(turn: Turn) -> Iterable[Ask]:
        wanted, before = (list(p.get(name) or []) for p in (turn.wanted, turn.before))
        if way == _EGRESS and not turn.before and wanted:
            before = [_EVERYTHING]
        gone = [_permission(rule, way) for rule in before if rule not in wanted]
        new = [_permission(rule, way) for rule in wanted if rule not in before]
        if gone:
            params = {"GroupId": turn.id, "IpPermissions": gone}
            fine = words("InvalidPermission.NotFound")
            yield Ask(f"RevokeSecurityGroup{way}", params, fine=fine)
        if new:
            yield Ask(
                f"AuthorizeSecurityGroup{way}", {"GroupId": turn.id, "IpPermissions": new}
            )

    return asks


SECURITY_GROUP = ApiKind(
    name="AWS::EC2::SecurityGroup",
    service="ec2",
    properties=words(
        "GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress Tags VpcId"
    ),
    required=words("GroupDescription"),
    replaced_by=words("GroupDescription GroupName VpcId"),
    called=("GroupName", 255),
    make=made_by(
        "CreateSecurityGroup",
        apart="SecurityGroupEgress SecurityGroupIngress",
        GroupDescription=named("Description"),
        Tags=born_with("security-group"),
    ),
    id=lambda answer, _: str(answer["GroupId"]),
    looks=(
        Look(
            asks=by("DescribeSecurityGroups", GroupIds=each(this)),
            at=at("SecurityGroups.0"),
            gone=words("InvalidGroup.NotFound"),
            attributes={**reads("GroupId VpcId"), "Id": at("GroupId")},
            live={
                **reads("GroupName VpcId"),
                "GroupDescription": at("Description"),
                "SecurityGroupIngress": _rules(_INGRESS),
                "SecurityGroupEgress": _rules(_EGRESS),
                "Tags": read_pairs(),
            },
        ),
    ),
    steps=(
        Step(words("SecurityGroupEgress"), _changed_rules(_EGRESS), first=True),
        Step(words("SecurityGroupIngress"), _changed_rules(_INGRESS), first=True),
        ec2_tagging(this),
    ),
    end=ends(by("DeleteSecurityGroup", GroupId=this)),
    gone=words("InvalidGroup.NotFound"),
)


def _one_rule(operation: str, way: str) -> Asking:
    def ask(turn: Turn) -> Ask:
        permission = _permission(turn.wanted, way)
        params = {"GroupId": turn.wanted.get("GroupId"), "IpPermissions": [permission]}
        return Ask(operation, params)

    return ask


def _rule_kind(way: str) -> ApiKind:
    end = _OTHER_END[way]
    fixed = f"CidrIp CidrIpv6 FromPort GroupId IpProtocol ToPort {end}PrefixListId"
    groups = f"{end}SecurityGroupId" + (
        f" {end}SecurityGroupOwnerId" if end == "Source" else ""
    )
    return ApiKind(
        name=f"AWS::EC2::SecurityGroup{way}",
        service="ec2",
        properties=words(f"{fixed} {groups} Description"),
        required=words("GroupId IpProtocol") if way == _EGRESS else words("IpProtocol"),
        replaced_by=words(f"{fixed} {groups}"),
        make=_one_rule(f"AuthorizeSecurityGroup{way}", way),
        id=lambda answer, _: str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]),
        computed={"Id": this},
        looks=(
            Look(
                asks=by("DescribeSecurityGroupRules", SecurityGroupRuleIds=each(this)),
                at=at("SecurityGroupRules.0"),
                gone=words("InvalidSecurityGroupRuleId.NotFound InvalidGroup.NotFound"),
                live={
                    **reads("FromPort GroupId IpProtocol ToPort CidrIpv6"),
                    "CidrIp": at("CidrIpv4"),
                    f"{end}PrefixListId": at("PrefixListId"),
                    f"{end}SecurityGroupId": at("ReferencedGroupInfo.GroupId"),
                },
            ),
        ),
        steps=(
            Step(
                words("Description"),
                lambda turn: [
                    _one_rule(f"UpdateSecurityGroupRuleDescriptions{way}", way)(turn)
                ],
            ),
        ),
        end=lambda turn: [_one_rule(f"RevokeSecurityGroup{way}", way)(turn)],
        gone=words("InvalidGroup.NotFound InvalidPermission.NotFound"),
    )


def _entries(turn: Turn) -> Iterable[Ask]:
    """Changes of the entries, as many calls as they need; each is about the version before."""
    wanted, before = (list(p.get("Entries") or []) for p in (turn.wanted, turn.before))
    old = {entry["Cidr"] for entry in before if entry not in wanted}
    new = [entry for entry in wanted if entry not in before]
    version = int(at("PrefixLists.0.Version")(turn.seen) or 1)
    whom: dict[str, Any] = {"PrefixListId": turn.id}
    gone = sorted(old - {entry["Cidr"] for entry in new})
    for some in _chunks([{"Cidr": cidr} for cidr in gone]):
        said = {**whom, "CurrentVersion": version, "RemoveEntries": some}
        yield Ask("ModifyManagedPrefixList", said)
        version += 1
    for some in _chunks(new):
        said = {**whom, "CurrentVersion": version, "AddEntries": some}
        yield Ask("ModifyManagedPrefixList", said)
        version += 1


def _chunks(entries: list[Any]) -> Iterable[list[Any]]:
    for first in range(0, len(entries), _MOST_ENTRIES_AT_ONCE):
        yield entries[first : first + _MOST_ENTRIES_AT_ONCE]


_PREFIX_LIST = by("DescribeManagedPrefixLists", PrefixListIds=each(this))

PREFIX_LIST = ApiKind(
    name="AWS::EC2::PrefixList",
    service="ec2",
    properties=words("AddressFamily Entries MaxEntries PrefixListName Tags"),
    required=words("AddressFamily PrefixListName"),
    fixed=words("AddressFamily"),
    make=made_by("CreateManagedPrefixList", apart="Entries", Tags=born_with("prefix-list")),
    id=lambda answer, _: str(answer["PrefixList"]["PrefixListId"]),
    looks=(
        Look(
            asks=_PREFIX_LIST,
            at=at("PrefixLists.0"),
            gone=words("InvalidPrefixListID.NotFound InvalidPrefixListId.NotFound"),
            attributes={**reads("OwnerId PrefixListId Version"), "Arn": at("PrefixListArn")},
            live={**reads("AddressFamily MaxEntries"), "Tags": read_pairs()},
            state=State(
                at=at("State"),
                ready=words("create-complete modify-complete restore-complete"),
                waiting=words("create-in-progress modify-in-progress restore-in-progress"),
                over=words("delete-complete"),
                why=at("StateMessage"),
            ),
        ),
        Look(
            asks=by("GetManagedPrefixListEntries", PrefixListId=this),
            live=reads("Entries"),
        ),
    ),
    steps=(
        # Apart from the entries: one call may change either.
        changing("ModifyManagedPrefixList", "MaxEntries PrefixListName", PrefixListId=this),
        Step(words("Entries"), _entries, first=True, reading=_PREFIX_LIST),
        ec2_tagging(this),
    ),
    end=ends(by("DeleteManagedPrefixList", PrefixListId=this)),
    gone=words("InvalidPrefixListID.NotFound InvalidPrefixListId.NotFound"),
)

KINDS = (SECURITY_GROUP, _rule_kind(_INGRESS), _rule_kind(_EGRESS), PREFIX_LIST)
