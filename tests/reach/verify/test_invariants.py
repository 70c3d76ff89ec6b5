"""Every invariant: proved of the example, and broken by the one change it is there to find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from studiogate.policy.evaluate import decide
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import Request
from studiogate.reach.estate import Estate
from studiogate.reach.verify.findings import Finding, Outcome
from studiogate.reach.verify.invariants import invariants, outside, weak
from studiogate.reach.verify.who import layers, of, root
from tests.kit.verify import (
    GATEWAY,
    HUB,
    LOB_A,
    LOB_B,
    PRESIGN,
    STUDIO_A,
    allow,
    changed,
    estate,
    guarded,
    holder,
    identity,
    joined,
    only,
    role,
    studio,
    trust,
    unguarded,
    user,
)

PRESIGNER, NOTEBOOK = "PresignedUrlGenerator", "StudioExecution"
INSIDE = ["vpce-sagemaker-api", "vpce-studio"]


def broken(found: Estate) -> dict[tuple[str, str], Finding]:
    """What is not proved, by invariant and by what it is about."""
    return {
        (one.id, one.about): one
        for one in invariants(found, GATEWAY)
        if one.outcome is not Outcome.PROVED
    }


def test_the_example_is_proved_whole() -> None:
    found = invariants(estate(), GATEWAY)

    assert {one.outcome for one in found} == {Outcome.PROVED}
    assert {one.id for one in found} == {
        "outside", "around", "own-profile", "notebook", "other-account", "private-domain",
        "gateway-alone", "in-a-name", "only-ours",
    }  # fmt: skip
    assert all(one.principals > 0 for one in found if one.id != "private-domain")


def test_the_bypass_set_is_asked_and_not_the_front_door_alone() -> None:
    found = outside(invariants(estate(), GATEWAY))

    # The presign and execution roles, those of images and RStudio, the two supposed ones, and
    # the root user.
    assert {name: one.principals for name, one in found.items()} == {
        "forecasting": 8,
        "fraud": 7,
    }


FULL = identity(allow("sagemaker:*"), name="AmazonSageMakerFullAccess")
PART_TWO = identity(
    allow(PRESIGN, IpAddress={"aws:VpcSourceIp": "10.16.0.0/16"}),
    allow(PRESIGN, IpAddress={"aws:SourceIp": "192.168.10.0/24"}),
    allow(PRESIGN, StringEquals={"aws:SourceVpce": INSIDE}),
    name="part-two",
)


def _open_presigner(found: Estate) -> Estate:
    wide = identity(allow(PRESIGN, on=f"{STUDIO_A}/*", StringEquals={"aws:SourceVpce": INSIDE}))
    return changed(found, PRESIGNER, identity=(wide,))


def _any_profile_of_a_notebook(found: Estate) -> Estate:
    return changed(found, NOTEBOOK, identity=(identity(allow(PRESIGN, on=f"{STUDIO_A}/*")),))


def _trusts_its_account(found: Estate) -> Estate:
    said = trust({"Effect": "Allow", "Principal": {"AWS": LOB_A}, "Action": "sts:AssumeRole"})
    return changed(found, PRESIGNER, trust=said)


def _trusts_everybody(found: Estate) -> Estate:
    said = trust({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    return changed(found, PRESIGNER, trust=said)


def _nameless(found: Estate) -> Estate:
    said = trust({"Effect": "Allow", "Principal": {"AWS": GATEWAY}, "Action": "sts:AssumeRole"})
    return changed(found, PRESIGNER, trust=said)


def _any_role(found: Estate) -> Estate:
    wild = identity(allow("sts:AssumeRole", on=f"arn:aws:iam::*:role/{PRESIGNER}"))
    return changed(found, names_gateway(found), HUB, identity=(wild,))


def names_gateway(_found: Estate) -> str:
    return GATEWAY.rpartition("/")[2]


CHANGES: dict[str, tuple[Callable[[Estate], Estate], set[tuple[str, str]]]] = {
    "no guardrail": (
        unguarded,
        {("outside", "domain forecasting"), ("around", "domain forecasting"),
         ("notebook", "domain forecasting")},
    ),
    "a guardrail on the network alone": (
        lambda found: guarded(found, only("OnlyOurEndpoints")),
        {("around", "domain forecasting"), ("notebook", "domain forecasting")},
    ),
    "a guardrail on the roles alone, and a notebook with full access": (
        lambda found: changed(
            guarded(found, only("OnlyTheFrontDoor")), NOTEBOOK, identity=(FULL,)
        ),
        {("outside", "domain forecasting"), ("notebook", "domain forecasting")},
    ),
    "the published presign role, which names any profile": (
        _open_presigner, {("own-profile", "domain forecasting")},
    ),
    "a notebook that names any profile": (
        _any_profile_of_a_notebook, {("notebook", "domain forecasting")},
    ),
    "a presign role that trusts its account": (
        _trusts_its_account,
        {("gateway-alone", f"account {LOB_A}"), ("in-a-name", f"account {LOB_A}")},
    ),
    "a presign role that trusts everybody": (
        _trusts_everybody,
        {("gateway-alone", f"account {LOB_A}"), ("in-a-name", f"account {LOB_A}")},
    ),
    "a presign role that wants no source identity": (
        _nameless, {("in-a-name", f"account {LOB_A}")},
    ),
    "a gateway that may become a role of any account": (
        _any_role, {("only-ours", "the gateway")},
    ),
    "a domain with a way to the internet": (
        lambda found: studio(found, app_network="PublicInternetOnly"),
        {("private-domain", "domain forecasting")},
    ),
    "a domain that signs in by IAM Identity Center": (
        lambda found: studio(found, auth_mode="SSO"), {("private-domain", "domain forecasting")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_breaks_exactly_what_it_opens(name: str) -> None:
    change, expected = CHANGES[name]

    found = broken(change(estate()))

    assert found.keys() == expected
    assert {one.outcome for one in found.values()} == {Outcome.BROKEN}
    assert all(one.witnesses for one in found.values())


def test_s3_24_an_administrator_is_named_when_the_guardrail_is_on_the_network_alone() -> None:
    found = broken(guarded(estate(), only("OnlyOurEndpoints")))["around", "domain forecasting"]

    who = [one.who for one in found.witnesses]
    assert who == [f"role an-administrator of {LOB_A} (supposed)", f"root user of {LOB_A}"]
    assert {one.keys["aws:SourceVpce"] for one in found.witnesses} <= set(INSIDE)


def test_f_43_a_foreign_network_with_the_same_addresses_is_the_witness() -> None:
    found = broken(unguarded(changed(estate(), PRESIGNER, identity=(PART_TWO,))))

    witnesses = found["outside", "domain forecasting"].witnesses
    (witness,) = (one for one in witnesses if one.who.startswith(f"role {PRESIGNER}"))
    assert witness.how == "through an endpoint in somebody else's network"
    assert witness.keys["aws:SourceVpce"] not in INSIDE
    assert str(witness.keys["aws:VpcSourceIp"]).startswith("10.16.")


def test_a_policy_that_opens_a_few_names_is_found_by_one_of_them() -> None:
    few = user("ann", identity(allow(PRESIGN, on=f"{STUDIO_A}/team-*")))

    found = broken(joined(guarded(estate(), only("OnlyOurEndpoints")), few))

    (witness,) = (
        one for one in found["around", "domain forecasting"].witnesses if "ann" in one.who
    )
    assert witness.on.startswith(f"{STUDIO_A}/team-")


def test_a_notebook_that_opens_every_name_that_begins_like_its_own_is_found() -> None:
    stem = STUDIO_A.rpartition("/")[0]
    longer = f"{stem}/${{sagemaker:DomainId}}/${{sagemaker:UserProfileName}}*"

    found = broken(changed(estate(), NOTEBOOK, identity=(identity(allow(PRESIGN, on=longer)),)))

    (witness,) = found.pop(("notebook", "domain forecasting")).witnesses
    assert found == {}
    name = str(witness.keys["sagemaker:UserProfileName"])
    assert witness.on.startswith(f"{STUDIO_A}/{name}")
    assert witness.on != f"{STUDIO_A}/{name}"


def test_a_boundary_and_a_service_linked_role_are_what_aws_makes_of_them() -> None:
    everything = identity(allow("*"))
    bound = parse(
        {"Version": "2012-10-17", "Statement": [allow("s3:*")]}, kind=Kind.BOUNDARY, name="b"
    )
    linked = replace(
        role("AWSServiceRoleForX", everything),
        arn=f"arn:aws:iam::{LOB_A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    )

    found = broken(joined(estate(), user("bound", everything, boundary=bound), linked))

    assert found.keys() == {("outside", "domain forecasting"), ("around", "domain forecasting")}
    assert {one.who for entry in found.values() for one in entry.witnesses} == {
        f"role AWSServiceRoleForX of {LOB_A}"
    }


@pytest.mark.parametrize("named", [LOB_B, HUB])
def test_another_line_of_business_that_a_trust_policy_names_becomes_the_role(
    named: str,
) -> None:
    said = trust({"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:AssumeRole"})

    found = broken(changed(estate(), PRESIGNER, trust=said))

    (witness,) = found["gateway-alone", f"account {LOB_A}"].witnesses
    assert witness.who == f"role an-administrator of {named} (supposed)"


@pytest.mark.parametrize(
    ("principal", "action", "who"),
    [
        ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole", "the AWS service lambda"),
        ({"AWS": "777777777777"}, "sts:AssumeRole", "somebody of 777777777777 (another"),
        ({"AWS": "arn:aws:iam::777777777777:user/eve"}, "sts:AssumeRole", "arn:aws:iam::7777"),
        ({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity", "whoever acc"),
    ],
)  # fmt: skip
def test_whoever_a_trust_policy_names_is_asked_though_the_estate_knows_nothing_of_them(
    principal: dict[str, str], action: str, who: str
) -> None:
    said = trust({"Effect": "Allow", "Principal": principal, "Action": action})

    found = broken(changed(estate(), PRESIGNER, trust=said))

    (witness,) = found["gateway-alone", f"account {LOB_A}"].witnesses
    assert witness.who.startswith(who)


NAMED = {"StringLike": {"sts:SourceIdentity": "?*"}}


def _named_and(*more: str) -> Estate:
    """A presign role that its account assumes in somebody's name, and may do `more` to."""
    account: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": LOB_A}}
    assume = account | {"Action": "sts:AssumeRole", "Condition": NAMED}
    also = [account | {"Action": one} for one in more]
    return changed(estate(), PRESIGNER, trust=trust(assume, *also))


