"""A private API with an authorizer: Table A, the two traps, and names that are no names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import PolicyError
from studiogate.names import is_person
from studiogate.policy import doors
from studiogate.policy.invoke import explain_invoke, invoke
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ANONYMOUS, Request
from tests.kit.policy import OURS, allow, deny, policy, when

ARN = f"arn:aws:execute-api:eu-west-1:{OURS}:api1"
ENDPOINT = {"aws:SourceVpce": "vpce-execute"}
ELSEWHERE = {"aws:SourceVpce": "vpce-other"}
ME, OTHER = "user-lob-a", "user-lob-b"


def call(path: str = ME, context: dict[str, str] | None = None, stage: str = "prod") -> Request:
    resource = f"{ARN}/{stage}/GET/{path}"
    return Request("execute-api:Invoke", resource, ANONYMOUS, context or ENDPOINT)


def api(*statements: dict[str, Any]) -> Policy:
    rows = ({**one, "Principal": "*"} for one in statements)
    return policy(*rows, kind=Kind.RESOURCE, name="api")


def answer(*statements: dict[str, Any]) -> Policy:
    return policy(*statements, name="authorizer")


ALLOWING = api(
    allow("execute-api:Invoke", **when("StringEquals", "aws:sourceVpce", "vpce-execute"))
)
DENYING = parse(
    doors.private_api_policy(api_arn=ARN, endpoint="vpce-execute"), kind=Kind.RESOURCE
)
OWN = "arn:aws:execute-api:*:*:*/*/GET/user-lob-a"
ALLOW_OWN = allow("execute-api:Invoke", OWN)
DENY_OTHERS = {"Effect": "Deny", "Action": "execute-api:Invoke", "NotResource": OWN}
OURS_FOR_ME = parse(
    doors.authorizer_policy(api_arn=ARN, stage="prod", person=ME), kind=Kind.IDENTITY
)


def letter(resource_policy: Policy | None, said: Policy | None, request: Request) -> str:
    found = invoke(resource_policy, said, request)
    assert explain_invoke(resource_policy, said, request).decision == found
    return "A" if found.allowed else ("D" if found.explicit else ".")


ALLOW, DENY, NOTHING = allow("execute-api:Invoke"), deny("execute-api:Invoke"), allow("s3:*")


@pytest.mark.parametrize(
    ("resource_says", "authorizer_says", "expected", "layer"),
    [
        (ALLOW,   ALLOW,   "A", "resource"),
        (ALLOW,   NOTHING, "A", "resource"),
        (ALLOW,   DENY,    "D", "authorizer"),
        (NOTHING, ALLOW,   "A", "authorizer"),
        (NOTHING, NOTHING, ".", "resource"),
        (NOTHING, DENY,    "D", "authorizer"),
        (DENY,    ALLOW,   "D", "resource"),
        (DENY,    NOTHING, "D", "resource"),
        (DENY,    DENY,    "D", "resource"),
    ],
)  # fmt: skip
def test_s2_14_table_a(
    resource_says: dict[str, Any], authorizer_says: dict[str, Any], expected: str, layer: str
) -> None:
    both = api(resource_says), answer(authorizer_says)

    assert letter(*both, call()) == expected
    assert invoke(*both, call()).layer == layer


@pytest.mark.parametrize(
    ("resource_policy", "said", "expected"),
    [
        pytest.param(ALLOWING, answer(DENY_OTHERS), "A.DD", id="the published pair"),
        pytest.param(ALLOWING, answer(ALLOW_OWN), "AAA.", id="trap 1: either suffices"),
        pytest.param(DENYING, answer(ALLOW_OWN), "ADAD", id="trap 2: others' paths"),
        pytest.param(DENYING, OURS_FOR_ME, "ADDD", id="ours: both sides deny"),
    ],
)
def test_the_private_api_is_closed_only_where_both_sides_deny(
    resource_policy: Policy, said: Policy, expected: str
) -> None:
    """My path and another's, each through our endpoint and through a foreign one."""
    asked = [call(path, context) for path in (ME, OTHER) for context in (ENDPOINT, ELSEWHERE)]

    assert "".join(letter(resource_policy, said, one) for one in asked) == expected


@pytest.mark.parametrize("name", ["*", "user-lob-?", "user-lob-*"])
def test_f_02_a_name_pasted_into_a_pattern_opens_everybody(name: str) -> None:
    pattern = OWN.replace(ME, name)
    pasted = answer(
        allow("execute-api:Invoke", pattern), {**DENY_OTHERS, "NotResource": pattern}
    )

    assert letter(DENYING, pasted, call(OTHER)) == "A"


def test_a_greedy_path_hides_another_name_before_ones_own() -> None:
    path = f"{OTHER}/GET/{ME}"

    assert letter(DENYING, answer(ALLOW_OWN, DENY_OTHERS), call(path)) == "A"
    assert letter(DENYING, OURS_FOR_ME, call(path)) == "D"


