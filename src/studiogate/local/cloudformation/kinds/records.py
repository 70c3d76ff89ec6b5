"""Records of hosted zones: one, or several that are changed together.

They have no calls of their own but changes of their zone: each creation, update and deletion is
one batch, done whole or not at all.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Made, Naming, Properties
from studiogate.local.cloudformation.kinds.settled import settled
from studiogate.local.front.models import typed

_INSYNC_WITHIN_S, _PAUSE_S = 120.0, 0.01
_ZONE = frozenset({"HostedZoneId", "HostedZoneName"})
_RECORD = frozenset({"AliasTarget", "Name", "ResourceRecords", "TTL", "Type"})

Record = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A type whose resources are records.  Implements `cloudformation.kind.Kind`."""

    name: str
    properties: frozenset[str]
    required: frozenset[str] = frozenset()
    replaced_by: frozenset[str] = _ZONE
    of: Callable[[Properties], list[Record]]
    """The records that properties say."""

    called: Callable[[Properties, Naming], str]
    """The physical id of a new one."""

    shown: Callable[[Properties, list[Record]], Properties]
    """What is known, as the records that are there now say it."""

    async def create(self, cloud: Cloud, wanted: Properties, naming: Naming) -> Made:
        """Make the records; one that is there already is refused.

        Raises:
            ApiError: AWS's refusal; nothing of it is left.
        """
        zone = await _zone(cloud, wanted)
        await _change(cloud, zone, [("CREATE", one) for one in self.of(wanted)])
        return Made(self.called(wanted, naming))

    async def update(
        self, cloud: Cloud, made: Made, before: Properties, wanted: Properties
    ) -> Made:
        """Change the records in one batch.

        Raises:
            ApiError: AWS's refusal.
        """
        kept = {_key(one) for one in self.of(wanted)}
        gone = [("DELETE", one) for one in self.of(before) if _key(one) not in kept]
        there = {_key(one) for one in self.of(before)}
        new = [("UPSERT" if _key(one) in there else "CREATE", one) for one in self.of(wanted)]
        await _change(cloud, await _zone(cloud, wanted), [*gone, *new])
        renamed = gone and made.physical_id == str(before.get("Name"))
        return Made(str(wanted["Name"])) if renamed else made

    async def delete(self, cloud: Cloud, made: Made, before: Properties) -> None:  # noqa: ARG002 - a kind's promise
        """Remove the records; what is gone already, its zone included, is no error.

        Raises:
            ApiError: AWS's refusal.
        """
        try:
            zone = await _zone(cloud, before)
            there = await _there(cloud, zone, self.of(before))
            gone = [("DELETE", one) for one in self.of(before) if _key(one) in there]
            await _change(cloud, zone, gone)
        except ApiError as refusal:
            if refusal.code != "NoSuchHostedZone":
                raise

    async def live(self, cloud: Cloud, made: Made, known: Properties) -> Properties | None:  # noqa: ARG002 - a kind's promise
        """What of `known` Route 53 says now; `None` when no record of it is left.

        Raises:
            ApiError: AWS's refusal.
        """
        try:
            there = await _there(cloud, await _zone(cloud, known), self.of(known))
        except ApiError as refusal:
            if refusal.code == "NoSuchHostedZone":
                return None
            raise
        found: list[Record] = [
            {name: settled(one[name], there[_key(one)].get(name)) for name in one}
            for one in self.of(known)
            if _key(one) in there
        ]
        return self.shown(known, found) if found else None


async def _zone(cloud: Cloud, properties: Properties) -> str:
    """The id of the zone, which may be said by its name."""
    if name := properties.get("HostedZoneId"):
        return str(name)
    name = str(properties.get("HostedZoneName", ""))
    shown = await cloud.call("route53", "ListHostedZonesByName", DNSName=name)
    for one in shown["HostedZones"]:
        if name and one["Name"] == f"{name.lower().rstrip('.')}.":
            return str(one["Id"]).rpartition("/")[2]
    raise ApiError("NoSuchHostedZone", f"No hosted zone named {name} found", status=404)


async def _change(cloud: Cloud, zone: str, changes: Iterable[tuple[str, Record]]) -> None:
    """Have a batch done, and return when all name servers know."""
    batch = [{"Action": action, "ResourceRecordSet": _spoken(one)} for action, one in changes]
    if not batch:
        return
    params = {"HostedZoneId": zone, "ChangeBatch": {"Changes": batch}}
    whole = typed("route53", "ChangeResourceRecordSets", params)
    made = await cloud.call("route53", "ChangeResourceRecordSets", **whole)
    name = str(made["ChangeInfo"]["Id"]).rpartition("/")[2]
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + _INSYNC_WITHIN_S
    while await _status(cloud, name) != "INSYNC":
        if loop.time() > ends_at:
            raise ApiError("NotStabilized", f"Change {name} did not reach all name servers.")
        await asyncio.sleep(_PAUSE_S)


async def _status(cloud: Cloud, change: str) -> str:
    shown = await cloud.call("route53", "GetChange", Id=change)
    return str(shown["ChangeInfo"]["Status"])


async def _there(
    cloud: Cloud, zone: str, records: Iterable[Record]
) -> dict[Key, Mapping[str, Any]]:
    """Those of `records` that are in the zone, as they are now."""
    found: dict[Key, Mapping[str, Any]] = {}
    for one in records:
        shown = await cloud.call(
            "route53",
            "ListResourceRecordSets",
            HostedZoneId=zone,
            StartRecordName=str(one["Name"]),
            StartRecordType=str(one["Type"]),
            MaxItems="1",
        )
        for row in shown["ResourceRecordSets"]:
            if (plain := _plain(row)) and _key(plain) == _key(one):
                found[_key(one)] = plain
    return found


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record as templates say it: values as text, names without a dot at the end."""
    found = dict(row)
    if "ResourceRecords" in found:
        found["ResourceRecords"] = [one["Value"] for one in found["ResourceRecords"]]
    if "AliasTarget" in found:
        target = found["AliasTarget"]
        name = str(target["DNSName"]).removesuffix(".").replace("\\052", "*")
        found["AliasTarget"] = {**target, "DNSName": name}
    found["Name"] = str(found["Name"]).removesuffix(".").replace("\\052", "*")
    return found


def _spoken(record: Record) -> dict[str, Any]:
    """A record as the API says it."""
    found = {name: value for name, value in record.items() if name in _RECORD}
    if "ResourceRecords" in found:
        found["ResourceRecords"] = [{"Value": value} for value in found["ResourceRecords"]]
    if "AliasTarget" in found:
        found["AliasTarget"] = {"EvaluateTargetHealth": False, **found["AliasTarget"]}
    return found


def _key(record: Record) -> Key:
    return str(record["Name"]).lower().rstrip("."), str(record["Type"])


def _one(properties: Properties) -> list[Record]:
    return [{name: value for name, value in properties.items() if name in _RECORD}]


def _several(properties: Properties) -> list[Record]:
    return list(properties.get("RecordSets") or ())


RECORD_SET = Records(
    name="AWS::Route53::RecordSet",
    properties=_ZONE | _RECORD,
    required=frozenset({"Name", "Type"}),
    of=_one,
    called=lambda wanted, _: str(wanted["Name"]),
    shown=lambda known, found: {**known, **found[0]},
)

RECORD_SET_GROUP = Records(
    name="AWS::Route53::RecordSetGroup",
    properties=_ZONE | {"RecordSets"},
    of=_several,
    called=lambda _, naming: naming.name(),
    shown=lambda known, found: {**known, "RecordSets": found},
)

KINDS = (RECORD_SET, RECORD_SET_GROUP)
