"""The record in a table: one contract over the fake and DynamoDB, then how it fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from studiogate.audit.ledger import Puts, TableLedger
from studiogate.audit.record import Opening, Outcome
from studiogate.aws.wire.blocking import drive
from studiogate.errors import Absent, Denied, RecordError
from studiogate.foundation.openings import DAY, MOMENT
from tests.kit.dynamodb import server, tables_at
from tests.kit.gateway import aws_error
from tests.kit.record_table import MemoryTable

TABLE = "studiogate-openings"
OPENED = Opening(
    at=datetime(2030, 1, 1, 12, 0, 0, 123456, UTC),
    outcome=Outcome.OPENED,
    reason="ok",
    request_id="0123456789abcdef",
    source_ip="192.168.10.7",
    person="user-lob-a",
    took_ms=7,
)
ROW = {
    DAY: {"S": "2030-01-01"},
    MOMENT: {"S": "2030-01-01T12:00:00.123+00:00#0123456789abcdef"},
    "at": {"S": "2030-01-01T12:00:00.123+00:00"},
    "outcome": {"S": "opened"},
    "reason": {"S": "ok"},
    "request_id": {"S": "0123456789abcdef"},
    "source_ip": {"S": "192.168.10.7"},
    "person": {"S": "user-lob-a"},
    "took_ms": {"N": "7"},
}


Rows = Callable[[], list[dict[str, Any]]]


@dataclass
class Table:
    """A table of openings, and a way to read it."""

    puts: Puts
    rows: Rows


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    if request.param == "memory":
        memory = MemoryTable()
        yield Table(memory, lambda: list(memory.rows.values()))
    else:
        url = request.getfixturevalue("aws")
        with tables_at(url, {TABLE: (DAY, MOMENT)}, clock=lambda: OPENED.at) as (
            tables,
            client,
        ):
            yield Table(tables, lambda: client.scan(TableName=TABLE)["Items"])


class TestTableLedger:
    def test_an_opening_is_a_row_under_its_day(self, table: Table) -> None:
        drive(TableLedger(table.puts, TABLE).write(OPENED))

        assert table.rows() == [ROW]

    def test_a_day_is_a_day_in_utc(self, table: Table) -> None:
        late = OPENED.at.astimezone(timezone(timedelta(hours=14)))

        drive(TableLedger(table.puts, TABLE).write(replace(OPENED, at=late)))

        (row,) = table.rows()
        assert (row[DAY], row[MOMENT]) == (ROW[DAY], ROW[MOMENT])

    def test_the_same_record_again_is_kept_once(self, table: Table) -> None:
        ledger = TableLedger(table.puts, TABLE)

        drive(ledger.write(OPENED))
        drive(ledger.write(OPENED))

        assert table.rows() == [ROW]

    def test_no_record_is_ever_overwritten(self, table: Table) -> None:
        ledger = TableLedger(table.puts, TABLE)
        drive(ledger.write(OPENED))

        with pytest.raises(RecordError, match="another record"):
            drive(ledger.write(replace(OPENED, outcome=Outcome.REFUSED)))
        assert table.rows() == [ROW]

    def test_asking_whether_it_is_ready_puts_nothing(self, table: Table) -> None:
        drive(TableLedger(table.puts, TABLE).ready())

        assert table.rows() == []

    def test_a_table_that_is_not_there_stops_it(self, table: Table) -> None:
        if isinstance(table.puts, MemoryTable):
            table.puts.fails = aws_error(Absent, "dynamodb:PutItem")
        ledger = TableLedger(table.puts, "no-such-table")

        for attempt in (ledger.write(OPENED), ledger.ready()):
            with pytest.raises(RecordError, match="no-such-table"):
                drive(attempt)


def test_a_refusal_of_aws_stops_it_and_says_where() -> None:
    memory = MemoryTable()
    memory.fails = aws_error(Denied, "dynamodb:PutItem")

    with pytest.raises(RecordError, match=TABLE) as stopped:
        drive(TableLedger(memory, TABLE).write(OPENED))

    assert isinstance(stopped.value.__cause__, Denied)
