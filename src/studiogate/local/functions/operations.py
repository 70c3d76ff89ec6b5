"""Functions: made, read, changed, deleted; how many at once, and their tags."""

from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiCall
from studiogate.local.functions.backend import Backend, own, shown
from studiogate.local.functions.configuration import of_code, settled
from studiogate.local.functions.store import LATEST, Answer, Function, conflict, named, wrong
from studiogate.local.functions.versions import published


def create_function(backend: Backend, call: ApiCall) -> Answer:
    """A new function, ready at once."""
    asked, at = call.params, named(call)
    if at.account != call.account or at.qualifier:
        raise wrong("A function is made in the caller's own account, without a version.")
    if backend.functions.find(at) is not None:
        raise conflict(f"Function already exist: {at.name}")
    if asked.get("PackageType", "Zip") != "Zip" or asked.get("Layers"):
        raise wrong("Images and layers are not offered by this emulation.")
    configuration = {
        "FunctionName": at.name,
        "FunctionArn": at.arn,
        **settled(backend.world, call, at),
        **of_code(backend.world.code(call, asked["Code"])),
        "Architectures": _architectures(call),
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Version": LATEST,
        **_touched(backend),
    }
    made = Function(at, configuration, tags=dict(asked.get("Tags") or {}))
    backend.functions.add(made)
    if asked.get("Publish"):
        return published(made, "")
    return shown(backend, call, configuration)


def _architectures(call: ApiCall) -> list[str]:
    said = call.params.get("Architectures") or ["x86_64"]
    if len(said) != 1:
        raise wrong("A function has one architecture.")
    return list(said)


def _touched(backend: Backend) -> dict[str, Any]:
    moment = backend.functions.clock().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {"LastModified": moment, "RevisionId": str(uuid4())}


def get_function(backend: Backend, call: ApiCall) -> Answer:
    """The function with its tags; no address of its code, which nobody could fetch here."""
    at = named(call)
    found = backend.functions.get(at)
    concurrency = {"ReservedConcurrentExecutions": found.concurrency}
    return {
        "Configuration": shown(backend, call, found.of(at.qualifier)),
        "Code": {"RepositoryType": "S3"},
        "Tags": found.tags,
        **({"Concurrency": concurrency} if found.concurrency is not None else {}),
    }


def get_configuration(backend: Backend, call: ApiCall) -> Answer:
    """The function's configuration."""
    at = named(call)
    return shown(backend, call, backend.functions.get(at).of(at.qualifier))


def list_functions(backend: Backend, call: ApiCall) -> Answer:
    """Every function of the caller's account."""
    found = backend.functions.of(call.account, call.region)
    return {"Functions": [shown(backend, call, one.configuration) for one in found]}


def update_code(backend: Backend, call: ApiCall) -> Answer:
    """Other code."""
    asked, found = call.params, own(backend, call)
    _hold_revision(call, found)
    change = of_code(backend.world.code(call, asked))
    if "Architectures" in asked:
        change["Architectures"] = _architectures(call)
    if asked.get("DryRun"):
        return shown(backend, call, {**found.configuration, **change})
    found.configuration = {**found.configuration, **change, **_touched(backend)}
    if asked.get("Publish"):
        return published(found, "")
    return shown(backend, call, found.configuration)


def update_configuration(backend: Backend, call: ApiCall) -> Answer:
    """Other settings; what is not said stays."""
    found = own(backend, call)
    _hold_revision(call, found)
    if call.params.get("Layers"):
        raise wrong("Layers are not offered by this emulation.")
    change = settled(backend.world, call, found.at, found.configuration)
    found.configuration = {**change, **_touched(backend)}
    return shown(backend, call, found.configuration)


def _hold_revision(call: ApiCall, found: Function) -> None:
    said = call.params.get("RevisionId")
    if said is not None and said != found.configuration["RevisionId"]:
        raise conflict(
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetFunction/GetAlias API to retrieve the latest Revision Id"
        )


def delete_function(backend: Backend, call: ApiCall) -> Answer:
    """Delete a function, or one of its versions that no alias stands for."""
    at = named(call)
    found = backend.functions.get(at)
    if at.qualifier is None:
        backend.functions.remove(found)
        return {}
    if at.qualifier == LATEST or at.qualifier in found.aliases:
        raise wrong("$LATEST and aliases cannot be deleted like a version.")
    found.of(at.qualifier)
    using = [n for n, one in found.aliases.items() if one["FunctionVersion"] == at.qualifier]
    if using:
        raise conflict(f"Version {at.qualifier} is used by the alias {using[0]}.")
    del found.versions[at.qualifier]
    return {}


def put_concurrency(backend: Backend, call: ApiCall) -> Answer:
    """How many at once."""
    found = own(backend, call)
    found.concurrency = call.params["ReservedConcurrentExecutions"]
    return {"ReservedConcurrentExecutions": found.concurrency}


def get_concurrency(backend: Backend, call: ApiCall) -> Answer:
    """How many at once; nothing where nobody said."""
    found = own(backend, call).concurrency
    return {} if found is None else {"ReservedConcurrentExecutions": found}


def delete_concurrency(backend: Backend, call: ApiCall) -> Answer:
    """As many at once as the account has."""
    own(backend, call).concurrency = None
    return {}


def tag(backend: Backend, call: ApiCall) -> Answer:
    """Add tags."""
    found = backend.functions.get(named(call, call.params["Resource"]))
    found.tags |= call.params["Tags"]
    return {}


def untag(backend: Backend, call: ApiCall) -> Answer:
    """Take tags away."""
    found = backend.functions.get(named(call, call.params["Resource"]))
    for key in call.params["TagKeys"]:
        found.tags.pop(key, None)
    return {}


def list_tags(backend: Backend, call: ApiCall) -> Answer:
    """The tags."""
    return {"Tags": backend.functions.get(named(call, call.params["Resource"])).tags}
