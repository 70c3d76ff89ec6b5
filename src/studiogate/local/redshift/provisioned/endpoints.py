"""Redshift-managed VPC endpoints: who may make one to a cluster, and those that are there.

The owner of a cluster authorizes another account, or VPCs of it; that account makes the
endpoint in subnets of its own.  Only clusters with managed storage that can move to another
zone have any.  Sources: Redshift API Reference; Management Guide, "Redshift-managed VPC
endpoints".
"""

from studiogate import names
from studiogate.local.between.pace import new_id
from studiogate.local.call import ApiError, Place
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned import shown
from studiogate.local.redshift.provisioned.making import managed_storage, relocates
from studiogate.local.redshift.standing import faults, rules
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.ground import security_groups
from studiogate.local.redshift.standing.things import Authorization, Cluster, Endpoint
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_PAGES = ("MaxRecords", "Marker")
_LONGEST = 30


async def authorize(store: Warehouses, asked: Asked) -> Result:
    """Let another account make endpoints to a cluster: in any VPC of it, or in some."""
    params, place = asked.params, asked.place
    cluster = store.standing_cluster(place, _named(asked))
    _hold_storage(cluster)
    grantee, vpcs = params["Account"], tuple(params.get("VpcIds") or ())
    if not names.is_account(grantee):
        raise faults.wrong(f"Invalid account: {grantee}")
    found = _authorization(store, cluster, grantee)
    if found is None:
        found = Authorization(cluster=cluster, grantee=grantee, vpcs=vpcs, at=store.clock())
        store.authorizations.append(found)
    elif not vpcs or not found.vpcs or set(vpcs) <= set(found.vpcs):
        raise ApiError(
            "EndpointAuthorizationAlreadyExists", f"{grantee} is authorized already."
        )
    else:
        found.vpcs = tuple(dict.fromkeys((*found.vpcs, *vpcs)))
    return shown.authorization(found, 0)


async def revoke(store: Warehouses, asked: Asked) -> Result:
    """Take an authorization back; endpoints that stand by it go with `Force` only."""
    params, place = asked.params, asked.place
    if "ClusterIdentifier" not in params or "Account" not in params:
        raise faults.clash("ClusterIdentifier and Account are needed.")
    cluster = store.cluster(place, params["ClusterIdentifier"])
    found = _authorization(store, cluster, params["Account"])
    if found is None:
        raise ApiError("EndpointAuthorizationNotFound", "Authorization not found.", status=404)
    vpcs = set(params.get("VpcIds") or found.vpcs)
    doors = [
        one
        for one in store.doors(cluster.seat)
        if one.place.account == found.grantee and (not vpcs or one.vpc in vpcs)
    ]
    if doors and not params.get("Force", False):
        raise ApiError(
            "InvalidAuthorizationState",
            f"{len(doors)} endpoint(s) stand by this authorization: delete them, or use Force.",
        )
    for one in doors:
        del store.endpoints[one.place, one.name]
    told = {**shown.authorization(found, 0), "Status": "Revoking"}
    found.vpcs = tuple(vpc for vpc in found.vpcs if vpc not in vpcs)
    if not found.vpcs:
        store.authorizations.remove(found)
    return told


async def describe_authorizations(store: Warehouses, asked: Asked) -> Result:
    """What the account lets others do; with `Grantee`, what others let it do."""
    params, place = asked.params, asked.place
    mine = [
        one
        for one in store.authorizations
        if params.get("ClusterIdentifier") in {None, one.cluster.name}
        and _concerns(one, place, asked)
    ]
    found, more = page(
        mine,
        params,
        lambda one: f"{one.cluster.place.account}/{one.cluster.name}/{one.grantee}",
        words=_PAGES,
        refusal="InvalidParameterValue",
    )
    rows = [shown.authorization(one, len(_doors(store, one))) for one in found]
    return {"EndpointAuthorizationList": rows, **more}


def _concerns(one: Authorization, place: Place, asked: Asked) -> bool:
    if one.cluster.place.region != place.region:
        return False
    other = asked.params.get("Account")
    if asked.params.get("Grantee", False):
        return one.grantee == place.account and other in {None, one.cluster.place.account}
    return one.cluster.place == place and other in {None, one.grantee}


