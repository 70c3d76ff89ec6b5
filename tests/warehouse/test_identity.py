"""Whose notebook it is: told by SageMaker, or refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.errors import NotSetUp
from studiogate.policy.warehouses import reader_role_policy
from studiogate.warehouse.identity import as_database_user, place, profile
from tests.kit.warehouse_played import home


def test_s1_31_the_profile_is_read_from_the_metadata_of_the_app(tmp_path: Path) -> None:
    home(tmp_path, profile="user-lob-a")

    assert profile(tmp_path / "metadata.json") == "user-lob-a"


def test_s1_31_a_shared_space_is_nobodys_and_is_refused(tmp_path: Path) -> None:
    home(tmp_path, profile=None)

    with pytest.raises(NotSetUp, match="shared space") as refused:
        profile(tmp_path / "metadata.json")

    assert refused.value.reason == "no-profile"
    assert "private space" in refused.value.remedy


@pytest.mark.parametrize("said", ["", "[]", "null", '{"UserProfileName": 7}', "{", "[" * 9999])
def test_metadata_that_names_nobody_is_never_somebody(tmp_path: Path, said: str) -> None:
    path = tmp_path / "metadata.json"
    path.write_text(said)

    with pytest.raises(NotSetUp):
        profile(path)


def test_outside_of_studio_there_is_no_metadata(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="not an app of SageMaker Studio"):
        profile(tmp_path / "none.json")


@pytest.mark.parametrize("named", ["Ada", "7up", "a", "public", "ada;drop", 'a"b', "a b"])
def test_a_profile_that_is_no_database_user_is_told_before_anything_is_asked(
    tmp_path: Path, named: str
) -> None:
    (tmp_path / "m.json").write_text(json.dumps({"UserProfileName": named}))

    with pytest.raises(NotSetUp) as refused:
        profile(tmp_path / "m.json")

    assert refused.value.reason == "not-a-user"


@given(st.from_regex(r"[a-z][a-z0-9-]{0,70}", fullmatch=True))
def test_whoever_is_let_through_has_a_name_for_studio_for_sts_and_for_a_policy(
    named: str,
) -> None:
    try:
        user = as_database_user(named)
    except NotSetUp:
        return
    assert names.is_profile(user)
    assert names.is_person(user)
    reader_role_policy(
        region="eu-west-1", account="444444444444", cluster="c", database="d", groups=[user]
    )


def test_the_metadata_is_sagemakers_unless_the_environment_says_otherwise() -> None:
    assert place({}) == Path("/opt/ml/metadata/resource-metadata.json")
    assert place({"STUDIOGATE_METADATA": "here.json"}) == Path("here.json")
