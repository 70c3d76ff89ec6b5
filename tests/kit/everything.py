"""Landscapes that between them have built whatever a landscape can have built."""

from tests.kit.starting import EXAMPLE, MANY_WAYS

TWO = EXAMPLE.read_text(encoding="utf-8")
MANY = MANY_WAYS.read_text(encoding="utf-8")
EVENTS = """\
  # Between two lobs that have no way to one another: by an endpoint that Redshift manages.
  events:
    account: lob-b
    network: lob-b
    cluster: events
    database: dev
    build: {node_type: ra3.large, nodes: 1}
    reached_by: endpoint
    readers: {lob-a: [analysts]}
"""
ALL = (
    TWO.replace("cidr: 10.100.0.0/16}", "cidr: 10.100.0.0/16, egress: true}")
    .replace("gateway: {network: hub}", "gateway: {network: hub, user_pool: true}")
    .replace("[192.168.10.53]}", "[192.168.10.53], simulated_in: shared-services}")
    .replace("warehouses:\n", f"warehouses:\n{EVENTS}")
)
"""Whatever a landscape can have built that the examples do not."""
