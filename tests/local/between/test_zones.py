"""Hosted zones: records, and the VPCs of other accounts that see them."""

from typing import Any

import pytest

from tests.kit.between import LOB_A, LOB_B, SHARED, Accounts, refused

NAME = "api1.execute-api.eu-west-1.amazonaws.com"


def seer(vpc: str) -> dict[str, str]:
    return {"VPCRegion": "eu-west-1", "VPCId": vpc}


async def zone(org: Accounts, name: str = NAME, reference: str = "once") -> tuple[str, str]:
    """A private zone of the hub's; its id and the hub's VPC."""
    vpc, _ = await org.vpc(SHARED, "10.0.0.0/16")
    made = await org.dns(
        SHARED, "CreateHostedZone", Name=name, CallerReference=reference, VPC=seer(vpc)
    )
    return made["HostedZone"]["Id"], vpc


def record(name: str = f"x.{NAME}", kind: str = "A", value: str = "10.0.0.4") -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}


async def change(org: Accounts, name: str, *changes: tuple[str, dict[str, Any]]) -> Any:
    return await org.dns(
        SHARED,
        "ChangeResourceRecordSets",
        HostedZoneId=name,
        ChangeBatch={
            "Changes": [{"Action": action, "ResourceRecordSet": one} for action, one in changes]
        },
    )


async def listed(org: Accounts, name: str, **more: Any) -> list[tuple[str, str]]:
    found = await org.dns(SHARED, "ListResourceRecordSets", HostedZoneId=name, **more)
    return [(one["Name"], one["Type"]) for one in found["ResourceRecordSets"]]


async def test_a_private_zone_is_seen_by_its_vpc(org: Accounts) -> None:
    name, vpc = await zone(org)

    found = await org.dns(SHARED, "GetHostedZone", Id=name)
    seen = await org.dns(SHARED, "ListHostedZonesByVPC", **seer(vpc))

    assert found["HostedZone"]["Name"] == f"{NAME}."
    assert found["HostedZone"]["Config"]["PrivateZone"] is True
    assert found["HostedZone"]["ResourceRecordSetCount"] == 2
    assert found["VPCs"] == [seer(vpc)]
    assert [one["Owner"]["OwningAccount"] for one in seen["HostedZoneSummaries"]] == [SHARED]


async def test_a_change_takes_a_moment(org: Accounts) -> None:
    name, _ = await zone(org)
    made = await change(org, name, ("CREATE", record()))
    told = made["ChangeInfo"]

    assert told["Status"] == "PENDING"
    org.tick()
    found = await org.dns(SHARED, "GetChange", Id=told["Id"])
    assert found["ChangeInfo"]["Status"] == "INSYNC"
    with refused("NoSuchChange"):
        await org.dns(LOB_A, "GetChange", Id=told["Id"])


async def test_records_are_created_changed_and_deleted(org: Accounts) -> None:
    name, _ = await zone(org)
    await change(org, name, ("CREATE", record()), ("UPSERT", record(f"*.{NAME}")))
    assert await listed(org, name) == [
        (f"{NAME}.", "NS"),
        (f"{NAME}.", "SOA"),
        (f"\\052.{NAME}.", "A"),
        (f"x.{NAME}.", "A"),
    ]

    await change(org, name, ("UPSERT", record(value="10.0.0.5")))
    with refused("InvalidChangeBatch", "values provided do not match the current values"):
        await change(org, name, ("DELETE", record()))
    await change(org, name, ("DELETE", record(value="10.0.0.5")))
    assert await listed(org, name, StartRecordName=f"x.{NAME}") == []


@pytest.mark.parametrize(
    ("action", "one", "why"),
    [
        ("CREATE", record(), "but it already exists"),
        ("DELETE", record(f"y.{NAME}"), "but it was not found"),
        ("CREATE", record("elsewhere.example.com"), "is not permitted in zone"),
        ("CREATE", record(NAME, "CNAME", "a.example"), "is not permitted at apex"),
        ("CREATE", record(f"x.{NAME}", "CNAME", "a.example"), "conflicts with other records"),
        ("CREATE", record(f"z.{NAME}", "A", "10.0.0.256"), "not a valid IPv4 address"),
    ],
)
async def test_a_batch_with_one_wrong_change_does_nothing(
    org: Accounts, action: str, one: dict[str, Any], why: str
) -> None:
    name, _ = await zone(org)
    await change(org, name, ("CREATE", record()))
    before = await listed(org, name)

    with refused("InvalidChangeBatch", why):
        await change(org, name, ("CREATE", record(f"new.{NAME}")), (action, one))

    assert await listed(org, name) == before


