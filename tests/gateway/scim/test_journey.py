"""What providers send, in the order their documentation gives, and who may open what by it.

Sources: Okta developer documentation, "Okta and SCIM Version 2.0"; Microsoft Learn, "Develop
and plan provisioning for a SCIM endpoint in Microsoft Entra ID".
"""

import json
from datetime import timedelta
from typing import Any

import httpx

from studiogate.aws.wire.blocking import drive
from studiogate.foundation.directory import LobRow, PersonRow
from tests.kit.gateway import HOST
from tests.kit.scim import ADA, GROUP, TOKENS, USER, Json, Provider, Town, patch

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def okta_user(**more: Any) -> Json:
    return {
        "schemas": [USER],
        "userName": ADA,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": True, "value": ADA, "type": "work"}],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq-SECRET",
        "active": True,
    } | more


async def test_okta_finds_nobody_creates_and_reads_back(
    town: Town, corporate: Provider
) -> None:
    none = await corporate.get(f'/Users?filter=userName eq "{ADA}"&startIndex=1&count=100')
    created = await corporate.ask("POST", "/Users", okta_user())
    user = created.json()
    found = await corporate.get(f'/Users?filter=userName eq "{ADA}"&startIndex=1&count=100')

    assert none["totalResults"] == 0
    assert none["Resources"] == []
    assert created.status_code == 201
    assert created.headers["content-type"] == "application/scim+json"
    assert created.headers["location"] == user["meta"]["location"]
    assert found["Resources"] == [await corporate.get(f"/Users/{user['id']}")] == [user]
    assert user["name"] == {"givenName": "Ada", "familyName": "Lovelace"}
    assert "password" not in user
    assert "SECRET" not in repr(town.tables.rows)
    assert town.lob_of() is None


async def test_okta_pushes_a_group_and_its_people_come_into_the_lob(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    assert (await corporate.get("/Groups?startIndex=1&count=100"))["totalResults"] == 0
    group = await corporate.group("ml-lob-a")
    assert town.lob_of() is None

    added = await corporate.patch(
        f"/Groups/{group['id']}",
        {"op": "add", "path": "members", "value": [{"value": user["id"], "display": ADA}]},
    )

    assert added.status_code == 204
    assert town.lob_of() == "lob-a"
    shown = await corporate.get(f"/Users/{user['id']}")
    assert shown["groups"] == [{"value": group["id"], "display": "ml-lob-a"}]

    removed = await corporate.patch(
        f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
    )

    assert removed.status_code == 204
    assert town.lob_of() is None


async def test_okta_renames_a_group_by_an_object_with_its_id(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])

    done = await corporate.patch(
        f"/Groups/{group['id']}",
        {"op": "replace", "value": {"id": group["id"], "displayName": "ml-lob-b"}},
    )

    assert done.status_code == 204
    assert town.lob_of() == "lob-b"
    assert (await corporate.get('/Groups?filter=displayName eq "ml-lob-b"'))[
        "totalResults"
    ] == 1
    assert (await corporate.get('/Groups?filter=displayName eq "ml-lob-a"'))[
        "totalResults"
    ] == 0


async def test_okta_replaces_a_group_with_all_its_members(
    town: Town, corporate: Provider
) -> None:
    ada, bob = await corporate.user(), await corporate.user("bob@acme.example")
    group = await corporate.group("ml-lob-a", ada["id"])
    whole = {"schemas": [GROUP], "id": group["id"], "displayName": "ml-lob-a"}

    done = await corporate.ask(
        "PUT", f"/Groups/{group['id']}", whole | {"members": [{"value": bob["id"]}]}
    )

    assert done.status_code == 200
    assert done.json()["members"] == [{"value": bob["id"]}]
    assert (town.lob_of(), town.lob_of("bob@acme.example")) == (None, "lob-a")


async def test_okta_deactivates_and_reactivates(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])

    off = await corporate.patch(
        f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}}
    )
    off_row = town.row()
    on = await corporate.ask("PUT", f"/Users/{user['id']}", okta_user(id=user["id"]))

    assert (off.status_code, off.json()["active"]) == (200, False)
    assert off_row is not None
    assert off_row["REVOKED"] == {"BOOL": True}
    assert (on.status_code, on.json()["active"]) == (200, True)
    assert not town.revoked()
    assert town.lob_of() == "lob-a"


