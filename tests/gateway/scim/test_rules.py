"""Who may say what about whom: rows of the landscape, of another provider, of an administrator."""

from typing import Any

import pytest

from studiogate.errors import Unreachable
from studiogate.foundation.directory import PersonRow
from tests.kit.gateway import aws_error
from tests.kit.scim import ADA, PEOPLE, SENT, Json, Provider, Town

OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}
BY_SAM: dict[str, Any] = {
    "REVOKED": {"BOOL": True},
    "REVOKED_AT": {"S": "2029-12-31T00:00:00+00:00"},
    "REVOKED_BY": {"S": "sam-security"},
}


def path_of(user: Json) -> str:
    return f"/Users/{user['id']}"


async def test_s3_10_somebody_sent_has_a_row_that_says_where_it_came_from(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])

    assert town.row() == {
        "PK": {"S": ADA},
        "LOB": {"S": "lob-a"},
        "PROFILE": {"S": "-"},
        "IDP": {"S": "corporate"},
        "SOURCE": {"S": "scim"},
        "SCIM_ID": {"S": user["id"]},
        "SCIM_VERSION": {"N": "2"},
        "MEMBER_OF": {"S": '["ml-lob-a"]'},
    }
    assert PersonRow.from_item(town.row() or {}).idps == ("corporate",)


async def test_somebody_sent_inactive_gets_no_row(town: Town, corporate: Provider) -> None:
    user = await corporate.user(active=False)
    assert town.row() is None

    await corporate.patch(path_of(user), ON)

    assert town.row() is not None
    assert not town.revoked()


async def test_who_is_in_no_lob_is_told_so(town: Town, corporate: Provider) -> None:
    await corporate.user()

    answer = await town.as_person(ADA, "/open/forecasting")

    assert (answer.status_code, answer.json()["reason"]) == (403, "no-lob")


@pytest.mark.parametrize("how", ["patch", "put", "delete"])
async def test_a_row_of_the_landscape_is_closed_by_the_persons_own_provider(
    town: Town, corporate: Provider, how: str
) -> None:
    town.enter(PersonRow(ADA, "lob-a", "ada", idps=("corporate",)))
    user = await corporate.user()

    match how:
        case "patch":
            await corporate.patch(path_of(user), OFF)
        case "put":
            await corporate.ask("PUT", path_of(user), {"userName": ADA, "active": False})
        case _:
            await corporate.ask("DELETE", path_of(user))

    row = town.row() or {}
    assert row["REVOKED"] == {"BOOL": True}
    assert row["REVOKED_AT"] == {"S": "2030-01-01T12:00:00+00:00"}
    assert row["DEACTIVATED_BY"] == {"SS": ["corporate"]}
    assert "REVOKED_BY" not in row
    assert (row["LOB"], row["PROFILE"]) == ({"S": "lob-a"}, {"S": "ada"})
    assert (await town.as_person(ADA, "/api/me")).json()["reason"] == "revoked"


