"""Which availability zones a Region has, by id: letters differ from account to account (F-32).

An id begins with the Region in short, as `euw1-az1` in eu-west-1 (AWS Regions and Availability
Zones, "AZ IDs").  The zones of eu-west-1 are `euw1-az1` to `euw1-az3` in every account.
"""

ZONES = 2
"""Zones that VPCs span unless the landscape says otherwise: one may fail (F-56)."""

_DIRECTIONS = {
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "central": "c",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}

# Everywhere else the first two zones are there; us-west-1 has none of the number 2.
_FIRST = {"us-west-1": ("usw1-az1", "usw1-az3")}


def zone_prefix(region: str) -> str | None:
    """What zone ids of `region` begin with, as `euw1-az`; `None` for a name of another form."""
    *place, direction, number = region.split("-")
    if direction not in _DIRECTIONS:
        return None
    government = "g" if place[1:] == ["gov"] else ""
    return f"{place[0]}{government}{_DIRECTIONS[direction]}{number}-az"


def first_zones(region: str) -> tuple[str, ...]:
    """The zones VPCs span where the landscape names none; empty where we do not know them."""
    prefix = zone_prefix(region)
    if prefix is None:
        return ()
    return _FIRST.get(region) or tuple(f"{prefix}{n}" for n in range(1, ZONES + 1))