async def test_the_records_every_zone_has_stay(org: Accounts) -> None:
    name, _ = await zone(org)
    found = await org.dns(SHARED, "ListResourceRecordSets", HostedZoneId=name)

    for standing in found["ResourceRecordSets"]:
        with refused("InvalidChangeBatch", "A HostedZone must contain"):
            await change(org, name, ("DELETE", standing))


async def test_an_alias_leads_to_an_endpoint_of_the_same_account(org: Accounts) -> None:
    name, vpc = await zone(org)
    made = await org.ec2(
        SHARED,
        "CreateVpcEndpoint",
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.eu-west-1.execute-api",
    )
    entry = made["VpcEndpoint"]["DnsEntries"][0]
    assert entry["DnsName"].endswith(".execute-api.eu-west-1.vpce.amazonaws.com")

    def alias(target: str) -> dict[str, Any]:
        where = {
            "HostedZoneId": entry["HostedZoneId"],
            "DNSName": target,
            "EvaluateTargetHealth": False,
        }
        return {"Name": NAME, "Type": "A", "AliasTarget": where}

    await change(org, name, ("CREATE", alias(entry["DnsName"])))
    with refused("InvalidChangeBatch", "does not lie within the target zone"):
        await change(org, name, ("UPSERT", alias("vpce-0.execute-api.example.com")))
    await org.ec2(
        SHARED, "DeleteVpcEndpoints", VpcEndpointIds=[made["VpcEndpoint"]["VpcEndpointId"]]
    )
    await change(org, name, ("DELETE", alias(entry["DnsName"])))


