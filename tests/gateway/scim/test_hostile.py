"""What nobody should send: each is refused by its word, with one record, and changes nothing."""

import json
from dataclasses import replace

import pytest

from studiogate.errors import Denied, Malformed
from studiogate.gateway.scim.asking import LONGEST_BODY
from studiogate.gateway.scim.resources import MOST_MEMBERS, Kind, Resource, as_sent
from studiogate.gateway.scim.routes import Scim
from tests.kit.gateway import HOST, NOW, aws_error
from tests.kit.scim import ADA, GROUP, PEOPLE, SENT, TOKENS, USER, Provider, Town
from tests.kit.scim_tables import LARGEST_ITEM, MemoryTables

ERROR = ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ({}, "nothing-shown"),
        ({"authorization": "Bearer wrong"}, "scim-token"),
        ({"authorization": "Bearer " + TOKENS["corporate"][:-1]}, "scim-token"),
        ({"authorization": "Bearer " + TOKENS["corporate"] + "a"}, "scim-token"),
        ({"authorization": "Basic " + TOKENS["corporate"]}, "bearer-scheme"),
        ({"authorization": "Bearer"}, "bearer-malformed"),
        ({"authorization": "Bearer a b"}, "bearer-malformed"),
        ({"x-session": ADA}, "nothing-shown"),
    ],
)
@pytest.mark.parametrize(
    "asked", [("GET", "/Users"), ("POST", "/Users"), ("GET", "/ServiceProviderConfig"), ("PUT", "/x/y")]
)  # fmt: skip
async def test_without_a_providers_token_nothing_is_answered(
    town: Town, shown: dict[str, str], why: str, asked: tuple[str, str]
) -> None:
    method, path = asked
    nobody = Provider(town, "corporate", headers={"host": HOST} | shown)

    answer = await nobody.ask(method, path, {} if method == "POST" else None)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/scim+json"
    assert (answer.json()["schemas"], answer.json()["status"]) == (ERROR, "401")
    assert [(one.reason, one.outcome, one.about) for one in town.records] == [
        (why, "refused", "token")
    ]
    assert town.tables.asked == []
    assert "corporate" not in answer.text


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"", 400, "invalidSyntax"),
        (b"[]", 400, "invalidSyntax"),
        (b'"x"', 400, "invalidSyntax"),
        (b"{", 400, "invalidSyntax"),
        (b"\xff\xfe{}", 400, "invalidSyntax"),
        (b'{"userName": "ada", "userName": "bob"}', 400, "invalidSyntax"),
        (b'{"userName": "ada", "x": NaN}', 400, "invalidSyntax"),
        (b'{"userName": "ada", "x": 1e999}', 400, "invalidValue"),
        (b'{"userName": "ada", "x": ' + b"9" * 5000 + b"}", 400, "invalidSyntax"),
        (b'{"userName": "ada", "x": "\\ud800"}', 400, "invalidValue"),
        (b'{"userName": "ada", "USERNAME": "bob"}', 400, "invalidSyntax"),
        (b'{"x": ' + b"[" * 1000 + b"]" * 1000 + b"}", 400, "invalidSyntax"),
        (b'{"x": ' + b"[" * 17 + b"]" * 17 + b"}", 400, "invalidSyntax"),
        (b"{}", 400, "invalidValue"),
        (b'{"userName": null}', 400, "invalidValue"),
        (b'{"userName": 7}', 400, "invalidValue"),
        (b'{"userName": ["ada"]}', 400, "invalidValue"),
        (b'{"userName": "a"}', 400, "invalidValue"),
        (b'{"userName": "*"}', 400, "invalidValue"),
        (b'{"userName": "ada lovelace"}', 400, "invalidValue"),
        (b'{"userName": "ada\\n"}', 400, "invalidValue"),
        (b'{"userName": "aws:ada"}', 400, "invalidValue"),
        (b'{"userName": "../people"}', 400, "invalidValue"),
        (b'{"userName": "ad\\u00e4"}', 400, "invalidValue"),
        (b'{"userName": "' + b"a" * 65 + b'"}', 400, "invalidValue"),
        (b'{"userName": "ada", "active": "maybe"}', 400, "invalidValue"),
        (b'{"userName": "ada", "active": 1}', 400, "invalidValue"),
        (b'{"userName": "ada", "externalId": ""}', 400, "invalidValue"),
        (b'{"userName": "ada", "emails": [{"primary": 3}]}', 400, "invalidValue"),
        (b'{"userName": "ada", "emails": [' + b"1," * 100 + b"1]}", 413, None),
        (b'{"userName": "ada", "x": "' + b"y" * 20_000 + b'"}', 413, None),
    ],
)  # fmt: skip
async def test_a_user_that_cannot_be_is_refused_by_its_word(
    town: Town, corporate: Provider, body: bytes, status: int, word: str | None
) -> None:
    answer = await corporate.ask("POST", "/Users", body)

    assert (answer.status_code, answer.json().get("scimType")) == (status, word)
    assert answer.json()["schemas"] == ERROR
    assert [one.outcome for one in town.records] == ["refused"]
    assert town.tables.of(SENT) == {}
    assert town.tables.of(PEOPLE) == {}


