"""DynamoDB as moto has it, asked as the gateway asks; tables with the key `PK`, or as said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.server import ThreadedMotoServer

from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.tables import Tables
from tests.kit.boto import boto_session
from tests.kit.given_credentials import GivenCredentials

REGION = "eu-west-1"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@contextmanager
def server() -> Iterator[str]:
    """An emulated AWS without policies on a free port; its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        moto.stop()


@contextmanager
def tables_at(
    url: str,
    keys: Mapping[str, Sequence[str]],
    *,
    clock: Callable[[], datetime] = lambda: NOON,
) -> Iterator[tuple[Tables, Any]]:
    """Empty tables, each with the keys it is given, and boto3's client to look behind them."""
    session = boto_session("k", "s", region=REGION)
    client = session.client("dynamodb", endpoint_url=url)
    for table, some in keys.items():
        client.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in some],
            KeySchema=_schema(some),
            BillingMode="PAY_PER_REQUEST",
        )
    transport = BlockingTransport()
    wire = Wire(
        transport,
        region=REGION,
        source=GivenCredentials(Credentials("k", "s")),
        clock=clock,
        endpoints={"dynamodb": url},
    )
    try:
        yield Tables(wire), client
    finally:
        drive(transport.close())
        for table in keys:
            client.delete_table(TableName=table)
        client.close()


def _schema(keys: Sequence[str]) -> Any:
    kinds = ("HASH", "RANGE")
    return [
        {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)
    ]