async def test_an_alias_within_the_zone_needs_its_target(org: Accounts) -> None:
    name, _ = await zone(org)
    where = {
        "HostedZoneId": name.rpartition("/")[2],
        "DNSName": f"x.{NAME}",
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": f"y.{NAME}", "Type": "A", "AliasTarget": where}

    with refused("InvalidChangeBatch", "that target was not found"):
        await change(org, name, ("CREATE", alias))
    await change(org, name, ("CREATE", record()))
    await change(org, name, ("CREATE", alias))


async def test_a_zone_with_records_stays(org: Accounts) -> None:
    name, _ = await zone(org)
    await change(org, name, ("CREATE", record()))

    with refused("HostedZoneNotEmpty", "contains non-required resource record sets"):
        await org.dns(SHARED, "DeleteHostedZone", Id=name)
    await change(org, name, ("DELETE", record()))
    await org.dns(SHARED, "DeleteHostedZone", Id=name)
    with refused("NoSuchHostedZone", "No hosted zone found with ID"):
        await org.dns(SHARED, "GetHostedZone", Id=name)


async def test_a_vpc_of_another_account_sees_a_zone_only_when_authorised(org: Accounts) -> None:
    name, _ = await zone(org)
    theirs, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    asked = {"HostedZoneId": name, "VPC": seer(theirs)}

    with refused("NotAuthorizedException", f"The VPC: {theirs} has not authorized"):
        await org.dns(LOB_A, "AssociateVPCWithHostedZone", **asked)
    await org.dns(SHARED, "CreateVPCAssociationAuthorization", **asked)
    with refused("NotAuthorizedException"):
        await org.dns(SHARED, "AssociateVPCWithHostedZone", **asked)
    with refused("NotAuthorizedException"):
        await org.dns(LOB_B, "AssociateVPCWithHostedZone", **asked)
    await org.dns(LOB_A, "AssociateVPCWithHostedZone", **asked)

    seen = await org.dns(LOB_A, "ListHostedZonesByVPC", **seer(theirs))
    assert [one["Name"] for one in seen["HostedZoneSummaries"]] == [f"{NAME}."]
    with refused("ConflictingDomainExists", "has already been associated"):
        await org.dns(LOB_A, "AssociateVPCWithHostedZone", **asked)


async def test_an_association_outlives_its_authorisation_and_ends_by_either_side(
    org: Accounts,
) -> None:
    name, hub = await zone(org)
    theirs, _ = await org.vpc(LOB_A, "10.100.0.0/16")
    asked = {"HostedZoneId": name, "VPC": seer(theirs)}
    await org.dns(SHARED, "CreateVPCAssociationAuthorization", **asked)
    await org.dns(LOB_A, "AssociateVPCWithHostedZone", **asked)

    await org.dns(SHARED, "DeleteVPCAssociationAuthorization", **asked)
    with refused("VPCAssociationAuthorizationNotFound"):
        await org.dns(SHARED, "DeleteVPCAssociationAuthorization", **asked)
    found = await org.dns(SHARED, "GetHostedZone", Id=name)
    assert found["VPCs"] == [seer(hub), seer(theirs)]
    await org.dns(LOB_A, "DisassociateVPCFromHostedZone", **asked)
    with refused("VPCAssociationNotFound"):
        await org.dns(SHARED, "DisassociateVPCFromHostedZone", **asked)
    with refused("LastVPCAssociation"):
        await org.dns(SHARED, "DisassociateVPCFromHostedZone", HostedZoneId=name, VPC=seer(hub))


async def test_a_zone_is_made_for_a_vpc_of_ones_own(org: Accounts) -> None:
    theirs, _ = await org.vpc(LOB_A, "10.100.0.0/16")

    with refused("NotAuthorizedException"):
        await org.dns(
            SHARED, "CreateHostedZone", Name=NAME, CallerReference="1", VPC=seer(theirs)
        )
    with refused("InvalidVPCId"):
        await org.dns(
            SHARED, "CreateHostedZone", Name=NAME, CallerReference="1", VPC=seer("vpc-0")
        )


async def test_one_vpc_sees_one_zone_of_a_name(org: Accounts) -> None:
    _, vpc = await zone(org)

    with refused("ConflictingDomainExists"):
        await org.dns(
            SHARED, "CreateHostedZone", Name=NAME, CallerReference="two", VPC=seer(vpc)
        )
    with refused("HostedZoneAlreadyExists"):
        await org.dns(SHARED, "CreateHostedZone", Name="other.example", CallerReference="once")


async def test_a_zone_is_not_shown_to_others(org: Accounts) -> None:
    name, _ = await zone(org)

    with refused("AccessDenied"):
        await org.dns(LOB_A, "GetHostedZone", Id=name)
    with refused("AccessDenied"):
        await org.dns(LOB_A, "DeleteHostedZone", Id=name)
    assert (await org.dns(LOB_A, "ListHostedZones"))["HostedZones"] == []


async def test_zones_are_listed_in_pages_by_id_and_by_name(org: Accounts) -> None:
    for number, name in enumerate(("b.example", "a.example", "x.b.example")):
        await org.dns(SHARED, "CreateHostedZone", Name=name, CallerReference=str(number))

    by_name = await org.dns(SHARED, "ListHostedZonesByName", MaxItems="2")
    rest = await org.dns(
        SHARED,
        "ListHostedZonesByName",
        DNSName=by_name["NextDNSName"],
        HostedZoneId=by_name["NextHostedZoneId"],
    )
    first = await org.dns(SHARED, "ListHostedZones", MaxItems="2")
    second = await org.dns(SHARED, "ListHostedZones", Marker=first["NextMarker"])

    names = [one["Name"] for one in (*by_name["HostedZones"], *rest["HostedZones"])]
    assert names == ["a.example.", "b.example.", "x.b.example."]
    every = [one["Id"] for one in (*first["HostedZones"], *second["HostedZones"])]
    assert len(set(every)) == 3


async def test_comments_and_tags_change(org: Accounts) -> None:
    name, _ = await zone(org)
    bare = name.rpartition("/")[2]
    await org.dns(SHARED, "UpdateHostedZoneComment", Id=name, Comment="the API")
    await org.dns(
        SHARED,
        "ChangeTagsForResource",
        ResourceType="hostedzone",
        ResourceId=bare,
        AddTags=[{"Key": "lob", "Value": "a"}, {"Key": "cost", "Value": "net"}],
    )
    await org.dns(
        SHARED,
        "ChangeTagsForResource",
        ResourceType="hostedzone",
        ResourceId=bare,
        RemoveTagKeys=["cost"],
    )

    found = await org.dns(SHARED, "GetHostedZone", Id=name)
    tags = await org.dns(
        SHARED, "ListTagsForResource", ResourceType="hostedzone", ResourceId=bare
    )
    assert found["HostedZone"]["Config"]["Comment"] == "the API"
    assert tags["ResourceTagSet"]["Tags"] == [{"Key": "lob", "Value": "a"}]


@pytest.mark.parametrize("name", ["a..example", "-a.example", "a" * 64 + ".example", "a b.c"])
async def test_a_zone_has_the_name_of_a_domain(org: Accounts, name: str) -> None:
    with refused("InvalidDomainName"):
        await org.dns(SHARED, "CreateHostedZone", Name=name, CallerReference="1")
