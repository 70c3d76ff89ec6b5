"""Resolver: endpoints with fixed addresses, rules shared between accounts, query logs."""

from typing import Any

import pytest

from tests.kit.between import LOB_A, LOB_B, SHARED, Accounts, refused

NAME = "studio.eu-west-1.sagemaker.aws"
LOG_GROUP = f"arn:aws:logs:eu-west-1:{SHARED}:log-group:/studiogate/dns"


async def group(org: Accounts, account: str, vpc: str) -> str:
    made = await org.ec2(
        account, "CreateSecurityGroup", GroupName="dns", Description="dns", VpcId=vpc
    )
    return str(made["GroupId"])


async def endpoint(
    org: Accounts, direction: str = "OUTBOUND", **more: Any
) -> tuple[dict[str, Any], str, list[str]]:
    """An endpoint of the hub's, its VPC, and the subnets."""
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")
    made = await org.resolver(
        SHARED,
        "CreateResolverEndpoint",
        **{
            "CreatorRequestId": direction,
            "Direction": direction,
            "SecurityGroupIds": [await group(org, SHARED, vpc)],
            "IpAddresses": [{"SubnetId": one} for one in subnets],
            **more,
        },
    )
    return made["ResolverEndpoint"], vpc, subnets


async def rule(org: Accounts, targets: tuple[str, ...] = ("10.0.0.10",)) -> dict[str, Any]:
    """A rule of the hub's that forwards Studio's names."""
    outbound, *_ = await endpoint(org)
    made = await org.resolver(
        SHARED,
        "CreateResolverRule",
        CreatorRequestId="studio",
        Name="studio",
        RuleType="FORWARD",
        DomainName=NAME,
        TargetIps=[{"Ip": one, "Port": 53} for one in targets],
        ResolverEndpointId=outbound["Id"],
    )
    found: dict[str, Any] = made["ResolverRule"]
    return found


async def test_an_endpoint_takes_the_addresses_it_is_given(org: Accounts) -> None:
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")
    wanted = [
        {"SubnetId": subnets[0], "Ip": "10.0.0.10"},
        {"SubnetId": subnets[1], "Ip": "10.0.1.10"},
    ]
    made = await org.resolver(
        SHARED,
        "CreateResolverEndpoint",
        CreatorRequestId="in",
        Name="in",
        Direction="INBOUND",
        SecurityGroupIds=[await group(org, SHARED, vpc)],
        IpAddresses=wanted,
    )
    name = made["ResolverEndpoint"]["Id"]

    assert (made["ResolverEndpoint"]["Status"], made["ResolverEndpoint"]["HostVPCId"]) == (
        "CREATING",
        vpc,
    )
    org.tick()
    found = await org.resolver(SHARED, "GetResolverEndpoint", ResolverEndpointId=name)
    seats = await org.resolver(
        SHARED, "ListResolverEndpointIpAddresses", ResolverEndpointId=name
    )
    assert found["ResolverEndpoint"]["Status"] == "OPERATIONAL"
    assert [(one["Ip"], one["Status"]) for one in seats["IpAddresses"]] == [
        ("10.0.0.10", "ATTACHED"),
        ("10.0.1.10", "ATTACHED"),
    ]


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        (["10.0.0.10", "10.0.0.11"], "InvalidRequestException"),  # the second is elsewhere
        (["10.0.0.3", "10.0.1.10"], "InvalidRequestException"),  # AWS keeps the first four
        (["10.0.0.255", "10.0.1.10"], "InvalidRequestException"),  # and the last
        (["10.0.0.10.1", "10.0.1.10"], "InvalidParameterException"),
    ],
)
async def test_an_address_has_to_be_free_in_its_subnet(
    org: Accounts, addresses: list[str], code: str
) -> None:
    vpc, subnets = await org.vpc(SHARED, "10.0.0.0/16")

    with refused(code, "RSLVR-"):
        await org.resolver(
            SHARED,
            "CreateResolverEndpoint",
            CreatorRequestId="in",
            Direction="INBOUND",
            SecurityGroupIds=[await group(org, SHARED, vpc)],
            IpAddresses=[
                {"SubnetId": subnet, "Ip": address}
                for subnet, address in zip(subnets, addresses, strict=False)
            ],
        )


