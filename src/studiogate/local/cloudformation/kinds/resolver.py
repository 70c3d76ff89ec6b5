"""Resolver's endpoints, rules and query logs, and the VPCs they are for.

Properties, attributes and what a change of them does: CloudFormation Template Reference,
"Amazon Route 53 Resolver".
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Asking,
    Look,
    Of,
    State,
    Step,
    Turn,
    anew,
    at,
    attribute,
    by,
    changing,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import (
    pairs,
    read_pairs,
    tagged,
    tagging,
)

_RESOLVER = "route53resolver"


def _requested(operation: str) -> Asking:
    """The creation of something of Resolver's, which wants an id for each request."""

    def ask(turn: Turn) -> Ask:
        always = {"CreatorRequestId": str(uuid4())}
        return made_by(operation, always=always, Tags=tagged(pairs))(turn)

    return ask


def _resolver_tags(arn: Of) -> Step:
    return tagging("TagResource", "UntagResource", who={"ResourceArn": arn})


def _tags_look(arn: Of) -> Look:
    return Look(
        asks=by("ListTagsForResource", ResourceArn=arn), live={"Tags": read_pairs("Tags")}
    )


def _seats(turn: Turn) -> Iterable[Ask]:
    """Addresses that come before those that go: an endpoint is never with fewer than two."""
    wanted, before = turn.wanted.get("IpAddresses") or [], turn.before.get("IpAddresses") or []
    for operation, some in (
        ("AssociateResolverEndpointIpAddress", [one for one in wanted if one not in before]),
        ("DisassociateResolverEndpointIpAddress", [one for one in before if one not in wanted]),
    ):
        for one in some:
            yield Ask(operation, {"ResolverEndpointId": turn.id, "IpAddress": one})


RESOLVER_ENDPOINT = ApiKind(
    name="AWS::Route53Resolver::ResolverEndpoint",
    service=_RESOLVER,
    properties=words(
        "Direction IpAddresses Name Protocols ResolverEndpointType SecurityGroupIds Tags"
    ),
    required=words("Direction IpAddresses SecurityGroupIds"),
    replaced_by=words("Direction SecurityGroupIds"),
    fixed=words("ResolverEndpointType"),
    make=_requested("CreateResolverEndpoint"),
    id=lambda answer, _: str(answer["ResolverEndpoint"]["Id"]),
    computed={"ResolverEndpointId": this},
    looks=(
        Look(
            asks=by("GetResolverEndpoint", ResolverEndpointId=this),
            at=at("ResolverEndpoint"),
            gone=words("ResourceNotFoundException"),
            attributes=reads("Arn Direction HostVPCId IpAddressCount Name"),
            live=reads("Direction Name Protocols ResolverEndpointType SecurityGroupIds"),
            state=State(
                at=at("Status"),
                ready=words("OPERATIONAL"),
                waiting=words("CREATING UPDATING"),
                over=words("DELETED"),
                why=at("StatusMessage"),
            ),
        ),
        _tags_look(attribute("Arn")),
    ),
    steps=(
        changing("UpdateResolverEndpoint", "Name Protocols", ResolverEndpointId=this),
        Step(words("IpAddresses"), _seats),
        _resolver_tags(attribute("Arn")),
    ),
    end=ends(by("DeleteResolverEndpoint", ResolverEndpointId=this)),
    gone=words("ResourceNotFoundException"),
    lingers=True,
)


