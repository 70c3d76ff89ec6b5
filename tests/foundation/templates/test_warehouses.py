"""What is built for warehouses: clusters nobody reaches but by their doors, and who reads them."""

import json
import re
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate import names
from studiogate.foundation.composed import composed
from studiogate.foundation.notebook_library import MOST_BASE64, listed
from studiogate.foundation.stacks import LONGEST_BODY
from studiogate.foundation.templates.artifacts import artifacts
from studiogate.foundation.templates.own_readers import drawn, own_readers
from studiogate.foundation.warehouse_stacks import warehouse_stacks
from studiogate.landscape.read import read
from studiogate.topology.roles import Reads
from tests.kit.lob_stacks import stood
from tests.kit.templates import FACTS, of_type, outputs, resolved
from tests.kit.thorough import examples
from tests.kit.warehouses import EVERY_KIND, WORKGROUP_ID

KNOWN = stood("warehouses of every kind")
LOB_A, LOB_B, DATA = "222222222222", "333333333333", "444444444444"
CLUSTER, WORKGROUP = "AWS::Redshift::Cluster", "AWS::RedshiftServerless::Workgroup"


def template(account: str, name: str) -> dict[str, Any]:
    (found,) = (
        one
        for key, one in KNOWN.templates.items()
        if (key.account, key.name) == (account, name)
    )
    return found


def door(name: str) -> Any:
    return outputs(template(DATA, f"studiogate-warehouse-{name}"))["SecurityGroupId"]


def network(account: str, name: str) -> dict[str, Any]:
    """What the stack of a VPC was found to give, by what others were told of it."""
    found = template(account, "studiogate-studio")
    (domain,) = of_type(found, "AWS::SageMaker::Domain").values()
    return {"VpcId": domain["VpcId"], "SubnetIds": domain["SubnetIds"], "name": name}


def test_s1_03_s1_20_a_cluster_is_private_sealed_and_keeps_a_record() -> None:
    found = template(DATA, "studiogate-cluster-sales")

    (cluster,) = of_type(found, CLUSTER).values()
    assert cluster["PubliclyAccessible"] is False
    assert cluster["Encrypted"] is cluster["EnhancedVpcRouting"] is True
    assert cluster["ManageMasterPassword"] is True
    assert "MasterUserPassword" not in cluster
    assert (cluster["ClusterType"], cluster["NodeType"]) == ("single-node", "ra3.large")
    assert (cluster["ClusterIdentifier"], cluster["DBName"]) == ("sales", "dev")
    assert cluster["LoggingProperties"]["LogDestinationType"] == "cloudwatch"
    (parameters,) = of_type(found, "AWS::Redshift::ClusterParameterGroup").values()
    said = {one["ParameterName"]: one["ParameterValue"] for one in parameters["Parameters"]}
    assert said == {"require_ssl": "true", "enable_user_activity_logging": "true"}
    assert found["Resources"]["Cluster"]["DeletionPolicy"] == "Snapshot"


def test_a_cluster_is_behind_the_doors_of_all_its_databases() -> None:
    (cluster,) = of_type(template(DATA, "studiogate-cluster-sales"), CLUSTER).values()

    assert cluster["VpcSecurityGroupIds"] == [door("sales"), door("sales-old")]


def test_a_cluster_that_has_endpoints_may_be_moved() -> None:
    (cluster,) = of_type(template(DATA, "studiogate-cluster-events"), CLUSTER).values()

    assert cluster["AvailabilityZoneRelocation"] is True
    assert (cluster["ClusterType"], cluster["NumberOfNodes"]) == ("multi-node", "2")


def test_s1_03_f_63_a_workgroup_is_as_private_and_in_three_zones() -> None:
    found = template(DATA, "studiogate-cluster-ticks")

    (workgroup,) = of_type(found, WORKGROUP).values()
    assert workgroup["PubliclyAccessible"] is False
    assert len(workgroup["SubnetIds"]) == 3
    assert workgroup["SecurityGroupIds"] == [door("ticks")]
    assert {"ParameterKey": "require_ssl", "ParameterValue": "true"} in workgroup[
        "ConfigParameters"
    ]
    assert outputs(found)["WorkgroupId"] == WORKGROUP_ID


