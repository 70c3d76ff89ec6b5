"""What is not known yet stands in documents as itself, and nothing else may stand there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import LandscapeError, PolicyError
from studiogate.foundation.symbols import intrinsic, known, listed, symbol
from studiogate.landscape.read import read
from studiogate.names import Symbol
from studiogate.policy import documents, doors
from tests.kit.topology import document

REGION = "eu-west-1"
WHERE = symbol("AWS::AccountId")


def test_a_symbol_is_admitted_where_an_id_is() -> None:
    found = doors.studio_endpoint_policy(
        region=symbol("AWS::Region"), domains={WHERE: [symbol("DomainId1")]}
    )

    first = found["Statement"][0]["Resource"]
    assert intrinsic(first) == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}"
            ":user-profile/${DomainId1}/*"
        }
    ]


@pytest.mark.parametrize("text", [str.__str__(symbol("DomainId1")) + "", "*", "d-*", "${x}"])
def test_a_text_that_looks_like_one_is_not_one(text: str) -> None:
    said = json.loads(json.dumps(text))

    assert not isinstance(said, Symbol)
    with pytest.raises(PolicyError):
        documents.domain(said)
    with pytest.raises(PolicyError):
        documents.owner(said)
    with pytest.raises(PolicyError):
        documents.opening_session_policy(
            region=REGION, account="222222222222", domain_id=said, profile="ada"
        )


def test_no_landscape_has_a_symbol_in_it() -> None:
    said = symbol("AWS::AccountId")

    for changes in (
        {"accounts": {**document()["accounts"], "lob-a": said}},
        {"lobs": {said: {"account": "lob-a"}}},
        {"region": said},
        {"name": said},
    ):
        with pytest.raises(LandscapeError):
            read(json.dumps(document(**changes)))


@given(st.lists(st.from_regex(r"10\.[0-9]{1,2}\.0\.0/16", fullmatch=True), min_size=1))
def test_a_list_that_is_told_is_the_list(cidrs: list[str]) -> None:
    statement = {"IpAddress": {"aws:VpcSourceIp": [listed("OpensFrom1")]}}

    assert intrinsic(statement) == {"IpAddress": {"aws:VpcSourceIp": {"Ref": "OpensFrom1"}}}
    assert known(statement, {"OpensFrom1": cidrs}) == {"IpAddress": {"aws:VpcSourceIp": cidrs}}


def test_variables_of_policies_stay_what_they_are() -> None:
    assert intrinsic("${aws:PrincipalAccount}") == "${aws:PrincipalAccount}"
    assert intrinsic(f"arn:aws-cn:x:{symbol('Id')}:${{aws:PrincipalTag/a}}") == {
        "Fn::Sub": "arn:${AWS::Partition}:x:${Id}:${!aws:PrincipalTag/a}"
    }
