"""Documents at the edges: landscapes in which something is not there yet."""

from typing import Any

import pytest

from studiogate import names
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, parse
from studiogate.policy.request import ANONYMOUS, Request
from studiogate.reach.table import table
from studiogate.reach.world import world
from studiogate.topology.attached import attached
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    SAGEMAKER_API,
    STS,
    STUDIO,
    shared_services,
)
from studiogate.topology.ids import symbolic
from tests.kit.topology import laid

HUB = {
    "accounts": {"shared-services": "111111111111"},
    "networks": {"hub": {"kind": "vpc", "account": "shared-services", "cidr": "10.0.0.0/16"}},
}
NO_DOMAINS: dict[str, Any] = {"domains": {}, "warehouses": {}, "invariants": []}
NO_LOBS = {**NO_DOMAINS, "lobs": {}, "people": {}}


def lets_through(policy: Document, action: str, resource: str = "*") -> bool:
    everybody = parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
            ],
        },
        kind=Kind.RESOURCE,
    )
    door = parse(policy, kind=Kind.ENDPOINT)
    asked = Request(action, resource, ANONYMOUS, {}, "999999999999")
    return decide(Layers(resource=everybody, endpoint=door), asked).allowed


@pytest.mark.parametrize(
    "fewer", [NO_DOMAINS, NO_LOBS, {**NO_LOBS, **HUB}, {"people": {}, "invariants": []}]
)
def test_a_landscape_that_is_not_finished_has_documents_a_network_and_a_reach(
    fewer: dict[str, Any],
) -> None:
    known = laid(**fewer)

    found = table(world(known.landscape))

    assert sum(len(row.people) for row in found.rows) == len(known.landscape.people)
    assert {*found.domains} == {*known.landscape.domains}
    assert not any(row.opens for row in found.rows) or known.landscape.domains


def test_an_endpoint_with_nothing_behind_it_lets_nothing_through() -> None:
    landscape = laid(**NO_DOMAINS).landscape

    found = attached(landscape, symbolic(landscape)).endpoints

    ours = {STS, SAGEMAKER_API, STUDIO, DYNAMODB, EXECUTE_API}
    assert {*found} == {*ours, *shared_services(landscape)}
    for service in (SAGEMAKER_API, STUDIO):
        assert not lets_through(found[service], "sagemaker:CreatePresignedDomainUrl")
        assert not lets_through(found[service], "sagemaker:ListDomains")
    assert not lets_through(found[STS], "sts:AssumeRole")
    assert lets_through(found[STS], "sts:GetCallerIdentity")
    assert not lets_through(found[DYNAMODB], "dynamodb:PutItem")


def test_a_gateway_without_lobs_becomes_nobody() -> None:
    landscape = laid(**NO_LOBS).landscape

    roles = attached(landscape, symbolic(landscape)).roles

    assert [role.name for role in roles] == [names.GATEWAY_ROLE, names.AUTHORIZER_ROLE]
    for role in roles:
        assert "sts:AssumeRole" not in str(role.documents)