def test_who_may_not_set_the_source_identity_that_is_wanted_does_not_become_the_role() -> None:
    assert broken(_named_and()) == {}


def test_who_may_set_the_source_identity_that_is_wanted_becomes_the_role() -> None:
    found = broken(_named_and("sts:SetSourceIdentity"))

    assert found.keys() == {("gateway-alone", f"account {LOB_A}")}
    assert found["gateway-alone", f"account {LOB_A}"].outcome is Outcome.BROKEN


def test_permissions_that_never_meet_are_undecided_and_not_a_witness() -> None:
    account: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": LOB_A}}
    assume = account | {"Action": "sts:AssumeRole", "Condition": NAMED}
    other = account | {
        "Action": "sts:SetSourceIdentity",
        "Condition": {"Null": {"sts:SourceIdentity": "true"}},
    }

    found = broken(changed(estate(), PRESIGNER, trust=trust(assume, other)))

    assert found["gateway-alone", f"account {LOB_A}"].outcome is Outcome.UNDECIDED


def test_without_endpoints_of_ours_every_opening_is_one_from_outside() -> None:
    found = broken(replace(estate(), inside=frozenset(), doors=()))

    assert ("outside", "domain forecasting") in found


def test_too_many_kinds_of_names_are_undecided_and_never_proved() -> None:
    many = user("ann", identity(allow(PRESIGN, on=f"{STUDIO_A}/*a{'?' * 13}")))

    found = broken(joined(estate(), many))

    assert {one.outcome for one in found.values()} == {Outcome.UNDECIDED}
    assert ("outside", "domain forecasting") in found


