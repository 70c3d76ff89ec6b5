"""How the network is cut into stacks: few shapes, few needs, and room for a thousand lobs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.network_stacks import network_stacks
from studiogate.foundation.stacks import Stack, in_order
from studiogate.landscape.read import read
from tests.kit.large import large
from tests.kit.network_stacks import built, stacks_of
from tests.kit.templates import MOST_PARAMETERS, MOST_RESOURCES, of_type
from tests.kit.topology import MANNERS, document, laid


def every_shape() -> dict[str, Stack]:
    """One stack of each shape, of landscapes that have them all."""
    networks = document()["networks"]
    networks["lob-b"] |= {"egress": True}
    networks["hub"] |= {"egress": True}
    networks["lab"] = {"kind": "vpc", "account": "shared-services", "cidr": "10.9.0.0/24"}
    networks["branch"] |= {"attachment": "tgw-attach-0a1b2c3d4e5f60718"}
    networks["office"] |= {
        "cidrs": ["192.168.10.0/24"],
        "dns_servers": ["192.168.10.53"],
        "simulated_in": "data",
    }
    zones = ["euw1-az1", "euw1-az2", "euw1-az3"]
    plain = document()["networks"]
    plain["lab"] = networks["lab"]
    return {
        stack.template.shape: stack
        for landscape in (
            laid(networks=networks, availability_zones=zones).landscape,
            laid().landscape,
            laid(connect="vpc-peering", networks=plain).landscape,
        )
        for stack in stacks_of(landscape)
        if stack.key.name != "others"
    }


SHAPES = every_shape()


def test_every_template_passes_cfn_lint_without_a_warning(tmp_path: Path) -> None:
    for shape, stack in SHAPES.items():
        (tmp_path / f"{shape}.yaml").write_text(stack.template.text, encoding="utf-8")

    run = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, "")
    assert len(SHAPES) > 12


@pytest.mark.parametrize("shape", SHAPES)
def test_a_template_fits_and_says_what_it_is_for(shape: str) -> None:
    stack = SHAPES[shape]
    body = yaml.safe_load(stack.template.text)

    assert body["Description"].startswith("studiogate: ")
    assert len(stack.template.text.encode()) <= 51_200
    assert len(body["Resources"]) <= MOST_RESOURCES
    assert len(body["Parameters"]) <= MOST_PARAMETERS
    assert all(one["Description"].endswith(".") for one in body["Parameters"].values())
    assert "arn:aws:" not in stack.template.text
    assert stack.parameters.keys() <= stack.template.parameters
    wanted = {name for name, one in body["Parameters"].items() if "Default" not in one}
    assert wanted <= stack.parameters.keys()


def test_the_same_landscape_gives_the_same_bytes() -> None:
    first = {stack.key: stack for stack in stacks_of(laid().landscape)}
    again = {stack.key: stack for stack in stacks_of(laid().landscape)}

    assert {key: one.template.text for key, one in first.items()} == {
        key: one.template.text for key, one in again.items()
    }
    assert {key: one.parameters for key, one in first.items()} == {
        key: one.parameters for key, one in again.items()
    }


@pytest.mark.parametrize("manner", MANNERS)
def test_s2_22_stacks_have_an_order_and_lobs_do_not_wait_for_each_other(manner: str) -> None:
    waves = in_order(stacks_of(laid(connect=manner).landscape))

    place = {stack.key.name: n for n, wave in enumerate(waves) for stack in wave}
    lobs = {place[f"studiogate-network-{name}"] for name in ("lob-a", "lob-b")}
    assert place["studiogate-network-hub"] < min(lobs)
    assert len(lobs) == 1
    assert max(lobs) < place["studiogate-joined-lob-a"]
    assert place["studiogate-names"] < place["studiogate-names-lob-a"]


def test_s2_41_a_new_lob_changes_nothing_of_the_others_but_the_hub_s_list_of_accounts() -> None:
    networks = document()["networks"] | {
        "lob-c": {"kind": "vpc", "account": "lob-c", "cidr": "10.130.0.0/16"}
    }
    accounts = document()["accounts"] | {"lob-c": "555555555555"}
    lobs = document()["lobs"] | {"lob-c": {"account": "lob-c"}}

    before = {one.key: one for one in stacks_of(laid().landscape)}
    after = {
        one.key: one
        for one in stacks_of(laid(networks=networks, accounts=accounts, lobs=lobs).landscape)
    }

    assert {key.name for key in after.keys() - before.keys()} == {
        "studiogate-network-lob-c",
        "studiogate-joined-lob-c",
        "studiogate-names-lob-c",
    }
    changed = {
        key.name: {
            name
            for name, value in after[key].parameters.items()
            if before[key].parameters[name] != value
        }
        for key in before
        if after[key].parameters != before[key].parameters
    }
    assert changed == {"studiogate-network-hub": {"Members"}, "studiogate-names": {"Members"}}
    assert all(after[key].template.text == one.template.text for key, one in before.items())


def test_a_thousand_lobs_are_a_handful_of_templates_whose_parameters_fit() -> None:
    stacks = stacks_of(read(large(1_000, people=0, promises=False)))

    assert len({id(stack.template) for stack in stacks}) < 12
    hub = next(one for one in stacks if one.key.name == "studiogate-network-hub")
    members = [one for name, one in hub.parameters.items() if name.startswith("Members")]
    parts = [one for one in members if isinstance(one, tuple)]
    assert len(parts) == len(members) == 4
    assert sum(map(len, parts)) == 1_000
    assert max(len(",".join(map(str, one)).encode()) for one in parts) <= 4_096
    found = in_order(stacks)
    assert sum(map(len, found)) == len(stacks)


def test_a_warehouse_that_hundreds_of_lobs_read_has_its_ways_back_in_several_stacks() -> None:
    count = 130
    accounts = document()["accounts"] | {
        f"l-{n}": f"{700_000_000_000 + n}" for n in range(count)
    }
    networks = {name: document()["networks"][name] for name in ("hub", "data")} | {
        f"l-{n}": {"kind": "vpc", "account": f"l-{n}", "cidr": f"10.{n + 20}.0.0/24"}
        for n in range(count)
    }
    lobs = {f"l-{n}": {"account": f"l-{n}"} for n in range(count)}
    domains = {
        f"d-{n}": {"lob": f"l-{n}", "network": f"l-{n}", "opens_from": ["hub"]}
        for n in range(count)
    }
    sales = document()["warehouses"]["sales"] | {"readers": {lob: ["analysts"] for lob in lobs}}
    networks["data"] = {**networks["data"], "cidr": "10.200.0.0/24"}
    landscape = read(
        json.dumps(
            document(
                accounts=accounts,
                networks=networks,
                lobs=lobs,
                domains=domains,
                warehouses={"sales": sales},
            )
        )
    )

    stacks = {one.key.name: one for one in network_stacks(NetworkPlan(landscape))}

    parts = [one for one in stacks if one.startswith("studiogate-reached-data")]
    assert parts == [
        "studiogate-reached-data",
        "studiogate-reached-data-2",
        "studiogate-reached-data-3",
    ]
    named = [
        value
        for one in parts
        for name, value in stacks[one].parameters.items()
        if name.startswith("Cidr")
    ]
    assert len(set(named)) == len(named) == count


def test_pairs_of_readers_have_stacks_whose_names_cannot_collide() -> None:
    networks = {
        "hub": document()["networks"]["hub"],
        "a": {"kind": "vpc", "account": "lob-a", "cidr": "10.1.0.0/24"},
        "a-b": {"kind": "vpc", "account": "lob-a", "cidr": "10.2.0.0/24"},
        "c": {"kind": "vpc", "account": "data", "cidr": "10.3.0.0/24"},
        "b-c": {"kind": "vpc", "account": "data", "cidr": "10.4.0.0/24"},
    }
    warehouse = document()["warehouses"]["sales"]
    found = built(
        laid(
            connect="vpc-peering",
            networks=networks,
            domains={
                one: {"lob": "lob-a", "network": one, "opens_from": ["hub"]}
                for one in ("a", "a-b")
            },
            warehouses={
                one: {**warehouse, "network": one, "cluster": one} for one in ("c", "b-c")
            },
        ).landscape
    )

    pairs = [key.name for key in found.stood if key.name.startswith("studiogate-peering-")]

    assert len(set(pairs)) == len(pairs) == 4
    assert all(of_type(found.template(one), "AWS::EC2::Route") for one in pairs)
