"""Records of a zone: a batch of changes is done whole, or refused with every reason.

Checked as Route 53 checks them (API reference, `ChangeResourceRecordSets`): what is created is
not there, what is deleted is there just so, names are in the zone, aliases lead somewhere.
"""

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from studiogate.local.between import grounds
from studiogate.local.between.zones.zone import RecordKey, Zone, Zones, bare
from studiogate.local.call import ApiError

Records = dict[RecordKey, dict[str, Any]]

_LABEL = re.compile(r"(?:\*|[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)\Z")
_LONGEST = 255
_STANDING = frozenset({"NS", "SOA"})
_PLAIN = frozenset({"AliasTarget", "Name", "ResourceRecords", "TTL", "Type"})


def standing(zone: Zone) -> Records:
    """The two records every zone has."""
    apex = zone.name
    soa = f"{zone.servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    found = {"NS": (172800, list(zone.servers)), "SOA": (900, [soa])}
    return {
        (apex, kind, ""): {
            "Name": apex,
            "Type": kind,
            "TTL": ttl,
            "ResourceRecords": [{"Value": value} for value in values],
        }
        for kind, (ttl, values) in found.items()
    }


def change(zones: Zones, zone: Zone, changes: list[Mapping[str, Any]]) -> None:
    """Do all of `changes`, or none.

    Raises:
        ApiError: `InvalidChangeBatch`, with every reason.
    """
    records, wrong = dict(zone.records), list[str]()
    for one in changes:
        record = _normal(one["ResourceRecordSet"])
        key = (record["Name"], record["Type"], "")
        if one["Action"] != "DELETE":
            wrong += _wrong(zones, zone, record)
        wrong += _done(records, str(one["Action"]), key, record)
    wrong += _clashes(zone, records)
    if wrong:
        raise ApiError("InvalidChangeBatch", f"[{', '.join(wrong)}]")
    zone.records = records


def ordered(zone: Zone) -> list[dict[str, Any]]:
    """The records as Route 53 lists them: by labels from the right, then by type."""
    keys = sorted(zone.records, key=lambda key: (place_of(key[0]), key[1]))
    return [zone.records[key] for key in keys]


def place_of(name: str) -> tuple[str, ...]:
    """Where a name comes in Route 53's order."""
    return tuple(reversed(name.rstrip(".").split(".")))


def full_name(name: str) -> str:
    """A name as Route 53 keeps it: lower case, with its dot, `*` written in octal."""
    return f"{name.lower().rstrip('.')}.".replace("*", "\\052")


def require_name(name: str) -> None:
    """Return when `name` can be a domain's.

    Raises:
        ApiError: `InvalidDomainName`.
    """
    labels = name.replace("\\052", "*").rstrip(".").split(".")
    if len(name) > _LONGEST or not all(_LABEL.match(one) for one in labels):
        raise ApiError("InvalidDomainName", f"{name} is not a valid domain name.")


def _normal(record: Mapping[str, Any]) -> dict[str, Any]:
    if more := {*record} - _PLAIN:
        raise ApiError(
            "InvalidInput",
            f"Records with {', '.join(sorted(more))} are not offered by this emulation.",
            status=501,
        )
    found = {**record, "Name": full_name(str(record["Name"]))}
    if "AliasTarget" in found:
        found["AliasTarget"] = dict(found["AliasTarget"])
        found["AliasTarget"]["DNSName"] = full_name(str(found["AliasTarget"]["DNSName"]))
    return found


def _done(
    records: Records, action: str, key: RecordKey, record: dict[str, Any]
) -> Iterator[str]:
    """Do one change in `records`; what is wrong with it, if anything."""
    said = f"resource record set [name='{key[0]}', type='{key[1]}']"
    known = records.get(key)
    if action == "CREATE" and known is not None:
        yield f"Tried to create {said} but it already exists"
    elif action == "DELETE" and known is None:
        yield f"Tried to delete {said} but it was not found"
    elif action == "DELETE" and known != record:
        yield f"Tried to delete {said} but the values provided do not match the current values"
    elif action == "DELETE":
        del records[key]
    else:
        records[key] = record


def _wrong(zones: Zones, zone: Zone, record: Mapping[str, Any]) -> Iterator[str]:
    name, kind = str(record["Name"]), str(record["Type"])
    require_name(name)
    if name != zone.name and not name.endswith(f".{zone.name}"):
        yield f"RRSet with DNS name {name} is not permitted in zone {zone.name}"
    if kind == "CNAME" and name == zone.name:
        said = f"RRSet of type CNAME with DNS name {name} is not permitted at apex"
        yield f"{said} in zone {zone.name}"
    target = record.get("AliasTarget")
    if (target is None) == ("ResourceRecords" not in record) or (
        target is None and "TTL" not in record
    ):
        raise ApiError(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
            f"ResourceRecords], or TrafficPolicyInstanceId], for {name}.",
        )
    if target is not None:
        yield from _misled(zones, zone, kind, target)
    for one in record.get("ResourceRecords") or ():
        yield from _illegal(kind, str(one["Value"]))


def _illegal(kind: str, value: str) -> Iterator[str]:
    reads = {"A": IPv4Address, "AAAA": IPv6Address}.get(kind)
    try:
        if reads is not None:
            reads(value)
    except AddressValueError:
        word = "IPv4" if kind == "A" else "IPv6"
        yield (
            f"Invalid Resource Record: 'FATAL problem: {kind}RRDATAIllegal{word}Address (Value "
            f"is not a valid {word} address) encountered with '{value}''"
        )


def _misled(zones: Zones, zone: Zone, kind: str, target: Mapping[str, Any]) -> Iterator[str]:
    """An alias leads to a record of the same zone, or to a VPC endpoint of the same account."""
    name, where = str(target["DNSName"]), bare(str(target["HostedZoneId"]))
    said = f"Tried to create an alias that targets {name}, type {kind} in zone {where}, but "
    if where in zones.zones:
        if where != zone.id:
            yield f"{said}the alias target name does not lie within the target zone"
        elif (name, kind, "") not in zone.records:
            yield f"{said}that target was not found"
        return
    plain = name.rstrip(".").replace("\\052", "*")
    if (where, plain) not in grounds.endpoint_names(zone.account):
        yield f"{said}the alias target name does not lie within the target zone"


def _clashes(zone: Zone, records: Records) -> Iterator[str]:
    apex = zone.name
    for kind in sorted(_STANDING):
        if (apex, kind, "") not in records:
            number = "at least one NS" if kind == "NS" else "exactly one SOA"
            yield f"A HostedZone must contain {number} record for the zone itself."
    aliases = {key[0] for key in records if key[1] == "CNAME"}
    for name in sorted({key[0] for key in records if key[1] != "CNAME"} & aliases):
        yield (
            f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with "
            f"other records with the same DNS name in zone {apex}"
        )
