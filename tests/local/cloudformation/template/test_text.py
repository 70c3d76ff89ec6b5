"""What a template's text is read as; and what is no template."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.template.text import read

NAMES = st.text(alphabet="ABCdef019", min_size=1, max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_what_is_written_as_json_or_as_yaml_is_read_as_it_was(value: dict[str, Any]) -> None:
    assert read(json.dumps(value)) == value
    assert read(yaml.safe_dump(value, default_flow_style=False)) == value


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Vpc", {"Ref": "Vpc"}),
        ("!GetAtt Vpc.CidrBlock", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
        ("!GetAtt A.Endpoint.Port", {"Fn::GetAtt": ["A", "Endpoint.Port"]}),
        ("!GetAtt [A, Arn]", {"Fn::GetAtt": ["A", "Arn"]}),
        ("{Fn::GetAtt: A.Arn}", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Sub ['${A}', {A: 1}]", {"Fn::Sub": ["${A}", {"A": 1}]}),
        ("!Join [',', [a, !Ref B]]", {"Fn::Join": [",", ["a", {"Ref": "B"}]]}),
        ("!Select [0, !Split [',', a]]", {"Fn::Select": [0, {"Fn::Split": [",", "a"]}]}),
        ("!If [Prod, !Ref A, !Ref AWS::NoValue]", {"Fn::If": ["Prod", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}),
        ("!Condition Yes", {"Condition": "Yes"}),
        ("!Base64 text", {"Fn::Base64": "text"}),
        ("!Cidr [10.0.0.0/16, 4, 8]", {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}),
        ("!ImportValue vpc", {"Fn::ImportValue": "vpc"}),
        ("!FindInMap [M, !Ref R, x]", {"Fn::FindInMap": ["M", {"Ref": "R"}, "x"]}),
        ("!Not [!Equals [a, b]]", {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}),
    ],
)  # fmt: skip
def test_short_forms_are_written_out(short: str, long: Any) -> None:
    assert read(f"Value: {short}\n") == {"Value": long}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2012-10-17", "2012-10-17"),  # a date is a text, as the version of a policy is
        ("'443'", "443"),
        ("443", 443),
        ("1.5", 1.5),
        ("yes", True),  # YAML 1.1, as CloudFormation has it
        ("'yes'", "yes"),
        ("!!str 7", "7"),
        ("012345678901", "012345678901"),  # an account that is no octal number
        ("|\n  a\n  b\n", "a\nb\n"),
        ("null", None),
    ],
)
def test_scalars_are_read_as_cloudformation_reads_them(written: str, value: Any) -> None:
    assert read(f"Value: {written}\n") == {"Value": value}


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert read("on: 1\n2030-01-01: 2\n7: 3\n") == {"on": 1, "2030-01-01": 2, "7": 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("A: &x {B: 1}\nC: *x\n", "aliases are not allowed", id="an alias"),
        pytest.param("A: &x {B: 1}\nC: {<<: *x}\n", "a key must be a text", id="a merge"),
        pytest.param(
            "A: 1\nA: 2\n", "the key A is there twice. (line 2, column 1)", id="a key twice"
        ),
        pytest.param('{"A": 1, "A": 2}', "the key A is there twice", id="a key twice in JSON"),
        pytest.param("A: !Nope x\n", "!Nope is no function", id="a tag nobody knows"),
        pytest.param("A: !!binary aGk=\n", "!!binary is not supported", id="binary"),
        pytest.param("A: !!set {a}\n", "is no function", id="a set"),
        pytest.param(
            "A: !!python/object:os.system x\n", "not supported", id="an object of Python"
        ),
        pytest.param("A: .inf\n", "not of the type !!float", id="infinity"),
        pytest.param("A: 1\n---\nB: 2\n", "more than one document", id="two documents"),
        pytest.param("A: [1\n", "YAML not well-formed. (line 2, column 1)", id="broken YAML"),
        pytest.param('{"A": }', "JSON not well-formed. (line 1, column 7)", id="broken JSON"),
        pytest.param('{"A": NaN}', "NaN is not a number", id="not a number"),
        pytest.param("just text", "unsupported structure", id="a text"),
        pytest.param("", "unsupported structure", id="nothing"),
        pytest.param("? [a]\n: b\n", "a key must be a text", id="a list as a key"),
        pytest.param("A: \x01\n", "YAML not well-formed", id="a character YAML has not"),
    ],
)
def test_what_has_no_reading_or_two_is_refused(text: str, said: str) -> None:
    with pytest.raises(ApiError) as caught:
        read(text)

    assert caught.value.code == "ValidationError"
    assert caught.value.message.startswith("Template format error: ")
    assert said in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "A: " + "[" * 200_000,
        '{"A": ' + "[" * 200_000,
        '{"A":' * 300 + "1" + "}" * 300,
        "? " * 9_999,
    ],
    ids=["YAML", "JSON", "JSON that is whole", "keys of keys"],
)
def test_a_template_that_is_all_depth_ends_in_a_refusal_and_not_the_process(text: str) -> None:
    with pytest.raises(ApiError, match="Template format error"):
        read(text)
