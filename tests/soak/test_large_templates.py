"""A lob of many domains: its template is too large to be sent, and its domains go one by one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.foundation.stacks import LONGEST_BODY
from tests.kit.life import Life, living
from tests.kit.starting import EXAMPLE

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

LOB_A, STUDIO = "222222222222", "studiogate-studio"
BUCKET = f"studiogate-templates-{LOB_A}-eu-west-1"
LINES = [f"  a-{n}: {{lob: lob-a, network: lob-a, opens_from: [office]}}\n" for n in range(7)]


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """An organisation whose lob-a has eight domains."""
    text = EXAMPLE.read_text(encoding="utf-8")
    more = text.replace("domains:\n", f"domains:\n{''.join(LINES)}", 1)
    with living(tmp_path, "--bare", text=more) as one:
        one.run("apply", one.file.name)
        yield one


def test_it_is_built_by_a_bucket_of_its_account_and_a_domain_goes_alone(life: Life) -> None:
    before = ids(life)
    assert len(before) == 8
    sent(life)
    assert life.asked("status", "--drift")["ok"]

    the_first_domain_goes(life)

    assert ids(life) == {name: id_ for name, id_ in before.items() if name != "DomainIdAX0"}
    assert life.acme.opens("user-lob-a", "forecasting", "office")
    taken_down(life)


def sent(life: Life) -> None:
    """Its template is in the bucket, once, and nobody else reads that."""
    formation = life.acme.client("lob-a", "cloudformation")
    text = formation.get_template(StackName=STUDIO, TemplateStage="Original")["TemplateBody"]
    s3 = life.acme.client("lob-a", "s3")
    (there,) = s3.list_objects_v2(Bucket=BUCKET)["Contents"]

    assert len(text.encode()) > LONGEST_BODY
    assert s3.get_object(Bucket=BUCKET, Key=there["Key"])["Body"].read().decode() == text
    fetched = [one for one in calls(life) if one["action"] == "s3:GetObject"]
    assert {one["caller"].split(":")[4] for one in fetched} == {LOB_A}
    assert "studiogate-templates" not in {
        name
        for account, some in life.stacks().items()
        if account != "lob-a"
        for name, _ in some
    }


def the_first_domain_goes(life: Life) -> None:
    """Only itself: the plan loses it, and nothing of the seven that stay."""
    text = life.file.read_text(encoding="utf-8")
    life.file.write_text(text.replace(LINES[0], ""), encoding="utf-8")

    planned = life.run("plan", life.file.name, code=3)

    lost = f"{LOB_A}/{STUDIO}/DomainAX0"
    assert lost in planned
    assert "DomainAX1" not in planned
    life.run("apply", life.file.name, "--allow-replacement", lost)


def taken_down(life: Life) -> None:
    out = life.run("destroy", life.file.name, "--yes", "acme", "--efs", "delete")

    assert "Nothing is left but what is kept, or goes by itself." in out
    assert life.acme.client("lob-a", "s3").list_buckets()["Buckets"] == []
    assert life.stacks()["lob-a"] == []


def ids(life: Life) -> dict[str, str]:
    """The ids of the domains of lob-a, by the outputs that tell them."""
    (stack,) = life.acme.client("lob-a", "cloudformation").describe_stacks(StackName=STUDIO)[
        "Stacks"
    ]
    told = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    return {name: value for name, value in told.items() if name.startswith("DomainId")}


def calls(life: Life) -> list[dict[str, Any]]:
    """What was asked about the bucket."""
    return [one for one in life.acme.calls() if BUCKET in one.get("resource", "")]