async def test_an_endpoint_is_in_the_callers_vpc(org: Accounts) -> None:
    _, subnets = await org.vpc(LOB_A, "10.100.0.0/16")
    other, _ = await org.vpc(SHARED, "10.0.0.0/16")

    with refused("InvalidParameterException", "does not exist"):
        await org.resolver(
            SHARED,
            "CreateResolverEndpoint",
            CreatorRequestId="in",
            Direction="INBOUND",
            SecurityGroupIds=[await group(org, SHARED, other)],
            IpAddresses=[{"SubnetId": one} for one in subnets],
        )


async def test_an_endpoint_holds_its_subnets(org: Accounts) -> None:
    made, vpc, subnets = await endpoint(org)

    with refused("DependencyViolation"):
        await org.ec2(SHARED, "DeleteSubnet", SubnetId=subnets[0])
    await org.resolver(SHARED, "DeleteResolverEndpoint", ResolverEndpointId=made["Id"])
    org.tick()
    with refused("ResourceNotFoundException", "does not exist"):
        await org.resolver(SHARED, "GetResolverEndpoint", ResolverEndpointId=made["Id"])
    assert (await org.resolver(SHARED, "ListResolverEndpoints"))["ResolverEndpoints"] == []
    await org.ec2(SHARED, "DeleteSubnet", SubnetId=subnets[0])
    assert vpc == made["HostVPCId"]


async def test_an_endpoint_a_rule_uses_stays(org: Accounts) -> None:
    made = await rule(org)

    with refused("InvalidRequestException", f'The following rules still exist.*"{made["Id"]}"'):
        await org.resolver(
            SHARED, "DeleteResolverEndpoint", ResolverEndpointId=made["ResolverEndpointId"]
        )


async def test_a_rule_goes_out_by_an_outbound_endpoint(org: Accounts) -> None:
    inbound, *_ = await endpoint(org, "INBOUND")

    with refused("InvalidRequestException", "OUTBOUND"):
        await org.resolver(
            SHARED,
            "CreateResolverRule",
            CreatorRequestId="r",
            RuleType="FORWARD",
            DomainName=NAME,
            TargetIps=[{"Ip": "10.0.0.10"}],
            ResolverEndpointId=inbound["Id"],
        )


async def test_s2_25_a_rule_is_associated_by_whom_it_is_shared_with(org: Accounts) -> None:
    made = await rule(org)
    vpc, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    asked = {"ResolverRuleId": made["Id"], "VPCId": vpc}

    with refused("ResourceNotFoundException", "does not exist"):
        await org.resolver(LOB_A, "AssociateResolverRule", **asked)
    await org.shared(made["Arn"], LOB_A)
    told = await org.resolver(LOB_A, "AssociateResolverRule", Name="studio", **asked)
    assert told["ResolverRuleAssociation"]["Status"] == "CREATING"
    org.tick()

    found = await org.resolver(LOB_A, "ListResolverRuleAssociations")
    assert [one["Status"] for one in found["ResolverRuleAssociations"]] == ["COMPLETE"]
    mine = await org.resolver(SHARED, "GetResolverRule", ResolverRuleId=made["Id"])
    theirs = await org.resolver(LOB_A, "GetResolverRule", ResolverRuleId=made["Id"])
    assert mine["ResolverRule"]["ShareStatus"] == "SHARED_BY_ME"
    assert theirs["ResolverRule"]["ShareStatus"] == "SHARED_WITH_ME"
    assert (await org.resolver(LOB_B, "ListResolverRules"))["ResolverRules"] == []


async def test_when_the_share_ends_its_associations_end(org: Accounts) -> None:
    made = await rule(org)
    vpc, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    share = await org.shared(made["Arn"], LOB_A)
    asked = {"ResolverRuleId": made["Id"], "VPCId": vpc}
    await org.resolver(LOB_A, "AssociateResolverRule", **asked)

    await org.ram(SHARED, "DeleteResourceShare", resourceShareArn=share)
    org.tick()

    found = await org.resolver(LOB_A, "ListResolverRuleAssociations")
    assert found["ResolverRuleAssociations"] == []
    with refused("ResourceNotFoundException"):
        await org.resolver(LOB_A, "AssociateResolverRule", **asked)