def test_every_witness_is_a_request_the_policies_allow() -> None:
    estate_ = unguarded(changed(estate(), PRESIGNER, identity=(PART_TWO,)))
    found = broken(estate_)["outside", "domain forecasting"]

    for witness in found.witnesses:
        named = [
            one for one in estate_.holders if f"role {one.name} of {one.account}" in witness.who
        ]
        who = of(named[0]) if named else root("eu-west-1", LOB_A)
        asked = Request(witness.does, witness.on, who.principal, witness.keys, LOB_A)
        assert decide(layers(estate_, who, service="sagemaker", owner=LOB_A), asked).allowed
    assert len(found.witnesses) == len({one.who for one in found.witnesses}) >= len("abc")


def test_our_own_documents_have_no_weakness() -> None:
    assert weak(estate()) == ()


def test_f_60_a_weak_document_is_told_once_for_all_who_carry_it() -> None:
    group = identity(
        allow("redshift:JoinGroup", on="arn:aws:redshift:eu-west-1:444444444444:dbgroup:c1/*")
    )
    found = joined(estate(), role("reader", group), role("reader", group, account=LOB_B))

    (one,) = weak(found)

    assert (one.rule, one.defect) == ("any-group", "F-60")
    assert one.where == (f"role reader of {LOB_A}", f"role reader of {LOB_B}")