async def create(store: Warehouses, asked: Asked) -> Result:
    """A new endpoint in the caller's own subnets, to its own cluster or to one it may reach."""
    params, place = asked.params, asked.place
    name = params["EndpointName"]
    if not rules.is_identifier(name, most=_LONGEST):
        raise faults.wrong(f"Invalid endpoint name: {name}")
    if (place, name) in store.endpoints:
        raise ApiError("EndpointAlreadyExists", f"Endpoint {name} already exists.")
    group = store.subnet_groups.get((place, params["SubnetGroupName"].lower()))
    if group is None:
        raise faults.absent("ClusterSubnetGroup", params["SubnetGroupName"])
    cluster = _reached(store, asked, group.vpc)
    groups = security_groups(
        place, group.vpc, params.get("VpcSecurityGroupIds") or (), code="InvalidParameterValue"
    )
    made = Endpoint(
        place=place,
        name=name,
        created=store.clock(),
        id=new_id("vpce"),
        cluster=cluster,
        subnet_group=group.name,
        vpc=group.vpc,
        subnets=group.subnets,
        groups=groups,
    )
    store.endpoints[place, name] = made
    return {**shown.endpoint(store, made, asked.call), "EndpointStatus": "creating"}


def _reached(store: Warehouses, asked: Asked, vpc: str) -> Cluster:
    """The cluster an endpoint is to lead to; another account's only if it lets."""
    owner = asked.params.get("ResourceOwner", asked.place.account)
    name = _named(asked)
    found = store.clusters.get((Place(owner, asked.place.region), name))
    if owner != asked.place.account:
        let = None if found is None else _authorization(store, found, asked.place.account)
        if found is None or let is None or (let.vpcs and vpc not in let.vpcs):
            # AWS does not tell a stranger's cluster that is not there from one that is.
            raise ApiError(
                "AccessToClusterDenied",
                f"You are not authorized to access the cluster {name} of {owner}.",
            )
    if found is None:
        raise faults.absent("Cluster", name)
    if found.status != "available":
        raise faults.busy(name)
    _hold_storage(found)
    return found


async def describe(store: Warehouses, asked: Asked) -> Result:
    """The endpoints of the account."""
    params = asked.params
    if (name := params.get("EndpointName")) is not None:
        _endpoint(store, asked, name)
    mine = [
        one
        for one in of_place(store.endpoints, asked.place)
        if name in {None, one.name}
        and params.get("ClusterIdentifier") in {None, one.cluster.name}
        and params.get("ResourceOwner") in {None, one.cluster.place.account}
        and params.get("VpcId") in {None, one.vpc}
    ]
    found, more = page(
        mine, params, lambda one: one.name, words=_PAGES, refusal="InvalidParameterValue"
    )
    rows = [shown.endpoint(store, one, asked.call) for one in found]
    return {"EndpointAccessList": rows, **more}


async def modify(store: Warehouses, asked: Asked) -> Result:
    """Other security groups."""
    one = _endpoint(store, asked, asked.params["EndpointName"])
    if asked.params.get("VpcSecurityGroupIds"):
        groups = asked.params["VpcSecurityGroupIds"]
        one.groups = security_groups(one.place, one.vpc, groups, code="InvalidParameterValue")
    return shown.endpoint(store, one, asked.call)


async def delete(store: Warehouses, asked: Asked) -> Result:
    """Delete an endpoint."""
    one = _endpoint(store, asked, asked.params["EndpointName"])
    del store.endpoints[one.place, one.name]
    return {**shown.endpoint(store, one, asked.call), "EndpointStatus": "deleting"}


def _named(asked: Asked) -> str:
    if "ClusterIdentifier" not in asked.params:
        raise faults.clash("ClusterIdentifier is needed.")
    return str(asked.params["ClusterIdentifier"])


def _hold_storage(cluster: Cluster) -> None:
    if not managed_storage(cluster.node_type) or not relocates(cluster.settings):
        raise ApiError(
            "UnsupportedOperation",
            "Redshift-managed VPC endpoints need RA3 or RG nodes and cluster relocation; "
            f"{cluster.name} has {cluster.node_type} and relocation is "
            f"{'enabled' if relocates(cluster.settings) else 'disabled'}.",
        )


def _authorization(store: Warehouses, cluster: Cluster, grantee: str) -> Authorization | None:
    every = (one for one in store.authorizations if one.cluster is cluster)
    return next((one for one in every if one.grantee == grantee), None)


def _doors(store: Warehouses, one: Authorization) -> list[Endpoint]:
    return [e for e in store.doors(one.cluster.seat) if e.place.account == one.grantee]


def _endpoint(store: Warehouses, asked: Asked, name: str) -> Endpoint:
    found = store.endpoints.get((asked.place, name))
    if found is None:
        raise faults.absent("Endpoint", name)
    return found
