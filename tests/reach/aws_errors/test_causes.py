"""AWS's error texts: each known one has causes, and those that can be checked are."""

import pytest

from studiogate import names
from studiogate.errors import LandscapeError
from studiogate.landscape.model import INTERNET
from studiogate.local.studio.gate import INSUFFICIENT, INVALID
from studiogate.policy.documents import policy_document
from studiogate.reach.aws_errors.causes import Cause, causes, everywhere, recognised
from studiogate.reach.aws_errors.meanings import ERRORS
from studiogate.reach.world import World
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STUDIO
from tests.kit.reach_world import (
    OPENS,
    WORLD,
    Break,
    admitted,
    forwarded,
    gone,
    of_another_endpoint,
    role,
    scp,
    studio,
    trust,
    without_the_domain,
)

LOB_A = "222222222222"
CLOSED = policy_document({"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*"})
ASSUME = (
    "User: arn:aws:sts::111111111111:assumed-role/StudiogateGateway/x is not authorized to "
    "perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/PresignedUrlGenerator"
)
PRESIGN = (
    "User: arn:aws:sts::222222222222:assumed-role/PresignedUrlGenerator/user-lob-a is not "
    "authorized to perform: sagemaker:CreatePresignedDomainUrl on resource: arn:aws:sagemaker:"
    "eu-west-1:222222222222:user-profile/d-1/user-lob-a"
)
ANONYMOUS = (
    "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
    "arn:aws:execute-api:eu-west-1:********1111:abc/prod/GET/ with an explicit deny"
)
IAM_MODE = "CreatePresignedDomainUrl … the authentication mode equals IAM; Domain uses SSO."
FROM_INTERNET = ("user-lob-a", "forecasting", INTERNET)


def asked(text: str, known: World, question: tuple[str, str, str]) -> tuple[Cause, ...]:
    person, domain, network = question
    return causes(text, known, person, domain, network)


def so(text: str, known: World, question: tuple[str, str, str]) -> list[str]:
    return [one.what for one in asked(text, known, question) if one.so]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (INSUFFICIENT, "Auth token containing insufficient permissions"),
        (INVALID, "Invalid or Expired Auth Token"),
        ("AUTH TOKEN containing\n  insufficient permissions.", INSUFFICIENT),
        (ANONYMOUS, "User: anonymous is not authorized to perform: execute-api:Invoke"),
        ('{"message":"Unauthorized"}', "Unauthorized"),
        ('{"message": "Forbidden"}', "Forbidden"),
        (
            "User is not authorized to access this resource with an explicit deny",
            "User is not authorized to access this resource with an explicit deny",
        ),
        (ASSUME, "User: … is not authorized to perform: sts:AssumeRole on …"),
        (
            f"{PRESIGN} with an explicit deny in a service control policy",
            "User: … is not authorized to perform: sagemaker:CreatePresignedDomainUrl on …",
        ),
        (
            "… because no VPC endpoint policy allows the sagemaker:DescribeDomain action",
            "… with an explicit deny in a … policy; … because no … policy allows the … action",
        ),
        ("ResourceNotFound: User profile [ada] does not exist.", "ResourceNotFound"),
        (IAM_MODE, "… the authentication mode equals IAM"),
        ("An error occurred (ThrottlingException): Rate exceeded", "Rate exceeded"),
        ("curl: (28) Connection timed out after 5000 ms", "timed out"),
    ],
)
def test_s2_39_aws_s_texts_are_recognised_as_people_paste_them(text: str, says: str) -> None:
    found = recognised(text)

    assert found is not None
    assert found.says == says


@pytest.mark.parametrize(
    "text", ["", "it does not work", "authorized", "an Unauthorized guess"]
)
def test_other_words_are_not_taken_for_one_of_them(text: str) -> None:
    assert recognised(text) is None
    assert asked(text, WORLD, OPENS) == ()
    assert everywhere(text, WORLD) == ()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.says)
def test_every_meaning_is_checked_or_says_where_to_look(error: object) -> None:
    assert error in ERRORS
    for known in ERRORS:
        assert known.meanings
        for meaning in known.meanings:
            assert (meaning.check is None) == bool(meaning.look)


