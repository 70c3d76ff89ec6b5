"""The table of rules says what the SageMaker service model says."""

import botocore.session
import pytest
from botocore.model import (
    ListShape,
    MapShape,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

from studiogate.local.sagemaker.checks import (
    Fields,
    Flag,
    Items,
    Moment,
    Number,
    Rule,
    Table,
    Text,
)
from studiogate.local.sagemaker.shapes import SHAPES

# Python's `re` has no \p{…}; the alphabet of tags is spelled with \w, which is the same set of
# letters and digits.
_SPELLED_DIFFERENTLY = {"TagKey", "TagValue"}


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    session = botocore.session.get_session()
    return ServiceModel(session.get_service_data("sagemaker"), "sagemaker")


def same(rule: Rule, shape: Shape, path: str) -> None:
    """Fail unless `rule` asks exactly what `shape` does; members we keep unread may miss."""
    facts = shape.metadata
    match rule:
        case Fields():
            assert isinstance(shape, StructureShape), path
            assert set(rule.required) == set(shape.required_members), path
            for name, member in rule.members.items():
                same(member, shape.members[name], f"{path}.{name}")
        case Items():
            assert isinstance(shape, ListShape), path
            assert (rule.least, rule.most) == (
                facts.get("min", 0),
                facts.get("max", 1_000_000),
            ), path
            same(rule.of, shape.member, f"{path}[]")
        case Table():
            assert isinstance(shape, MapShape), path
            assert rule.most == facts.get("max", 1_000_000), path
            same(rule.keys, shape.key, f"{path}{{}}")
            same(rule.values, shape.value, f"{path}{{}}.")
        case Number():
            assert shape.type_name == "integer", path
            assert (rule.least, rule.most) == (facts["min"], facts.get("max", 2**31 - 1)), path
        case Flag() | Moment():
            assert shape.type_name == {Flag: "boolean", Moment: "timestamp"}[type(rule)], path
        case Text():
            assert isinstance(shape, StringShape), path
            same_text(rule, shape, path)


def same_text(rule: Text, shape: StringShape, path: str) -> None:
    """Fail unless `rule` takes exactly the texts that `shape` does."""
    facts = shape.metadata
    assert set(rule.words) == set(shape.enum), path
    assert rule.least == facts.get("min", 0), path
    assert rule.most == facts.get("max", 1_000_000), path
    if shape.name not in _SPELLED_DIFFERENTLY:
        spelled = facts.get("pattern", "").replace(r"\d", "[0-9]")
        assert rule.pattern == ("" if spelled == ".*" else spelled), path


@pytest.mark.parametrize("operation", SHAPES)
def test_every_operation_asks_what_aws_asks(model: ServiceModel, operation: str) -> None:
    shape = model.operation_model(operation).input_shape
    assert shape is not None

    same(SHAPES[operation], shape, operation)


@pytest.mark.parametrize("operation", SHAPES)
def test_no_member_of_an_input_goes_unchecked(model: ServiceModel, operation: str) -> None:
    known = set(SHAPES[operation].members)

    shape = model.operation_model(operation).input_shape
    assert shape is not None
    assert set(shape.members) == known