def test_s1_03_f_63_no_subnet_of_a_warehouse_has_a_way_to_the_internet() -> None:
    plan = KNOWN.plan.network
    routes = [one for one in plan.network.routes if one.table == "data"]

    assert plan.vpc("data").public == ()
    assert routes
    assert all(one.to.prefixlen > 0 and one.to.is_private for one in routes)


def test_s1_23_a_door_lets_in_readers_networks_and_not_those_with_an_endpoint() -> None:
    def comes(name: str) -> set[str]:
        lists = of_type(template(DATA, f"studiogate-warehouse-{name}"), "AWS::EC2::PrefixList")
        return {entry["Cidr"] for one in lists.values() for entry in one["Entries"]}

    assert comes("sales") == {"10.100.0.0/16", "10.120.0.0/16"}
    assert comes("sales-old") == {"10.100.0.0/16"}
    assert comes("events") == set()


def test_what_we_build_is_loaded_from_buckets_and_another_s_group_leads_nowhere() -> None:
    def leaves(name: str) -> list[tuple[Any, ...]]:
        groups = of_type(
            template(DATA, f"studiogate-warehouse-{name}"), "AWS::EC2::SecurityGroup"
        )
        (group,) = groups.values()
        return [
            (one.get("ToPort"), one.get("DestinationPrefixListId") or one["CidrIp"])
            for one in group["SecurityGroupEgress"]
        ]

    assert leaves("sales") == leaves("ticks") == [(443, FACTS["S3PrefixListId"])]
    assert leaves("sales-old") == leaves("quotes") == [(None, "127.0.0.1/32")]


def test_an_endpoint_is_granted_to_the_account_and_vpcs_of_readers_and_to_nobody_else() -> None:
    grants = of_type(
        template(DATA, "studiogate-granted-events"), "AWS::Redshift::EndpointAuthorization"
    )

    assert {(one["Account"], *one["VpcIds"]) for one in grants.values()} == {
        (LOB_A, network(LOB_A, "lob-a")["VpcId"]),
        (LOB_B, network(LOB_B, "lob-b")["VpcId"]),
    }


def test_an_endpoint_stands_in_the_readers_own_vpc_and_lets_in_nobody_else() -> None:
    found = template(LOB_A, "studiogate-endpoint-events--lob-a")

    (endpoint,) = of_type(found, "AWS::Redshift::EndpointAccess").values()
    assert (endpoint["ClusterIdentifier"], endpoint["ResourceOwner"]) == ("events", DATA)
    assert endpoint["EndpointName"] == "events-lob-a"
    (group,) = of_type(found, "AWS::EC2::SecurityGroup").values()
    assert [(one["CidrIp"], one["FromPort"]) for one in group["SecurityGroupIngress"]] == [
        ("10.100.0.0/16", 5439)
    ]
    (subnets,) = of_type(found, "AWS::Redshift::ClusterSubnetGroup").values()
    assert subnets["SubnetIds"] == network(LOB_A, "lob-a")["SubnetIds"]


def test_a_lob_that_reads_a_cluster_of_its_own_network_needs_no_endpoint() -> None:
    named = {key.name for key in KNOWN.templates}

    assert "studiogate-endpoint-own--lob-b" in named
    assert "studiogate-endpoint-own--lob-a" not in named


def test_s1_35_an_endpoint_goes_before_its_grant_and_a_cluster_before_its_door() -> None:
    stacks = [*warehouse_stacks(KNOWN.landscape, KNOWN.plan.network)]
    own = {one.key for one in stacks}
    needs = {one.key.name: {key.name for key in one.needs & own} for one in stacks}

    assert needs["studiogate-endpoint-events--lob-a"] == {"studiogate-granted-events"}
    assert needs["studiogate-granted-events"] == {"studiogate-cluster-events"}
    assert needs["studiogate-cluster-events"] == {"studiogate-warehouse-events"}
    assert "studiogate-cluster-ticks" in needs["studiogate-readers-ticks--lob-a"]