async def test_the_rule_of_names_is_named_and_the_value_is_not(corporate: Provider) -> None:
    answer = await corporate.ask("POST", "/Users", {"userName": "my secret passphrase"})

    assert "2 to 64 letters, digits or any of _+=,.@-" in answer.json()["detail"]
    assert "passphrase" not in answer.text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "invalidValue"),
        ({"displayName": ""}, "invalidValue"),
        ({"displayName": "a\nb"}, "invalidValue"),
        ({"displayName": "x" * 257}, "invalidValue"),
        ({"displayName": "g", "members": "x"}, "invalidValue"),
        ({"displayName": "g", "members": [{"value": 7}]}, "invalidValue"),
        ({"displayName": "g", "members": [{}]}, "invalidValue"),
        ({"displayName": "g", "members": [{"value": "0f" * 16}]}, "invalidValue"),
        ({"displayName": "g", "members": [{"value": "name#corporate#ada"}]}, "invalidValue"),
        ({"displayName": "g", "members": [{"value": "x", "type": "Group"}]}, "invalidValue"),
    ],
)
async def test_a_group_that_cannot_be_is_refused_by_its_word(
    town: Town, corporate: Provider, body: object, word: str
) -> None:
    answer = await corporate.ask("POST", "/Groups", body)

    assert (answer.status_code, answer.json()["scimType"]) == (400, word)
    assert town.tables.of(SENT) == {}


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        ({"op": "add", "path": "members.value", "value": "x"}, "invalidPath"),
        ({"op": "add", "path": 'members[value eq "x"]', "value": {}}, "invalidPath"),
        ({"op": "remove", "path": 'members[display eq "x"]'}, "invalidPath"),
        ({"op": "remove", "path": 'members[value eq "x" and type eq "User"]'}, "invalidPath"),
        ({"op": "replace", "path": "displayName", "value": 7}, "invalidValue"),
        ({"op": "remove", "path": "displayName"}, "invalidValue"),
    ],
)
async def test_an_operation_on_a_group_that_cannot_be_changes_nothing(
    town: Town, corporate: Provider, operation: object, word: str
) -> None:
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])

    answer = await corporate.ask(
        "PATCH", f"/Groups/{group['id']}", {"Operations": [operation, {"op": "remove", "path": "members"}]}
    )  # fmt: skip

    assert (answer.status_code, answer.json()["scimType"]) == (400, word)
    assert town.lob_of() == "lob-a"


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/Users?filter=userName co %22a%22", 400, "invalidFilter"),
        ("/Users?filter=password eq %22a%22", 400, "invalidFilter"),
        ("/Users?filter=members eq %22a%22", 400, "invalidFilter"),
        ("/Users?filter=", 400, "invalidFilter"),
        ("/Groups?filter=userName eq %22a%22", 400, "invalidFilter"),
        ("/Users?filter=" + "a" * 3000, 400, "invalidFilter"),
        ("/Users?startIndex=x", 400, "invalidValue"),
        ("/Users?count=1e3", 400, "invalidValue"),
        ("/Users?count=" + "9" * 40, 400, "invalidValue"),
        ("/Users/x", 404, None),
        ("/Users/" + "0f" * 16, 404, None),
        ("/Users/" + "0F" * 16, 404, None),
        ("/Users/" + "0f" * 500, 404, None),
        ("/Groups/" + "0f" * 16, 404, None),
        ("/Me", 404, None),
        ("/Bulk", 404, None),
        ("/Schemas/urn:nothing", 404, None),
    ],
)
async def test_an_address_that_leads_nowhere_says_so_as_the_protocol_does(
    corporate: Provider, path: str, status: int, word: str | None
) -> None:
    answer = await corporate.ask("GET", path)

    assert (answer.status_code, answer.json().get("scimType")) == (status, word)
    assert answer.json()["schemas"] == ERROR