@pytest.mark.parametrize(
    ("text", "broken", "question", "part"),
    [
        (INSUFFICIENT, lambda known: known, FROM_INTERNET, "went past the endpoint"),
        (INSUFFICIENT, forwarded(STUDIO), OPENS, "went past the endpoint"),
        (INSUFFICIENT, without_the_domain(STUDIO), OPENS, "a policy says no"),
        (INVALID, studio(profiles=()), OPENS, "the profile is not there"),
        (INVALID, admitted("studio"), OPENS, "the way to Studio is broken"),
        (ANONYMOUS, lambda known: known, FROM_INTERNET, "went past the endpoint"),
        (ANONYMOUS, of_another_endpoint, OPENS, "resource policy says no"),
        ('{"message":"Forbidden"}', forwarded(EXECUTE_API), OPENS, "has no public side"),
        (
            f"{ASSUME} because no role trust policy allows the sts:AssumeRole action",
            role(names.PRESIGN_ROLE, LOB_A, trust=trust(ExternalId="another")),
            OPENS,
            "the kind of policy it names",
        ),
        (
            ASSUME,
            role(names.GATEWAY_ROLE, "111111111111", identity=()),
            OPENS,
            "another policy",
        ),
        (ASSUME, gone(names.PRESIGN_ROLE, LOB_A), OPENS, "the role is not there"),
        (
            f"{PRESIGN} with an explicit deny in a service control policy",
            scp(CLOSED),
            OPENS,
            "the kind of policy it names",
        ),
        (
            f"{PRESIGN} because no VPC endpoint policy allows the … action",
            without_the_domain(SAGEMAKER_API),
            OPENS,
            "the kind of policy it names",
        ),
        ("ResourceNotFound", studio(profiles=("ada",)), OPENS, "the profile is not there"),
        (IAM_MODE, studio(auth_mode="SSO"), OPENS, "AuthMode is not IAM"),
        ("net::ERR_CONNECTION_TIMED_OUT", admitted("execute-api"), OPENS, "the API's endpoint"),
    ],
)
def test_the_cause_that_is_so_is_found(
    text: str, broken: Break, question: tuple[str, str, str], part: str
) -> None:
    known = broken(WORLD)

    found = so(text, known, question)

    assert any(part in what for what in found), found


@pytest.mark.parametrize("text", [INSUFFICIENT, INVALID, ANONYMOUS, ASSUME, PRESIGN, IAM_MODE])
def test_where_nothing_is_wrong_no_cause_is_so(text: str) -> None:
    assert so(text, WORLD, OPENS) == []


def test_a_kind_of_policy_that_does_not_refuse_here_is_not_blamed() -> None:
    text = f"{PRESIGN} with an explicit deny in a service control policy"

    found = so(text, without_the_domain(SAGEMAKER_API)(WORLD), OPENS)

    assert found == ["another policy refuses the presign role"]


def test_what_cannot_be_known_from_a_landscape_is_unchecked_and_says_where_to_look() -> None:
    unchecked = [one for one in asked(INVALID, WORLD, OPENS) if one.so is None]

    assert [bool(one.look) for one in unchecked] == [True, True]
    assert "url_expires_s" in unchecked[0].look


def test_causes_that_are_so_come_first_and_those_that_are_not_last() -> None:
    order = [one.so for one in asked(INSUFFICIENT, WORLD, FROM_INTERNET)]

    assert order == sorted(order, key=[True, None, False].index)
    assert order[0] is True


def test_without_a_person_everybody_it_is_so_for_is_named_once() -> None:
    by_cause = {one.what: one for one in everywhere(INSUFFICIENT, WORLD)}

    (past,) = [one for what, one in by_cause.items() if "went past" in what]
    assert [(place.people, place.domain, place.network) for place in past.places] == [
        (("user-lob-a", "ada.lovelace@acme.example"), "forecasting", INTERNET),
        (("user-lob-b",), "fraud", INTERNET),
    ]
    unchecked = [one for one in by_cause.values() if not one.checked]
    assert all(one.look and not one.places for one in unchecked)


def test_a_name_nobody_declared_is_complained_of() -> None:
    with pytest.raises(LandscapeError):
        causes(INVALID, WORLD, "nobody", "forecasting", "office")
