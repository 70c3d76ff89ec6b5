"""The directory's tables: what differs is written, what others wrote stays, in memory and moto."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.deploy.directory import OURS, compared, differing, wanted_rows, write
from studiogate.deploy.plan import Rows
from studiogate.errors import Absent, DeployError
from tests.kit.deploy import HUB, Town, acme, changed, throttled, world_of
from tests.kit.deploy_engine import error
from tests.kit.revoke import Town as MotoTown
from tests.kit.revoke import moto_server

IDS = {"forecasting": "d-a", "fraud": "d-b"}
ADA = "ada.lovelace@acme.example"
_ADAS = f"  {ADA}: {{lob: lob-a, profile: ada, idp: [corporate, workforce], "
NO_ADA = (f"{_ADAS}demo_password: AdaLovelace1!}}\n", "")


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoTown]:
    with moto_server() as endpoint:
        yield MotoTown(endpoint)


@pytest.fixture(params=["memory", "moto"])
def town(request: pytest.FixtureRequest) -> Any:
    """Two empty tables: the fake's, and DynamoDB's as moto has it."""
    if request.param == "memory":
        found = Town()
        for table in OURS:
            found.client(HUB, "dynamodb").real.tables[table] = {}
        return found
    other: Any = request.getfixturevalue("moto")
    dynamodb = other._accounts.client(HUB, "dynamodb")
    for table in set(dynamodb.list_tables()["TableNames"]):
        dynamodb.delete_table(TableName=table)
    for table in OURS:
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        )
    return other


def rows(town: Any, table: str) -> dict[str, Any]:
    items = town.client(HUB, "dynamodb").scan(TableName=table)["Items"]
    return {one["PK"]["S"]: one for one in items}


def test_s2_26_every_row_is_written_once_and_a_second_time_none(town: Any) -> None:
    wanted = wanted_rows(acme(), IDS)

    first = write(world_of(town), HUB, wanted)
    again = write(world_of(town), HUB, wanted)

    assert first == (
        Rows(names.PEOPLE_TABLE, put=4, removed=0, same=0),
        Rows(names.LOBS_TABLE, put=2, removed=0, same=0),
        Rows(names.IDPS_TABLE, put=0, removed=0, same=0),
    )
    assert [(one.put, one.removed) for one in again] == [(0, 0)] * 3
    assert rows(town, names.PEOPLE_TABLE) == wanted[names.PEOPLE_TABLE]
    assert rows(town, names.LOBS_TABLE) == wanted[names.LOBS_TABLE]


def test_rows_of_people_who_left_are_removed(town: Any) -> None:
    write(world_of(town), HUB, wanted_rows(acme(), IDS))

    people, *_ = write(world_of(town), HUB, wanted_rows(changed(NO_ADA), IDS))

    assert people == Rows(names.PEOPLE_TABLE, put=0, removed=1, same=3)
    assert ADA not in rows(town, names.PEOPLE_TABLE)


def test_a_person_who_was_revoked_stays_revoked_whatever_is_deployed(town: Any) -> None:
    write(world_of(town), HUB, wanted_rows(acme(), IDS))
    town.client(HUB, "dynamodb").update_item(
        TableName=names.PEOPLE_TABLE,
        Key={"PK": {"S": ADA}},
        UpdateExpression="SET #REVOKED = :REVOKED, #UNTIL = :UNTIL",
        ConditionExpression="attribute_exists(PK)",
        ExpressionAttributeNames={"#REVOKED": "REVOKED", "#UNTIL": "UNTIL"},
        ExpressionAttributeValues={":REVOKED": {"BOOL": True}, ":UNTIL": {"S": "2030"}},
    )
    moved = changed(
        (
            "{lob: lob-a, profile: ada, idp: [corporate, workforce],",
            "{lob: lob-b, profile: ada, idp: corporate,",
        )
    )

    write(world_of(town), HUB, wanted_rows(moved, IDS))

    row = rows(town, names.PEOPLE_TABLE)[ADA]
    assert row["REVOKED"] == {"BOOL": True}
    assert row["UNTIL"] == {"S": "2030"}
    assert (row["LOB"], row["IDP"]) == ({"S": "lob-b"}, {"S": "corporate"})


def test_a_column_that_is_not_declared_any_more_is_taken_away(town: Any) -> None:
    write(world_of(town), HUB, wanted_rows(acme(), IDS))
    nobody = changed(
        ("owner: ml-lob-a-owners@acme.example", ""),
        ("sam-security: {administrator: true,", "sam-security: {"),
    )

    write(world_of(town), HUB, wanted_rows(nobody, IDS))

    assert "OWNER" not in rows(town, names.LOBS_TABLE)["lob-a"]
    assert "ADMINISTRATOR" not in rows(town, names.PEOPLE_TABLE)["sam-security"]


def test_a_table_that_is_not_there_is_absent_and_not_empty() -> None:
    with pytest.raises(Absent):
        compared(world_of(Town()), HUB, wanted_rows(acme(), IDS))


class TestWhatFails:
    @pytest.fixture
    def memory(self) -> Town:
        town = Town()
        for table in OURS:
            town.client(HUB, "dynamodb").real.tables[table] = {}
        return town

    def test_what_was_left_unprocessed_is_written_in_the_next_round(self, memory: Town) -> None:
        memory.dynamodb[HUB].leaves = 3

        people, *_ = write(world_of(memory), HUB, wanted_rows(acme(), IDS))

        assert people.put == 4
        assert len(memory.rows(names.PEOPLE_TABLE)) == 4

    def test_throttled_calls_are_waited_out(self, memory: Town) -> None:
        memory.refuses[HUB, "batch_write_item"] = [throttled("BatchWriteItem")] * 2
        memory.refuses[HUB, "scan"] = [throttled("Scan")] * 2

        write(world_of(memory), HUB, wanted_rows(acme(), IDS))

        assert len(memory.rows(names.PEOPLE_TABLE)) == 4

    def test_a_partial_failure_is_told_with_how_many_and_why(self, memory: Town) -> None:
        wanted = wanted_rows(acme(), IDS)
        write(world_of(memory), HUB, wanted)
        memory.refuses[HUB, "update_item"] = [error("UpdateItem", "AccessDenied", "no", 403)]
        both = changed(
            ("profile: ada", "profile: lovelace"), ("profile: user-lob-b", "profile: bob")
        )

        with pytest.raises(DeployError, match=r"1 calls failed.*dynamodb:UpdateItem") as failed:
            write(world_of(memory), HUB, wanted_rows(both, IDS))
        assert "writes what is missing" in failed.value.remedy

        write(world_of(memory), HUB, wanted_rows(both, IDS))
        assert memory.rows(names.PEOPLE_TABLE)[ADA]["PROFILE"] == {"S": "lovelace"}

    def test_a_table_that_stays_busy_is_given_up(self, memory: Town) -> None:
        memory.refuses[HUB, "batch_write_item"] = [throttled("BatchWriteItem")] * 100

        with pytest.raises(DeployError, match="not every row"):
            write(world_of(memory), HUB, wanted_rows(acme(), IDS))


texts = st.sampled_from(["a", "b"]).map(lambda text: {"S": text})
items = st.dictionaries(
    st.sampled_from(["p", "q", "r"]),
    st.dictionaries(st.sampled_from(["LOB", "PROFILE", "IDP", "REVOKED", "UNTIL"]), texts),
)


@given(items, items)
def test_what_is_done_brings_our_columns_there_and_leaves_the_others(
    there: dict[str, Any], wanted: dict[str, Any]
) -> None:
    ours = OURS[names.PEOPLE_TABLE]
    wanted = {k: {c: v for c, v in one.items() if c in ours} for k, one in wanted.items()}

    found = differing(names.PEOPLE_TABLE, there, wanted)

    after = {key: one for key, one in there.items() if key not in found.gone}
    for key, one in {**found.new, **found.changed}.items():
        others = {c: v for c, v in after.get(key, {}).items() if c not in ours}
        after[key] = {**one, **others}
    assert {
        k: {c: v for c, v in one.items() if c in ours} for k, one in after.items()
    } == wanted
    assert all(
        {c: v for c, v in there[key].items() if c not in ours}
        == {c: v for c, v in after[key].items() if c not in ours}
        for key in after
        if key in there
    )
    assert len(found.new) + len(found.changed) + found.same == len(wanted)