def apps_reach(account: str) -> set[str]:
    groups = of_type(template(account, "studiogate-studio"), "AWS::EC2::SecurityGroup")
    return {
        rule["CidrIp"]
        for one in groups.values()
        for rule in one["SecurityGroupEgress"]
        if rule.get("FromPort") == 5439
    }


def test_s1_24_apps_reach_the_networks_of_warehouses_and_endpoints_in_their_own() -> None:
    assert apps_reach(LOB_A) == {"10.200.0.0/16", "10.100.0.0/16"}
    assert apps_reach(LOB_B) == {"10.200.0.0/16", "10.120.0.0/16"}


def test_everybody_of_a_lob_has_a_role_with_a_tag_that_is_a_tag() -> None:
    roles = of_type(template(DATA, "studiogate-readers-ticks--lob-a"), "AWS::IAM::Role")

    assert {one["RoleName"] for one in roles.values()} == {
        "StudioReader-ticks.ada",
        "StudioReader-ticks.kim",
    }
    assert all(
        one["Tags"] == [{"Key": "RedshiftDbRoles", "Value": "analysts:traders"}]
        for one in roles.values()
    )


PROFILES = st.one_of(
    st.from_regex(r"[a-zA-Z0-9](-{0,2}[a-zA-Z0-9]){0,12}", fullmatch=True),
    st.sampled_from(
        ["A-MARK", "no", "123", "0x1", "1e3", "ProfileAZdMARK", "true", "aA-MARKb"]
    ),
)


@given(st.lists(PROFILES, min_size=1, max_size=4, unique_by=str.casefold))
@settings(max_examples=examples(15), deadline=None)
def test_roles_that_are_put_together_are_those_that_are_rendered(profiles: list[str]) -> None:
    one = Reads("ticks", "lob-a", DATA, None, "dev", ("analysts",))

    assert own_readers(one, LOB_A, profiles).text == drawn(one, LOB_A, profiles).text


def test_roles_of_many_people_are_in_stacks_that_a_call_carries_and_move_in_order() -> None:
    many = {f"person-{n:03}": {"lob": "lob-a"} for n in range(400)}
    landscape = read(json.dumps({**EVERY_KIND, "people": many}))
    found = [
        stack
        for stack in composed(landscape).stacks
        if stack.key.name.startswith("studiogate-readers-ticks--")
    ]

    names_ = [
        one for stack in found for one in re.findall("RoleName: (.*)", stack.template.text)
    ]
    assert sorted(names_) == [f"StudioReader-ticks.{name}" for name in many]
    assert all(len(stack.template.text) <= LONGEST_BODY for stack in found)
    # Whoever was in the first stack while they were few is in it still, or in a later one.
    first, *later = found
    assert len(later) > 7
    assert all(first.key in stack.after for stack in later)


def starting(account: str, app: str) -> tuple[str, dict[str, Any]]:
    """The configuration for apps of one type, by its logical id."""
    found = of_type(
        template(account, "studiogate-studio"), "AWS::SageMaker::StudioLifecycleConfig"
    )
    (one,) = (i for i in found.items() if i[1]["StudioLifecycleConfigAppType"] == app)
    return one


