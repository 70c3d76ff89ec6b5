"""Routes that somebody takes out of an emulated network by hand, and puts back."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from studiogate.local.redshift.reachable import FRESH_FOR


@contextmanager
def without_routes(ec2: Any, cidr: str, by: str) -> Iterator[set[str]]:
    """No table leads to `cidr` by a target of the kind `by`, as `TransitGatewayId`.

    Gives the ids of the tables that did.  As in AWS, packets learn of it a moment later; whoever
    goes by them waits until they have (`packets_know`).
    """
    gone = dict(_leading(ec2, cidr, by))
    assert gone
    for table in gone:
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)
    try:
        yield {*gone}
    finally:
        for table, target in gone.items():
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, **target)


def packets_know() -> None:
    """Return when packets go by the routes as they are now.

    An answer is believed for so long, and whoever waits at a warehouse's door asks as often.
    """
    time.sleep(2 * FRESH_FOR.total_seconds())


def _leading(ec2: Any, cidr: str, by: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for table in ec2.describe_route_tables()["RouteTables"]:
        for route in table["Routes"]:
            if route.get("DestinationCidrBlock") == cidr and by in route:
                yield table["RouteTableId"], {by: route[by]}