def test_what_is_supposed_is_asked_about_and_not_blamed_for_its_words() -> None:
    assert holder(estate(), "an-execution-role").supposed
    assert not [one for one in weak(estate()) if "an-execution-role" in str(one.where)]


def alone(id_: str, found: Estate) -> Finding:
    """What became of `id_` for the first domain or role it is about."""
    return next(one for one in invariants(found, GATEWAY) if one.id == id_)


@pytest.mark.parametrize(
    ("name", "statement", "tags"),
    [
        ("ann", allow(PRESIGN, on=f"{STUDIO_A}/${{aws:username}}"), {}),
        ("x", allow(PRESIGN, on=f"{STUDIO_A}/${{aws:PrincipalTag/of}}"), {"of": "ann"}),
        ("x", allow(PRESIGN, on=f"{STUDIO_A}/${{aws:SourceIdentity, 'ann'}}",
                    Null={"aws:SourceIdentity": "true"}), {}),
        ("x", allow(PRESIGN, on=f"{STUDIO_A}/${{aws:userid}}",
                    StringEquals={"aws:userid": "ann"}), {}),
    ],
)  # fmt: skip
def test_a_profile_that_only_a_variable_names_is_found(
    name: str, statement: dict[str, Any], tags: dict[str, str]
) -> None:
    found = joined(unguarded(estate()), user(name, identity(statement), tags=tags))

    witnesses = {one.who: one.on for one in alone("around", found).witnesses}

    assert witnesses[f"user {name} of {LOB_A}"] == f"{STUDIO_A}/ann"


def test_what_no_pattern_can_tell_is_not_proved() -> None:
    twice = allow(PRESIGN, on=f"{STUDIO_A}/${{aws:userid}}-${{aws:userid}}")
    found = joined(unguarded(estate()), user("x", identity(twice)))

    # No name asked about is of the form x-x, and patterns do not tell those from others.
    whys = alone("around", found).why

    assert any(one.startswith(f"user x of {LOB_A}: ${{aws:userid}} stands") for one in whys)


def test_a_guardrail_settles_it_whatever_patterns_cannot_tell_of_a_holder() -> None:
    twice = allow(PRESIGN, on=f"{STUDIO_A}/${{aws:userid}}-${{aws:userid}}")
    found = joined(estate(), user("x", identity(twice)))

    assert alone("outside", found).outcome is Outcome.PROVED


def test_a_session_that_a_user_federates_is_another_principal() -> None:
    only_users = parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Users",
                    "Effect": "Deny",
                    "Action": "sagemaker:*",
                    "Resource": "*",
                    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}},
                }
            ],
        },
        kind=Kind.SCP,
        name="no-users",
    )
    found = guarded(joined(estate(), user("ann", FULL)), lambda _policy: only_users)
    makes = guarded(
        joined(estate(), user("ann", identity(allow("*")))), lambda _policy: only_users
    )

    label = f"federated session of user ann of {LOB_A}"
    assert label not in {one.who for one in alone("outside", found).witnesses}
    assert label in {one.who for one in alone("outside", makes).witnesses}


