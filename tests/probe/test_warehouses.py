"""What the doctor finds between notebooks and warehouses: each fault by name, and no others."""

from typing import Any

import pytest

from studiogate.errors import Denied
from studiogate.landscape.people import Person
from studiogate.probe.warehouse_reading import told
from studiogate.probe.warehouse_ways import judged
from studiogate.probe.warehouses import Finding, Judged
from tests.kit.deploy_engine import error
from tests.kit.described import APPS, NODES, tcp
from tests.kit.producers import Producers
from tests.kit.topology import MANNERS

LOB_A, DATA = "222222222222", "444444444444"


def asked(there: Producers) -> Judged:
    accounts: Any = there
    return judged(there.landscape, told(there.landscape, accounts))


def only(there: Producers) -> Finding:
    (found,) = asked(there).findings
    return found


@pytest.mark.parametrize("manner", MANNERS)
def test_s1_01_a_way_names_two_accounts_and_a_region_and_nothing_is_wrong(manner: str) -> None:
    found = asked(Producers(manner))

    (way,) = found.ways
    assert (way.warehouse, way.lob, way.domain) == ("sales", "lob-a", "forecasting")
    assert (way.producer, way.consumer, way.region) == (DATA, LOB_A, "eu-west-1")
    assert way.reaches
    assert found.ok
    assert found.findings == ()


def test_nobody_is_asked_about_what_nobody_reads() -> None:
    there = Producers(warehouse={"readers": {}})

    assert asked(there) == Judged((), ())
    assert there.asked == []


def test_only_accounts_with_a_part_in_it_are_asked() -> None:
    there = Producers()

    asked(there)

    assert {account for account, _, _ in there.asked} == {LOB_A, DATA, "111111111111"}
    assert len(there.asked) < 40


def test_a_workgroup_is_found_and_reached_like_a_cluster() -> None:
    there = Producers(
        warehouse={
            "cluster": None,
            "workgroup": "sales",
            "workgroup_id": "5c0c3a9e-2b7d-4f0e-9a51-0d6f1e2b3c4d",
        }
    )
    assert asked(there) == Judged(asked(Producers()).ways, ())

    there.workgroups["sales"]["publiclyAccessible"] = True
    assert only(there).what == "the workgroup is publicly accessible"
    there.workgroups.clear()
    assert only(there).what == "there is no workgroup called 'sales' in eu-west-1"


def test_s1_14_a_reader_who_is_called_like_the_administrator_is_named() -> None:
    there = Producers()
    people = {name: Person(lob=lob) for name, lob in (("awsuser", "lob-a"), ("root", "lob-b"))}
    there.landscape = there.landscape.model_copy(update={"people": people})
    assert asked(there).ok

    there.clusters["sales"]["MasterUsername"] = "awsuser"
    assert "'awsuser' is called like the cluster's administrator" in only(there).what
    there.clusters["sales"]["MasterUsername"] = "root"  # who does not read it
    assert asked(there).ok


@pytest.mark.parametrize(
    ("node", "advice", "says"),
    [
        ("ra3.large", True, "can share its data"),
        ("rg.xlarge", True, "can share its data"),
        ("dc2.large", True, "on its way out"),
        ("ds2.xlarge", False, "retired"),
    ],
)
def test_s1_02_node_types_are_told_what_they_mean(node: str, advice: Any, says: str) -> None:
    there = Producers()
    there.clusters["sales"]["NodeType"] = node

    found = asked(there)

    assert found.ways[0].reaches, "whatever the type"
    (finding,) = found.findings
    assert says in finding.what
    assert finding.advice is advice
    assert found.ok is advice


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("PubliclyAccessible", True, "publicly accessible"),
        ("ClusterStatus", "paused", "the cluster is paused"),
    ],
)
def test_s1_03_a_cluster_that_is_public_or_does_not_run_is_named(
    key: str, value: Any, says: str
) -> None:
    there = Producers()
    there.clusters["sales"][key] = value

    found = only(there)

    assert says in found.what
    assert (found.warehouse, found.where) == ("sales", f"account {DATA}")


def test_s1_01_a_cluster_that_is_not_in_this_account_and_region_is_absent() -> None:
    there = Producers()
    there.clusters.clear()

    found = asked(there)

    assert [one.what for one in found.findings] == [
        "there is no cluster called 'sales' in eu-west-1"
    ]
    assert (found.ways[0].reaches, found.ways[0].said) == (
        False,
        "the warehouse sales is not there",
    )


def test_a_domain_that_is_not_there_is_absent() -> None:
    there = Producers()
    del there.domains["forecasting"]

    assert only(there).what == "there is no such domain"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"AppNetworkAccessType": "PublicInternetOnly"}, "PublicInternetOnly"),
        ({"AuthMode": "SSO"}, "signs people in by SSO"),
        ({"DomainSettings": {}}, "ExecutionRoleIdentityConfig is DISABLED"),
    ],
)
def test_s1_05_s1_06_s1_08_settings_of_a_domain_that_keep_readers_out_are_named(
    changes: dict[str, Any], says: str
) -> None:
    there = Producers()
    there.domains["forecasting"] |= changes

    found = only(there)

    assert says in found.what
    assert found.where == f"account {LOB_A}, domain forecasting"


