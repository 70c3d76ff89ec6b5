"""Warehouses that Redshift would not build, reach or let be read: each says how to put it right."""

import json
from typing import Any

import pytest

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.read import read
from studiogate.landscape.warehouse_rules import NODE_TYPES, warehouse_advice
from tests.kit.topology import document
from tests.kit.warehouses import EVERY_KIND, SALES, WORKGROUP_ID

THREE = ["euw1-az1", "euw1-az2", "euw1-az3"]
TICKS = {**SALES, "cluster": None, "workgroup": "ticks", "build": {"base_rpus": 8}}


def problems(warehouse: dict[str, Any], **changes: Any) -> list[Problem]:
    file = document(warehouses={"it": warehouse}, **changes)
    try:
        read(json.dumps(file))
    except LandscapeError as refused:
        return [*refused.problems]
    return []


def test_every_kind_of_warehouse_is_sound_and_needs_no_advice() -> None:
    landscape = read(json.dumps(EVERY_KIND))

    assert [*warehouse_advice(landscape)] == []


@pytest.mark.parametrize("node", NODE_TYPES)
def test_s1_02_a_cluster_is_made_of_any_node_type_there_is(node: str) -> None:
    build = {"node_type": node, "nodes": NODE_TYPES[node]}

    assert problems({**SALES, "build": build}) == []


@pytest.mark.parametrize("base", [4, 8, 24, 512, 544, 1024])
def test_a_workgroup_is_as_large_as_redshift_makes_them(base: int) -> None:
    ticks = {**TICKS, "build": {"base_rpus": base}}

    assert problems(ticks, availability_zones=THREE) == []


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"build": {"node_type": "ds2.xlarge"}}, "build.node_type", "DS2"),
    ({"build": {"node_type": "ra3.larg"}}, "build.node_type", "ra3.large"),
    ({"build": {"node_type": "ra3.4xlarge"}}, "build.nodes", "2 nodes"),
    ({"build": {"node_type": "ra3.large", "nodes": 0}}, "build.nodes", "least"),
    ({"build": {"nodes": 2}}, "build.node_type", "is missing"),
    ({"build": {"node_type": "ra3.large", "base_rpus": 8}}, "build.base_rpus", "has none"),
    ({"cluster": "sales_old"}, "cluster", "no cluster can be called so"),
    ({"workgroup_id": WORKGROUP_ID}, "workgroup_id", "a cluster has none"),
    ({"readers": {"lob-a": ["group"]}}, "readers.lob-a[0]", "reserved word"),
    ({"readers": {"lob-a": ["Analysts"]}}, "readers.lob-a[0]", "form"),
    ({"readers": {"lob-a": ["a" * 60 + str(n) for n in range(5)]}}, "readers.lob-a", "256"),
    (
        {"build": {"node_type": "dc2.large"}, "reached_by": "endpoint"},
        "reached_by",
        "DC2 nodes have no endpoints",
    ),
    ({"reached_by": "pigeon"}, "reached_by", "must be one of"),
]


@pytest.mark.parametrize(("change", "where", "what"), WRONG)
def test_what_a_cluster_cannot_be_is_refused_by_its_key(
    change: dict[str, Any], where: str, what: str
) -> None:
    (found,) = problems({**SALES, **change})

    assert found.where == f"warehouses.it.{where}"
    assert what in f"{found.what} {found.remedy}"
    assert found.line == 1
    assert len(found.remedy) > 10


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"build": {"base_rpus": 12}}, "build.base_rpus", "multiple of 8"),
        ({"build": {"base_rpus": 520}}, "build.base_rpus", "of 32 beyond"),
        ({"build": {}}, "build.base_rpus", "is missing"),
        ({"build": {"base_rpus": 8, "nodes": 1}}, "build.nodes", "has none"),
        ({"workgroup_id": WORKGROUP_ID}, "workgroup_id", "AWS gives it"),
        ({"reached_by": "endpoint"}, "reached_by", "by the network"),
        ({"any_database": True}, "any_database", "for clusters"),
        ({"workgroup": "Ticks"}, "workgroup", "form"),
        ({"workgroup": "my--ticks"}, "workgroup", "last snapshot"),
    ],
)
def test_what_a_workgroup_cannot_be_is_refused_by_its_key(
    change: dict[str, Any], where: str, what: str
) -> None:
    (found,) = problems({**TICKS, **change}, availability_zones=THREE)

    assert found.where == f"warehouses.it.{where}"
    assert what in f"{found.what} {found.remedy}"


