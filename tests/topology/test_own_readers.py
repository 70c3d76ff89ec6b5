"""Who reads which warehouse, by which role, and over which network."""

import json
from typing import Any

from studiogate import names
from studiogate.landscape.read import read
from studiogate.topology.attached import attached
from studiogate.topology.endpoint_services import hub_services, readers_services
from studiogate.topology.ids import symbolic
from studiogate.topology.links import pairs
from studiogate.topology.roles import LIBRARY, READING, Role
from tests.kit.topology import document
from tests.kit.warehouses import EVERY_KIND, SALES, WORKGROUP_ID

LANDSCAPE = read(json.dumps(EVERY_KIND))
FOUND = attached(LANDSCAPE, symbolic(LANDSCAPE))
LOB_A, LOB_B, DATA = "222222222222", "333333333333", "444444444444"


def role(account: str, name: str) -> Role:
    (found,) = (one for one in FOUND.roles if (one.account, one.name) == (account, name))
    return found


def test_a_cluster_has_a_role_for_each_lob_and_a_workgroup_one_for_everybody() -> None:
    readers = {one.name for one in FOUND.roles if one.name.startswith(names.READER_ROLE)}

    assert readers == {
        "StudioReader-sales.lob-a",
        "StudioReader-sales.lob-b",
        "StudioReader-sales-old.lob-a",
        "StudioReader-events.lob-a",
        "StudioReader-events.lob-b",
        "StudioReader-own.lob-a",
        "StudioReader-own.lob-b",
        "StudioReader-ticks.ada",
        "StudioReader-ticks.kim",
        "StudioReader-quotes.ada",
        "StudioReader-quotes.kim",
        "StudioReader-quotes.b-o",
    }


def test_a_role_says_the_groups_of_whoever_is_it() -> None:
    assert role(DATA, "StudioReader-ticks.ada").tags == {"RedshiftDbRoles": "analysts:traders"}
    assert role(DATA, "StudioReader-sales.lob-a").tags == {"RedshiftDbGroups": "analysts"}
    assert role(DATA, "StudioReader-sales.lob-b").tags == {}


def test_a_workgroup_is_named_by_the_id_that_is_known_of_it() -> None:
    quotes = json.dumps(role(DATA, "StudioReader-quotes.ada").policies)
    ticks = json.dumps(role(DATA, "StudioReader-ticks.ada").policies)

    assert f"workgroup/{WORKGROUP_ID}" in quotes
    assert "workgroup/wg-ticks" in ticks  # built by us: AWS says it once it stands


def test_a_notebook_may_become_the_readers_of_its_lob_and_of_itself() -> None:
    policies = role(LOB_B, names.EXECUTION_ROLE).policies

    (become, *_) = policies[READING]["Statement"]
    assert become["Resource"] == [
        names.role_arn("eu-west-1", DATA, "StudioReader-sales.lob-b"),
        names.role_arn("eu-west-1", DATA, "StudioReader-events.lob-b"),
        names.role_arn("eu-west-1", DATA, "StudioReader-quotes.${aws:SourceIdentity}"),
        names.role_arn("eu-west-1", LOB_A, "StudioReader-own.lob-b"),
    ]
    assert LIBRARY in policies


def test_f_63_who_reads_reaches_the_apis_and_nobody_lists_them() -> None:
    words = [one.rpartition(".")[2] for one in readers_services(LANDSCAPE)]

    assert words == ["redshift", "redshift-data", "redshift-serverless"]
    assert {*readers_services(LANDSCAPE)} <= {*hub_services(LANDSCAPE)}
    assert all(
        "StudioReader-" in json.dumps(FOUND.endpoints[one])
        for one in readers_services(LANDSCAPE)
    )


def test_an_api_that_the_landscape_shares_is_for_all_its_accounts() -> None:
    shared = read(json.dumps({**EVERY_KIND, "shared_endpoints": ["redshift-data"]}))

    found = attached(shared, symbolic(shared)).endpoints["com.amazonaws.{region}.redshift-data"]

    assert "StudioReader-" not in json.dumps(found)
    assert LOB_B in json.dumps(found)


def test_without_a_reader_there_are_no_endpoints_for_readers() -> None:
    nobody: dict[str, Any] = {**SALES, "readers": {}}
    unknown = {**SALES, "cluster": None, "build": None, "workgroup": "ticks"}

    for one in (nobody, unknown):
        landscape = read(json.dumps(document(warehouses={"it": one})))
        assert readers_services(landscape) == ()


def test_networks_meet_for_a_warehouse_but_not_where_it_has_an_endpoint() -> None:
    events = {**SALES, "cluster": "events", "reached_by": "endpoint"}
    by_endpoint = read(json.dumps(document(warehouses={"events": events})))
    by_network = read(json.dumps(document(warehouses={"sales": SALES})))

    assert ("lob-a", "data") in pairs(by_network)
    assert all("hub" in pair for pair in pairs(by_endpoint))
