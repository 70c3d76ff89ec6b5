"""The operations on parameter groups, and the parameters there are.

Kept and shown; the databases of the emulation run with settings of their own.  Sources:
Redshift API Reference; Management Guide, "Amazon Redshift parameter groups".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.front.listing import page
from studiogate.local.redshift.provisioned import shown
from studiogate.local.redshift.provisioned.clusters import DEFAULT_PARAMETERS, tagged
from studiogate.local.redshift.standing import faults
from studiogate.local.redshift.standing.desk import Asked, Result
from studiogate.local.redshift.standing.things import ParameterGroup
from studiogate.local.redshift.standing.warehouses import Warehouses, of_place

_NAME = re.compile(r"[a-z](?:-?[a-z0-9.])*\Z")
_FAMILIES: Mapping[str, Mapping[str, str]] = {
    "redshift-1.0": {"require_ssl": "false"},
    "redshift-2.0": {"require_ssl": "true"},
}
_DEFAULTS: Mapping[str, tuple[str, str]] = {
    "auto_analyze": ("true", "boolean"),
    "auto_mv": ("true", "boolean"),
    "datestyle": ("ISO, MDY", "string"),
    "enable_case_sensitive_identifier": ("false", "boolean"),
    "enable_user_activity_logging": ("false", "boolean"),
    "extra_float_digits": ("0", "integer"),
    "max_concurrency_scaling_clusters": ("1", "integer"),
    "query_group": ("default", "string"),
    "require_ssl": ("true", "boolean"),
    "search_path": ("$user, public", "string"),
    "statement_timeout": ("0", "integer"),
    "use_fips_ssl": ("false", "boolean"),
    "wlm_json_configuration": ('[{"auto_wlm":true}]', "string"),
}
_FLAGS = frozenset({"true", "false"})
_PAGES = ("MaxRecords", "Marker")


async def create(store: Warehouses, asked: Asked) -> Result:
    """A new group with the family's own values; its name is kept in lower case."""
    params, place = asked.params, asked.place
    name, family = params["ParameterGroupName"].lower(), params["ParameterGroupFamily"].lower()
    if not _NAME.match(name) or name.startswith("default."):
        raise faults.wrong(f"Invalid parameter group name: {name}")
    if family not in _FAMILIES:
        raise faults.wrong(f"Invalid parameter group family: {family}")
    if (place, name) in store.parameter_groups:
        raise ApiError("ClusterParameterGroupAlreadyExists", f"{name} already exists.")
    made = ParameterGroup(
        place=place,
        name=name,
        created=store.clock(),
        tags=asked.tags,
        description=params["Description"],
        family=family,
    )
    store.parameter_groups[place, name] = made
    return {"ClusterParameterGroup": shown.parameter_group(made)}


async def describe(store: Warehouses, asked: Asked) -> Result:
    """One group, or all of the account, the family's own among them."""
    mine = [_default(store, asked), *of_place(store.parameter_groups, asked.place)]
    if name := asked.params.get("ParameterGroupName"):
        return {"ParameterGroups": [shown.parameter_group(_group(store, asked, name))]}
    found, more = page(
        [one for one in mine if tagged(one.tags, asked)],
        asked.params,
        lambda one: one.name,
        words=_PAGES,
        refusal="InvalidParameterValue",
    )
    return {"ParameterGroups": [shown.parameter_group(one) for one in found], **more}


async def describe_parameters(store: Warehouses, asked: Asked) -> Result:
    """Every parameter of a group; `Source` picks those set by somebody, or the others."""
    group = _group(store, asked, asked.params["ParameterGroupName"])
    rows = [_row(group, name) for name in _DEFAULTS]
    if (source := asked.params.get("Source")) is not None:
        rows = [row for row in rows if row["Source"] == source]
    found, more = page(
        rows,
        asked.params,
        lambda row: str(row["ParameterName"]),
        words=_PAGES,
        refusal="InvalidParameterValue",
    )
    return {"Parameters": found, **more}


async def modify(store: Warehouses, asked: Asked) -> Result:
    """Set parameters; all that are named, or none."""
    group = _own(store, asked)
    given = {
        str(one.get("ParameterName")): str(one.get("ParameterValue"))
        for one in asked.params["Parameters"]
    }
    for name, value in given.items():
        _hold(name, value)
    group.values |= given
    return _told(group)


async def reset(store: Warehouses, asked: Asked) -> Result:
    """Set parameters, or all of them, to the family's own values."""
    group = _own(store, asked)
    if asked.params.get("ResetAllParameters", False):
        group.values = {}
    for one in asked.params.get("Parameters") or ():
        _hold(str(one.get("ParameterName")), None)
        group.values.pop(str(one.get("ParameterName")), None)
    return _told(group)


async def delete(store: Warehouses, asked: Asked) -> Result:
    """Delete a group no cluster has."""
    group = _own(store, asked)
    for one in of_place(store.clusters, asked.place):
        if one.parameter_group == group.name:
            raise ApiError(
                "InvalidClusterParameterGroupState",
                f"Parameter group {group.name} is in use by cluster {one.name}.",
            )
    del store.parameter_groups[group.place, group.name]
    return {}


def _told(group: ParameterGroup) -> Result:
    return {
        "ParameterGroupName": group.name,
        "ParameterGroupStatus": "Your parameter group has been updated but changes won't get "
        "applied until you reboot the associated Clusters.",
    }


def _hold(name: str, value: str | None) -> None:
    if name not in _DEFAULTS:
        raise faults.wrong(f"Could not find parameter with name: {name}")
    kind = _DEFAULTS[name][1]
    bad = kind == "boolean" and value not in _FLAGS
    bad |= kind == "integer" and value is not None and not value.lstrip("-").isdigit()
    if value is not None and bad:
        raise faults.wrong(f"Invalid parameter value: {value} for: {name}")


def _row(group: ParameterGroup, name: str) -> dict[str, Any]:
    value, kind = _DEFAULTS[name]
    value = _FAMILIES[group.family].get(name, value)
    return {
        "ParameterName": name,
        "ParameterValue": group.values.get(name, value),
        "Source": "user" if name in group.values else "engine-default",
        "DataType": kind,
        "ApplyType": "static",
        "IsModifiable": True,
    }


def _default(store: Warehouses, asked: Asked) -> ParameterGroup:
    return ParameterGroup(
        place=asked.place,
        name=DEFAULT_PARAMETERS,
        created=store.clock(),
        description="Default parameter group for redshift-2.0",
        family="redshift-2.0",
    )


def _group(store: Warehouses, asked: Asked, name: str) -> ParameterGroup:
    found = _known(store, asked)
    one = next((one for one in found if one.name == name.lower()), None)
    if one is None:
        raise faults.absent("ClusterParameterGroup", name)
    return one


def _known(store: Warehouses, asked: Asked) -> Iterable[ParameterGroup]:
    return (_default(store, asked), *of_place(store.parameter_groups, asked.place))


def _own(store: Warehouses, asked: Asked) -> ParameterGroup:
    """A group that can change: the family's own cannot."""
    found = _group(store, asked, asked.params["ParameterGroupName"])
    if found.name == DEFAULT_PARAMETERS:
        raise faults.wrong(f"The parameter group {found.name} can't be changed or deleted.")
    return found