def _targets(rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Addresses as templates have them: plain DNS, which is what AWS fills in, is not said."""
    return [
        {name: value for name, value in one.items() if (name, value) != ("Protocol", "Do53")}
        for one in rule.get("TargetIps") or ()
    ]


def _config(turn: Turn) -> Mapping[str, Any]:
    names = ("Name", "ResolverEndpointId", "TargetIps")
    return {name: turn.wanted[name] for name in names if name in turn.wanted}


RESOLVER_RULE = ApiKind(
    name="AWS::Route53Resolver::ResolverRule",
    service=_RESOLVER,
    properties=words("DomainName Name ResolverEndpointId RuleType Tags TargetIps"),
    required=words("RuleType"),
    replaced_by=words("DomainName RuleType"),
    make=_requested("CreateResolverRule"),
    id=lambda answer, _: str(answer["ResolverRule"]["Id"]),
    computed={"ResolverRuleId": this},
    looks=(
        Look(
            asks=by("GetResolverRule", ResolverRuleId=this),
            at=at("ResolverRule"),
            gone=words("ResourceNotFoundException"),
            attributes=reads("Arn DomainName Name ResolverEndpointId"),
            live={
                **reads("Name ResolverEndpointId RuleType"),
                "TargetIps": _targets,
                "DomainName": lambda rule: str(rule["DomainName"]).removesuffix("."),
            },
            state=State(at=at("Status"), ready=words("COMPLETE"), waiting=words("UPDATING")),
        ),
        _tags_look(attribute("Arn")),
    ),
    steps=(
        anew(
            "Name ResolverEndpointId TargetIps",
            by("UpdateResolverRule", ResolverRuleId=this, Config=_config),
        ),
        _resolver_tags(attribute("Arn")),
    ),
    end=ends(by("DeleteResolverRule", ResolverRuleId=this)),
    gone=words("ResourceNotFoundException"),
)

RESOLVER_RULE_ASSOCIATION = ApiKind(
    name="AWS::Route53Resolver::ResolverRuleAssociation",
    service=_RESOLVER,
    properties=words("Name ResolverRuleId VPCId"),
    required=words("ResolverRuleId VPCId"),
    replaced_by=words("Name ResolverRuleId VPCId"),
    make=made_by("AssociateResolverRule"),
    id=lambda answer, _: str(answer["ResolverRuleAssociation"]["Id"]),
    computed={"ResolverRuleAssociationId": this},
    looks=(
        Look(
            asks=by("GetResolverRuleAssociation", ResolverRuleAssociationId=this),
            at=at("ResolverRuleAssociation"),
            gone=words("ResourceNotFoundException"),
            attributes=reads("Name ResolverRuleId VPCId"),
            live=reads("Name ResolverRuleId VPCId"),
            state=State(
                at=at("Status"),
                ready=words("COMPLETE"),
                waiting=words("CREATING"),
                over=words("DELETED"),
            ),
        ),
    ),
    end=ends(
        by(
            "DisassociateResolverRule",
            ResolverRuleId=prop("ResolverRuleId"),
            VPCId=prop("VPCId"),
        )
    ),
    gone=words("ResourceNotFoundException"),
    lingers=True,
)

QUERY_LOG = ApiKind(
    name="AWS::Route53Resolver::ResolverQueryLoggingConfig",
    service=_RESOLVER,
    properties=words("DestinationArn Name Tags"),
    replaced_by=words("DestinationArn Name Tags"),
    called=("Name", 64),
    make=_requested("CreateResolverQueryLogConfig"),
    id=lambda answer, _: str(answer["ResolverQueryLogConfig"]["Id"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("GetResolverQueryLogConfig", ResolverQueryLogConfigId=this),
            at=at("ResolverQueryLogConfig"),
            gone=words("ResourceNotFoundException"),
            attributes=reads(
                "Arn AssociationCount CreationTime CreatorRequestId OwnerId ShareStatus Status"
            ),
            live=reads("DestinationArn Name"),
            state=State(
                at=at("Status"),
                ready=words("CREATED"),
                waiting=words("CREATING"),
                over=words("DELETED"),
            ),
        ),
        _tags_look(attribute("Arn")),
    ),
    end=ends(by("DeleteResolverQueryLogConfig", ResolverQueryLogConfigId=this)),
    gone=words("ResourceNotFoundException"),
    lingers=True,
)

QUERY_LOG_ASSOCIATION = ApiKind(
    name="AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
    service=_RESOLVER,
    properties=words("ResolverQueryLogConfigId ResourceId"),
    replaced_by=words("ResolverQueryLogConfigId ResourceId"),
    make=made_by("AssociateResolverQueryLogConfig"),
    id=lambda answer, _: str(answer["ResolverQueryLogConfigAssociation"]["Id"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by(
                "GetResolverQueryLogConfigAssociation",
                ResolverQueryLogConfigAssociationId=this,
            ),
            at=at("ResolverQueryLogConfigAssociation"),
            gone=words("ResourceNotFoundException"),
            attributes=reads("CreationTime Error ErrorMessage Status"),
            live=reads("ResolverQueryLogConfigId ResourceId"),
            state=State(
                at=at("Status"),
                ready=words("ACTIVE"),
                waiting=words("CREATING"),
                over=words("DELETED"),
            ),
        ),
    ),
    end=ends(
        by(
            "DisassociateResolverQueryLogConfig",
            ResolverQueryLogConfigId=prop("ResolverQueryLogConfigId"),
            ResourceId=prop("ResourceId"),
        )
    ),
    gone=words("ResourceNotFoundException"),
    lingers=True,
)

KINDS = (
    QUERY_LOG,
    QUERY_LOG_ASSOCIATION,
    RESOLVER_ENDPOINT,
    RESOLVER_RULE,
    RESOLVER_RULE_ASSOCIATION,
)
