"""A landscape with a warehouse of every kind, for tests of what is built for them."""

from typing import Any

from tests.kit.topology import document

SALES: dict[str, Any] = {
    "account": "data",
    "network": "data",
    "cluster": "sales",
    "database": "dev",
    "build": {"node_type": "ra3.large", "nodes": 1},
    "readers": {"lob-a": ["analysts"], "lob-b": []},
}
WORKGROUP_ID = "5c0c3a9e-2b7d-4f0e-9a51-0d6f1e2b3c4d"

EVERY_KIND = document(
    availability_zones=["euw1-az1", "euw1-az2", "euw1-az3"],
    people={
        "ada": {"lob": "lob-a"},
        "bo": {"lob": "lob-b", "profile": "b-o"},
        "kim": {"lob": "lob-a"},
    },
    warehouses={
        "sales": SALES,
        "sales-old": {**SALES, "database": "old", "build": None, "readers": {"lob-a": []}},
        "events": {
            **SALES,
            "cluster": "events",
            "build": {"node_type": "ra3.xlplus", "nodes": 2},
            "reached_by": "endpoint",
        },
        "ticks": {
            **SALES,
            "cluster": None,
            "workgroup": "ticks",
            "build": {"base_rpus": 8},
            "readers": {"lob-a": ["analysts", "traders"]},
        },
        "quotes": {
            **SALES,
            "cluster": None,
            "workgroup": "quotes",
            "workgroup_id": WORKGROUP_ID,
            "build": None,
            "readers": {"lob-a": [], "lob-b": ["analysts"]},
        },
        "own": {
            **SALES,
            "account": "lob-a",
            "network": "lob-a",
            "cluster": "own",
            "build": None,
            "reached_by": "endpoint",
            "readers": {"lob-a": ["owners"], "lob-b": ["analysts"]},
        },
    },
)
"""Two clusters of our making and one that is there already, reached by network and by endpoint;
two workgroups; one cluster with two databases; one in the account of a lob that reads it."""