def test_s1_09_apps_that_hold_back_the_change_are_listed_and_ended_ones_are_not() -> None:
    there = Producers()
    there.domains["forecasting"]["DomainSettings"] = {}
    lab = {"AppType": "JupyterLab"}
    there.apps = [
        {**lab, "SpaceName": "ada", "Status": "InService"},
        {**lab, "UserProfileName": "bob", "Status": "Pending"},
        {**lab, "UserProfileName": "eve", "Status": "Deleted"},
    ]

    remedy = only(there).remedy

    assert "End the apps that run (ada/JupyterLab, bob/JupyterLab), then" in remedy
    assert "eve" not in remedy


@pytest.mark.parametrize("manner", MANNERS)
def test_s1_24_s1_25_a_route_that_is_missing_is_named_with_where_to_add_it(
    manner: str,
) -> None:
    for network, to, back in (("lob-a", "10.200.0.0/16", ""), ("data", "10.100.0.0/16", "on")):
        there = Producers(manner)
        (table, _) = there.network.drop_routes(network, to)

        found = only(there)

        assert f"do not reach it: {back}" in found.what
        assert f"the route table {table}" in found.what
        assert f"Add the route {to} by" in found.remedy
        assert found.where.endswith(table)


def test_s1_23_a_peering_that_waits_is_named_with_who_accepts_it() -> None:
    there = Producers("vpc-peering")
    for row in there.network.rows[LOB_A, "DescribeVpcPeeringConnections"]:
        row["Status"]["Code"] = "pending-acceptance"

    found = only(there)

    assert "pending-acceptance" in found.what
    assert found.remedy.endswith(f"in account {DATA}.")


def test_f_63_a_security_group_that_lets_nobody_in_is_named_with_the_rule() -> None:
    there = Producers()
    there.network.group(NODES.format("data"))["IpPermissions"] = []

    assert "ingress rule TCP 5439 from 10.100.0.0/16" in only(there).remedy


def test_s1_26_a_way_to_the_internet_on_its_subnets_contradicts_s1_03() -> None:
    there = Producers()
    table = there.network.of("data", "DescribeRouteTables")[0]
    table["Routes"].append({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"})

    found = only(there)

    assert "is no private subnet: it has the route 0.0.0.0/0 by igw-1" in found.what
    assert found.where == f"account {DATA}, {table['RouteTableId']}"


def test_s1_27_apps_that_cannot_mount_their_homes_are_named() -> None:
    there = Producers()
    there.network.group(APPS.format("lob-a"))["IpPermissionsEgress"] = [tcp(5439, "0.0.0.0/0")]

    assert "TCP 2049 (NFS)" in only(there).what


@pytest.mark.parametrize("service", ["sts", "redshift", "redshift-data"])
def test_s2_17_f_63_an_endpoint_that_notebooks_need_and_the_hub_lacks_is_named(
    service: str,
) -> None:
    there = Producers()
    for row in there.network.rows["111111111111", "DescribeVpcEndpoints"]:
        if row["ServiceName"].endswith(f".{service}"):
            row["State"] = "deleted"

    assert f"no endpoint of com.amazonaws.eu-west-1.{service} that" in only(there).what


def test_a_cluster_in_another_network_than_declared_is_named() -> None:
    there = Producers()
    for row in there.network.of("data", "DescribeVpcs"):
        row["CidrBlockAssociationSet"] = [{"CidrBlock": "10.200.0.0/17"}]

    says = [one.what for one in asked(there).findings]

    assert any("the landscape says data (10.200.0.0/16)" in one for one in says)


def test_a_managed_endpoint_is_a_way_without_any_route() -> None:
    there = Producers(warehouse={"reached_by": "endpoint"})
    there.network.drop_routes("lob-a", "10.200.0.0/16")
    there.managed("lob-a")
    assert asked(there).findings == ()

    there.network.group(APPS.format("lob-a"))["IpPermissions"] = []
    assert "do not reach it: no rule of sg-apps-lob-a" in only(there).what
    there.endpoints[0]["EndpointStatus"] = "creating"
    assert only(there).what == "the endpoint sales-lob-a is creating"
    there.endpoints.clear()
    assert "has no Redshift-managed endpoint to sales" in only(there).what


@pytest.mark.parametrize(
    "name",
    [
        "describe_clusters",
        "describe_cluster_subnet_groups",
        "list_domains",
        "describe_domain",
        "describe_route_tables",
        "search_transit_gateway_routes",
    ],
)
def test_what_may_not_be_looked_at_is_denied_and_not_absent(name: str) -> None:
    there = Producers()
    there.refuses[name] = error(name, "AccessDenied", "not you", 403)

    with pytest.raises(Denied):
        asked(there)