@pytest.mark.parametrize(
    "path",
    ["/Users/%2e%2e/Groups", "//Users", "/Users/a%2fb", "/Users/%75", "/Users/a%00"],
)  # fmt: skip
async def test_a_path_with_a_trick_in_it_is_no_path(
    town: Town, corporate: Provider, path: str
) -> None:
    answer = await corporate.ask("GET", path)

    assert answer.status_code in {400, 404}
    assert town.tables.asked == []


async def test_an_id_with_a_key_in_it_reads_no_other_row(
    town: Town, corporate: Provider, workforce: Provider
) -> None:
    user = await corporate.user()

    for id_ in (f"User%23corporate%23{user['id']}", f"corporate%23{user['id']}"):
        assert (await workforce.ask("GET", f"/Users/{id_}")).status_code == 404
    assert all(operation != "scan" for operation, table in town.tables.asked if table == SENT)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/Users"), ("DELETE", "/Groups"), ("POST", "/Users/" + "0f" * 16), ("PATCH", "/Schemas")],
)  # fmt: skip
async def test_a_method_that_means_nothing_here_is_refused(
    corporate: Provider, method: str, path: str
) -> None:
    answer = await corporate.ask(method, path, {})

    assert (answer.status_code, answer.json()["schemas"]) == (405, ERROR)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/scim+json; charset=utf-8", 201),
        ("Application/JSON", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
async def test_a_body_is_scim_or_json(corporate: Provider, kind: str, status: int) -> None:
    answer = await corporate.ask("POST", "/Users", {"userName": ADA}, content_type=kind)

    assert answer.status_code == status


async def test_a_password_is_kept_shown_and_logged_nowhere(
    town: Town, corporate: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    user = await corporate.user(password="PASSPHRASE-1")
    path = f"/Users/{user['id']}"
    answers = [
        await corporate.ask("PUT", path, {"userName": ADA, "Password": "PASSPHRASE-2"}),
        await corporate.patch(path, {"op": "replace", "path": "password", "value": "PASSPHRASE-3"}),
        await corporate.patch(path, {"op": "replace", "value": {"password": "PASSPHRASE-4"}}),
        await corporate.ask("POST", "/Users", {"userName": ADA, "password": "PASSPHRASE-5"}),
        await corporate.ask("POST", "/Users", b'{"password": "PASSPHRASE-6"'),
    ]  # fmt: skip

    said = [answer.text for answer in answers]
    everything = repr((said, town.tables.rows, town.records, caplog.records, vars(town.scim)))
    assert "PASSPHRASE" not in everything
    assert not any(token in everything for token in TOKENS.values())


async def test_a_failure_of_aws_is_an_incident_and_no_detail(
    town: Town, corporate: Provider
) -> None:
    town.tables.fails["transact"] = [aws_error(Denied, "dynamodb:TransactWriteItems")]

    answer = await corporate.ask("POST", "/Users", {"userName": ADA})

    assert (answer.status_code, answer.json()["schemas"]) == (502, ERROR)
    assert "arn:" not in answer.text
    assert [(one.outcome, one.reason) for one in town.records] == [("failed", "aws-denied")]


async def test_a_row_that_cannot_be_read_lets_nobody_in(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    town.tables.of(SENT)[f"User#corporate#{user['id']}"]["BODY"] = {"S": "{"}

    assert (await corporate.ask("GET", f"/Users/{user['id']}")).status_code == 502


def test_without_a_token_for_anybody_there_are_no_routes(town: Town) -> None:
    assert Scim({}, MemoryTables(), town.house.clock).routes == []


def resource(**more: object) -> Resource:
    fixed = Resource(
        kind=Kind.GROUP,
        idp="corporate",
        id="0f" * 16,
        attributes={"displayName": "ml-lob-a"},
        created=NOW,
        changed=NOW,
    )
    return replace(fixed, **more)  # type: ignore[arg-type]  # any field of it


def test_the_largest_group_fits_into_an_item_and_is_read_as_it_was() -> None:
    ids = frozenset(f"{number:032x}" for number in range(MOST_MEMBERS))
    others = frozenset(f"{number:032x}" for number in range(MOST_MEMBERS, MOST_MEMBERS + 500))
    body = {"displayName": "ml-lob-a", "x": "y" * 16_000}
    group = resource(attributes=as_sent(Kind.GROUP, body), members=ids, pending=ids | others)

    item = group.item()
    sizes = [len(str(one)) * (3 / 4 if kind == "B" else 1) for value in item.values() for kind, one in value.items()]  # fmt: skip

    assert sum(sizes) < LARGEST_ITEM
    assert Resource.from_item(item) == group


def test_ten_thousand_members_fit_into_a_body_and_more_are_refused() -> None:
    members = [{"value": "0f" * 16, "$ref": None, "display": "ada@acme.example"}] * MOST_MEMBERS

    assert len(json.dumps({"schemas": [GROUP], "members": members})) < LONGEST_BODY


async def test_a_body_may_be_as_large_as_a_group_and_no_larger(
    town: Town, corporate: Provider
) -> None:
    user = await corporate.user()
    many = {"displayName": "ml-lob-a", "members": [{"value": user["id"]}] * 4000}
    padded = many | {"x": "y" * LONGEST_BODY}

    large = await corporate.ask("POST", "/Groups", many)
    larger = await corporate.ask("POST", "/Groups", padded)

    assert large.status_code == 201
    assert (larger.status_code, larger.json()["schemas"]) == (413, ERROR)
    assert town.lob_of() == "lob-a"


async def test_a_group_of_too_many_is_refused_before_anybody_is_looked_up(town: Town) -> None:
    ids = [f"{number:032x}" for number in range(MOST_MEMBERS + 1)]

    with pytest.raises(Malformed) as refused:
        await town.scim._groups.members.check("corporate", ids)

    assert refused.value.reason == "scim-too-large"
    assert town.tables.asked == []


async def test_a_page_is_never_larger_than_it_says(corporate: Provider) -> None:
    for number in range(7):
        await corporate.user(f"person-{number}")

    first = await corporate.get("/Users?startIndex=1&count=3")
    last = await corporate.get("/Users?startIndex=7&count=1000000")
    none = await corporate.get("/Users?startIndex=100&count=3")
    counted = await corporate.get("/Users?count=0")
    odd = await corporate.get("/Users?startIndex=-5&count=-1")

    assert [one["userName"] for one in first["Resources"]] != []
    assert [(one["totalResults"], one["itemsPerPage"], one["startIndex"]) for one in (first, last, none, counted, odd)] == [
        (7, 3, 1), (7, 1, 7), (7, 0, 100), (7, 0, 1), (7, 0, 1)
    ]  # fmt: skip


async def test_only_what_is_asked_for_is_answered(corporate: Provider) -> None:
    name = {"familyName": "Lovelace", "givenName": "Ada"}
    user = await corporate.user(name=name, emails=[{"type": "work", "value": ADA}])
    path = f"/Users/{user['id']}"

    some = await corporate.get(f"{path}?attributes=userName,NAME.familyname,emails.value")
    rest = await corporate.get(f"{path}?excludedAttributes=name,emails,meta,id,groups,active")

    assert some == {
        "schemas": [USER],
        "id": user["id"],
        "userName": ADA,
        "name": {"familyName": "Lovelace"},
        "emails": [{"value": ADA}],
    }
    assert rest == {"schemas": [USER], "id": user["id"], "userName": ADA}


async def test_what_can_be_done_here_is_said(corporate: Provider) -> None:
    config = await corporate.get("/ServiceProviderConfig")
    types = await corporate.get("/ResourceTypes")
    schemas = await corporate.get("/Schemas")

    assert config["patch"] == {"supported": True}
    assert config["bulk"]["supported"] is False
    assert [one["id"] for one in types["Resources"]] == ["User", "Group"]
    assert await corporate.get("/ResourceTypes/User") == types["Resources"][0]
    for one in schemas["Resources"]:
        assert await corporate.get(f"/Schemas/{one['id']}") == one