def test_a_notebook_of_a_domain_nobody_listed_is_asked_about() -> None:
    listed = allow(
        PRESIGN, StringNotEquals={"sagemaker:DomainId": ["d-forecasting", "d-fraud"]}
    )
    strange = allow(PRESIGN, Null={"sagemaker:DomainId": "false"})
    held = identity(*(listed, strange)[:1])
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"Null": {"sagemaker:DomainId": "true"}}}  # fmt: skip
    found = changed(unguarded(estate()), NOTEBOOK, identity=(held, identity(deny)))

    assert f"role {NOTEBOOK} of {LOB_A}" in {
        one.who for one in alone("outside", found).witnesses
    }


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::888888888888:role/Backup",
        "arn:aws:iam::88888888888?:role/*",
        "arn:aws:iam::8*:role/a/b",
    ],
)
def test_a_role_of_an_account_that_is_not_ours_is_asked_about_by_its_number(arn: str) -> None:
    gateway = holder(estate(), GATEWAY.rpartition("/")[2], HUB)
    held = identity(allow("sts:AssumeRole", on=arn))
    found = changed(estate(), gateway.name, HUB, identity=(*gateway.identity, held))

    (witness,) = alone("only-ours", found).witnesses

    assert witness.on.startswith("arn:aws:iam::8")


def test_a_guardrail_that_spares_a_name_does_not_hide_the_others() -> None:
    """An SCP that denies one stranger's role leaves all their others."""
    gateway = holder(estate(), GATEWAY.rpartition("/")[2], HUB)
    held = identity(allow("sts:AssumeRole"))
    found = changed(estate(), gateway.name, HUB, identity=(held,))
    denies = parse(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Action": "sts:AssumeRole",
                "Resource": "arn:aws:iam::*:role/PresignedUrlGenerator",
            },
        },
        kind=Kind.SCP,
        name="one-name",
    )
    levels = found.scps[HUB]
    assert levels is not None
    found = replace(found, scps={**found.scps, HUB: (*levels[:-1], (*levels[-1], denies))})

    (witness,) = alone("only-ours", found).witnesses

    assert not witness.on.endswith("/PresignedUrlGenerator")


def test_domains_of_one_name_are_spoken_of_together() -> None:
    first, second = estate().studios
    found = unguarded(replace(estate(), studios=(first, replace(second, name=first.name))))
    found = joined(found, user("ann", FULL))

    assert outside(invariants(found, GATEWAY))[first.name].outcome is Outcome.BROKEN


def test_a_deleted_principal_that_a_trust_policy_still_shows_is_nobody() -> None:
    presigner = holder(estate(), PRESIGNER)
    assert presigner.trust is not None
    stale = trust(
        {"Effect": "Allow", "Principal": {"AWS": "AROA1234567890EXAMPLE"}, "Action": "sts:*"}
    )
    both = replace(presigner.trust, statements=(*presigner.trust.statements, *stale.statements))

    assert not broken(changed(estate(), PRESIGNER, trust=both))


@pytest.mark.parametrize(
    ("named", "key", "value"),
    [
        ("888888888888", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy/*"),
        ("888888888888", "aws:PrincipalType", "User"),
        ("*", "aws:PrincipalAccount", "888888888888"),
        ("*", "aws:PrincipalArn", "arn:aws:iam::888888888888:role/x"),
    ],
)
def test_anybody_of_another_account_is_asked_and_not_one_of_them(
    named: str, key: str, value: str
) -> None:
    presigner = holder(estate(), PRESIGNER)
    assert presigner.trust is not None
    other = trust(
        {
            "Effect": "Allow",
            "Principal": {"AWS": named},
            "Action": "sts:*",
            "Condition": {"StringLike": {key: value}},
        }
    )
    both = replace(presigner.trust, statements=(*presigner.trust.statements, *other.statements))
    found = changed(estate(), PRESIGNER, trust=both)
    found = replace(found, rcps={**found.rcps, LOB_A: ()})

    whose = {one.who for one in alone("gateway-alone", found).witnesses}

    assert any(one.startswith("somebody of 888888888888 ") for one in whose)
