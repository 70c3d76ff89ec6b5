"""Versions, which nobody can change any more, and aliases, which are names for them."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiCall
from studiogate.local.functions.backend import Backend, own, shown
from studiogate.local.functions.store import Answer, Function, absent, conflict, named, wrong


def publish_version(backend: Backend, call: ApiCall) -> Answer:
    """A version that nobody can change any more; the last one, where nothing differs."""
    found, said = own(backend, call), call.params.get("CodeSha256")
    if said is not None and said != found.configuration["CodeSha256"]:
        current = found.configuration["CodeSha256"]
        raise wrong(
            f"CodeSHA256 ({current}) is different from current CodeSHA256 "
            f"in $LATEST ({said}). Please try again with the CodeSHA256 in $LATEST."
        )
    return published(found, call.params.get("Description", ""))


def published(found: Function, description: str) -> Answer:
    """A version of what `$LATEST` is now."""
    number = str(max((int(one) for one in found.versions), default=0) + 1)
    version = {
        **found.configuration,
        "FunctionArn": f"{found.at.arn}:{number}",
        "Version": number,
        "RevisionId": secrets.token_hex(16),
    }
    if description:
        version["Description"] = description
    last = found.versions.get(str(int(number) - 1))
    apart = {"FunctionArn", "Version", "RevisionId", "LastModified"}
    if last and all(last.get(k) == version.get(k) for k in version.keys() - apart):
        return last
    found.versions[number] = version
    return version


def list_versions(backend: Backend, call: ApiCall) -> Answer:
    """`$LATEST` and every version."""
    found = backend.functions.get(named(call))
    versions = [found.configuration, *found.versions.values()]
    return {"Versions": [shown(backend, call, one) for one in versions]}


def create_alias(backend: Backend, call: ApiCall) -> Answer:
    """A name for a version."""
    asked, found = call.params, backend.functions.get(named(call))
    name = asked["Name"]
    if name in found.aliases:
        raise conflict(f"Alias already exists: {found.at.arn}:{name}")
    if name.isdigit() or not name.replace("-", "").replace("_", "").isalnum():
        raise wrong("An alias is made of letters, digits, - and _, and is not a number.")
    found.of(asked["FunctionVersion"])
    found.aliases[name] = _alias(found, call, {"Description": ""})
    return found.aliases[name]


def update_alias(backend: Backend, call: ApiCall) -> Answer:
    """Another version for a name."""
    found = backend.functions.get(named(call))
    before = _known_alias(found, call.params["Name"])
    found.of(call.params.get("FunctionVersion", before["FunctionVersion"]))
    found.aliases[call.params["Name"]] = _alias(found, call, before)
    return found.aliases[call.params["Name"]]


def _alias(found: Function, call: ApiCall, before: Mapping[str, Any]) -> dict[str, Any]:
    said = ("Name", "FunctionVersion", "Description", "RoutingConfig")
    told = {name: call.params[name] for name in said if name in call.params}
    arn = f"{found.at.arn}:{call.params['Name']}"
    return {**before, **told, "AliasArn": arn, "RevisionId": str(uuid4())}


def get_alias(backend: Backend, call: ApiCall) -> Answer:
    """What a name stands for."""
    return _known_alias(backend.functions.get(named(call)), call.params["Name"])


def list_aliases(backend: Backend, call: ApiCall) -> Answer:
    """Every name."""
    return {"Aliases": list(backend.functions.get(named(call)).aliases.values())}


def delete_alias(backend: Backend, call: ApiCall) -> Answer:
    """Forget a name; one that is not there is forgotten already."""
    backend.functions.get(named(call)).aliases.pop(call.params["Name"], None)
    return {}


def _known_alias(found: Function, name: str) -> dict[str, Any]:
    alias = found.aliases.get(name)
    if alias is None:
        raise absent(f"Cannot find alias arn: {found.at.arn}:{name}")
    return alias
