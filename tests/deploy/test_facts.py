"""What AWS knows of an account is asked there, for stacks that are told it, and never guessed."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from studiogate.deploy.facts import facts
from studiogate.deploy.stack.values import values
from studiogate.errors import DeployError
from studiogate.foundation.stacks import S3_PREFIX_LIST, Stack, StackKey, Template
from tests.kit.deploy import LOB_A, world_of
from tests.kit.deploy_engine import check

TEMPLATE = Template(
    "studio-1", "", frozenset({"S3PrefixListId"}), frozenset(), named_roles=False
)
KEY = StackKey(LOB_A, "studiogate-studio")
STUDIO = Stack(KEY, TEMPLATE, {"S3PrefixListId": S3_PREFIX_LIST})


@dataclass
class Lists:
    """The prefix lists of an account, by name and owner."""

    lists: dict[str, tuple[str, str]]
    asked: list[str] = field(default_factory=list)

    def client(self, account: str | None, service: str) -> Any:
        self.asked.append(f"{account} {service}")
        return self

    def forget(self, account: str) -> None:
        raise AssertionError(account)

    def can_paginate(self, _: str) -> bool:
        return False

    def describe_managed_prefix_lists(self, **asked: Any) -> dict[str, Any]:
        check("ec2", "DescribeManagedPrefixLists", asked)
        wanted = {one["Name"]: one["Values"] for one in asked["Filters"]}
        return {
            "PrefixLists": [
                {"PrefixListId": id_, "PrefixListName": name, "OwnerId": owner}
                for id_, (name, owner) in self.lists.items()
                if name in wanted["prefix-list-name"] and owner in wanted["owner-id"]
            ]
        }


def test_s3_15_the_prefix_list_of_s3_is_that_of_aws_in_this_region() -> None:
    lists = Lists(
        {
            "pl-1": ("com.amazonaws.eu-west-1.dynamodb", "AWS"),
            "pl-2": ("com.amazonaws.eu-west-1.s3", "AWS"),
            "pl-3": ("com.amazonaws.eu-west-1.s3", LOB_A),
        }
    )

    known = facts(world_of(lists), STUDIO)

    assert lists.asked == [f"{LOB_A} ec2"]
    assert values(STUDIO, {}, known).known == {"S3PrefixListId": "pl-2"}


def test_a_fact_that_nobody_asked_for_is_not_known_and_not_empty() -> None:
    assert values(STUDIO, {}, {}).unknown == ("S3PrefixListId",)


def test_nothing_is_asked_for_a_stack_that_is_told_no_fact() -> None:
    lists = Lists({})

    assert facts(world_of(lists), Stack(KEY, TEMPLATE, {"S3PrefixListId": "pl-2"})) == {}
    assert lists.asked == []


def test_s3_15_a_region_without_the_list_is_said_and_not_left_out() -> None:
    with pytest.raises(DeployError, match="0 prefix lists of AWS"):
        facts(world_of(Lists({})), STUDIO)
