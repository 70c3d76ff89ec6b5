"""The smallest change: always one that was tried, never one that the landscape refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from studiogate import names
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.landscape.read import read
from studiogate.policy.documents import policy_document
from studiogate.policy.guardrails import lob_guardrail, revocation_policy
from studiogate.policy.language import Kind, Policy, parse
from studiogate.reach.answer import answer
from studiogate.reach.change.rewrite import document, dropped, widened
from studiogate.reach.flip import Change, flip
from studiogate.reach.trace import Layer
from studiogate.reach.world import Bar, World, world
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STS, STUDIO
from tests.kit.gateway import NOW
from tests.kit.reach_world import (
    ACME,
    OPENS,
    WORLD,
    Break,
    admitted,
    doorless,
    forwarded,
    gone,
    hidden_from_hub,
    landscapes,
    of_another_endpoint,
    role,
    scp,
    studio,
    trust,
    without_the_domain,
)
from tests.kit.starting import EXAMPLE
from tests.kit.thorough import examples

HUB, LOB_A = "111111111111", "222222222222"
TEXT = EXAMPLE.read_text(encoding="utf-8")


GUARD = parse(
    lob_guardrail(region=ACME.region, endpoints=["vpce-one"]), kind=Kind.SCP, name="guard"
)
NOTHING = parse(
    policy_document({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}),
    kind=Kind.BOUNDARY,
    name="nothing",
)


def guarded(*endpoints: str) -> Break:
    """The guardrail of lob-a knows these endpoints only."""

    def broken(known: World) -> World:
        narrow = parse(
            lob_guardrail(region=ACME.region, endpoints=endpoints),
            kind=Kind.SCP,
            name="studiogate-lob-guardrail",
        )
        levels = known.estate.scps[LOB_A] or ()
        scps = {**known.estate.scps, LOB_A: (*levels[:-1], (levels[-1][0], narrow))}
        return known.but(estate=replace(known.estate, scps=scps))

    return broken


def flipped(known: World, *question: str) -> Change | None:
    person, domain, network = question
    return flip(known, answer(known, person, domain, network))


def changed(text: str, old: str, new: str) -> World:
    """The world of the example with one passage of its text replaced."""
    assert text.count(old) == 1
    return world(read(text.replace(old, new)))


def test_from_another_network_the_smallest_change_is_to_ask_from_a_right_one() -> None:
    for network in ("hub", "lob-a", "data", INTERNET):
        change = flipped(WORLD, "user-lob-a", "forecasting", network)

        assert change is not None
        assert (change.kind, str(change)) == ("question", "--from office")
        assert change.then.network == "office"
        assert change.then.allowed


def test_for_another_lob_s_domain_it_is_to_move_the_person_and_says_what_that_loses() -> None:
    change = flipped(WORLD, "user-lob-a", "fraud", "office")

    assert change is not None
    assert str(change) == "people.user-lob-a.lob: lob-b"
    assert change.said.endswith("but loses forecasting.")
    assert change.then.allowed


def test_somebody_without_a_lob_is_put_into_the_domain_s() -> None:
    change = flipped(WORLD, "sam-security", "fraud", "office")

    assert change is not None
    assert str(change) == "people.sam-security.lob: lob-b"


def test_somebody_whose_name_is_no_profile_is_given_one_with_the_lob() -> None:
    known = changed(
        TEXT, "  user-lob-b:", "  eve@acme.example: {idp: corporate}\n  user-lob-b:"
    )

    change = flipped(known, "eve@acme.example", "fraud", "office")

    assert change is not None
    assert str(change) == "people.eve@acme.example: {lob: lob-b, profile: eve}"


def test_an_office_without_dns_servers_is_given_one() -> None:
    known = changed(TEXT, ", dns_servers: [192.168.10.53]", "")

    change = flipped(known, *OPENS)

    assert change is not None
    assert (change.kind, str(change)) == (
        "landscape",
        "networks.office.dns_servers: [192.168.10.53]",
    )
    assert change.then.allowed


def test_what_two_layers_refuse_for_two_reasons_no_single_change_turns_round() -> None:
    assert flipped(WORLD, "user-lob-a", "fraud", INTERNET) is None
    assert flipped(WORLD, "sam-security", "forecasting", "hub") is None


def test_an_opening_is_ended_by_taking_its_network_away_where_there_is_another() -> None:
    known = changed(
        TEXT, "lob: lob-a, network: lob-a, opens_from: [office]",
        "lob: lob-a, network: lob-a, opens_from: [office, hub]",
    )  # fmt: skip

    change = flipped(known, *OPENS)

    assert change is not None
    assert str(change) == "domains.forecasting.opens_from: [hub]"
    assert not change.then.allowed


def test_the_last_network_cannot_be_taken_away_so_the_person_is_taken_out() -> None:
    change = flipped(WORLD, *OPENS)

    assert change is not None
    assert str(change) == "people.user-lob-a.lob: null"
    assert not change.then.allowed


@pytest.mark.parametrize(
    ("broken", "written"),
    [
        (forwarded(EXECUTE_API), "add: forward zone studiogate.execute-api"),
        (forwarded(STUDIO), "add: forward zone studio.eu-west-1"),
        (admitted("execute-api"), "add: rule 443 from 192.168.10.0/24 of security group exec"),
        (admitted("studio"), "add: rule 443 from 192.168.10.0/24 of security group studio"),
        (
            admitted("sts", "10.0.0.0/16"),
            "add: rule 443 from 10.0.0.0/16 of security group sts",
        ),
        (hidden_from_hub(STS), "add: association of zone sts.eu-west-1.amazonaws.com with hub"),
    ],
)
def test_a_missing_part_of_the_network_is_put_back(broken: Break, written: str) -> None:
    change = flipped(broken(WORLD), *OPENS)

    assert change is not None
    assert change.kind == "network"
    assert str(change).startswith(written)
    assert change.then.allowed


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (of_another_endpoint, "resource policy of the private API"),
        (without_the_domain(SAGEMAKER_API), "endpoint policy of vpce-sagemaker-api"),
        (without_the_domain(STUDIO), "endpoint policy of vpce-studio"),
        (
            role(names.GATEWAY_ROLE, HUB, identity=()),
            f"policy StudiogateGateway of role StudiogateGateway of account {HUB}",
        ),
        (
            role(names.PRESIGN_ROLE, LOB_A, trust=trust(ExternalId="another-gateway")),
            f"trust policy of role PresignedUrlGenerator of account {LOB_A}",
        ),
        (
            role(names.PRESIGN_ROLE, LOB_A, boundary=NOTHING),
            f"permissions boundary of role PresignedUrlGenerator of account {LOB_A}",
        ),
        (
            guarded("vpce-sagemaker-api"),
            f"SCP studiogate-lob-guardrail of account {LOB_A}",
        ),
        (gone(names.PRESIGN_ROLE, LOB_A), f"role PresignedUrlGenerator of account {LOB_A}"),
    ],
)
def test_a_policy_that_is_not_as_it_should_be_is_put_back(broken: Break, where: str) -> None:
    change = flipped(broken(WORLD), *OPENS)

    assert change is not None
    assert (change.kind, change.where) == ("policy", where)
    assert change.then.allowed


def test_a_guardrail_somebody_else_attached_loses_the_statement_that_decided() -> None:
    closed = {"Sid": "Closed", "Effect": "Deny", "Action": "sagemaker:*", "Resource": "*"}

    change = flipped(scp(policy_document(closed))(WORLD), *OPENS)

    assert change is not None
    assert str(change) == "statement Closed of more: remove"
    assert change.then.allowed


def test_a_guardrail_somebody_else_attached_is_rather_given_the_value_it_lacks() -> None:
    elsewhere = {
        "Sid": "Elsewhere",
        "Effect": "Deny",
        "Action": "sagemaker:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpc": ["vpc-other"]}},
    }

    change = flipped(scp(policy_document(elsewhere))(WORLD), *OPENS)

    assert change is not None
    assert str(change) == (
        "statement Elsewhere of more, StringNotEquals aws:SourceVpc: add vpc-hub"
    )
    assert change.then.allowed


def test_somebody_revoked_is_not_let_in_without_saying_that_they_were() -> None:
    deny = parse(
        revocation_policy("user-lob-a", at=NOW), kind=Kind.IDENTITY, name="revoked-user-lob-a"
    )
    own = next(one for one in WORLD.estate.holders if one.name == names.PRESIGN_ROLE)
    known = role(names.PRESIGN_ROLE, LOB_A, identity=(*own.identity, deny))(WORLD)

    change = flipped(known, *OPENS)

    assert change is not None
    assert change.where.endswith("of revoked-user-lob-a")
    assert "studiogate restore" in change.said
    assert flipped(known, "ada.lovelace@acme.example", "forecasting", "office") == flipped(
        WORLD, "ada.lovelace@acme.example", "forecasting", "office"
    )


def test_two_broken_things_have_no_single_remedy() -> None:
    known = admitted("studio")(of_another_endpoint(WORLD))

    assert flipped(known, *OPENS) is None
    refusing = [step.layer for step in answer(known, *OPENS).steps if not step.ok]
    assert refusing == [Layer.API_POLICY, Layer.STUDIO_ROUTE]


def test_a_landscape_edit_heals_nothing_else_that_is_broken() -> None:
    known = admitted("studio")(WORLD)

    assert flipped(known, "sam-security", "fraud", "office") is None


def test_an_edit_of_people_counts_where_a_policy_is_unlike_ours_as_well() -> None:
    known = of_another_endpoint(WORLD)
    weak = known.but(estate=replace(known.estate, api=WORLD.estate.api, rcps={
        **known.estate.rcps, LOB_A: ((parse(policy_document(
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
        ), kind=Kind.RCP, name="full"),),),
    }))  # fmt: skip

    change = flipped(weak, "sam-security", "fraud", "office")

    assert change is not None
    assert str(change) == "people.sam-security.lob: lob-b"


def test_a_profile_that_is_missing_on_aws_is_to_be_created() -> None:
    change = flipped(studio(profiles=())(WORLD), *OPENS)

    assert change is not None
    assert (change.kind, str(change)) == (
        "account",
        "profile user-lob-a of d-forecasting: create",
    )


@pytest.mark.parametrize("service", [EXECUTE_API, STS, SAGEMAKER_API, STUDIO])
def test_an_endpoint_that_is_missing_is_to_be_created_and_its_new_id_is_thought_of(
    service: str,
) -> None:
    change = flipped(doorless(service)(WORLD), *OPENS)

    assert change is not None
    assert change.kind == "account"
    assert change.where == f"VPC endpoint for {service.format(region=ACME.region)}"
    assert "new id" in change.said


def test_a_domain_that_signs_people_in_itself_cannot_be_changed() -> None:
    known = studio(auth_mode="SSO")(WORLD)

    assert flipped(known, *OPENS) is None
    assert "make another domain" in answer(known, *OPENS).decided.said


def test_whom_the_directory_bars_is_let_in_by_the_directory() -> None:
    bar = Bar("user-lob-a was revoked.", "run `studiogate restore user-lob-a`")

    change = flipped(WORLD.but(barred={"user-lob-a": bar}), *OPENS)

    assert change is not None
    assert (change.kind, change.value) == ("directory", bar.remedy)
    assert (
        flipped(WORLD.but(barred={"sam-security": bar}), "sam-security", "fraud", "office")
        is None
    )


def test_an_address_is_let_in_with_its_whole_network_and_never_one_of_the_internet() -> None:
    def only(cidr: str, key: str) -> World:
        elsewhere = {
            "Sid": "Elsewhere",
            "Effect": "Deny",
            "Action": "sagemaker:*",
            "Resource": "*",
            "Condition": {"NotIpAddress": {key: [cidr]}},
        }
        return scp(policy_document(elsewhere))(WORLD)

    change = flipped(only("10.0.0.0/16", "aws:VpcSourceIp"), *OPENS)

    assert change is not None
    assert change.value == "add 192.168.10.0/24"
    by_public_address = flipped(only("203.0.113.0/24", "aws:SourceIp"), *OPENS)
    assert by_public_address is not None
    assert by_public_address.value == "remove"


def test_what_ends_fewest_openings_keeps_somebody_out() -> None:
    both = "lob: lob-a, network: lob-a, opens_from: [office, hub]"
    more = "  eve: {lob: lob-a, idp: corporate}\n  bob: {lob: lob-a, idp: corporate}\n  user-lob-b:"
    text = TEXT.replace("lob: lob-a, network: lob-a, opens_from: [office]", both)
    known = world(read(text.replace("  user-lob-b:", more)))

    change = flipped(known, *OPENS)

    assert change is not None
    assert str(change) == "people.user-lob-a.lob: null"


def test_a_domain_that_no_landscape_knows_is_in_nobody_s_way() -> None:
    own = next(one for one in WORLD.estate.studios if one.name == "forecasting")
    stray = replace(own, name="stray", domain_id="d-stray")
    estate = replace(WORLD.estate, studios=(*WORLD.estate.studios, stray))

    change = flipped(WORLD.but(estate=estate), "user-lob-a", "fraud", "office")

    assert change is not None
    assert str(change) == "people.user-lob-a.lob: lob-b"


@settings(max_examples=examples(20), deadline=None)
@given(landscapes())
def test_every_change_turns_the_answer_round_and_none_opens_to_the_internet(
    landscape: Landscape,
) -> None:
    known = world(landscape)
    questions = [(p, d) for p in landscape.people for d in landscape.domains][:2]
    for person, domain in questions:
        for network in ("hub", [*landscape.networks][-1], INTERNET):
            before = answer(known, person, domain, network, evidence=False)
            change = flip(known, before)
            if change is None:
                assert not before.allowed
                continue
            assert change.then.allowed is not before.allowed
            assert INTERNET not in change.value
            assert (change.then.person, change.then.domain) == (person, domain)


# Policies, changed in one place.


def every_policy() -> list[Policy]:
    """Every policy of the example."""
    estate = WORLD.estate
    found = [one for holder in estate.holders for one in holder.identity]
    found += [holder.trust for holder in estate.holders if holder.trust]
    found += [one.policy for one in estate.doors if one.policy]
    found += [one for levels in estate.scps.values() for level in levels or () for one in level]
    return [*found, *([estate.api] if estate.api else [])]


def test_a_policy_written_down_again_is_the_same_policy() -> None:
    for policy in every_policy():
        rows = [document(one) for one in policy.statements]
        again = {"Version": policy.version, "Statement": rows}
        assert parse(again, kind=policy.kind, name=policy.name) == policy


def test_a_widened_condition_wants_one_value_more() -> None:
    wider = widened(GUARD, 0, "AWS:sourcevpce", ["vpce-two"])

    (condition,) = wider.statements[0].conditions
    assert condition.values == ("vpce-one", "vpce-two")
    assert wider.statements[1] == GUARD.statements[1]


def test_a_dropped_statement_leaves_the_others_as_they_are() -> None:
    rest = dropped(GUARD, 0)

    assert rest.statements == GUARD.statements[1:]
    assert [one.sid for one in rest.denies] == ["OnlyTheFrontDoor"]
