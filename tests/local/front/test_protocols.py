"""One reading of every request, or none."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.call import ApiError
from studiogate.local.front.protocols import WIRES, Received, form_pairs, nested, read

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.GetItem",
}


def form(body: str, *, path: str = "/", query: str = "", method: str = "POST") -> Received:
    return Received(method, path, query, FORM, body.encode())


def dynamo(body: bytes, **headers: str) -> Received:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Received("POST", "/", "", JSON | named, body)


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ({"A": "1"}, {"A": "1"}),
        ({"Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}, {"Tags": [{"Key": "k", "Value": "v"}]}),
        ({"Keys.member.2": "b", "Keys.member.1": "a"}, {"Keys": ["a", "b"]}),
        ({"Keys.member.10": "j", "Keys.member.9": "i"}, {"Keys": ["i", "j"]}),  # by number
        ({"VpcId.1": "vpc-1", "VpcId.2": "vpc-2"}, {"VpcId": ["vpc-1", "vpc-2"]}),  # EC2
        ({"Filter.1.Name": "n", "Filter.1.Value.1": "v"}, {"Filter": [{"Name": "n", "Value": ["v"]}]}),
        ({"Tags": ""}, {"Tags": ""}),  # how botocore writes an empty list
    ],
)  # fmt: skip
def test_dotted_names_are_structures(pairs: dict[str, str], tree: dict[str, Any]) -> None:
    assert nested(list(pairs.items())) == tree


@pytest.mark.parametrize("pairs", [{"A": "1", "A.B": "2"}, {"A.B": "2", "A": "1"}])
def test_a_name_is_a_value_or_a_structure(pairs: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        nested(list(pairs.items()))

    assert caught.value.code == "MalformedQueryString"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(form("Action=GetRole&RoleName=a&RoleName=b"), id="twice"),
        pytest.param(form("Action=GetRole", query="Action=DeleteRole"), id="two places"),
        pytest.param(form("Action=GetRole&X=%ff"), id="not UTF-8"),
        pytest.param(form("&".join(f"P{n}=1" for n in range(6000))), id="too many"),
    ],
)
def test_a_form_with_two_readings_is_refused(request_: Received) -> None:
    with pytest.raises(ApiError) as caught:
        read(WIRES["iam"], request_)

    assert caught.value.code == "MalformedQueryString"


@pytest.mark.parametrize("path", ["/moto-api/reset", "//", "/x", "/moto-api/data.json"])
def test_nothing_is_behind_another_path(path: str) -> None:
    with pytest.raises(ApiError) as caught:
        read(WIRES["iam"], form("Action=GetRole", path=path))

    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b'{"TableName":"a","TableName":"b"}', "SerializationException", id="twice"),
        pytest.param(b'{"Key":{"id":{"S":"a","S":"b"}}}', "SerializationException", id="twice, inside"),
        pytest.param(b"[]", "SerializationException", id="a list"),
        pytest.param(b"{", "SerializationException", id="half"),
        pytest.param(b"\xff{}", "SerializationException", id="not UTF-8"),
        pytest.param(b'{"a":' * 100_000, "SerializationException", id="a pit"),
    ],
)  # fmt: skip
def test_json_with_two_readings_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        read(WIRES["dynamodb"], dynamo(body))

    assert caught.value.code == code


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x_amz_target": "SageMaker.CreateDomain"}, id="another service"),
        pytest.param({"x_amz_target": "DynamoDB_20120810.__init__"}, id="not a word"),
        pytest.param({"x_amz_target": "DynamoDB_20120810"}, id="no operation"),
        pytest.param({"content_type": "text/plain"}, id="what a web form could send"),
    ],
)
def test_a_target_is_of_the_service_that_was_signed_for(headers: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        read(WIRES["dynamodb"], dynamo(b"{}", **headers))

    assert caught.value.code == "UnknownOperationException"


names = st.text("ABCxyz", min_size=1, max_size=4)
leaves = st.text(max_size=8)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def flat(node: Any, where: str) -> list[tuple[str, str]]:
    if isinstance(node, str):
        return [(where, node)]
    if isinstance(node, list):
        pairs = [(f"{where}.member.{n}", one) for n, one in enumerate(node, start=1)]
    else:
        pairs = [(f"{where}.{name}", one) for name, one in node.items()]
    return [pair for name, one in pairs for pair in flat(one, name)]


@given(st.dictionaries(names, trees, min_size=1, max_size=4))
def test_what_a_client_flattens_comes_back_whole(tree: dict[str, Any]) -> None:
    pairs = [pair for name, one in tree.items() for pair in flat(one, name)]

    request = form("Action=Test&" + urlencode(pairs))

    assert read(WIRES["sts"], request) == ("Test", tree)
    assert form_pairs(request) == [("Action", "Test"), *pairs]


values = st.recursive(leaves | st.none() | st.booleans(), st.lists, max_leaves=6)


@given(st.dictionaries(leaves, values, max_size=4))
def test_json_comes_back_whole(tree: dict[str, Any]) -> None:
    request = dynamo(json.dumps(tree).encode())

    assert read(WIRES["dynamodb"], request) == ("GetItem", tree)


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    for wire, request in (
        (WIRES["iam"], Received("POST", "/", "", FORM, body)),
        (WIRES["dynamodb"], dynamo(body)),
    ):
        try:
            operation, _ = read(wire, request)
        except ApiError:
            continue
        assert operation.isalnum()


def test_a_form_passed_on_has_every_name_once() -> None:
    with pytest.raises(ApiError):
        form_pairs(form("RoleName=a&RoleName=b"))
