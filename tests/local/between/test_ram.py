"""Resource shares: whom they reach, who is invited, and what ends when they end."""

from typing import Any

import pytest

from tests.kit.between import LOB_A, LOB_B, MANAGEMENT, OUTSIDER, SHARED, Accounts, refused

WITHIN = "can only be shared within your AWS Organization"


async def gateway_arn(org: Accounts) -> str:
    return f"arn:aws:ec2:eu-west-1:{SHARED}:transit-gateway/{await org.gateway()}"


async def share(org: Accounts, *principals: str, **more: Any) -> str:
    made = await org.ram(
        SHARED,
        "CreateResourceShare",
        name="hub",
        principals=list(principals),
        resourceArns=[await gateway_arn(org)],
        **more,
    )
    org.tick()
    return str(made["resourceShare"]["resourceShareArn"])


async def reached(org: Accounts, account: str) -> list[str]:
    found = await org.ram(account, "GetResourceShares", resourceOwner="OTHER-ACCOUNTS")
    return [one["name"] for one in found["resourceShares"]]


async def principals(org: Accounts) -> dict[str, tuple[str, bool]]:
    found = await org.ram(SHARED, "GetResourceShareAssociations", associationType="PRINCIPAL")
    rows = found["resourceShareAssociations"]
    return {one["associatedEntity"]: (one["status"], one["external"]) for one in rows}


async def test_s2_41_within_the_organisation_nobody_is_invited(org: Accounts) -> None:
    await org.ram(MANAGEMENT, "EnableSharingWithAwsOrganization")
    await share(org, LOB_A, allowExternalPrincipals=False)

    assert await principals(org) == {LOB_A: ("ASSOCIATED", False)}
    assert await reached(org, LOB_A) == ["hub"]
    assert await reached(org, LOB_B) == []
    found = await org.ram(LOB_A, "GetResourceShareInvitations")
    assert found["resourceShareInvitations"] == []


async def test_s2_41_with_sharing_off_an_invitation_is_pending(org: Accounts) -> None:
    await share(org, LOB_A)

    assert await principals(org) == {LOB_A: ("ASSOCIATING", True)}
    assert await reached(org, LOB_A) == []
    found = await org.ram(LOB_A, "GetResourceShareInvitations")
    (invitation,) = found["resourceShareInvitations"]
    assert (invitation["status"], invitation["senderAccountId"]) == ("PENDING", SHARED)


async def test_an_invitation_is_answered_once_and_by_whom_it_is_for(org: Accounts) -> None:
    await share(org, LOB_A, LOB_B)
    found = await org.ram(LOB_A, "GetResourceShareInvitations")
    name = found["resourceShareInvitations"][0]["resourceShareInvitationArn"]

    with refused("AccessDeniedException", "no resource-based policy"):
        await org.ram(LOB_B, "AcceptResourceShareInvitation", resourceShareInvitationArn=name)
    await org.ram(LOB_A, "AcceptResourceShareInvitation", resourceShareInvitationArn=name)
    org.tick()
    with refused("ResourceShareInvitationAlreadyAcceptedException"):
        await org.ram(LOB_A, "RejectResourceShareInvitation", resourceShareInvitationArn=name)
    assert await reached(org, LOB_A) == ["hub"]
    assert await reached(org, LOB_B) == []


async def test_a_rejected_invitation_reaches_nobody(org: Accounts) -> None:
    await share(org, LOB_A)
    found = await org.ram(LOB_A, "GetResourceShareInvitations")
    name = found["resourceShareInvitations"][0]["resourceShareInvitationArn"]

    await org.ram(LOB_A, "RejectResourceShareInvitation", resourceShareInvitationArn=name)
    org.tick()

    assert await reached(org, LOB_A) == []
    assert await principals(org) == {LOB_A: ("DISASSOCIATED", True)}