async def test_okta_deletes_a_group(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])

    gone = await corporate.ask("DELETE", f"/Groups/{group['id']}")

    assert gone.status_code == 204
    assert (await corporate.ask("GET", f"/Groups/{group['id']}")).status_code == 404
    assert town.lob_of() is None
    assert (await corporate.get(f"/Users/{user['id']}"))["groups"] == []


def entra_user(**more: Any) -> Json:
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": ADA,
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": ADA}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "L", "givenName": "A"},
        "roles": [],
        ENTERPRISE: {"department": "Analytics"},
    } | more


async def test_entra_creates_queries_and_patches(corporate: Provider) -> None:
    asked = await corporate.get('/Users?filter=userName eq "5d2b8f8e-nobody"')
    assert (asked["totalResults"], asked["schemas"]) == (
        0,
        ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    )
    user = (await corporate.ask("POST", "/Users", entra_user())).json()
    by_id = await corporate.get(f'/Users?filter=externalId eq "{user["externalId"]}"')
    assert by_id["Resources"] == [user]

    done = await corporate.patch(
        f"/Users/{user['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@acme.example"},
        {"op": "Replace", "path": "name.familyName", "value": "King"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Engines"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44 20"},
    )

    after = done.json()
    assert done.status_code == 200
    assert after["emails"] == [{"primary": True, "type": "work", "value": "new@acme.example"}]
    assert after["name"]["familyName"] == "King"
    assert after[ENTERPRISE] == {"department": "Engines"}
    assert after["phoneNumbers"] == [{"type": "mobile", "value": "+44 20"}]
    assert after["schemas"] == [USER, ENTERPRISE]


async def test_entra_writes_truth_as_a_text_and_members_of_an_object_as_paths(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user(active="True")
    path = f"/Users/{user['id']}"

    off = await corporate.patch(path, {"op": "Replace", "path": "active", "value": "False"})
    assert town.revoked()
    on = await corporate.patch(
        path,
        {
            "op": "replace",
            "value": {
                "active": "true",
                "displayName": "Ada L",
                "name.givenName": "Ada",
                'emails[type eq "work"].value': "a@acme.example",
                f"{ENTERPRISE}:department": "Engines",
            },
        },
    )

    assert (off.json()["active"], on.json()["active"]) == (False, True)
    assert not town.revoked()
    assert on.json()["name"] == {"givenName": "Ada"}
    assert on.json()["emails"] == [{"type": "work", "value": "a@acme.example"}]
    assert on.json()[ENTERPRISE] == {"department": "Engines"}


async def test_entra_changes_members_by_listing_them(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    created = await corporate.ask(
        "POST",
        "/Groups",
        {
            "schemas": [
                GROUP,
                "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
            ],
            "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
            "displayName": "ml-lob-a",
            "meta": {"resourceType": "Group"},
        },
    )
    group = created.json()
    path = f"/Groups/{group['id']}"
    listed = [{"$ref": None, "value": user["id"]}]

    await corporate.patch(path, {"op": "Add", "path": "members", "value": listed})
    assert town.lob_of() == "lob-a"
    bare = await corporate.get(f"{path}?excludedAttributes=members")
    same = await corporate.get(
        '/Groups?excludedAttributes=members&filter=displayName eq "ml-lob-a"'
    )
    await corporate.patch(path, {"op": "Remove", "path": "members", "value": listed})

    assert "members" not in bare
    assert same["Resources"] == [bare]
    assert town.lob_of() is None
    assert (await corporate.ask("DELETE", path)).status_code == 204
    assert (await corporate.ask("DELETE", f"/Users/{user['id']}")).status_code == 204
    assert town.row() is None
    assert town.tables.of("studiogate-provisioned") == {}


async def test_an_empty_list_removes_nobody(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])

    await corporate.patch(
        f"/Groups/{group['id']}", {"op": "remove", "path": "members", "value": []}
    )

    assert town.lob_of() == "lob-a"


async def test_who_is_in_groups_of_two_lobs_belongs_to_none(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])
    second = await corporate.group("ml-lob-b", user["id"])
    both = town.lob_of()

    await corporate.ask("DELETE", f"/Groups/{second['id']}")

    assert both is None
    assert town.lob_of() == "lob-a"


