"""The operations on workgroups, and passwords to them.

Sources: Redshift Serverless API Reference; Redshift Management Guide, "Considerations when
using Amazon Redshift Serverless" and "Compute capacity for Amazon Redshift Serverless".
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.front.listing import page
from studiogate.local.redshift.serverless import shown
from studiogate.local.redshift.serverless.namespaces import NAME, PAGES, computing
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.ground import Ground, ground, security_groups
from studiogate.local.redshift.standing.identity import ROLES_TAG, grant_of, tagged_with
from studiogate.local.redshift.standing.things import Workgroup
from studiogate.local.redshift.standing.vault import lifetime
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

KEPT = ("configParameters", "enhancedVpcRouting", "maxCapacity", "pricePerformanceTarget")
"""Settings that are kept and shown; nothing here acts on them."""

_SMALLEST, _STEP, _LARGEST, _USUAL = 4, 8, 512, 128
_ZONES = 3
_PORTS = (*range(5431, 5456), *range(8191, 8216))
_PORT = 5439
_SHORTEST_S, _LONGEST_S = 900, 3600
_CODE = "ValidationException"


async def create(store: Warehouses, asked: Asked) -> Result:
    """A new workgroup, creating; its database opens once the answer is given."""
    params, place = asked.params, asked.place
    name = params["workgroupName"]
    if not NAME.match(name):
        raise faults.invalid(f"Invalid workgroup name: {name}")
    _hold_settings(params)
    if (place, name) in store.workgroups:
        raise faults.conflict(f"Workgroup {name} already exists.")
    namespace = store.namespace(place, params["namespaceName"])
    if (other := computing(store, namespace)) is not None:
        raise faults.conflict(f"Namespace {namespace.name} has workgroup {other.name} already.")
    if namespace.held is not None and namespace.held.name != name:
        raise faults.not_offered(
            asked.call,
            f"Another workgroup than {namespace.held.name} for what {namespace.name} holds",
        )
    found = _ground(asked)
    groups = params.get("securityGroupIds") or ()
    made = Workgroup(
        place=place,
        name=name,
        created=store.clock(),
        tags=asked.tags,
        id=str(uuid4()),
        namespace=namespace,
        base=params.get("baseCapacity", _USUAL),
        port=params.get("port", _PORT),
        vpc=found.vpc,
        subnets=found.subnets,
        groups=security_groups(place, found.vpc, groups, code=_CODE),
        public=bool(params.get("publiclyAccessible", False)),
        settings={key: params[key] for key in KEPT if key in params},
    )
    store.workgroups[place, name] = made
    namespace.held = made.seat
    store.open_workgroup(made)
    return {"workgroup": shown.workgroup(store, made, asked.call)}


def _hold_settings(params: Mapping[str, Any]) -> None:
    base = params.get("baseCapacity", _USUAL)
    fits = base == _SMALLEST or (base % _STEP == 0 and _STEP <= base <= _LARGEST)
    if not fits:
        raise faults.invalid(
            f"Base capacity must be {_SMALLEST}, or a multiple of {_STEP} from {_STEP} to "
            f"{_LARGEST} RPUs; {base} is not."
        )
    if params.get("port", _PORT) not in _PORTS:
        raise faults.invalid(f"Invalid port: {params['port']}.")


def _ground(asked: Asked) -> Ground:
    subnets = asked.params.get("subnetIds")
    if not subnets:
        raise faults.invalid("There is no default VPC for a workgroup here: name subnetIds.")
    found = ground(asked.place, subnets, code=_CODE)
    if len(found.subnets) < _ZONES or len(found.zones) < _ZONES:
        raise faults.invalid(
            "There aren't enough subnets: a workgroup needs at least three, in three "
            "Availability Zones."
        )
    return found


async def get(store: Warehouses, asked: Asked) -> Result:
    """One workgroup."""
    found = store.workgroup(asked.place, asked.params["workgroupName"])
    return {"workgroup": shown.workgroup(store, found, asked.call)}


async def list_all(store: Warehouses, asked: Asked) -> Result:
    """The workgroups of the account, a page at a time."""
    mine = of_place(store.workgroups, asked.place)
    found, more = page(
        mine, asked.params, lambda one: one.name, words=PAGES, refusal="ValidationException"
    )
    return {"workgroups": [shown.workgroup(store, o, asked.call) for o in found], **more}


async def update(store: Warehouses, asked: Asked) -> Result:
    """Change what can be changed in place; at once, for whoever connects from now on."""
    params = asked.params
    one = _available(store, asked)
    _hold_settings({"baseCapacity": one.base, "port": one.port, **params})
    if params.get("subnetIds"):
        found = _ground(asked)
        if found.vpc != one.vpc:
            raise faults.invalid(f"The subnets of workgroup {one.name} are of {one.vpc}.")
        one.subnets = found.subnets
    if params.get("securityGroupIds"):
        one.groups = security_groups(one.place, one.vpc, params["securityGroupIds"], code=_CODE)
    one.base = params.get("baseCapacity", one.base)
    one.port = params.get("port", one.port)
    one.public = bool(params.get("publiclyAccessible", one.public))
    one.settings |= {key: params[key] for key in KEPT if key in params}
    one.namespace.held = one.seat
    return {"workgroup": shown.workgroup(store, one, asked.call)}


async def delete(store: Warehouses, asked: Asked) -> Result:
    """End a workgroup; its namespace keeps what it holds."""
    one = store.workgroup(asked.place, asked.params["workgroupName"])
    if one.status == "DELETING":
        raise faults.conflict(f"Workgroup {one.name} is being deleted.")
    one.status = "DELETING"
    store.begin(_end(store, one))
    return {"workgroup": shown.workgroup(store, one, asked.call)}


async def _end(store: Warehouses, one: Workgroup) -> None:
    seat = one.seat
    await store.database.close(seat)
    store.vault.move_master(seat, one.namespace.waiting)
    store.vault.forget(seat)
    del store.workgroups[one.place, one.name]


async def get_credentials(store: Warehouses, asked: Asked) -> Result:
    """A password for the database user that stands for whoever calls, with their roles."""
    params = asked.params
    if "workgroupName" not in params:
        raise faults.invalid("workgroupName or customDomainName is needed.")
    seconds = params.get("durationSeconds", _SHORTEST_S)
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise faults.invalid(
            f"Invalid durationSeconds: {seconds}. It must be between {_SHORTEST_S} and "
            f"{_LONGEST_S}."
        )
    database = params.get("dbName")
    if database is not None and not rules.is_user(database):
        raise faults.invalid(f"Invalid database name: {database}")
    one = _available(store, asked)
    expires = store.clock() + lifetime(seconds)
    roles = tagged_with(asked.caller, ROLES_TAG)
    grant = grant_of(asked.caller, database, roles, expires_at=expires)
    return {
        "dbUser": grant.login,
        "dbPassword": store.vault.hand_out(one.seat, grant),
        "expiration": expires,
        "nextRefreshTime": expires,
    }


def _available(store: Warehouses, asked: Asked) -> Workgroup:
    one = store.workgroup(asked.place, asked.params["workgroupName"])
    if one.status != "AVAILABLE":
        raise faults.conflict(f"Workgroup {one.name} is {one.status}.")
    return one
