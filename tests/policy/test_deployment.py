"""What deploying calls is in the policies of its operators, and the policies can be read."""

import re
from pathlib import Path

import pytest

from studiogate.policy import deployment
from studiogate.policy.language import Document, Kind, parse

SOURCE = Path(deployment.__file__).parents[1] / "deploy"
WHERE = {"region": "eu-west-1", "account": "111111111111"}
SHELF = {"bucket": "b", "key_arn": "arn:aws:kms:eu-west-1:111111111111:key/k"}

EVERY: dict[str, Document] = {
    "planning": deployment.planning_policy(**WHERE),
    "comparing rows": deployment.comparing_rows_policy(**WHERE, **SHELF),
    "applying": deployment.applying_policy(**WHERE),
    "writing": deployment.writing_policy(**WHERE, **SHELF),
    "looking": deployment.looking_policy(),
    "counting": deployment.counting_policy(**WHERE),
    "destroying": deployment.destroying_policy(**WHERE),
}


def actions(*documents: Document) -> set[str]:
    found: set[str] = set()
    for document in documents:
        for statement in document["Statement"]:
            told = statement["Action"]
            found |= {told} if isinstance(told, str) else set(told)
    return found


@pytest.mark.parametrize("name", EVERY)
def test_each_is_a_policy_and_gives_nothing_of_a_whole_service(name: str) -> None:
    read = parse(EVERY[name], kind=Kind.IDENTITY, name=name)

    assert read.statements
    assert not [one for one in actions(EVERY[name]) if "*" in one]


def test_every_action_that_is_asked_for_by_name_is_in_one_of_them() -> None:
    named = re.compile(r'"((?:[a-z0-9-]+):[A-Z][A-Za-z]+)"')
    asked = {
        action
        for module in SOURCE.rglob("*.py")
        for action in named.findall(module.read_text(encoding="utf-8"))
    }

    assert len(asked) > 50
    assert asked - actions(*EVERY.values()) == set()


def test_planning_changes_nothing_but_its_own_change_sets() -> None:
    writes = {
        one
        for one in actions(EVERY["planning"], EVERY["comparing rows"])
        if not one.partition(":")[2].startswith(("Describe", "Get", "List", "Scan", "Decrypt"))
    }

    assert writes == {"cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet"}


def test_large_templates_are_sent_to_the_account_s_own_bucket_and_nowhere_else() -> None:
    """CloudFormation reads them as whoever applies; nobody's role reaches another account."""
    own = "arn:aws:s3:::studiogate-templates-111111111111-eu-west-1"
    to: dict[str, set[str]] = {}
    for statement in EVERY["applying"]["Statement"]:
        for action in (one for one in statement["Action"] if one.startswith("s3:")):
            resource = statement["Resource"]
            to.setdefault(action, set()).update(
                [resource] if isinstance(resource, str) else resource
            )

    assert to["s3:GetObject"] == to["s3:PutObject"] == {f"{own}/*"}
    assert to["s3:ListBucket"] == {own}
    assert {one for one in to["s3:DeleteObjectVersion"] if "templates" in one} == {
        own,
        f"{own}/*",
    }
