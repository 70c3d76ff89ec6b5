"""S3: a name is somebody's; whoever moves, leaves, or is only called the same is told no."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.organisation import PASSWORD, Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE

NAME, PROFILE, PEOPLE = "mia.owner", "mia", "studiogate-people"


class Mia:
    """Somebody in the pool, in the directory, and in Studio: forecasting and fraud."""

    def __init__(self, acme: Organisation) -> None:
        self._acme = acme
        self._cognito = acme.client("shared-services", "cognito-idp")
        self._pool = {"UserPoolId": acme.up["user_pool_id"], "Username": NAME}
        self._studios = [acme.client(lob, "sagemaker") for lob in ("lob-a", "lob-b")]
        self._names: list[str] = []

    def join(self) -> str:
        """A token of somebody new who is called so."""
        self._cognito.admin_create_user(**self._pool, MessageAction="SUPPRESS")
        self._cognito.admin_set_user_password(**self._pool, Password=PASSWORD, Permanent=True)
        return self._acme.token(NAME, PASSWORD)

    def leave(self) -> None:
        self._cognito.admin_delete_user(**self._pool)

    def enter(self, **row: str) -> None:
        self._acme.enter(PEOPLE, {"PK": NAME, "IDP": "corporate", "PROFILE": PROFILE} | row)

    def strike(self, name: str = NAME) -> None:
        dynamodb = self._acme.client("shared-services", "dynamodb")
        dynamodb.delete_item(TableName=PEOPLE, Key={"PK": {"S": name}})

    def profiles(self, *, made: bool) -> None:
        for studio in self._studios:
            (domain,) = studio.list_domains()["Domains"]
            key: dict[str, Any] = {"DomainId": domain["DomainId"], "UserProfileName": PROFILE}
            (studio.create_user_profile if made else studio.delete_user_profile)(**key)


@pytest.fixture
def mia(acme: Organisation) -> Iterator[Mia]:
    mia = Mia(acme)
    mia.profiles(made=True)
    mia.enter(LOB="lob-a")
    yield mia
    mia.strike()
    mia.leave()
    mia.profiles(made=False)


def released(acme: Organisation, record: Path, *name: str) -> None:
    subprocess.run(
        [
            str(STUDIOGATE), "people", "release", *name, "--yes", "--profile", "management",
            "--landscape", str(EXAMPLE), "--record", str(record),
        ],
        env=os.environ | {"AWS_CONFIG_FILE": acme.up["aws_config_file"]},
        timeout=60, check=True, capture_output=True,
    )  # fmt: skip


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["reason"])


def test_s3_10_a_namesake_does_not_get_the_profile_until_an_administrator_releases_it(
    acme: Organisation, mia: Mia, tmp_path: Path
) -> None:
    record = tmp_path / "releases.jsonl"
    first = mia.join()
    assert acme.ask("/open/forecasting", first).status_code == 302

    mia.leave()
    namesake = mia.join()
    assert reason(acme.ask("/open/forecasting", namesake)) == (403, "not-the-owner")
    kept = next(line for line in reversed(acme.records()) if line.get("person") == NAME)
    assert (kept["outcome"], kept["reason"]) == ("refused", "namesake")

    released(acme, record, NAME)
    assert acme.ask("/open/forecasting", namesake).status_code == 302
    assert reason(acme.ask("/open/forecasting", first)) == (403, "not-the-owner")
    (line,) = map(json.loads, record.read_text("ascii").splitlines())
    assert (line["action"], line["person"]) == ("release", NAME)

    released(acme, record, NAME)
    released(acme, record, "--owned", f"lob-a/{PROFILE}")


def test_s2_38_whoever_moves_or_leaves_loses_access_at_the_next_opening(
    acme: Organisation, mia: Mia, tmp_path: Path
) -> None:
    token = mia.join()
    assert acme.ask("/open/forecasting", token).status_code == 302

    mia.enter(LOB="lob-b")
    assert reason(acme.ask("/open/forecasting", token)) == (403, "not-your-domain")
    assert acme.ask("/open/fraud", token).status_code == 302

    mia.strike()
    assert reason(acme.ask("/open/fraud", token)) == (403, "unknown-person")

    for lob in ("lob-a", "lob-b"):
        released(acme, tmp_path / "releases.jsonl", "--owned", f"{lob}/{PROFILE}")
    released(acme, tmp_path / "releases.jsonl", NAME)


def test_asvs_6_8_1_a_provider_that_the_row_does_not_name_is_not_believed(
    acme: Organisation, mia: Mia
) -> None:
    token = mia.join()
    mia.enter(LOB="lob-a", IDP="workforce")

    assert reason(acme.ask("/open/forecasting", token)) == (403, "unknown-person")