async def test_an_administrators_revocation_is_not_lifted_by_reactivation(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    town.tables.of(PEOPLE)[ADA] |= BY_SAM

    await corporate.patch(path_of(user), OFF)
    await corporate.patch(path_of(user), ON)

    assert town.revoked()
    assert (town.row() or {})["REVOKED_BY"] == {"S": "sam-security"}
    assert "DEACTIVATED_BY" not in (town.row() or {})


async def test_nor_is_one_made_after_the_provider_deactivated(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.patch(path_of(user), OFF)
    # As `studiogate revoke` writes it: who raised the flag, if nobody said so yet.
    town.tables.of(PEOPLE)[ADA] |= {"REVOKED_BY": {"S": "sam-security"}}

    await corporate.patch(path_of(user), ON)

    assert town.revoked()


async def test_nor_one_that_somebody_wrote_by_hand(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    town.tables.of(PEOPLE)[ADA] |= {"REVOKED": {"BOOL": True}}

    await corporate.patch(path_of(user), OFF)
    await corporate.patch(path_of(user), ON)

    assert town.revoked()
    assert (town.row() or {})["REVOKED_BY"] == {"S": "administrator"}


async def test_nor_by_deleting_and_sending_the_person_anew(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])
    town.tables.of(PEOPLE)[ADA] |= BY_SAM

    await corporate.ask("DELETE", path_of(user))
    left = dict(town.row() or {})
    again = await corporate.user()
    await corporate.patch(
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": again["id"]}]},
    )

    assert town.revoked()
    assert "LOB" not in left
    assert (town.row() or {})["SCIM_ID"] == {"S": again["id"]}
    assert town.lob_of() == "lob-a"


async def test_nor_may_another_provider_take_up_what_is_left(
    town: Town, corporate: Provider, workforce: Provider
) -> None:
    user = await corporate.user()
    town.tables.of(PEOPLE)[ADA] |= BY_SAM
    await corporate.ask("DELETE", path_of(user))

    answer = await workforce.ask("POST", "/Users", {"userName": ADA})

    assert answer.status_code == 409
    assert (town.row() or {})["IDP"] == {"S": "corporate"}


async def test_nor_is_an_end_of_access_lifted_by_that(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    town.tables.of(PEOPLE)[ADA] |= {"UNTIL": {"S": "2029-12-31T00:00:00+00:00"}}

    await corporate.ask("DELETE", path_of(user))
    await corporate.user()

    assert (await town.as_person(ADA, "/api/me")).json()["reason"] == "expired"


async def test_who_was_restored_while_inactive_is_closed_again_by_the_next_word(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.patch(path_of(user), OFF)
    for column in ("REVOKED", "REVOKED_AT"):
        del town.tables.of(PEOPLE)[ADA][column]

    await corporate.patch(path_of(user), {"op": "replace", "path": "title", "value": "x"})

    assert town.revoked()


async def test_of_two_providers_each_takes_down_only_its_own_flag(
    town: Town, corporate: Provider, workforce: Provider
) -> None:
    town.enter(PersonRow(ADA, "lob-a", "ada", idps=("corporate", "workforce")))
    one, other = await corporate.user(), await workforce.user()

    await corporate.patch(path_of(one), OFF)
    await workforce.patch(path_of(other), OFF)
    await corporate.patch(path_of(one), ON)
    still = town.revoked()
    await workforce.patch(path_of(other), ON)

    assert still
    assert not town.revoked()


async def test_the_person_of_another_provider_cannot_be_created_closed_or_renamed_to(
    town: Town, corporate: Provider, workforce: Provider
) -> None:
    await corporate.user()
    before = town.row()

    created = await workforce.ask("POST", "/Users", {"userName": ADA, "active": False})
    other = await workforce.user("other@acme.example")
    renamed = await workforce.patch(
        path_of(other), {"op": "replace", "path": "userName", "value": ADA}
    )

    assert (created.status_code, created.json()["scimType"]) == (409, "uniqueness")
    assert (renamed.status_code, renamed.json()["scimType"]) == (409, "uniqueness")
    assert town.row() == before
    assert town.row("other@acme.example") is not None


async def test_nor_can_somebody_whom_the_landscape_gives_another_provider(
    town: Town, workforce: Provider
) -> None:
    own = PersonRow(ADA, "lob-a", "ada", idps=("corporate",))
    town.enter(own)

    created = await workforce.ask("POST", "/Users", {"userName": ADA, "active": False})

    assert created.status_code == 409
    assert town.row() == own.item()
    assert town.tables.of(SENT) == {}


async def test_leaving_active_out_lets_nobody_in_again(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    await corporate.patch(path_of(user), OFF)

    await corporate.ask("PUT", path_of(user), {"userName": ADA})
    put = town.revoked()
    await corporate.patch(path_of(user), ON)
    await corporate.patch(path_of(user), {"op": "remove", "path": "active"})

    assert put
    assert town.revoked()


async def test_a_name_in_another_case_is_the_same_name(corporate: Provider) -> None:
    await corporate.user()

    again = await corporate.ask("POST", "/Users", {"userName": ADA.upper()})
    found = await corporate.get(f'/Users?filter=userName eq "{ADA.upper()}"')

    assert again.status_code == 409
    assert found["totalResults"] == 1


async def test_a_resource_of_another_provider_is_not_there(
    town: Town, corporate: Provider, workforce: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])
    before = dict(town.tables.of(SENT))
    asked = [
        ("GET", path_of(user), None),
        ("PUT", path_of(user), {"userName": ADA}),
        ("PATCH", path_of(user), {"Operations": [OFF]}),
        ("DELETE", path_of(user), None),
        ("GET", f"/Groups/{group['id']}", None),
        ("PUT", f"/Groups/{group['id']}", {"displayName": "x"}),
        ("PATCH", f"/Groups/{group['id']}", {"Operations": [{"op": "remove", "path": "members"}]}),
        ("DELETE", f"/Groups/{group['id']}", None),
    ]  # fmt: skip

    statuses = [(await workforce.ask(*one)).status_code for one in asked]

    assert statuses == [404] * 8
    assert (await workforce.get("/Users"))["totalResults"] == 0
    assert (await workforce.get('/Groups?filter=displayName eq "ml-lob-a"'))[
        "totalResults"
    ] == 0
    assert town.tables.of(SENT) == before
    taken = await workforce.ask(
        "POST", "/Groups", {"displayName": "g", "members": [{"value": user["id"]}]}
    )
    assert (taken.status_code, taken.json()["scimType"]) == (400, "invalidValue")


async def test_what_failed_half_way_is_done_by_sending_it_again(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    down = aws_error(Unreachable, "dynamodb:UpdateItem")
    town.tables.fails["update"] = [down]

    first = await corporate.patch(path_of(user), OFF)
    between = town.revoked()
    second = await corporate.patch(path_of(user), OFF)

    assert (first.status_code, second.status_code) == (503, 200)
    assert (between, town.revoked()) == (False, True)
    assert [one.outcome for one in town.records] == ["done", "failed", "done"]
    assert "arn:" not in first.text


async def test_a_change_of_a_group_that_was_cut_short_is_taken_up(
    town: Town, corporate: Provider
) -> None:
    users = [await corporate.user(f"person-{number}") for number in range(3)]
    group = await corporate.group("ml-lob-a", *(one["id"] for one in users))
    town.tables.fails["update"] = [aws_error(Unreachable, "dynamodb:UpdateItem")]
    empty = {"schemas": [], "displayName": "ml-lob-a", "members": []}

    first = await corporate.ask("PUT", f"/Groups/{group['id']}", empty)
    inside = [town.lob_of(f"person-{number}") for number in range(3)]
    second = await corporate.ask("PUT", f"/Groups/{group['id']}", empty)

    assert (first.status_code, second.status_code) == (503, 200)
    assert "lob-a" in inside
    assert [town.lob_of(f"person-{number}") for number in range(3)] == [None] * 3


async def test_a_change_that_takes_too_long_says_when_to_come_again(
    town: Town, corporate: Provider
) -> None:
    users = [await corporate.user(f"person-{number:03}") for number in range(70)]
    clock = town.house.clock

    async def slow() -> None:
        clock.forward(seconds=30)

    town.tables.before["update"] = [slow]
    members = [{"value": one["id"]} for one in users]
    first = await corporate.ask(
        "POST", "/Groups", {"displayName": "ml-lob-a", "members": members}
    )
    found = await corporate.get('/Groups?filter=displayName eq "ml-lob-a"')
    again = await corporate.patch(
        f"/Groups/{found['Resources'][0]['id']}",
        {"op": "add", "path": "members", "value": members},
    )

    assert first.status_code == 503
    assert first.headers["retry-after"] == "1"
    assert again.status_code == 204
    assert {town.lob_of(f"person-{number:03}") for number in range(70)} == {"lob-a"}


async def test_nobody_is_taken_for_whoever_has_a_profile_called_like_their_name(
    town: Town, corporate: Provider
) -> None:
    """Until `apply` has made them a profile they have none, whatever they are called."""
    town.enter(PersonRow("ada.lovelace@acme.example", "lob-a", "ada", idps=("corporate",)))
    user = await corporate.user("ada")
    await corporate.group("ml-lob-a", user["id"])

    answer = await town.as_person("ada", "/open/forecasting")

    assert (answer.status_code, answer.json()["reason"]) == (404, "profile-not-made")


async def test_a_profile_is_left_behind_with_its_lob_and_found_on_return(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])
    town.tables.of(PEOPLE)[ADA] |= {
        "PROFILE": {"S": "ada"},
        "PROFILE_MADE": {"S": "lob-a/ada"},
    }
    found = []
    for name in ("ml-lob-b", "ml-lob-a"):
        await corporate.patch(
            f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": name}
        )
        found.append((town.lob_of(), (town.row() or {})["PROFILE"]["S"]))

    assert found == [("lob-b", "-"), ("lob-a", "ada")]
