"""The prover's own rules: doors, ways in, keys of every kind, limits, and what it refuses."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ANONYMOUS, Principal
from studiogate.reach.prove.answers import Open, Undecided
from studiogate.reach.prove.prove import difference, possible, prove, witnesses
from studiogate.reach.prove.question import Inside, Question
from tests.kit.policy import (
    ALICE,
    API,
    BOB,
    EVERYTHING,
    OPEN,
    OURS,
    SAGEMAKER,
    SESSION,
    STUDIO,
    THEIRS,
    USER,
    VPC,
    allow,
    deny,
    policy,
    when,
)
from tests.kit.prove import DOORS, INSIDE, about, allows, door, opened, proved

IDS = (API, STUDIO)
INSIDE_ONLY = when("StringEquals", "aws:SourceVpce", *IDS)


def role(*statements: Mapping[str, Any]) -> Layers:
    return Layers(identity=(policy(*statements, name="role"),))


def gate(*statements: Mapping[str, Any]) -> Policy:
    return policy(*({**one, "Principal": "*"} for one in statements), kind=Kind.ENDPOINT)


def given(operator: str, key: str, *values: str, effect: str = "Allow") -> Layers:
    """A role that holds to one condition from inside, and opens wide where it does not."""
    rule = {**allow(OPEN, **when(operator, key, *values)), "Effect": effect}
    return role(rule) if effect == "Allow" else role(allow(OPEN), rule)


# -- doors ----------------------------------------------------------------------------------


def test_the_policy_of_a_door_counts_for_that_door_and_no_other() -> None:
    shut = door("vpce-shut", policy=gate(allow("s3:*")))
    known = (*DOORS, shut)
    by_ids = role(allow(OPEN, **when("StringEquals", "aws:SourceVpce", *IDS, "vpce-shut")))

    without = opened(prove(about(by_ids), doors=DOORS, inside=INSIDE))
    with_it = prove(about(by_ids), doors=known, inside=INSIDE)

    assert without.request.keys["aws:sourcevpce"] == "vpce-shut"
    assert without.endpoint is None
    assert not proved(with_it).vacuous


def test_a_known_door_is_in_its_own_vpc_and_an_unknown_one_in_any() -> None:
    ours = role(allow(OPEN, **when("StringEquals", "aws:SourceVpc", "vpc-lost")))
    known = (*DOORS, door("vpce-there", "vpc-lost"))
    named = role(
        allow(
            OPEN,
            Condition={
                "StringEquals": {"aws:SourceVpc": "vpc-other", "aws:SourceVpce": "vpce-there"}
            },
        )
    )

    assert opened(prove(about(ours), doors=known, inside=INSIDE)).arrival == "endpoint"
    assert proved(prove(about(named), doors=known, inside=INSIDE)).vacuous
    assert opened(prove(about(named), doors=DOORS, inside=INSIDE)).endpoint is None


def test_an_unknown_door_looks_like_one() -> None:
    unlike = given("StringNotLike", "aws:SourceVpce", "vpce-*", effect="Deny")
    alike = given("StringLike", "aws:SourceVpce", "vpce-0*")

    assert opened(prove(about(unlike), doors=DOORS, inside=INSIDE)).arrival == "endpoint"
    found = opened(prove(about(alike), doors=DOORS, inside=INSIDE))
    assert str(found.request.keys["aws:sourcevpce"]).startswith("vpce-0")


def test_a_door_inside_may_be_one_whose_policy_nobody_knows() -> None:
    assert not proved(
        prove(about(role(allow(OPEN, **INSIDE_ONLY))), doors=(), inside=INSIDE)
    ).vacuous


# -- ways in --------------------------------------------------------------------------------


def test_console_private_access_brings_a_vpc_and_no_endpoint() -> None:
    layers = role(
        allow(
            OPEN,
            Condition={
                "StringEquals": {"aws:SourceVpc": VPC},
                "Null": {"aws:SourceVpce": "true"},
            },
        )
    )

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert found.arrival == "console"
    assert (found.request.context, found.addresses) == ({"aws:SourceVpc": VPC}, None)


def test_a_service_on_the_callers_behalf_is_a_way_in_of_its_own() -> None:
    layers = role(allow(OPEN, **when("Bool", "aws:ViaAWSService", "true")))

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert found.arrival == "service"
    assert found.request.keys["aws:viaawsservice"] == "true"
    assert {"aws:sourcevpce", "aws:sourcevpc"}.isdisjoint(found.request.keys)


def test_facts_about_an_endpoint_come_with_one_only() -> None:
    layers = role(allow(OPEN, **when("StringEquals", "aws:VpceAccount", OURS)))

    assert [one.arrival for one in witnesses(about(layers), doors=DOORS, inside=INSIDE)] == [
        "endpoint",
        "console",
    ]


def test_ipv6_is_a_way_past_a_deny_of_ipv4() -> None:
    layers = role(
        allow(OPEN, **INSIDE_ONLY),
        allow(OPEN),
        deny(OPEN, **when("IpAddress", "aws:SourceIp", "0.0.0.0/0")),
        deny(OPEN, **when("Null", "aws:SourceIp", "true")),
    )

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert ":" in str(found.request.keys["aws:sourceip"])
    assert found.addresses is None


# -- keys of every kind ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "key", "value"),
    [
        (given("NumericLessThan", "s3:max-keys", "-5"), "s3:max-keys", "-86405"),
        (given("NumericEquals", "s3:max-keys", "4.5"), "s3:max-keys", "4.5"),
        (given("DateGreaterThan", "aws:CurrentTime", "2030-01-01"), "aws:currenttime", "2030-01-02T00:00:00Z"),
        (given("Bool", "aws:SecureTransport", "true"), "aws:securetransport", "true"),
        (given("BinaryEquals", "x:code", "YWxpY2U="), "x:code", "YWxpY2U="),
        (given("IpAddress", "x:from", "10.1.0.0/16"), "x:from", "10.1.0.0"),
        (given("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team-?"), "aws:principalarn", "arn:aws:iam:::role/team-x"),
        (given("StringEqualsIgnoreCase", "aws:PrincipalTag/t", "YES"), "aws:principaltag/t", "YES"),
        (given("ForAnyValue:StringEquals", "aws:TagKeys", "team"), "aws:tagkeys", ("team",)),
    ],
)  # fmt: skip
def test_a_value_of_every_kind_is_found(layers: Layers, key: str, value: object) -> None:
    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    got = found.request.keys[key]
    assert got == value or (isinstance(got, str) and got.lower() == str(value).lower())


@pytest.mark.parametrize(
    ("operator", "key", "effect", "open_"),
    [
        # Where the key is missing a negated operator holds: an Allow opens, a Deny shuts.
        ("StringNotEquals", "aws:SourceVpce", "Allow", True),
        ("StringNotEquals", "aws:SourceVpce", "Deny", False),
        ("StringEqualsIfExists", "aws:SourceVpce", "Allow", True),
        ("ForAnyValue:StringNotEquals", "aws:SourceVpce", "Deny", True),
        ("ForAllValues:StringEquals", "aws:SourceVpce", "Allow", True),
        ("ForAllValues:StringNotEquals", "aws:SourceVpce", "Deny", False),
        ("StringEquals", "aws:SourceVpce", "Allow", False),
    ],
)
def test_what_a_missing_key_opens(operator: str, key: str, effect: str, *, open_: bool) -> None:
    found = prove(about(given(operator, key, *IDS, effect=effect)), doors=DOORS, inside=INSIDE)

    assert isinstance(found, Open) is open_


def test_several_values_at_once_are_thought_of() -> None:
    both = {
        "ForAnyValue:StringEquals": {"aws:TagKeys": "a"},
        "ForAnyValue:StringLike": {"aws:TagKeys": "b*"},
    }
    layers = role(allow(OPEN, Condition=both))

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    got = found.request.keys["aws:tagkeys"]
    assert isinstance(got, tuple)
    assert "a" in got
    assert any(one.startswith("b") for one in got)


def test_two_free_keys_are_compared_for_all_their_values() -> None:
    same = when("StringEquals", "sagemaker:ResourceTag/who", "${aws:PrincipalTag/who}")
    other = deny(
        OPEN, **when("StringNotEquals", "sagemaker:ResourceTag/who", "${aws:PrincipalTag/who}")
    )

    one = opened(prove(about(role(allow(OPEN, **same))), doors=DOORS, inside=INSIDE))
    both = prove(about(role(allow(OPEN, **same), other)), doors=DOORS, inside=INSIDE)
    never = prove(
        about(role(allow(OPEN, **same), deny(OPEN, **same))), doors=DOORS, inside=INSIDE
    )

    keys = one.request.keys
    assert keys["sagemaker:resourcetag/who"] == keys["aws:principaltag/who"]
    assert opened(both).request.keys["aws:principaltag/who"]
    assert proved(never).vacuous


def test_a_chain_of_comparisons_needs_as_many_different_values() -> None:
    keys = [f"aws:PrincipalTag/{one}" for one in "abc"]
    pairs = [(keys[0], keys[1]), (keys[1], keys[2]), (keys[0], keys[2])]
    unlike = [deny(OPEN, **when("StringEquals", a, f"${{{b}}}")) for a, b in pairs]
    there = [deny(OPEN, **when("Null", key, "true")) for key in keys]

    found = opened(prove(about(role(allow(OPEN), *unlike, *there)), doors=DOORS, inside=INSIDE))

    assert len({found.request.keys[key.lower()] for key in keys}) == 3


def test_a_tag_may_name_the_vpc() -> None:
    layers = role(
        allow(OPEN, **when("StringEquals", "aws:SourceVpc", "${aws:PrincipalTag/vpc}"))
    )

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))
    bound = prove(
        about(layers, known={"aws:PrincipalTag/vpc": "vpc-nowhere"}), doors=DOORS, inside=INSIDE
    )

    assert found.request.keys["aws:sourcevpc"] == found.request.keys["aws:principaltag/vpc"]
    assert opened(bound).request.keys["aws:sourcevpc"] == "vpc-nowhere"


def test_what_cannot_be_told_apart_is_proved_or_shown_or_left_undecided() -> None:
    pattern = when("StringLike", "aws:SourceIp", "203.0.113.*")
    computed = when("StringEquals", "aws:RequestTag/a", "x-${aws:PrincipalTag/b}")
    never = role(allow(OPEN, **pattern), deny(OPEN, **pattern))

    shown = opened(prove(about(role(allow(OPEN, **pattern))), doors=DOORS, inside=INSIDE))
    joined = opened(prove(about(role(allow(OPEN, **computed))), doors=DOORS, inside=INSIDE))
    unsure = prove(
        about(role(allow(OPEN, **when("StringLike", "aws:SourceIp", "*.*.*.*.*")))),
        doors=DOORS,
        inside=INSIDE,
    )

    assert str(shown.request.keys["aws:sourceip"]).startswith("203.0.113.")
    assert str(joined.request.keys["aws:requesttag/a"]).startswith("x-")
    assert proved(prove(about(never), doors=DOORS, inside=INSIDE)).vacuous
    assert isinstance(unsure, Undecided)


def test_what_is_known_is_put_in_and_what_is_absent_is_missing() -> None:
    own = role(allow(OPEN, ALICE.replace("alice", "${aws:PrincipalTag/p}")))
    tag = "aws:principaltag/P"

    alice = opened(prove(about(own, known={tag: "alice"}), doors=DOORS, inside=INSIDE))
    free = opened(prove(about(own), doors=DOORS, inside=INSIDE))

    assert alice.request.keys[tag.lower()] == "alice"
    assert free.request.keys[tag.lower()] == "alice"
    assert proved(
        prove(about(own, BOB, known={tag: "alice"}), doors=DOORS, inside=INSIDE)
    ).vacuous
    assert proved(prove(about(own, absent=[tag]), doors=DOORS, inside=INSIDE)).vacuous


def test_a_witness_names_its_keys_as_the_policies_do() -> None:
    own = ALICE.replace("d-1/alice", "${sagemaker:DomainId}/${sagemaker:UserProfileName}")
    layers = role(allow(OPEN, own, **when("StringEquals", "aws:PrincipalTag/Team", "a")))

    found = opened(prove(about(layers), doors=DOORS, inside=INSIDE))

    assert {*found.request.context} == {
        "sagemaker:DomainId",
        "sagemaker:UserProfileName",
        "aws:PrincipalTag/Team",
        "aws:SourceIp",
    }


def test_keys_compared_over_too_many_kinds_are_undecided() -> None:
    texts = [f"t-{number}" for number in range(120)]
    same = when("StringEquals", "aws:RequestTag/a", "${aws:PrincipalTag/b}")
    rules = [
        deny(OPEN, **when("StringEquals", "aws:RequestTag/a", one), Sid=f"s{place}")
        for place, one in enumerate(texts)
    ]

    found = prove(about(role(allow(OPEN, **same), *rules)), doors=DOORS, inside=INSIDE)

    assert isinstance(found, Undecided)
    assert "compared" in found.why


# -- who, and whose -------------------------------------------------------------------------

ROLE = f"arn:aws:iam::{OURS}:role/PresignedUrlGenerator"
ASSUME = "sts:AssumeRole"


@pytest.mark.parametrize(
    ("who", "trusted", "holds", "open_"),
    [
        pytest.param(SESSION, SESSION.role_arn, True, True, id="named, and holds it"),
        pytest.param(SESSION, SESSION.role_arn, False, True, id="named is enough at home"),
        pytest.param(SESSION, OURS, False, False, id="the account alone is not"),
        pytest.param(USER, SESSION.role_arn, True, False, id="somebody else"),
        pytest.param(SAGEMAKER, SESSION.role_arn, True, False, id="a service"),
        pytest.param(ANONYMOUS, SESSION.role_arn, True, False, id="nobody"),
    ],
)
def test_who_may_become_a_role(
    who: Principal, trusted: str, *, holds: bool, open_: bool
) -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": trusted},
            "Action": ASSUME,
            "Condition": {"StringLike": {"sts:SourceIdentity": "?*"}},
        },
        kind=Kind.TRUST,
    )
    held = policy(allow(ASSUME if holds else "s3:*"))
    question = Question(ASSUME, ROLE, who, Layers(identity=(held,), resource=trust))

    found = possible(question, doors=DOORS)

    assert isinstance(found, Open) is open_
    if isinstance(found, Open):
        assert found.request.keys["sts:sourceidentity"]
        assert not allows(question.layers, _without(found, "sts:SourceIdentity"), DOORS)


def _without(found: Open, key: str) -> Any:
    context = {k: v for k, v in found.request.context.items() if k.lower() != key.lower()}
    return type(found.request)(
        found.request.action, found.request.resource, found.request.principal, context
    )


def test_another_accounts_resource_must_allow_by_itself() -> None:
    there = ALICE.replace(OURS, THEIRS)
    layers = role(EVERYTHING)

    assert proved(prove(about(layers, there), doors=DOORS, inside=INSIDE)).vacuous


# -- limits, and what is refused ------------------------------------------------------------


def _wide(keys: int) -> Layers:
    """A role under as many keys as asked, which all have to do with each other."""
    tags = [f"aws:PrincipalTag/{number}" for number in range(keys)]
    odd = [
        deny(
            OPEN,
            Condition={"StringEquals": {a: ["x", "y"]}, "StringNotEquals": {b: ["x", "z"]}},
        )
        for a, b in zip(tags, [*tags[1:], tags[0]], strict=True)
    ]
    return role(allow(OPEN, **INSIDE_ONLY), *odd)


def test_above_the_limit_it_splits_and_says_the_same() -> None:
    question = about(_wide(4))

    whole = proved(prove(question, doors=DOORS, inside=INSIDE))
    split = proved(prove(question, doors=DOORS, inside=INSIDE, limit=whole.cells // 8))

    assert (whole.vacuous, split.vacuous) == (False, False)


def test_far_above_the_limit_it_is_undecided_and_never_proved() -> None:
    found = prove(about(_wide(9)), doors=DOORS, inside=INSIDE, limit=40)

    assert isinstance(found, Undecided)
    assert "kinds of requests" in found.why


def test_a_request_that_is_found_counts_although_not_everything_was_seen() -> None:
    wide = _wide(9).identity[0]
    layers = Layers(
        identity=(wide, policy(allow(OPEN, **when("StringEquals", "aws:SourceVpc", "vpc-9"))))
    )

    found = prove(about(layers), doors=DOORS, inside=INSIDE, limit=40)

    assert isinstance(found, Open | Undecided)


@pytest.mark.parametrize("limit", [1, 8, 12, 16, 20_000])
def test_a_key_that_a_loose_clause_is_about_is_never_fixed_to_one_of_its_values(
    limit: int,
) -> None:
    others = "user-profile/${aws:RequestTag/r}/${aws:PrincipalTag/t}"
    limits = {
        "Effect": "Allow",
        "Action": "*",
        "NotResource": f"arn:aws:sagemaker:eu-west-1:222222222222:{others}",
        "Condition": {
            "IpAddress": {"aws:SourceIp": "10.16.0.0/16"},
            "StringEquals": {"aws:PrincipalTag/t": "a-${aws:SourceIdentity}"},
        },
    }
    layers = Layers(identity=(policy(EVERYTHING),), boundary=policy(limits, kind=Kind.BOUNDARY))

    found = prove(about(layers), doors=DOORS, inside=INSIDE, limit=limit)

    assert isinstance(found, Open | Undecided)


def test_too_many_patterns_on_one_key_are_undecided() -> None:
    many = [f"*{char}{'?' * 12}" for char in "abcdefgh"]
    rules = [deny(OPEN, **when("StringLike", "aws:PrincipalTag/t", one)) for one in many]

    found = prove(about(role(allow(OPEN), *rules)), doors=DOORS, inside=INSIDE)

    assert isinstance(found, Undecided)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Inside(frozenset()), "no door counts as inside"),
        (lambda: Inside(frozenset({""})), "has no id"),
        (lambda: about(Layers(endpoint=gate(EVERYTHING))), "comes with its door"),
        (lambda: about(role(EVERYTHING), known={"aws:SourceIp": "1.2.3.4"}), "aws:sourceip"),
        (lambda: about(role(EVERYTHING), absent=["aws:SourceVpce"]), "aws:sourcevpce"),
        (lambda: about(role(EVERYTHING), known={"k": "v", "K": "v"}), "differ only in case"),
        (
            lambda: about(role(EVERYTHING), known={"k": "v"}, absent=["K"]),
            "both known and absent",
        ),
        (
            lambda: prove(about(role(EVERYTHING)), doors=(*DOORS, *DOORS), inside=INSIDE),
            "same id",
        ),
        (
            lambda: prove(about(role(EVERYTHING)), doors=(door(API, ""),), inside=INSIDE),
            "no VPC",
        ),
        (lambda: prove(about(role(EVERYTHING)), doors=DOORS, inside=INSIDE, limit=0), "limit"),
        (
            lambda: difference(
                about(role(EVERYTHING)), about(role(EVERYTHING), BOB), doors=DOORS
            ),
            "layers",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_client_outside_the_named_networks_is_outside() -> None:
    office = Inside(frozenset(IDS), (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))

    found = opened(prove(about(role(allow(OPEN, **INSIDE_ONLY))), doors=DOORS, inside=office))

    assert found.endpoint in DOORS
    assert found.addresses == 2**32 - 2**24
