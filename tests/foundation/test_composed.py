"""Everything a landscape is built with: whole, in an order, and read back by its outputs."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from studiogate.foundation.after import Afterwards, Closed
from studiogate.foundation.checked import problems
from studiogate.foundation.composed import Composed, composed
from studiogate.foundation.stacks import MANAGEMENT, Output, Stack, StackKey, in_order
from studiogate.landscape.grow import NewLob, with_lob
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.topology.endpoint_services import hub_services
from tests.kit.landscape import SOUND
from tests.kit.large import large
from tests.kit.lob_stacks import TEXTS
from tests.kit.thorough import examples
from tests.kit.topology import Laid, document, landscapes

NEW = NewLob(
    "lob-new", "999999999999", ("office",), people={"newest": None}, idps=("corporate",)
)
GROWING = {name: TEXTS[name] for name in ("two-lobs", "many-ways", "two groups of domains")}


@cache
def whole(name: str) -> Composed:
    return composed(read(TEXTS[name]))


def given_by(stacks: Iterable[Stack]) -> dict[StackKey, dict[str, str]]:
    """Outputs that say which they are."""
    return {
        one.key: {name: f"{one.key}.{name}" for name in one.template.outputs} for one in stacks
    }


def changed(before: str, after: str) -> dict[StackKey, set[str]]:
    """The stacks that are there in both and not the same, with the parameters that differ."""
    old, new = (
        {one.key: one for one in composed(read(text)).stacks} for text in (before, after)
    )
    return {
        key: {
            name
            for name in old[key].parameters.keys() | new[key].parameters.keys()
            if old[key].parameters.get(name) != new[key].parameters.get(name)
        }
        for key in old.keys() & new.keys()
        if old[key].parameters != new[key].parameters
        or old[key].template.text != new[key].template.text
    }


def stands(found: Composed) -> None:
    """Fail where `found` is not whole."""
    stacks = found.stacks
    assert problems(stacks) == ()
    place = {one.key: n for n, wave in enumerate(in_order(stacks)) for one in wave}
    assert len(place) == len(stacks)
    assert all(place[need] < place[one.key] for one in stacks for need in one.needs)
    accounts = {*found.landscape.accounts.values(), MANAGEMENT}
    assert {one.key.account for one in stacks} <= accounts


def read_back(landscape: Landscape, found: Composed) -> None:
    """Fail where `ids` does not give what the stacks of `found` gave."""
    ids = found.ids(given_by(found.stacks))
    for name, id_ in ids.domains.items():
        account = landscape.accounts[landscape.lobs[landscape.domains[name].lob].account]
        assert id_.startswith(f"{account}/studiogate-studio.DomainId")
    assert len({*ids.domains.values()}) == len(ids.domains) == len(landscape.domains)
    hub = landscape.hub_account
    assert ids.endpoints.keys() == {*hub_services(landscape)}
    assert len({*ids.endpoints.values()}) == len(ids.endpoints)
    assert all(
        one.startswith(f"{hub}/studiogate-endpoints.Vpce") for one in ids.endpoints.values()
    )
    vpcs = {name: one for name, one in landscape.networks.items() if one.kind == "vpc"}
    assert ids.vpcs == {
        name: f"{landscape.accounts[one.account]}/studiogate-network-{name}.VpcId"
        for name, one in vpcs.items()
    }
    assert ids.api == f"{hub}/studiogate-gateway.ApiId"


@pytest.mark.parametrize("name", TEXTS)
def test_s2_22_every_stack_stands_after_what_it_needs_and_is_told_what_it_wants(
    name: str,
) -> None:
    stands(whole(name))


@pytest.mark.parametrize("name", TEXTS)
def test_what_stacks_gave_is_what_the_landscape_s_things_are_called(name: str) -> None:
    read_back(read(TEXTS[name]), whole(name))


@given(landscapes())
@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
def test_a_landscape_of_any_shape_is_whole_and_is_read_back(laid: Laid) -> None:
    found = composed(laid.landscape)

    stands(found)
    read_back(laid.landscape, found)


def test_a_thousand_lobs_are_whole_and_few_shapes() -> None:
    found = composed(read(large(1_000, people=3, promises=False)))

    stands(found)
    stacks = found.stacks
    assert len(stacks) > 6_000
    assert len({one.template.shape for one in stacks}) < 20


@pytest.mark.parametrize("name", ["two-lobs", "many-ways", "with a warehouse"])
def test_every_template_is_told_all_that_has_no_default(name: str) -> None:
    """What `checked` says, by other means."""
    for stack in whole(name).stacks:
        declared = yaml.safe_load(stack.template.text).get("Parameters", {})

        wanted = {one for one, said in declared.items() if "Default" not in said}
        assert wanted <= stack.parameters.keys() <= declared.keys()


def test_a_stack_that_does_not_stand_is_no_empty_id() -> None:
    found = whole("two-lobs")
    outputs: Mapping[StackKey, Mapping[str, str]] = given_by(found.stacks)

    hub = next(key for key in outputs if key.name == "studiogate-network-hub")
    for gone in (found.gateway, hub):
        with pytest.raises(KeyError):
            found.ids({key: one for key, one in outputs.items() if key != gone})
        with pytest.raises(KeyError):
            found.ids({**outputs, gone: {}})


@pytest.mark.parametrize("name", GROWING)
def test_s2_41_a_new_lob_brings_stacks_of_its_own_and_changes_what_is_everybodys(
    name: str,
) -> None:
    before = GROWING[name]
    after = with_lob(before, NEW)

    found = {key.name: told for key, told in changed(before, after).items()}

    assert found == {
        "studiogate-network-hub": {"Members"},
        "studiogate-endpoints": {"DomainLobNew"},
        "studiogate-gateway": set(),
        "studiogate-guardrails": set(),
        "studiogate-names": {"Members"},
    }
    old = {one.key for one in composed(read(before)).stacks}
    new = {one.key for one in composed(read(after)).stacks}
    assert old < new
    assert {
        f"{'own' if key.account == NEW.account else 'hub'} {key.name}" for key in new - old
    } == {
        "own studiogate-network-lob-new",
        "hub studiogate-joined-lob-new",
        "own studiogate-studio",
        "own studiogate-access",
        "own studiogate-people-lob-new",
        "own studiogate-names-lob-new",
    }


def test_s2_41_a_lob_among_many_changes_no_other_either() -> None:
    before = large(40, people=1, promises=False)
    new = NewLob("lob-new", "999999999999", ("site-0",), people={"newest": None})

    found = {key.name for key in changed(before, with_lob(before, new))}

    assert found == {
        "studiogate-network-hub",
        "studiogate-endpoints",
        "studiogate-gateway",
        "studiogate-guardrails",
        "studiogate-names",
    }


@pytest.mark.parametrize(
    ("person", "stacks"),
    [
        pytest.param(
            "  new-person: {lob: lob-a, idp: corporate}\n",
            {"studiogate-people-forecasting", "studiogate-people-pricing"},
            id="a profile in each domain of the lob",
        ),
        pytest.param(
            "  new-person: {idp: corporate}\n", set(), id="nobody's, so in no account"
        ),
    ],
)
def test_s2_28_people_change_nothing_but_the_profiles_of_their_lob(
    person: str, stacks: set[str]
) -> None:
    found = changed(SOUND, SOUND.replace("people:\n", f"people:\n{person}"))

    assert {key.name for key in found} == stacks
    assert not any(found.values())


def test_what_no_template_can_say_is_settled_in_every_domain() -> None:
    found = whole("two groups of domains")

    calls = [one for one in found.afterwards if isinstance(one, Afterwards)]

    assert {one.about["DomainId"] for one in calls} == {
        Output(one.key, name)
        for one in found.stacks
        for name in one.template.outputs
        if name.startswith("DomainId")
    }
    assert {(one.describe, one.update) for one in calls} == {("DescribeDomain", "UpdateDomain")}


@pytest.mark.parametrize("name", ["two groups of domains", "many-ways"])
def test_the_default_group_of_every_vpc_is_closed(name: str) -> None:
    found = whole(name)

    closed = [one for one in found.afterwards if isinstance(one, Closed)]

    vpcs = [one.key for one in found.stacks if "AWS::EC2::VPC\n" in one.template.text]
    assert [one.stack for one in closed] == vpcs
    assert all(one.group == Output(one.stack, "DefaultGroupId") for one in closed)


def test_iam_finds_the_gateways_role_before_anybody_trusts_it() -> None:
    found = whole("two groups of domains")

    access = [one for one in found.stacks if one.key.name == "studiogate-access"]
    assert access
    assert all(found.gateway in one.needs for one in access)


# Logical ids that would be one if names were put behind words as they are: `DomainName` is told
# to `a`, and `Domain` is what `name-a` is.
CHANGING = ("name-a", "a", "a-1", "a1", "id-a", "zone")


def lob_a(*, domains: Iterable[str], **more: dict[str, Any]) -> dict[str, Any]:
    """What is made of `domains` of lob-a, by logical id; what it is told, and what it tells."""
    file = document()
    known = file["domains"]["forecasting"]
    file["domains"] = {
        **{name: {**known, **more.get(name, {})} for name in domains},
        "fraud": file["domains"]["fraud"],
    }
    (stack,) = (
        one
        for one in composed(read(json.dumps(file))).stacks
        if one.key == StackKey(file["accounts"]["lob-a"], "studiogate-studio")
    )
    body = yaml.safe_load(stack.template.text)
    made = {f"Resources.{name}": one for name, one in body["Resources"].items()}
    tells = {f"Outputs.{name}": one for name, one in body["Outputs"].items()}
    assert made.keys().isdisjoint(f"Resources.{one}" for one in stack.parameters)
    assert {*stack.keeps} == {"Key", *(one for one in body["Resources"] if one[:6] == "Domain")}
    return {**made, **tells, **stack.parameters}


@pytest.mark.parametrize("gone", CHANGING)
def test_a_domain_that_goes_or_comes_changes_nothing_of_the_others(gone: str) -> None:
    """Another logical id would be another domain, made anew and empty."""
    whole = lob_a(domains=CHANGING)

    left = lob_a(domains=(one for one in CHANGING if one != gone))

    assert left == {name: whole[name] for name in left}
    # The domain, the two groups of its apps; three outputs, and five parameters.
    assert len(whole) - len(left) == 3 + 3 + 5


def test_domains_in_another_order_are_the_same_template() -> None:
    moved = lob_a(domains=reversed(CHANGING))

    assert json.dumps(moved, default=str) == json.dumps(lob_a(domains=CHANGING), default=str)


def test_a_domain_that_opens_from_elsewhere_is_the_same_domain() -> None:
    elsewhere = lob_a(domains=CHANGING, zone={"opens_from": ["branch"]})

    assert elsewhere == lob_a(domains=CHANGING)
