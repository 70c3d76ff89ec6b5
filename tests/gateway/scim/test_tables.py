"""The tables in memory keep the promise of DynamoDB's, asked as the gateway asks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from studiogate.aws.wire.blocking import BlockingTransport
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.tables import ABSENT, Condition, Tables
from studiogate.foundation.directory import Item
from studiogate.gateway.scim.store import ScimTables
from tests.kit.boto import boto_session
from tests.kit.given_credentials import GivenCredentials
from tests.kit.scim import ADA, LOB_ROWS, PEOPLE, SENT, Provider, Town
from tests.kit.scim_tables import MemoryTables

REGION = "eu-west-1"
KEY: Item = {"PK": {"S": "a"}}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def client(moto: str) -> Any:
    """DynamoDB, as moto has it, with three tables."""
    session = boto_session("k", "s", region=REGION)
    client: Any = session.client("dynamodb", endpoint_url=moto)
    for table in (PEOPLE, LOB_ROWS, SENT):
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        )
    return client


@pytest.fixture
def real(moto: str, client: Any) -> Tables:
    """The three tables, empty, asked as the gateway asks."""
    for table in (PEOPLE, LOB_ROWS, SENT):
        for item in client.scan(TableName=table)["Items"]:
            client.delete_item(TableName=table, Key={"PK": item["PK"]})
    wire = Wire(
        BlockingTransport(),
        region=REGION,
        source=GivenCredentials(Credentials("k", "s")),
        clock=lambda: datetime(2030, 1, 1, tzinfo=UTC),
        endpoints={"dynamodb": moto},
    )
    return Tables(wire)


@pytest.fixture(params=["memory", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> ScimTables:
    if request.param == "memory":
        return MemoryTables()
    found: Tables = request.getfixturevalue("real")
    return found


async def read(tables: ScimTables, key: Item = KEY) -> Item | None:
    return await tables.get_item(SENT, key, consistent=True)


async def test_a_row_is_put_once(tables: ScimTables) -> None:
    first = await tables.put(SENT, KEY | {"N": {"N": "1"}}, ABSENT)
    second = await tables.put(SENT, KEY | {"N": {"N": "2"}}, ABSENT)

    assert (first.done, second.done) == (True, False)
    assert second.there == KEY | {"N": {"N": "1"}} == await read(tables)
    assert await read(tables, {"PK": {"S": "b"}}) is None


async def test_several_rows_are_read_at_once(tables: ScimTables) -> None:
    await tables.put(SENT, KEY)

    found = await tables.get_items({SENT: [KEY, {"PK": {"S": "b"}}]})

    assert found == {SENT: [KEY]}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("#V = :two", True),
        ("#V <> :two", False),
        ("#V <= :two AND attribute_exists(#PK)", True),
        ("attribute_not_exists(#PK) OR #V = :two", True),
        ("NOT #V = :two", False),
        ("(attribute_not_exists(#PK) OR NOT #V = :two) AND #V <= :two", False),
        ("#X = :two", False),
        ("#X <> :two", True),  # absent is not equal
        ("#X <= :two", False),
        ("NOT #X = :two", True),
    ],
)
async def test_a_condition_holds_or_not(
    tables: ScimTables, expression: str, *, holds: bool
) -> None:
    await tables.put(SENT, KEY | {"V": {"N": "2"}})
    names = {word: word[1:] for word in ("#V", "#X", "#PK") if word in expression}

    done = await tables.put(SENT, KEY, Condition(expression, names, {":two": {"N": "2"}}))

    assert done.done is holds


async def test_an_update_sets_removes_adds_and_takes(tables: ScimTables) -> None:
    await tables.put(SENT, KEY | {"OLD": {"S": "x"}, "BY": {"SS": ["a", "b"]}})
    names = {"#NEW": "NEW", "#OLD": "OLD", "#BY": "BY", "#MORE": "MORE", "#PK": "PK"}
    values: Item = {":n": {"S": "y"}, ":by": {"SS": ["b"]}, ":more": {"SS": ["c"]}}

    done = await tables.update(
        SENT,
        KEY,
        "SET #NEW = :n REMOVE #OLD ADD #MORE :more DELETE #BY :by",
        Condition("attribute_exists(#PK)", names, values),
    )

    assert done.done
    assert await read(tables) == KEY | {
        "NEW": {"S": "y"}, "MORE": {"SS": ["c"]}, "BY": {"SS": ["a"]}
    }  # fmt: skip


async def test_the_last_of_a_set_takes_the_set_away(tables: ScimTables) -> None:
    await tables.put(SENT, KEY | {"BY": {"SS": ["a"]}})
    condition = Condition("#BY = :by", {"#BY": "BY"}, {":by": {"SS": ["a"]}})

    await tables.update(SENT, KEY, "DELETE #BY :by", condition)

    assert await read(tables) == KEY


async def test_an_update_that_may_not_be_makes_no_row(tables: ScimTables) -> None:
    condition = Condition("attribute_exists(#PK)", {"#PK": "PK", "#N": "N"}, {":n": {"N": "1"}})

    done = await tables.update(SENT, KEY, "SET #N = :n", condition)

    assert (done.done, done.there, await read(tables)) == (False, None, None)


async def test_a_row_is_deleted_only_where_the_condition_holds(tables: ScimTables) -> None:
    await tables.put(SENT, KEY | {"N": {"N": "1"}})

    kept = await tables.delete(SENT, KEY, ABSENT)
    gone = await tables.delete(SENT, KEY, Condition("#N = :n", {"#N": "N"}, {":n": {"N": "1"}}))
    again = await tables.delete(SENT, KEY)

    assert (kept.done, gone.done, again.done) == (False, True, True)
    assert await read(tables) is None


async def test_a_transaction_does_all_or_nothing(tables: ScimTables) -> None:
    b: Item = {"PK": {"S": "b"}}
    both = [
        {"Put": {"TableName": SENT, "Item": one} | ABSENT.body()} for one in (KEY, b)
    ]  # fmt: skip

    first = await tables.transact(both[:1])
    second = await tables.transact(both)
    third = await tables.transact(
        [both[1], {"Delete": {"TableName": SENT, "Key": KEY}}]
    )  # fmt: skip

    assert (first, second, third) == (True, False, True)
    assert (await read(tables), await read(tables, b)) == (None, b)


async def test_all_pages_together_are_every_row_once(tables: ScimTables) -> None:
    wanted = {f"row-{number}" for number in range(7)}
    for name in wanted:
        await tables.put(SENT, {"PK": {"S": name}})
    found, start = [], None
    while True:
        page = await tables.scan(SENT, start=start, limit=2)
        found += [one["PK"]["S"] for one in page.items]
        start = page.next
        if start is None:
            break

    assert sorted(found) == sorted(wanted)


async def test_people_come_go_and_return_over_dynamodb(real: Tables) -> None:
    """The longest way of a person, with every kind of write, over the real expressions."""
    town = Town(given=real)
    corporate = Provider(town, "corporate")
    await town.fill()
    user = await corporate.user()
    group = await corporate.group("ml-lob-a", user["id"])

    async def row(name: str = ADA) -> Item:
        return await real.get_item(PEOPLE, {"PK": {"S": name}}, consistent=True) or {}

    async def change(path: str, value: Any) -> None:
        done = await corporate.patch(
            f"/Users/{user['id']}", {"op": "replace", "path": path, "value": value}
        )
        assert done.status_code == 200, done.text

    assert (await row())["LOB"] == {"S": "lob-a"}
    await change("active", value=False)
    assert (await row())["REVOKED"] == {"BOOL": True}
    await change("active", value=True)
    assert not {"REVOKED", "DEACTIVATED_BY"} & (await row()).keys()
    await change("userName", "ada.king@acme.example")
    assert await row() == {}
    assert (await row("ada.king@acme.example"))["LOB"] == {"S": "lob-a"}
    assert (await corporate.ask("POST", "/Users", {"userName": "Ada.King@acme.example"})).status_code == 409  # fmt: skip
    assert (await corporate.ask("DELETE", f"/Users/{user['id']}")).status_code == 204
    assert (await corporate.get(f"/Groups/{group['id']}"))["members"] == []
    assert (await corporate.ask("DELETE", f"/Groups/{group['id']}")).status_code == 204
    assert (await real.scan(SENT)).items == []
    assert (await real.scan(PEOPLE)).items == []
