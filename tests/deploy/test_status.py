"""How everything is: every link that is missing is named, with what to do about it."""

from typing import Any

import pytest

from studiogate.deploy.applying import apply
from studiogate.deploy.judging import Judge
from studiogate.deploy.looking.checks import Check
from studiogate.deploy.looking.status import Status, status
from studiogate.foundation.stacks import Output, Stack, StackKey
from studiogate.landscape.model import Landscape
from tests.kit.deploy import (
    HUB,
    LOB_A,
    Town,
    acme,
    changed,
    composed,
    template,
    wish_of,
    world_of,
)
from tests.kit.deploy_engine import error
from tests.kit.deploy_links import Links

ACME, JUDGE = acme(), Judge()
TELLS = template(
    "tells",
    """\
    Resources:
      Vpc: {Type: "AWS::EC2::Thing"}
    Outputs:
      VpcId: {Value: vpc-a}
      AttachmentId: {Value: tgw-attach-a}
      PeeringId: {Value: pcx-a}
      LobsTable: {Value: rtb-lobs}
      HubTable: {Value: rtb-hub}
      RuleSts: {Value: rule-sts}
      RuleApi: {Value: rule-api}
      ZoneSts: {Value: Z1}
    """,
)


def with_links(landscape: Landscape) -> tuple[Stack, ...]:
    """The small stacks, and those by which the network of one lob is linked to the hub."""
    network, names = StackKey(HUB, "studiogate-network-hub"), StackKey(HUB, "studiogate-names")
    one = StackKey(LOB_A, "studiogate-network-lob-a")
    replaced = {
        network: Stack(network, TELLS, {}),
        one: Stack(one, TELLS, {}, after=(network,)),
    }
    told = {
        "AttachmentId": Output(one, "AttachmentId"),
        "PeeringId": Output(one, "PeeringId"),
        "AssociateWith": Output(network, "LobsTable"),
        "SpreadTo1": Output(network, "HubTable"),
    }
    rules = {f"Rule{word}": Output(names, f"Rule{word}") for word in ("Sts", "Api")}
    return (
        *(replaced.get(stack.key, stack) for stack in composed(landscape)),
        Stack(names, TELLS, {}),
        Stack(StackKey(HUB, "studiogate-joined-lob-a"), parameters_of(told), told),
        Stack(StackKey(LOB_A, "studiogate-names-lob-a"), parameters_of(rules), rules),
    )


def parameters_of(told: dict[str, Output]) -> Any:
    lines = "".join(f"  {name}: {{Type: String}}\n" for name in told)
    return template(
        "takes", f'Parameters:\n{lines}Resources:\n  R: {{Type: "AWS::EC2::Thing"}}\n'
    )


class Linked(Town):
    """A town in which the links are told by `Links`."""

    def __init__(self) -> None:
        super().__init__()
        self.links = Links()

    def client(self, account_id: str | None, service: Any) -> Any:
        linked = {"ram", "ec2", "route53", "route53resolver"}
        if service in linked or (service == "sagemaker" and self.looking):
            return self.links.client(str(account_id), service)
        return super().client(account_id, service)

    looking = False


@pytest.fixture
def town() -> Linked:
    town = Linked()
    wish = wish_of(ACME, compose=with_links, judge=JUDGE)
    apply(world_of(town), wish, show=lambda _plan: None)
    town.looking = True
    return town


def looked(town: Town, landscape: Landscape = ACME, **more: Any) -> Status:
    return status(world_of(town), landscape, with_links(landscape), **more)


def wrong(found: Status) -> list[Check]:
    return [one for one in found.checks if not one.ok]


def test_s2_24_when_everything_is_well_each_link_is_looked_at(town: Linked) -> None:
    found = looked(town)

    assert found.ok
    assert {one.what for one in found.checks if one.about == "lob-a"} >= {
        f"the hub shares the transit gateway with account {LOB_A}",
        f"the hub shares the forwarding rules with account {LOB_A}",
        "its VPC is attached to the transit gateway",
        "its attachment is associated with the route table of its role",
        "its routes are propagated to rtb-hub",
        "rule Sts is asked by its VPC",
        "domain forecasting has AppNetworkAccessType VpcOnly",
    }


def test_s2_41_a_share_that_is_pending_is_told_with_how_to_enable_sharing(town: Linked) -> None:
    town.links.shares["studiogate-transit-gateway"] = "ASSOCIATING"
    town.links.invitations = ["PENDING"]

    (one,) = wrong(looked(town))

    assert "invitation waits" in one.found
    assert "enable-sharing-with-aws-organization" in one.remedy


def test_a_share_that_is_missing_is_told(town: Linked) -> None:
    del town.links.shares["studiogate-names"]

    (one,) = wrong(looked(town))

    assert ("forwarding rules" in one.what, one.found) == (True, "there is no share")