APPS = ["JupyterLab", "CodeEditor"]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(("account", "lob"), [(LOB_A, "lob-a"), (LOB_B, "lob-b")])
def test_s1_28_every_app_of_a_reading_lob_starts_with_the_library(
    account: str, lob: str, app: str
) -> None:
    logical_id, made = starting(account, app)

    text = b64decode(made["StudioLifecycleConfigContent"]).decode()
    assert len(made["StudioLifecycleConfigContent"]) <= MOST_BASE64
    assert '"library/0123456789ab0123.zip"' in text
    assert f'"studiogate-artifacts-{KNOWN.landscape.hub_account}-eu-west-1"' in text
    said = re.search(r"r'''(.*)'''", text)
    assert said is not None
    assert json.loads(said[1]) == listed(KNOWN.landscape, lob, lob)
    for attached in attached_to(account, "DefaultUserSettings", app):
        (arn,) = attached["LifecycleConfigArns"]
        assert f":{logical_id}-" in arn
        assert attached["DefaultResourceSpec"]["LifecycleConfigArn"] == arn


def attached_to(account: str, settings: str, app: str) -> list[dict[str, Any]]:
    """What the domains of an account have in `settings` of one application."""
    domains = of_type(template(account, "studiogate-studio"), "AWS::SageMaker::Domain")
    return [one[settings][f"{app}AppSettings"] for one in domains.values()]


def test_s1_28_a_shared_space_starts_with_it_too_and_knows_no_code_editor() -> None:
    """There it says that nobody can be signed in."""
    (own,) = attached_to(LOB_A, "DefaultUserSettings", "JupyterLab")
    (shared,) = attached_to(LOB_A, "DefaultSpaceSettings", "JupyterLab")

    assert shared == own
    with pytest.raises(KeyError):
        attached_to(LOB_A, "DefaultSpaceSettings", "CodeEditor")


def test_another_script_another_library_and_another_app_have_another_name() -> None:
    found = [
        starting(account, app)[1]["StudioLifecycleConfigName"]
        for account in (LOB_A, LOB_B)
        for app in APPS
    ]

    for name in found:
        assert re.fullmatch(
            r"studiogate(-editor)?-[0-9a-f]{12}-0123456789ab0123", name, re.ASCII
        )
        assert len(name) <= 63
    assert len({*found}) == 4


def test_five_domains_of_a_lob_that_reads_are_within_what_a_call_carries() -> None:
    """A larger template would take a bucket in the account of the lob."""
    first = next(iter(EVERY_KIND["domains"].values()))
    several = {f"forecasting-{n}": first for n in range(5)}
    landscape = read(json.dumps({**EVERY_KIND, "domains": several}))
    (stack,) = (
        one for one in composed(landscape).stacks if one.key.name == "studiogate-studio"
    )

    assert stack.template.text.count("Type: AWS::SageMaker::StudioLifecycleConfig") == 2
    assert len(stack.template.text.encode()) <= LONGEST_BODY


def test_a_lob_that_reads_nothing_starts_with_nothing() -> None:
    found = stood("two groups of domains")
    quiet = next(
        one
        for key, one in found.templates.items()
        if (key.account, key.name) == (LOB_B, "studiogate-studio")
    )

    assert of_type(quiet, "AWS::SageMaker::StudioLifecycleConfig") == {}
    (domain,) = of_type(quiet, "AWS::SageMaker::Domain").values()
    assert not [one for one in domain["DefaultUserSettings"] if "App" in one]


def test_the_bucket_and_its_key_let_notebooks_of_readers_fetch_the_library() -> None:
    found = resolved(artifacts((LOB_A,)).text)
    role = names.role_arn("eu-west-1", LOB_A, names.EXECUTION_ROLE)

    (policy,) = of_type(found, "AWS::S3::BucketPolicy").values()
    (key,) = of_type(found, "AWS::KMS::Key").values()
    for document, action in (
        (policy["PolicyDocument"], "s3:GetObject"),
        (key["KeyPolicy"], "kms:Decrypt"),
    ):
        (lets,) = (one for one in document["Statement"] if one["Sid"] == "NotebooksTakeLibrary")
        assert lets["Action"] == action
        assert lets["Principal"] == {"AWS": [f"arn:aws:iam::{LOB_A}:root"]}
        assert lets["Condition"]["ArnEquals"] == {"aws:PrincipalArn": [role]}
    assert "NotebooksTakeLibrary" not in artifacts().text