def test_a_workgroup_stands_in_three_zones_with_room_for_a_subnet_in_each() -> None:
    (found,) = problems(TICKS)
    assert (found.where, "3" in found.remedy) == ("availability_zones", True)

    small = document()["networks"] | {
        "data": {"kind": "vpc", "account": "data", "cidr": "10.200.0.0/27"}
    }
    (found,) = problems(TICKS, networks=small, availability_zones=THREE)
    assert found.where == "networks.data.cidr"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"build": None}, "same database"),
        ({"database": "old"}, "both have a `build`"),
        ({"database": "old", "build": None, "reached_by": "endpoint"}, "one endpoint"),
    ],
)
def test_two_warehouses_are_in_one_cluster_only_as_two_databases_of_it(
    other: dict[str, Any], why: str
) -> None:
    file = document(warehouses={"sales": SALES, "again": {**SALES, **other}})

    with pytest.raises(LandscapeError) as refused:
        read(json.dumps(file))

    (found,) = refused.value.problems
    assert found.where == "warehouses.again.cluster"
    assert why in found.what


def test_two_databases_of_one_cluster_are_two_warehouses() -> None:
    old = {**SALES, "database": "old", "build": None}

    found = read(json.dumps(document(warehouses={"sales": SALES, "old": old})))

    assert [*found.warehouses] == ["sales", "old"]


def test_f_59_passwords_for_any_database_are_advised_against_where_there_are_others() -> None:
    prod = {**SALES, "database": "prod", "build": None}
    several = {"dev": {**SALES, "any_database": True}, "prod": prod}
    landscape = read(json.dumps(document(warehouses=several)))

    (advice,) = warehouse_advice(landscape)

    assert advice.path == ("warehouses", "dev", "any_database")
    assert "other databases" in advice.what


def test_two_lobs_with_one_profile_are_two_people_to_no_workgroup() -> None:
    people = {"ada": {"lob": "lob-a"}, "eda": {"lob": "lob-b", "profile": "ada"}}

    (found,) = problems(TICKS, availability_zones=THREE, people=people)

    assert found.where == "people.eda.profile"
    assert "workgroup 'ticks'" in found.what


def test_a_profile_that_is_too_long_for_a_role_of_its_own_is_told_to_check() -> None:
    people = {"ada": {"lob": "lob-a", "profile": "a" * 63}}

    (found,) = problems(TICKS, availability_zones=THREE, people=people)

    assert found.where == "people.ada.profile"
    assert "too long" in found.what
    # A cluster's role is the lob's, and no name of a person is in it.
    assert problems(SALES, people=people) == []


def test_s1_02_dc2_nodes_are_built_and_advised_against() -> None:
    file = document(warehouses={"it": {**SALES, "build": {"node_type": "dc2.large"}}})

    (advice,) = warehouse_advice(read(json.dumps(file)))

    assert advice.path == ("warehouses", "it", "build", "node_type")
    assert "share data" in advice.remedy


def test_a_workgroup_of_unknown_id_is_sound_and_read_by_nobody_yet() -> None:
    file = document(warehouses={"it": {**TICKS, "build": None}})

    (advice,) = warehouse_advice(read(json.dumps(file)))

    assert "workgroup_id" in advice.remedy
