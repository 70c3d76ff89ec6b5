"""AWS's limits: a thousand lobs fit, and what does not fit is named before anything is built."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from studiogate.foundation.lob_stacks import lob_plan, lob_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.network_stacks import network_stacks
from studiogate.foundation.quotas import Hit, hits
from studiogate.foundation.stacks import Stack
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy import sizes
from studiogate.topology.attached import attached, gateway
from studiogate.topology.ids import symbolic
from tests.kit.large import large
from tests.kit.topology import document


@cache
def thousand() -> tuple[Landscape, NetworkPlan, tuple[Stack, ...]]:
    return built(read(large(1_000, people=10, promises=False)))


def built(landscape: Landscape) -> tuple[Landscape, NetworkPlan, tuple[Stack, ...]]:
    network = NetworkPlan(landscape)
    stacks = (*network_stacks(network), *lob_stacks(lob_plan(landscape, network)))
    return landscape, network, stacks


def found(**changes: Any) -> tuple[Hit, ...]:
    return hits(*built(read(json.dumps(document(**changes)))))


def test_a_thousand_lobs_fit_every_limit() -> None:
    assert hits(*thousand()) == ()


def test_at_a_thousand_lobs_every_document_has_the_size_aws_takes() -> None:
    landscape, _, _ = thousand()

    made = attached(landscape, symbolic(landscape))
    longest = max(sizes.characters(one, spaces=True) for one in made.endpoints.values())
    assert longest <= sizes.ENDPOINT_POLICY
    for role in made.roles:
        assert sum(map(sizes.characters, role.policies.values())) <= sizes.ROLE_INLINE
        assert sizes.characters(role.trust) <= sizes.TRUST_POLICY


def test_the_gateway_becomes_every_presign_role_in_as_many_policies_as_a_role_has() -> None:
    landscape, _, _ = thousand()

    role = gateway(landscape)
    named = [
        arn
        for document in role.managed.values()
        for statement in document["Statement"]
        for arn in statement["Resource"]
    ]
    assert len(named) == len({*named}) == 1_000
    assert not any("*" in arn for arn in named)
    assert len(role.managed) <= sizes.MANAGED_POLICIES
    assert max(map(sizes.characters, role.managed.values())) <= sizes.MANAGED_POLICY
    assert "sts:AssumeRole" not in str(role.policies)


def test_templates_over_every_lob_stay_small() -> None:
    _, _, stacks = thousand()

    management = [one for one in stacks if one.key.name.startswith("studiogate-guardrails")]
    assert len(management) == 3
    assert all(len(one.template.text.encode()) <= 51_200 for one in management)
    assert len({one.template.shape for one in stacks}) < 20


def test_a_domain_that_opens_from_too_many_places_is_stopped() -> None:
    cidrs = [f"172.{16 + n // 256}.{n % 256}.0/24" for n in range(0, 600, 2)]
    networks = {
        **document()["networks"],
        "office": {"kind": "corporate", "cidrs": cidrs},
    }

    first, *_ = over = found(networks=networks)

    assert (first.quota, first.adjustable) == ("Parameter value in bytes", False)
    assert "OpensFrom1 of 222222222222/studiogate-access" in first.where
    assert first.needs > first.has == 4_096
    rules = [one for one in over if one.quota == "Inbound or outbound rules per security group"]
    assert {one.adjustable for one in rules} == {True}
    assert str(rules[0]).endswith("needs 320, AWS gives 60")


@pytest.mark.parametrize(
    ("changes", "quota", "adjustable"),
    [
        pytest.param(
            {
                "networks": {
                    **document()["networks"],
                    **{
                        f"lab-{n}": {
                            "kind": "vpc",
                            "account": "lob-a",
                            "cidr": f"10.3{n}.0.0/24",
                        }
                        for n in range(5)
                    },
                }
            },
            "VPCs per Region",
            True,
            id="an account has five VPCs until somebody asks for more",
        ),
    ],
)
def test_what_can_be_raised_is_said_to_be(
    changes: dict[str, Any], quota: str, *, adjustable: bool
) -> None:
    assert [(one.quota, one.adjustable) for one in found(**changes)] == [(quota, adjustable)]


def test_a_template_that_is_too_large_is_stopped_whatever_it_builds() -> None:
    landscape, network, stacks = built(read(json.dumps(document())))
    long = replace(stacks[0].template, text="x" * 1_000_001)

    over = hits(landscape, network, [replace(stacks[0], template=long)])

    assert [(one.quota, one.needs) for one in over] == [
        ("Template body size in bytes", 1_000_001)
    ]
    assert "another lob with an account of its own" in over[0].remedy


def test_a_lob_of_more_domains_than_a_template_has_room_for_is_stopped() -> None:
    """39 domains that read a warehouse take all 200 parameters of a template."""
    one = document()["domains"]["forecasting"]

    def of(many: int) -> list[tuple[str, str, int]]:
        domains = {f"domain-{n}": one for n in range(many)}
        over = found(domains=domains)
        return [(hit.quota, hit.where, hit.needs) for hit in over if not hit.adjustable]

    assert of(39) == []
    assert of(40) == [("Parameters in a template", "222222222222/studiogate-studio", 205)]
