"""What belongs to a person, and what only looks as if it did."""

import pytest

from studiogate import names
from studiogate.errors import LandscapeError
from studiogate.foundation.directory import PersonRow
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.revoke.plan import plan
from tests.kit.revoke import DATA, PERSON, READERS, acme
from tests.kit.starting import EXAMPLE

ADA = PersonRow(PERSON, "lob-a", "ada")
TICKS = """\
warehouses:
  ticks:
    account: data
    network: data
    workgroup: ticks
    workgroup_id: 11111111-2222-4333-8444-555555555555
    database: dev
    readers: {lob-a: [traders], lob-b: [traders]}
"""


def with_people(more: str) -> Landscape:
    """The example with more people, where lob-b reads no warehouse, so names may be twice."""
    text = EXAMPLE.read_text(encoding="utf-8").replace(", lob-b: [analysts]", "")
    return read(text.replace("people:\n", f"people:\n{more}"))


def test_every_account_is_cut_and_the_persons_own_comes_first() -> None:
    row = PersonRow("user-lob-b", "lob-b", "user-lob-b")

    found = plan(acme(), "user-lob-b", row)

    assert found.lobs == ("lob-b", "lob-a")
    assert found.homes == {"lob-b"}
    assert [
        (one.account, one.role, one.named) for lob in found.lobs for one in found.cuts(lob)
    ] == [
        ("333333333333", names.PRESIGN_ROLE, "user-lob-b"),
        ("333333333333", names.EXECUTION_ROLE, "user-lob-b"),
        (DATA, READERS["lob-b"], "user-lob-b"),
        ("222222222222", names.PRESIGN_ROLE, "user-lob-b"),
        ("222222222222", names.EXECUTION_ROLE, "user-lob-b"),
        (DATA, READERS["lob-a"], "user-lob-b"),
    ]


def test_the_role_that_opens_is_cut_by_name_and_the_notebooks_by_profile() -> None:
    cuts = list(plan(acme(), PERSON, ADA).cuts("lob-a"))

    assert [(one.role, one.policy) for one in cuts] == [
        (names.PRESIGN_ROLE, f"revoked-{PERSON}"),
        (names.EXECUTION_ROLE, "revoked-ada"),
        (READERS["lob-a"], "revoked-ada"),
    ]


def test_what_one_account_holds_is_cut_apart_from_what_another_does() -> None:
    found = plan(acme(), PERSON, ADA)

    assert [[one.account for one in some] for some in found.together()] == [
        ["222222222222"] * 2,
        [DATA],
        ["333333333333"] * 2,
        [DATA],
    ]


def test_a_role_of_ones_own_is_cut_once_wherever_its_workgroup_is_read() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    head, _, rest = text.partition("warehouses:\n")
    landscape = read(head + TICKS + rest[rest.index("images:") :])

    found = plan(landscape, PERSON, ADA)

    assert [one.role for lob in found.lobs for one in found.cuts(lob)] == [
        names.PRESIGN_ROLE,
        names.EXECUTION_ROLE,
        "StudioReader-ticks.ada",
        names.PRESIGN_ROLE,
        names.EXECUTION_ROLE,
    ]


def test_a_profile_no_role_can_be_called_by_has_none_to_cut() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    head, _, rest = text.partition("warehouses:\n")
    landscape = read(head + TICKS + rest[rest.index("images:") :])
    row = PersonRow("old-hand", "lob-a", "x" * 60)

    roles = {one.role for one in plan(landscape, "old-hand", row).cuts("lob-a")}

    assert roles == {names.PRESIGN_ROLE, names.EXECUTION_ROLE}


def test_somebody_who_moved_is_cut_off_in_both_places() -> None:
    found = plan(acme(), PERSON, PersonRow(PERSON, "lob-b", "ada-of-b"))

    assert found.homes == {"lob-a", "lob-b"}
    assert found.profiles == ("ada-of-b", "ada")


def test_a_profile_that_is_somebody_elses_in_another_lob_is_left_alone() -> None:
    landscape = with_people("  ada: {lob: lob-b, profile: ada, idp: corporate}\n")

    found = plan(landscape, PERSON, ADA)

    assert [one.named for one in found.cuts("lob-b")] == [PERSON]
    assert found.taken["lob-b"] == {"ada"}
    assert [one.named for one in found.cuts("lob-a")] == [PERSON, "ada", "ada"]


def test_where_everything_is_somebody_elses_nobody_looks_in_unless_they_belong_there() -> None:
    landscape = with_people("  ada: {lob: lob-b, profile: ada, idp: corporate}\n")

    assert plan(landscape, PERSON, ADA).spared == {"lob-b"}
    assert plan(landscape, PERSON, PersonRow(PERSON, "lob-b", "ada")).spared == frozenset()
    assert plan(landscape, PERSON, PersonRow(PERSON, "lob-a", "ada-too")).spared == frozenset()


def test_a_profile_that_sts_takes_for_no_name_is_cut_nowhere_and_known() -> None:
    found = plan(acme(), "old-hand", PersonRow("old-hand", "lob-a", "x"))

    assert [one.named for one in found.cuts("lob-a")] == ["old-hand"]
    assert found.nameless == ["x"]


def test_capitals_do_not_make_a_profile_ones_own() -> None:
    landscape = with_people("  bea: {lob: lob-b, profile: ADA, idp: corporate}\n")

    assert plan(landscape, PERSON, ADA).profiles_in("lob-b") == []


def test_somebody_the_directory_alone_knows_can_be_cut_off() -> None:
    found = plan(acme(), "old-hand", PersonRow("old-hand", "lob-a", None))

    assert found.profiles == ("old-hand",)
    assert found.homes == {"lob-a"}


def test_somebody_the_landscape_alone_knows_can_be_cut_off() -> None:
    assert plan(acme(), PERSON, None).profiles == ("ada",)


def test_a_lob_that_the_landscape_does_not_name_is_not_passed_over() -> None:
    assert plan(acme(), PERSON, PersonRow(PERSON, "lob-z", "ada")).beyond == "lob-z"
    assert plan(acme(), PERSON, ADA).beyond is None


def test_a_name_that_cannot_be_a_profile_is_none() -> None:
    name = "grace@acme.example"

    assert plan(acme(), name, PersonRow(name, "lob-a", None)).profiles == ()


def test_a_stranger_is_refused_and_the_nearest_name_told() -> None:
    with pytest.raises(LandscapeError) as refused:
        plan(acme(), "user-lob-c", None)

    assert "people.user-lob-c" in str(refused.value)
    assert "user-lob-" in refused.value.problems[0].remedy.partition("Write")[0]
    assert refused.value.remedy == "Nothing was changed: run it again with their name."