async def test_a_shared_rule_is_not_changed_by_others(org: Accounts) -> None:
    made = await rule(org)
    await org.shared(made["Arn"], LOB_A)

    for operation, more in (
        ("UpdateResolverRule", {"Config": {"Name": "mine"}}),
        ("DeleteResolverRule", {}),
    ):
        with refused("AccessDeniedException", operation):
            await org.resolver(LOB_A, operation, ResolverRuleId=made["Id"], **more)


async def test_a_rule_in_use_stays(org: Accounts) -> None:
    made = await rule(org)
    vpc, _ = await org.vpc(SHARED, "10.4.0.0/16")
    asked = {"ResolverRuleId": made["Id"], "VPCId": vpc}
    await org.resolver(SHARED, "AssociateResolverRule", **asked)

    with refused("ResourceInUseException", "RSLVR-00602"):
        await org.resolver(SHARED, "DeleteResolverRule", ResolverRuleId=made["Id"])
    await org.resolver(SHARED, "DisassociateResolverRule", **asked)
    org.tick()
    with refused("ResourceNotFoundException"):
        await org.resolver(SHARED, "DisassociateResolverRule", **asked)
    share = await org.shared(made["Arn"], LOB_A)
    with refused("ResourceInUseException", "is shared"):
        await org.resolver(SHARED, "DeleteResolverRule", ResolverRuleId=made["Id"])
    await org.ram(SHARED, "DeleteResourceShare", resourceShareArn=share)
    org.tick()
    await org.resolver(SHARED, "DeleteResolverRule", ResolverRuleId=made["Id"])


async def test_one_vpc_has_one_rule_for_a_name(org: Accounts) -> None:
    made = await rule(org)
    vpc, _ = await org.vpc(SHARED, "10.4.0.0/16")
    asked = {"ResolverRuleId": made["Id"], "VPCId": vpc}
    await org.resolver(SHARED, "AssociateResolverRule", **asked)

    with refused("InvalidRequestException", "same domain name with same VPC"):
        await org.resolver(SHARED, "AssociateResolverRule", **asked)
    with refused("InvalidRequestException", "does not exist"):
        await org.resolver(
            SHARED, "AssociateResolverRule", ResolverRuleId=made["Id"], VPCId="vpc-0"
        )


async def test_f_31_a_rule_is_not_associated_with_the_vpc_it_leads_to(org: Accounts) -> None:
    inbound, vpc, _ = await endpoint(org, "INBOUND")
    seats = await org.resolver(
        SHARED, "ListResolverEndpointIpAddresses", ResolverEndpointId=inbound["Id"]
    )
    made = await rule(org, (seats["IpAddresses"][0]["Ip"],))

    with refused("InvalidRequestException", "round in a circle"):
        await org.resolver(
            SHARED, "AssociateResolverRule", ResolverRuleId=made["Id"], VPCId=vpc
        )


async def test_a_rule_changes_in_place_and_whole(org: Accounts) -> None:
    made = await rule(org)

    await org.resolver(
        SHARED,
        "UpdateResolverRule",
        ResolverRuleId=made["Id"],
        Config={"Name": "new", "TargetIps": [{"Ip": "10.0.1.10"}]},
    )
    with refused("ResourceNotFoundException"):
        await org.resolver(
            SHARED,
            "UpdateResolverRule",
            ResolverRuleId=made["Id"],
            Config={"Name": "never", "ResolverEndpointId": "rslvr-out-0"},
        )

    found = await org.resolver(SHARED, "GetResolverRule", ResolverRuleId=made["Id"])
    assert found["ResolverRule"]["Name"] == "new"
    assert [one["Ip"] for one in found["ResolverRule"]["TargetIps"]] == ["10.0.1.10"]
    assert found["ResolverRule"]["ResolverEndpointId"] == made["ResolverEndpointId"]