def test_a_foreign_endpoint_is_kept_out_before_the_authorizer_is_asked() -> None:
    found = invoke(DENYING, None, call(context=ELSEWHERE))

    assert (found.layer, found.sid) == ("resource", "OnlyOurEndpoint")


def test_without_an_authorizers_answer_nothing_goes_through() -> None:
    found = invoke(api(ALLOW), None, call())

    assert (found.allowed, found.explicit, found.layer) == (False, False, "authorizer")
    assert "gave no policy" in found.why


def test_a_private_api_without_a_resource_policy_is_closed() -> None:
    found = invoke(None, answer(ALLOW), call())

    assert (found.allowed, found.layer) == (False, "resource")


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        (None, True),
        (api(ALLOW), True),
        (api(NOTHING), False),
        (api(ALLOW, DENY), False),
        (policy({**ALLOW, "Principal": {"AWS": OURS}}, kind=Kind.ENDPOINT), False),
    ],
)
def test_the_endpoints_policy_sees_an_anonymous_caller(
    endpoint: Policy | None, *, allowed: bool
) -> None:
    found = invoke(DENYING, OURS_FOR_ME, call(), endpoint=endpoint)

    assert found.allowed is allowed
    assert allowed or found.layer == "endpoint"


def test_the_evidence_has_both_policies_and_what_they_saw() -> None:
    found = explain_invoke(DENYING, OURS_FOR_ME, call(context=ELSEWHERE))

    assert [one.layer for one in found.layers] == ["resource", "authorizer"]
    (row,) = found.decisive
    assert (row.sid, row.facts[0].saw) == ("OnlyOurEndpoint", ("vpce-other",))


def test_where_neither_allows_the_evidence_shows_both_as_needed() -> None:
    found = explain_invoke(ALLOWING, answer(ALLOW_OWN), call(OTHER, ELSEWHERE))

    assert [(one.layer, one.needed) for one in found.layers] == [
        ("resource", True), ("authorizer", True),
    ]  # fmt: skip
    assert {one.layer for one in found.decisive} == {"resource", "authorizer"}


@pytest.mark.parametrize(
    "path",
    [
        OTHER, f"{ME}2", f"{ME}/x", f"{OTHER}/GET/{ME}", f"{ME}/GET/{OTHER}", f"x/{ME}",
        ME.upper(), "", "*", f"{ME}%2F", f"../{ME}",
    ],
)  # fmt: skip
def test_ours_lets_a_person_onto_their_own_path_alone(path: str) -> None:
    assert letter(DENYING, OURS_FOR_ME, call()) == "A"
    assert letter(DENYING, OURS_FOR_ME, call(path)) == "D"


def test_ours_is_for_one_stage_and_one_method() -> None:
    other = call(stage="test")
    post = Request("execute-api:Invoke", f"{ARN}/prod/POST/{ME}", ANONYMOUS, dict(ENDPOINT))

    assert letter(DENYING, OURS_FOR_ME, other) == "D"
    assert letter(DENYING, OURS_FOR_ME, post) == "D"


def policy_for(person: str, **more: str) -> Any:
    return doors.authorizer_policy(
        **{"api_arn": ARN, "stage": "prod", "person": person, **more}
    )


@pytest.mark.parametrize(
    "person",
    ["*", "user-lob-?", "user-lob-*", "a/GET/b", "a/../b", "", "a", "${aws:username}", "a b",
     "a%2Fb", "ad/min", "a\n", "ä" * 5, "a" * 65, "aws:x"],
)  # fmt: skip
def test_a_name_that_would_be_a_pattern_or_a_path_gets_no_policy(person: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_for(person)

    assert refused.value.where == "person"


@pytest.mark.parametrize(
    ("key", "value"),
    [("stage", "*"), ("stage", "a/b"), ("stage", ""), ("method", "*"), ("method", "GET/x"),
     ("api_arn", "arn:aws:execute-api:*:*:*"), ("api_arn", "")],
)  # fmt: skip
def test_a_policy_is_for_one_api_one_stage_one_method(key: str, value: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_for(ME, **{key: value})

    assert refused.value.where == key


@given(st.text(max_size=70), st.text(max_size=70))
def test_whoever_has_a_policy_reaches_no_name_but_their_own(person: str, path: str) -> None:
    if not is_person(person):
        with pytest.raises(PolicyError):
            policy_for(person)
        return
    said = parse(policy_for(person), kind=Kind.IDENTITY)

    assert letter(DENYING, said, call(path)) == ("A" if path == person else "D")


@given(st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True).filter(is_person))
def test_every_name_reaches_its_own_path(person: str) -> None:
    said = parse(policy_for(person), kind=Kind.IDENTITY)

    assert letter(DENYING, said, call(person)) == "A"
    assert letter(DENYING, said, call(f"{person}x")) == "D"
