"""Many at once: exactly one wins, and nobody is left with what an older word said."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from studiogate.foundation.directory import PersonRow
from tests.kit.scim import ADA, PEOPLE, SENT, Provider, Town, patch


async def test_of_twenty_who_create_one_name_exactly_one_does(
    town: Town, corporate: Provider
) -> None:
    asked = [corporate.ask("POST", "/Users", {"userName": ADA}) for _ in range(20)]

    statuses = Counter(answer.status_code for answer in await asyncio.gather(*asked))

    assert statuses == {201: 1, 409: 19}
    assert len(town.tables.of(SENT)) == 2


async def test_a_creation_whose_answer_was_lost_is_still_one(
    town: Town, corporate: Provider
) -> None:
    town.tables.repeats = {"transact"}

    answer = await corporate.ask("POST", "/Users", {"userName": ADA})

    assert answer.status_code == 201


async def test_changes_of_one_group_at_once_all_count(town: Town, corporate: Provider) -> None:
    users = [await corporate.user(f"person-{number}") for number in range(6)]
    group = await corporate.group("ml-lob-a")
    adds = [
        corporate.patch(
            f"/Groups/{group['id']}",
            {"op": "add", "path": "members", "value": [{"value": one["id"]}]},
        )
        for one in users
    ]

    answers = await asyncio.gather(*adds)

    assert {answer.status_code for answer in answers} == {204}
    assert {town.lob_of(f"person-{number}") for number in range(6)} == {"lob-a"}
    shown = await corporate.get(f"/Groups/{group['id']}")
    assert {one["value"] for one in shown["members"]} == {one["id"] for one in users}


async def test_who_revokes_at_the_same_moment_is_not_overwritten(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.patch(
        f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False}
    )

    async def sam() -> None:
        town.tables.of(PEOPLE)[ADA]["REVOKED_BY"] = {"S": "sam-security"}

    town.tables.before["update"] = [sam]
    answer = await corporate.patch(
        f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True}
    )

    assert answer.status_code == 200
    assert town.revoked()


async def test_an_older_word_does_not_overwrite_a_newer_one(
    town: Town, corporate: Provider
) -> None:
    """Ada is added to a group of lob-a; before the directory hears of it, to one of lob-b."""
    user = await corporate.user()
    first, second = await corporate.group("ml-lob-a"), await corporate.group("ml-lob-b")
    member = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}

    async def meanwhile() -> None:
        answer = await corporate.patch(f"/Groups/{second['id']}", member)
        assert answer.status_code == 204

    town.tables.before["update"] = [meanwhile]
    await corporate.patch(f"/Groups/{first['id']}", member)

    assert town.lob_of() is None
    assert (town.row() or {})["MEMBER_OF"] == {"S": '["ml-lob-a", "ml-lob-b"]'}
    assert all("LOB" not in row for row in town.tables.updates), "not even for a moment"


async def nothing() -> None:
    """Nobody comes in between."""


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "before",
    [
        {"update": 0},  # the directory has not heard of them yet
        {"put": 1},  # the group has, and they have not
    ],
    ids=str,
)
async def test_a_member_taken_out_while_being_added_is_out(
    town: Town, corporate: Provider, before: dict[str, int], method: str
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a")
    path = f"/Groups/{group['id']}"

    async def meanwhile() -> None:
        body = patch({"op": "remove", "path": "members"}) if method == "PATCH" else None
        assert (await corporate.ask(method, path, body)).status_code == 204

    for operation, passed in before.items():
        town.tables.before[operation] = [*[nothing] * passed, meanwhile]
    await corporate.patch(
        path, {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    )

    assert town.lob_of() is None
    assert (await corporate.get(f"/Users/{user['id']}"))["groups"] == []


async def test_a_name_given_up_between_two_words_of_a_group_is_nobodys(
    town: Town, corporate: Provider
) -> None:
    """The group's change waits at the directory while the name is given up there, and goes on
    before the new name is kept."""
    user = await corporate.user()
    group = await corporate.group("ml-lob-a")
    reached, given_up, entered = asyncio.Event(), asyncio.Event(), asyncio.Event()
    town.tables.before["update"] = [_waiting(reached, given_up)]
    adding = asyncio.ensure_future(
        corporate.patch(
            f"/Groups/{group['id']}",
            {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
        )
    )
    await reached.wait()
    town.tables.before["transact"] = [_waiting(given_up, entered)]
    renaming = asyncio.ensure_future(
        corporate.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "ada.king"}
        )
    )
    added = await adding
    entered.set()
    renamed = await renaming

    assert (added.status_code, renamed.status_code) == (204, 200)
    assert town.row() is None
    assert town.lob_of("ada.king") == "lob-a"


def _waiting(here: asyncio.Event, until: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wait() -> None:
        here.set()
        await until.wait()

    return wait


async def test_a_change_that_means_another_version_is_refused(
    corporate: Provider,
) -> None:
    user = await corporate.user()
    path = f"/Users/{user['id']}"
    tag = (await corporate.ask("GET", path)).headers["etag"]
    change = {"Operations": [{"op": "replace", "path": "title", "value": "x"}]}

    first = await corporate.ask("PATCH", path, change, if_match=tag)
    second = await corporate.ask("PATCH", path, change, if_match=tag)
    gone = await corporate.ask("DELETE", path, if_match=tag)
    any_one = await corporate.ask("DELETE", path, if_match="*")

    assert tag == user["meta"]["version"]
    statuses = [one.status_code for one in (first, second, gone, any_one)]
    assert statuses == [200, 412, 412, 204]


async def test_somebody_deleted_while_a_group_reaches_them_stays_deleted(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a")

    async def meanwhile() -> None:
        assert (await corporate.ask("DELETE", f"/Users/{user['id']}")).status_code == 204

    town.tables.before["update"] = [meanwhile]
    await corporate.patch(
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
    )

    assert town.row() is None


async def test_somebody_reached_while_being_deleted_stays_deleted(
    town: Town, corporate: Provider
) -> None:
    """The group enters them after their row is gone, and before their resource is."""
    user = await corporate.user()
    group = await corporate.group("ml-lob-a")

    async def meanwhile() -> None:
        await corporate.patch(
            f"/Groups/{group['id']}",
            {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
        )
        assert town.lob_of() == "lob-a"

    town.tables.before["transact"] = [meanwhile]
    answer = await corporate.ask("DELETE", f"/Users/{user['id']}")

    assert answer.status_code == 204
    assert town.row() is None
    assert (await corporate.ask("GET", f"/Users/{user['id']}")).status_code == 404


async def test_an_older_word_that_they_are_active_lifts_nothing_in_the_end(
    town: Town, corporate: Provider
) -> None:
    town.enter(PersonRow(ADA, "lob-a", "ada", idps=("corporate",)))
    user = await corporate.user(active=False)
    path = f"/Users/{user['id']}"
    word = {"op": "replace", "path": "active"}

    async def meanwhile() -> None:
        await corporate.patch(path, word | {"value": False})

    town.tables.before["update"] = [meanwhile]
    await corporate.patch(path, word | {"value": True})

    assert town.revoked()
    assert (await corporate.get(path))["active"] is False


async def test_a_name_given_up_while_a_group_reaches_it_is_nobodys(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a")

    async def meanwhile() -> None:
        await corporate.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "ada.king"}
        )

    town.tables.before["update"] = [meanwhile]
    await corporate.patch(
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
    )

    assert town.row() is None
    assert town.lob_of("ada.king") == "lob-a"