@pytest.mark.parametrize("enabled", [True, False], ids=["outside", "sharing is off"])
async def test_a_closed_share_takes_nobody_from_outside(
    org: Accounts, *, enabled: bool
) -> None:
    if enabled:
        await org.ram(MANAGEMENT, "EnableSharingWithAwsOrganization")

    with refused("OperationNotPermittedException", WITHIN):
        await share(org, OUTSIDER if enabled else LOB_A, allowExternalPrincipals=False)

    assert org.between.shares.shares == {}


async def test_an_open_share_invites_who_is_outside(org: Accounts) -> None:
    await org.ram(MANAGEMENT, "EnableSharingWithAwsOrganization")
    arn = await share(org, OUTSIDER)

    assert await principals(org) == {OUTSIDER: ("ASSOCIATING", True)}
    with refused("OperationNotPermittedException", WITHIN):
        await org.ram(
            SHARED, "UpdateResourceShare", resourceShareArn=arn, allowExternalPrincipals=False
        )


async def test_only_the_management_account_turns_sharing_on(org: Accounts) -> None:
    with refused("OperationNotPermittedException"):
        await org.ram(SHARED, "EnableSharingWithAwsOrganization")

    assert not org.between.shares.enabled


@pytest.mark.parametrize("whole", [True, False], ids=["organisation", "unit"])
async def test_a_share_with_the_organisation_or_a_unit_reaches_its_accounts(
    org: Accounts, *, whole: bool
) -> None:
    await org.ram(MANAGEMENT, "EnableSharingWithAwsOrganization")
    path = org.between.shares.organisation.path(LOB_A).strip("/").split("/")
    stem = f"arn:aws:organizations::{MANAGEMENT}"
    unit = f"{stem}:organization/{path[0]}" if whole else f"{stem}:ou/{path[0]}/{path[-1]}"

    await share(org, unit, allowExternalPrincipals=False)

    assert await reached(org, LOB_A) == ["hub"]
    assert await reached(org, OUTSIDER) == []


async def test_an_organisation_is_unknown_while_sharing_with_it_is_off(org: Accounts) -> None:
    name = org.between.shares.organisation.id

    with refused("UnknownResourceException", f"Organization {name} could not be found"):
        await share(org, f"arn:aws:organizations::{MANAGEMENT}:organization/{name}")


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("tgw-1", "MalformedArnException"),
        (f"arn:aws:ec2:eu-west-1:{SHARED}:subnet/subnet-1", "InvalidParameterException"),
        (f"arn:aws:ec2:eu-west-1:{SHARED}:transit-gateway/tgw-1", "UnknownResourceException"),
    ],
)
async def test_only_what_the_caller_has_is_shared(org: Accounts, arn: str, code: str) -> None:
    with refused(code):
        await org.ram(SHARED, "CreateResourceShare", name="hub", resourceArns=[arn])


async def test_nobody_shares_what_somebody_else_has(org: Accounts) -> None:
    arn = await gateway_arn(org)
    await org.shared(arn, LOB_A)

    with refused("UnknownResourceException", "could not be found"):
        await org.ram(LOB_A, "CreateResourceShare", name="mine", resourceArns=[arn])
    with refused("InvalidParameterException", "its own account"):
        await share(org, SHARED)


async def test_both_sides_see_what_is_shared(org: Accounts) -> None:
    arn = await gateway_arn(org)
    await org.shared(arn, LOB_A, LOB_B)

    mine = await org.ram(SHARED, "ListPrincipals", resourceOwner="SELF")
    theirs = await org.ram(LOB_A, "ListPrincipals", resourceOwner="OTHER-ACCOUNTS")
    things = await org.ram(LOB_A, "ListResources", resourceOwner="OTHER-ACCOUNTS")

    assert {one["id"] for one in mine["principals"]} == {LOB_A, LOB_B}
    assert [one["id"] for one in theirs["principals"]] == [SHARED]
    assert [(one["arn"], one["type"]) for one in things["resources"]] == [
        (arn, "ec2:TransitGateway")
    ]


