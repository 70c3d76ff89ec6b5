"""Tags end as the template has them, whatever they were, and the marks of others stay alone."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.cloudformation.kinds.asking import Turn, this
from studiogate.local.cloudformation.kinds.tagging import (
    born_with,
    ec2_tagging,
    own,
    pairs,
    table,
    tagging,
)

keys = st.sampled_from(["lob", "name", "owner", "aws:cloudformation:stack-id"])
tags = st.dictionaries(keys, st.text(max_size=3))


def _after(before: dict[str, str], asks: Any) -> dict[str, str]:
    """What the calls of a step make of the tags a resource has."""
    found = dict(before)
    for ask in asks:
        if ask.operation == "Remove":
            found = {k: v for k, v in found.items() if k not in ask.params["TagKeys"]}
        else:
            found |= ask.params["Tags"]
    return found


@given(tags, tags)
def test_a_change_of_tags_leads_from_one_set_to_the_other(
    before: dict[str, str], wanted: dict[str, str]
) -> None:
    step = tagging("Put", "Remove", who={"Resource": this}, form=table)
    turn = Turn("", "", {"Tags": pairs(wanted)}, {"Tags": pairs(before)}, "r")

    assert _after(own(before), step.asks(turn)) == own(wanted)


@given(tags)
def test_the_same_tags_are_not_said_again(same: dict[str, str]) -> None:
    turn = Turn("", "", {"Tags": pairs(same)}, {"Tags": pairs(same)}, "r")

    assert list(ec2_tagging(this).asks(turn)) == []


def test_marks_of_cloudformation_are_nobody_elses_to_set() -> None:
    marks = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}]

    assert own(marks) == {}
    assert born_with("vpc")(marks) == {}
