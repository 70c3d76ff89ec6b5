"""The whole chain: who opens what from where, and which layer says no when one thing breaks."""

from dataclasses import replace
from typing import Literal

import pytest

from studiogate import names
from studiogate.errors import LandscapeError
from studiogate.landscape.model import INTERNET
from studiogate.policy.documents import policy_document
from studiogate.policy.guardrails import full_access_scp, revocation_policy
from studiogate.policy.language import Kind, parse
from studiogate.reach.answer import answer
from studiogate.reach.table import table
from studiogate.reach.trace import PUBLIC, Layer
from studiogate.reach.world import Bar
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STS, STUDIO
from tests.kit.gateway import NOW
from tests.kit.reach_world import (
    ACME,
    OPENS,
    WORLD,
    Break,
    admitted,
    api,
    door,
    doorless,
    forwarded,
    gone,
    hidden_from_hub,
    of_another_endpoint,
    role,
    scp,
    studio,
    trust,
    unread,
    without_the_domain,
)

REVOKED = parse(revocation_policy("user-lob-a", at=NOW), kind=Kind.IDENTITY, name="revoked")
PRESIGN = next(one for one in WORLD.estate.holders if one.name == names.PRESIGN_ROLE)
HUB, LOB_A = "111111111111", "222222222222"
NETWORKS = (*ACME.networks, INTERNET)
OPEN = {
    ("user-lob-a", "forecasting", "office"),
    ("ada.lovelace@acme.example", "forecasting", "office"),
    ("user-lob-b", "fraud", "office"),
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("domain", ACME.domains)
@pytest.mark.parametrize("person", ACME.people)
def test_s2_14_exactly_the_declared_openings_open(
    person: str, domain: str, network: str
) -> None:
    found = answer(WORLD, person, domain, network)

    assert found.allowed is ((person, domain, network) in OPEN)


@pytest.mark.parametrize(
    ("broken", "layer", "by"),
    [
        pytest.param(
            forwarded(EXECUTE_API), Layer.API_DNS, "forward zone studiogate.execute-api"
        ),
        pytest.param(admitted("execute-api"), Layer.API_ROUTE, "no rule 443 from 192.168.10.0"),
        pytest.param(of_another_endpoint, Layer.API_POLICY, "statement OnlyOurEndpoint"),
        pytest.param(api(None), Layer.API_POLICY, "what could not be read"),
        pytest.param(
            door(EXECUTE_API, policy_document({
                "Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*",
            })),
            Layer.API_POLICY,
            "no Allow in the VPC endpoint policy",
            id="the endpoint of the API lets no call through",
        ),
        pytest.param(
            role(names.PRESIGN_ROLE, LOB_A, trust=trust(ExternalId="another-gateway")),
            Layer.ROLE,
            "no Allow in the trust policy",
            id="the role trusts another environment's gateway",
        ),
        pytest.param(
            role(names.GATEWAY_ROLE, HUB, identity=()),
            Layer.ROLE,
            "no Allow in the caller's identity policies",
            id="the gateway may assume nothing",
        ),
        pytest.param(gone(names.PRESIGN_ROLE, LOB_A), Layer.ROLE, f"account {LOB_A}"),
        pytest.param(gone(names.GATEWAY_ROLE, HUB), Layer.ROLE, f"account {HUB}"),
        pytest.param(hidden_from_hub(STS), Layer.ROLE, "sts.eu-west-1.amazonaws.com"),
        pytest.param(admitted("sts", "10.0.0.0/16"), Layer.ROLE, "security group sts"),
        pytest.param(
            role(names.PRESIGN_ROLE, LOB_A, identity=(*PRESIGN.identity, REVOKED)),
            Layer.CREATE,
            "of revoked",
            id="the person is revoked",
        ),
        pytest.param(
            scp(policy_document({
                "Sid": "Closed", "Effect": "Deny", "Action": "sagemaker:*", "Resource": "*",
            })),
            Layer.CREATE,
            "statement Closed of more",
            id="a guardrail closes SageMaker",
        ),
        pytest.param(
            without_the_domain(SAGEMAKER_API), Layer.CREATE, "no Allow in the VPC endpoint policy"
        ),
        pytest.param(
            admitted("sagemaker-api", "10.0.0.0/16"), Layer.CREATE, "security group sagemaker-api"
        ),
        pytest.param(studio(profiles=("ada",)), Layer.CREATE, "the profile of d-forecasting"),
        pytest.param(studio(auth_mode="SSO"), Layer.CREATE, "the AuthMode of d-forecasting"),
        pytest.param(forwarded(STUDIO), Layer.STUDIO_DNS, "forward zone studio.eu-west-1"),
        pytest.param(admitted("studio"), Layer.STUDIO_ROUTE, "no rule 443 from 192.168.10.0"),
        pytest.param(
            without_the_domain(STUDIO), Layer.USE, "no Allow in the VPC endpoint policy"
        ),
    ],
)  # fmt: skip
def test_one_thing_broken_is_named_by_the_layer_that_says_no(
    broken: Break, layer: Layer, by: str
) -> None:
    found = answer(broken(WORLD), *OPENS)

    assert not found.allowed
    assert found.decided.layer is layer
    assert by in found.decided.by
    assert found.decided.said.endswith(".")


def test_a_person_without_a_lob_is_refused_first_and_has_no_role_to_ask() -> None:
    found = answer(WORLD, "sam-security", "forecasting", "office")

    assert found.decided.layer is Layer.PERSON
    layers = [step.layer for step in found.steps]
    assert Layer.ROLE not in layers
    assert Layer.USE not in layers
    assert Layer.STUDIO_ROUTE in layers


def test_a_domain_of_another_lob_is_refused_by_the_grant_and_by_aws_as_well() -> None:
    found = answer(WORLD, "user-lob-a", "fraud", "office")

    refusing = [step.layer for step in found.steps if not step.ok]
    assert refusing == [Layer.GRANT, Layer.CREATE, Layer.USE]
    create = next(step for step in found.steps if step.layer is Layer.CREATE)
    assert create.by == "account 333333333333"


def test_s2_39_from_the_internet_every_wall_by_itself_keeps_the_url_from_working() -> None:
    found = answer(WORLD, "user-lob-a", "forecasting", INTERNET)

    said = {step.layer: step for step in found.steps}
    assert not said[Layer.API_POLICY].ok
    assert not said[Layer.USE].ok
    assert said[Layer.CREATE].ok, "the gateway makes it from the hub, wherever the person is"
    (missing,) = [fact for fact in said[Layer.USE].facts if "OnlyOurEndpoints" in fact.what]
    assert (missing.saw, missing.held) == ("missing", True)
    assert Layer.API_ROUTE not in said, "a public address leads to no endpoint of ours"


def test_a_public_answer_is_no_refusal_where_the_policies_let_the_internet_in() -> None:
    """What is said to be closed must be closed: DNS alone keeps nobody out."""
    everything = parse(
        policy_document({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        kind=Kind.IDENTITY,
        name="too much",
    )
    weak = role(names.PRESIGN_ROLE, LOB_A, identity=(everything,))(forwarded(STUDIO)(WORLD))
    full = ((parse(full_access_scp(), kind=Kind.SCP, name="full"),),)
    weak = weak.but(estate=replace(weak.estate, scps={**weak.estate.scps, LOB_A: full}))

    found = answer(weak, *OPENS)

    name = next(step for step in found.steps if step.layer is Layer.STUDIO_DNS)
    assert name.facts[0].saw == PUBLIC
    assert name.ok
    assert found.allowed


def test_a_layer_that_could_not_be_read_is_no_yes() -> None:
    found = answer(api(None)(WORLD), *OPENS)

    assert not found.allowed
    assert "was not read" in found.decided.said


@pytest.mark.parametrize("network", NETWORKS)
def test_without_evidence_the_answer_is_the_same(network: str) -> None:
    for person in ACME.people:
        for domain in ACME.domains:
            with_facts = answer(WORLD, person, domain, network)
            bare = answer(WORLD, person, domain, network, evidence=False)
            assert [(s.layer, s.ok, s.said, s.by) for s in bare.steps] == [
                (s.layer, s.ok, s.said, s.by) for s in with_facts.steps
            ]


def test_layers_come_in_their_order() -> None:
    order = [*Layer]
    for network in NETWORKS:
        layers = [step.layer for step in answer(WORLD, "user-lob-a", "fraud", network).steps]
        assert layers == sorted(layers, key=order.index)


@pytest.mark.parametrize(
    ("question", "where", "near"),
    [
        (("user-lob-x", "forecasting", "office"), "people.user-lob-x", "user-lob-"),
        (("user-lob-a", "forcasting", "office"), "domains.forcasting", "forecasting"),
        (("user-lob-a", "forecasting", "ofice"), "networks.ofice", "office"),
        (("USER-LOB-A", "forecasting", "office"), "people.USER-LOB-A", "user-lob-a?"),
        (("user-lob-a", "Forecasting", "office"), "domains.Forecasting", "forecasting?"),
        (("user-lob-a", "forecasting", "INTERNET"), "networks.INTERNET", "internet?"),
    ],
)
def test_a_name_nobody_declared_is_named_with_the_nearest(
    question: tuple[str, str, str], where: str, near: str
) -> None:
    with pytest.raises(LandscapeError) as refused:
        answer(WORLD, *question)

    (problem,) = refused.value.problems
    assert problem.where == where
    assert f"Did you mean {near}" in problem.remedy
    assert "Fix" not in refused.value.remedy


def test_a_profile_in_place_of_a_name_leads_to_whoever_has_it() -> None:
    with pytest.raises(LandscapeError) as refused:
        answer(WORLD, "ada", "forecasting", "office")

    (problem,) = refused.value.problems
    assert problem.remedy == (
        "It is the profile of ada.lovelace@acme.example: ask by the sign-in name."
    )


def test_every_unknown_name_is_complained_of_at_once() -> None:
    with pytest.raises(LandscapeError) as refused:
        answer(WORLD, "nobody", "nothing", "nowhere")

    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("service", "layer"),
    [
        (EXECUTE_API, Layer.API_ROUTE),
        (STS, Layer.ROLE),
        (SAGEMAKER_API, Layer.CREATE),
        (STUDIO, Layer.STUDIO_ROUTE),
    ],
)
@pytest.mark.parametrize("network", NETWORKS)
def test_s3_05_an_endpoint_that_is_not_there_lets_nobody_in_and_is_named(
    service: str, layer: Layer, network: str
) -> None:
    found = answer(doorless(service)(WORLD), "user-lob-a", "forecasting", network)

    assert not found.allowed
    if network == "office":
        assert found.decided.layer is layer
        assert found.decided.said.startswith("hub has no VPC endpoint for ")


@pytest.mark.parametrize(("account", "kind"), [(HUB, "scps"), (LOB_A, "scps"), (LOB_A, "rcps")])
def test_guardrails_that_nobody_has_read_are_no_guardrails_that_allow(
    account: str, kind: Literal["scps", "rcps"]
) -> None:
    found = answer(unread(account, kind)(WORLD), *OPENS)

    assert not found.allowed
    assert found.decided.layer is Layer.ROLE
    assert f"account {account} were not read" in found.decided.said


def test_a_domain_of_the_same_name_in_another_account_is_not_ours() -> None:
    own = next(one for one in WORLD.estate.studios if one.name == "forecasting")
    stray = replace(own, account="444444444444", domain_id="d-stray", auth_mode="SSO")
    estate = replace(WORLD.estate, studios=(*WORLD.estate.studios, stray))

    assert answer(WORLD.but(estate=estate), *OPENS).allowed


def test_whom_the_directory_bars_opens_nothing_and_is_told_what_ends_it() -> None:
    bar = Bar("user-lob-a was revoked.", "run `studiogate restore user-lob-a`")
    known = WORLD.but(barred={"user-lob-a": bar})

    found = answer(known, *OPENS)

    assert not found.allowed
    assert found.decided.layer is Layer.PERSON
    assert found.decided.said == (
        "user-lob-a was revoked. To end that, run `studiogate restore user-lob-a`."
    )
    assert answer(known, "ada.lovelace@acme.example", "forecasting", "office").allowed
    assert not table(known).row_of("user-lob-a").opens
    assert table(known).row_of("ada.lovelace@acme.example").opens


def test_what_a_policy_refuses_is_said_without_whole_arns() -> None:
    found = answer(WORLD, "user-lob-a", "forecasting", INTERNET)

    assert not [step.said for step in found.steps if "arn:" in step.said]
    assert "on user-profile/d-forecasting/user-lob-a of account" in found.steps[-1].said