async def test_lists_come_in_pages(org: Accounts) -> None:
    await org.shared(await gateway_arn(org), LOB_A, LOB_B)

    first = await org.ram(SHARED, "ListPrincipals", resourceOwner="SELF", maxResults=1)
    second = await org.ram(
        SHARED,
        "ListPrincipals",
        resourceOwner="SELF",
        maxResults=1,
        nextToken=first["nextToken"],
    )

    assert [one["id"] for one in first["principals"] + second["principals"]] == [LOB_A, LOB_B]
    assert "nextToken" not in second
    with refused("InvalidNextTokenException"):
        await org.ram(SHARED, "ListPrincipals", resourceOwner="SELF", nextToken="elsewhere")


async def test_principals_and_resources_come_and_go(org: Accounts) -> None:
    arn = await org.shared(await gateway_arn(org), LOB_A)
    await org.ram(
        SHARED, "AssociateResourceShare", resourceShareArn=arn, principals=[LOB_A, LOB_B]
    )
    org.tick()
    assert await reached(org, LOB_B) == ["hub"]

    gone = await org.ram(
        SHARED, "DisassociateResourceShare", resourceShareArn=arn, principals=[LOB_A]
    )
    assert gone["resourceShareAssociations"][0]["status"] == "DISASSOCIATING"
    org.tick()
    assert await reached(org, LOB_A) == []
    with refused("UnknownResourceException"):
        await org.ram(
            SHARED, "DisassociateResourceShare", resourceShareArn=arn, principals=[LOB_A]
        )


async def test_a_deleted_share_is_shown_as_such_and_cannot_be_used(org: Accounts) -> None:
    arn = await org.shared(await gateway_arn(org), LOB_A)

    await org.ram(SHARED, "DeleteResourceShare", resourceShareArn=arn)
    org.tick()

    found = await org.ram(SHARED, "GetResourceShares", resourceOwner="SELF")
    assert [one["status"] for one in found["resourceShares"]] == ["DELETED"]
    assert await reached(org, LOB_A) == []
    with refused("UnknownResourceException"):
        await org.ram(SHARED, "DeleteResourceShare", resourceShareArn=arn)


async def test_one_token_makes_one_share(org: Accounts) -> None:
    made = [
        await org.ram(SHARED, "CreateResourceShare", name="hub", clientToken="once")
        for _ in range(2)
    ]

    assert made[0]["resourceShare"] == made[1]["resourceShare"]


async def test_a_share_is_its_owners_to_change(org: Accounts) -> None:
    arn = await org.shared(await gateway_arn(org), LOB_A)

    with refused("AccessDeniedException", "no resource-based policy"):
        await org.ram(LOB_A, "DeleteResourceShare", resourceShareArn=arn)


async def test_tags_are_the_owners(org: Accounts) -> None:
    arn = await org.shared(
        await gateway_arn(org), LOB_A, tags=[{"key": "cost", "value": "net"}]
    )
    await org.ram(
        SHARED, "TagResource", resourceShareArn=arn, tags=[{"key": "lob", "value": "a"}]
    )
    await org.ram(SHARED, "UntagResource", resourceShareArn=arn, tagKeys=["cost"])

    mine = await org.ram(SHARED, "GetResourceShares", resourceOwner="SELF")
    theirs = await org.ram(LOB_A, "GetResourceShares", resourceOwner="OTHER-ACCOUNTS")
    assert mine["resourceShares"][0]["tags"] == [{"key": "lob", "value": "a"}]
    assert theirs["resourceShares"][0]["tags"] == []


async def test_a_parameter_nobody_looks_at_is_refused(org: Accounts) -> None:
    with refused("InvalidParameterException", "permissionArns of CreateResourceShare"):
        await org.ram(SHARED, "CreateResourceShare", name="hub", permissionArns=["arn:x"])
    with refused("UnknownOperationException", "GetPermission"):
        await org.ram(SHARED, "GetPermission", permissionArn="arn:x")