@pytest.mark.parametrize(
    "params",
    [
        {"RuleType": "FORWARD", "DomainName": NAME},
        {"RuleType": "SYSTEM"},
        {"RuleType": "SYSTEM", "DomainName": NAME, "TargetIps": [{"Ip": "10.0.0.10"}]},
    ],
)
async def test_a_rule_is_whole(org: Accounts, params: dict[str, Any]) -> None:
    with refused("InvalidRequestException", "RSLVR-00702"):
        await org.resolver(SHARED, "CreateResolverRule", CreatorRequestId="r", **params)


async def test_a_request_id_makes_one_thing(org: Accounts) -> None:
    await endpoint(org)
    with refused("ResourceExistsException"):
        await endpoint(org)


async def test_lists_are_filtered_and_come_in_pages(org: Accounts) -> None:
    await endpoint(org, "INBOUND")
    await endpoint(org, "OUTBOUND")

    only = await org.resolver(
        SHARED,
        "ListResolverEndpoints",
        Filters=[{"Name": "Direction", "Values": ["INBOUND"]}],
    )
    first = await org.resolver(SHARED, "ListResolverEndpoints", MaxResults=1)
    rest = await org.resolver(SHARED, "ListResolverEndpoints", NextToken=first["NextToken"])

    assert [one["Direction"] for one in only["ResolverEndpoints"]] == ["INBOUND"]
    assert [one["Direction"] for one in rest["ResolverEndpoints"]] == ["OUTBOUND"]
    with refused("InvalidParameterException", "filter"):
        await org.resolver(
            SHARED, "ListResolverEndpoints", Filters=[{"Name": "colour", "Values": ["red"]}]
        )


async def test_queries_of_a_vpc_are_logged(org: Accounts) -> None:
    made = await org.resolver(
        SHARED,
        "CreateResolverQueryLogConfig",
        Name="dns",
        DestinationArn=LOG_GROUP,
        CreatorRequestId="dns",
    )
    name = made["ResolverQueryLogConfig"]["Id"]
    vpc, _ = await org.vpc(SHARED, "10.0.0.0/16")
    asked = {"ResolverQueryLogConfigId": name, "ResourceId": vpc}
    told = await org.resolver(SHARED, "AssociateResolverQueryLogConfig", **asked)
    org.tick()

    found = await org.resolver(
        SHARED,
        "GetResolverQueryLogConfigAssociation",
        ResolverQueryLogConfigAssociationId=told["ResolverQueryLogConfigAssociation"]["Id"],
    )
    assert found["ResolverQueryLogConfigAssociation"]["Status"] == "ACTIVE"
    with refused("ResourceExistsException"):
        await org.resolver(SHARED, "AssociateResolverQueryLogConfig", **asked)
    with refused("InvalidRequestException"):
        await org.resolver(
            SHARED, "DeleteResolverQueryLogConfig", ResolverQueryLogConfigId=name
        )
    await org.resolver(SHARED, "DisassociateResolverQueryLogConfig", **asked)
    await org.resolver(SHARED, "DeleteResolverQueryLogConfig", ResolverQueryLogConfigId=name)
    org.tick()
    assert (await org.resolver(SHARED, "ListResolverQueryLogConfigs"))["TotalCount"] == 0


async def test_a_log_goes_where_logs_can_go(org: Accounts) -> None:
    with refused("InvalidParameterException"):
        await org.resolver(
            SHARED,
            "CreateResolverQueryLogConfig",
            Name="dns",
            DestinationArn="arn:aws:sqs:eu-west-1:1:queue",
            CreatorRequestId="dns",
        )


async def test_endpoints_rules_and_logs_have_tags(org: Accounts) -> None:
    made = await rule(org)
    tags = [{"Key": "lob", "Value": "a"}, {"Key": "cost", "Value": "net"}]
    await org.resolver(SHARED, "TagResource", ResourceArn=made["Arn"], Tags=tags)
    await org.resolver(SHARED, "UntagResource", ResourceArn=made["Arn"], TagKeys=["cost"])

    found = await org.resolver(SHARED, "ListTagsForResource", ResourceArn=made["Arn"])

    assert found["Tags"] == tags[:1]
    with refused("AccessDeniedException"):
        await org.resolver(LOB_A, "ListTagsForResource", ResourceArn=made["Arn"])
