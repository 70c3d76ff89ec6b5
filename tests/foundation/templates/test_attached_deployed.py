"""What is deployed is what is proved: every document, word for word, once ids are known."""

import pytest

from studiogate import names
from studiogate.topology.attached import attached
from tests.kit.lob_stacks import TEXTS, deployed, plain, stood

everywhere = pytest.mark.parametrize("name", TEXTS)


@everywhere
def test_s2_11_every_role_of_a_lob_has_the_proved_documents(name: str) -> None:
    known = stood(name)
    found = deployed(known.templates)

    # The gateway's own role comes with the gateway.
    roles = attached(known.landscape, known.ids).roles
    ours = {
        (role.account, role.name): role
        for role in roles
        if role.account != known.landscape.hub_account
    }
    assert found.trusts == {who: plain(role.trust) for who, role in ours.items()}
    assert found.policies == {who: plain(role.documents) for who, role in ours.items()}


@everywhere
def test_s3_16_every_endpoint_has_the_proved_policy(name: str) -> None:
    known = stood(name)
    region = known.landscape.region

    wanted = attached(known.landscape, known.ids).endpoints
    assert deployed(known.templates).endpoints == {
        service.format(region=region): plain(wanted.get(service))
        for service in known.ids.endpoints
    }


@everywhere
def test_s5_02_every_account_is_under_the_proved_guardrails(name: str) -> None:
    known = stood(name)

    wanted = attached(known.landscape, known.ids)
    found = deployed(known.templates).guardrails
    assert found.get("SERVICE_CONTROL_POLICY", {}) == plain(wanted.scps)
    assert found.get("RESOURCE_CONTROL_POLICY", {}) == plain(wanted.rcps)


@everywhere
def test_no_document_has_a_symbol_left_or_the_partition_of_elsewhere(name: str) -> None:
    known = stood(name)
    partition = names.partition(known.landscape.region)

    said = repr(known.templates)
    assert "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}" not in said
    others = {"aws", "aws-cn", "aws-us-gov"} - {partition}
    assert [one for one in others if f"arn:{one}:" in said] == []