async def test_groups_that_no_lob_names_mean_nothing(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])
    await corporate.group("everybody", user["id"])

    assert town.lob_of() == "lob-a"
    assert (town.row() or {})["MEMBER_OF"] == {"S": '["everybody", "ml-lob-a"]'}


async def test_a_lob_that_names_a_group_since_a_minute_has_its_people(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("new-group", user["id"])
    assert town.lob_of() is None

    town.enter_lob(LobRow("lob-new", "222222222222", "x", groups=("new-group",)))
    town.house.clock.now += timedelta(seconds=61)
    await corporate.patch(f"/Users/{group['members'][0]['value']}", {"op": "replace", "value": {"title": "x"}})  # fmt: skip

    assert town.lob_of() == "lob-new"


async def test_a_person_is_renamed_and_the_old_name_is_nobodys(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])

    done = await corporate.patch(
        f"/Users/{user['id']}",
        {"op": "Replace", "path": "userName", "value": "ada.king@acme.example"},
    )

    assert done.json()["userName"] == "ada.king@acme.example"
    assert town.row() is None
    assert town.lob_of("ada.king@acme.example") == "lob-a"
    assert (await corporate.get(f'/Users?filter=userName eq "{ADA}"'))["totalResults"] == 0


async def test_deactivation_counts_at_the_next_request(town: Town, corporate: Provider) -> None:
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])
    before = await me(town)

    await corporate.patch(
        f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"}
    )
    after = await me(town)

    assert before.status_code == 200
    assert (after.status_code, after.json()["reason"]) == (403, "revoked")


async def test_a_person_of_another_provider_is_not_let_in_by_name(
    town: Town, workforce: Provider
) -> None:
    user = await workforce.user()
    await workforce.group("ml-lob-a", user["id"])

    assert (await me(town, idp="workforce")).status_code == 200
    assert (await me(town, idp="corporate")).status_code == 403


async def me(town: Town, idp: str = "corporate") -> httpx.Response:
    """What Ada is told about herself, with the rows read as the gateway reads them."""
    return await town.as_person(ADA, "/api/me", idp=idp)


async def test_each_change_is_one_record_that_says_what_and_who(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])
    await corporate.patch(
        f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": False}
    )
    await corporate.ask("DELETE", f"/Groups/{group['id']}")
    await corporate.ask("DELETE", f"/Users/{user['id']}")
    await corporate.get("/Users")

    told = [(one.about, one.person, one.outcome, one.idp, one.way) for one in town.records]
    assert told == [
        ("create user", ADA, "done", "corporate", "scim"),
        ("create group ml-lob-a: +1", None, "done", "corporate", "scim"),
        ("patch user: deactivate", ADA, "done", "corporate", "scim"),
        ("delete group ml-lob-a: -1", None, "done", "corporate", "scim"),
        ("delete user", ADA, "done", "corporate", "scim"),
    ]


async def test_without_a_record_nothing_is_changed(town: Town, corporate: Provider) -> None:
    town.house.ledger.fail = True

    answer = await corporate.ask("POST", "/Users", {"userName": ADA})

    assert answer.status_code == 503
    assert town.row() is None
    assert town.tables.of("studiogate-provisioned") == {}


async def test_the_landscapes_own_people_stay_the_landscapes(
    town: Town, corporate: Provider
) -> None:
    own = PersonRow(ADA, "lob-b", "ada", idps=("corporate", "workforce"))
    town.enter(own)
    user = await corporate.user()
    await corporate.group("ml-lob-a", user["id"])

    assert town.row() == own.item()

    await corporate.ask("PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": "active", "value": False}))  # fmt: skip
    off = town.row() or {}
    await corporate.ask("PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": "active", "value": True}))  # fmt: skip

    assert off["REVOKED"] == {"BOOL": True}
    assert off["LOB"] == {"S": "lob-b"}
    assert town.row() == own.item()


def test_a_function_without_an_event_loop_answers_the_same(town: Town) -> None:
    body = json.dumps({"schemas": [USER], "userName": ADA}).encode()
    headers = {"host": HOST, "authorization": f"Bearer {TOKENS['corporate']}"}
    headers |= {"content-type": "application/scim+json", "content-length": str(len(body))}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/scim/v2/Users", "raw_path": b"/scim/v2/Users", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": (HOST, 80), "root_path": "",
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        await town.app(scope, receive, send)

    drive(ask())

    assert sent[0]["status"] == 201
    assert town.row() is not None
