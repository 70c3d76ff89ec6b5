"""A cluster that is read by an endpoint Redshift manages, in the reader's own network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.kit.kernel import Kernel
from tests.kit.organisation import Organisation
from tests.kit.waiting import comes

THERE = "10.120.0.0/16"
"""The network of the cluster: no route of the reader's leads to it."""

_LISTED = """\
import json, pathlib
listed = json.loads((pathlib.Path.home() / ".studiogate" / "warehouses.json").read_text())
events = listed["warehouses"]["events"]
"""

_KNOCKING = f"""{_LISTED}
import socket, struct
with socket.create_connection((events["host"], events["port"]), 5) as wire:
    wire.settimeout(2)
    wire.sendall(struct.pack("!ii", 8, 80877103))
    try:
        print(wire.recv(1).decode())
    except TimeoutError:
        print("silence")
"""
"""Asks for TLS, as every driver begins: the answer is a letter, or none comes."""

_ASKED = f"""{_LISTED}
import boto3
redshift = boto3.client("redshift", region_name=listed["region"])
(found,) = redshift.describe_endpoint_access(EndpointName="events-lob-a")["EndpointAccessList"]
print(json.dumps({{"found": [found["Address"], found["Port"]],
    "listed": [events["host"], events["port"]], "account": events["account"]}}))
"""


class ByEndpoint:
    """The endpoint, as its reader's account has it."""

    def __init__(self, acme: Organisation, kernel: Kernel) -> None:
        """`kernel` is one of a person who reads by it."""
        self._ec2 = acme.client("lob-a", "ec2")
        self._redshift = acme.client("lob-a", "redshift")
        self._kernel = kernel

    def listed(self) -> dict[str, Any]:
        """Host and port in the notebook's list, and as the notebook's account says them."""
        told: dict[str, Any] = json.loads(self._kernel.run(_ASKED))
        return told

    def routes(self) -> set[str]:
        """Where routes of the reader's account lead."""
        tables = self._ec2.describe_route_tables()["RouteTables"]
        return {one.get("DestinationCidrBlock", "") for of in tables for one in of["Routes"]}

    def answers(self, wanted: str) -> bool:
        """Whether the endpoint comes to answer so: `S`, or `silence`."""
        return comes(lambda: self._kernel.run(_KNOCKING) == wanted)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """The endpoint's own security group lets nobody in, until the block ends."""
        (found,) = self._redshift.describe_endpoint_access()["EndpointAccessList"]
        (group,) = [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]]
        (told,) = self._ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        rules = {"GroupId": group, "IpPermissions": told["IpPermissions"]}
        self._ec2.revoke_security_group_ingress(**rules)
        try:
            yield
        finally:
            self._ec2.authorize_security_group_ingress(**rules)