@pytest.mark.parametrize(
    ("state", "remedy"),
    [("pendingAcceptance", "Accept"), ("pending", "Wait"), ("failed", "apply"), ("", "apply")],
)
def test_s2_42_an_attachment_that_is_not_available_is_told(
    town: Linked, state: str, remedy: str
) -> None:
    town.links.attachment = state

    first = wrong(looked(town))[0]

    assert first.what == "its VPC is attached to the transit gateway"
    assert (state or "there is none") in first.found
    assert remedy in first.remedy


@pytest.mark.parametrize("table", ["", "rtb-corporate"])
def test_s2_43_an_association_with_none_or_another_table_is_told(
    town: Linked, table: str
) -> None:
    town.links.table = table
    town.links.association = "associated" if table else ""

    (one,) = wrong(looked(town))

    assert one.what == "its attachment is associated with the route table of its role"
    assert "rtb-lobs" in one.remedy


def test_s2_44_a_propagation_that_is_missing_is_told(town: Linked) -> None:
    town.links.propagated.clear()

    (one,) = wrong(looked(town))

    assert (one.what, one.found) == ("its routes are propagated to rtb-hub", "not propagated")


def test_s2_25_a_rule_that_is_shared_and_not_associated_is_a_finding(town: Linked) -> None:
    del town.links.rules_asked["rule-sts"]
    town.links.rules_seen.discard("rule-api")

    found = {one.what: one.found for one in wrong(looked(town))}

    assert found == {
        "rule Sts is asked by its VPC": "rule-sts is shared and not associated",
        "rule Api is asked by its VPC": f"rule-api is not shared with account {LOB_A}",
    }


def test_a_zone_that_the_hub_does_not_see_is_told(town: Linked) -> None:
    town.links.zones.clear()

    (one,) = wrong(looked(town))

    assert (one.about, one.what) == ("hub", "zone Sts is seen by the hub's VPC")


def test_a_domain_that_is_not_private_is_told(town: Linked) -> None:
    town.links.domain["AppNetworkAccessType"] = "PublicInternetOnly"

    found = wrong(looked(town))

    assert {one.found for one in found} == {"PublicInternetOnly"}
    assert {one.about for one in found} == {"lob-a", "lob-b"}


def test_s1_08_a_domain_whose_sessions_carry_no_profile_is_told(town: Linked) -> None:
    town.links.domain["DomainSettings"] = {"ExecutionRoleIdentityConfig": "DISABLED"}

    found = wrong(looked(town))

    assert {(one.found, one.remedy) for one in found} == {
        ("DISABLED", "Run `studiogate apply`.")
    }
    assert all("ExecutionRoleIdentityConfig" in one.what for one in found)


def test_s1_23_a_peering_that_nobody_accepted_is_told(town: Linked) -> None:
    peering = changed(("connect: transit-gateway", "connect: vpc-peering"))
    town.links.peering = "pending-acceptance"

    found = wrong(looked(town, peering))

    assert [(one.what, one.found) for one in found] == [
        ("its VPC is peered with the hub", "pcx-a: pending-acceptance")
    ]


def test_what_cannot_be_looked_at_is_neither_well_nor_missing(town: Linked) -> None:
    town.links.refuses["list_resolver_rules"] = error("ListResolverRules", "AccessDenied", "no")

    (one,) = wrong(looked(town))

    assert one.ok is None
    assert "route53resolver:ListResolverRules" in one.found


def test_stacks_that_are_missing_failed_or_left_over_are_told(town: Linked) -> None:
    town.cloudformation[HUB].stacks["studiogate-gateway"].status = "UPDATE_ROLLBACK_FAILED"
    del town.cloudformation[LOB_A].stacks["studiogate-access"]
    engine = town.cloudformation[HUB]
    tags = engine.stacks["studiogate-gateway"].tags
    engine._new("studiogate-old").status = "CREATE_COMPLETE"
    engine.stacks["studiogate-old"].tags = dict(tags)

    found = {one.key.name: one for one in looked(town).stacks if not one.ok}

    assert {name: one.status for name, one in found.items()} == {
        "studiogate-gateway": "UPDATE_ROLLBACK_FAILED",
        "studiogate-access": "missing",
        "studiogate-old": "CREATE_COMPLETE",
    }
    assert all(one.remedy for one in found.values())


def test_drift_is_found_by_cloudformation_and_told_by_property(town: Linked) -> None:
    town.cloudformation[LOB_A].drifts["studiogate-access"] = [
        {
            "LogicalResourceId": "Presign",
            "ResourceType": "AWS::IAM::Role",
            "StackResourceDriftStatus": "MODIFIED",
            "PropertyDifferences": [
                {"PropertyPath": "/Policies/0", "ExpectedValue": "a", "ActualValue": "b"}
            ],
        }
    ]

    found = looked(town, with_drift=True)

    (drifted,) = (one for one in found.stacks if one.drifted)
    assert drifted.key == StackKey(LOB_A, "studiogate-access")
    assert drifted.drifted[0].what == ("/Policies/0: expected a, is b",)
    assert not found.ok
    assert town.asked("detect_stack_drift") == len(found.stacks)
