"""The record in a table: one contract over the fake and DynamoDB, then how it fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import boto3.session
import pytest
from moto.server import ThreadedMotoServer

from studiogate.audit.ledger import Puts, TableLedger
from studiogate.audit.record import Opening, Outcome
from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.sources import StaticCredentials
from studiogate.errors import Absent, Denied, RecordError
from studiogate.foundation.openings import DAY, MOMENT
from tests.kit.gateway import aws_error
from tests.kit.record_table import MemoryTable

REGION, TABLE = "eu-west-1", "studiogate-openings"
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
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@contextmanager
def dynamodb(url: str) -> Iterator[Table]:
    """DynamoDB as moto has it, asked as the gateway asks."""
    session = boto3.session.Session("k", "s", region_name=REGION)
    client = session.client("dynamodb", endpoint_url=url)
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": DAY, "AttributeType": "S"},
            {"AttributeName": MOMENT, "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": DAY, "KeyType": "HASH"},
            {"AttributeName": MOMENT, "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    transport = BlockingTransport()
    wire = Wire(
        transport,
        region=REGION,
        source=StaticCredentials(Credentials("k", "s")),
        clock=lambda: OPENED.at,
        endpoints={"dynamodb": url},
    )
    try:
        yield Table(wire, lambda: client.scan(TableName=TABLE)["Items"])
    finally:
        drive(transport.close())
        client.delete_table(TableName=TABLE)
        client.close()


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    if request.param == "memory":
        memory = MemoryTable()
        yield Table(memory, lambda: list(memory.rows.values()))
    else:
        with dynamodb(request.getfixturevalue("server")) as found:
            yield found


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
