"""Whether resources still are what their template says, asked of the services.

The compared properties are those the template has, down to the members of structures (User
Guide, "Detecting unmanaged configuration changes": values that are explicitly set); documents
and what is in lists are compared as a whole.  A kind that cannot tell is not checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Made, Properties
from studiogate.local.cloudformation.model import Detection, Drift, Resource
from studiogate.local.cloudformation.running.dynamic import names_a_secret
from studiogate.local.cloudformation.running.steps import Run
from studiogate.local.cloudformation.template.text import plain

_DOCUMENTS = ("Body", "Content", "Document", "Policy")
"""What properties end in that hold a document."""

IN_SYNC, MODIFIED, DELETED, NOT_CHECKED = "IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED"


async def detect(run: Run, detection: Detection, some: frozenset[str]) -> None:
    """Compare the resources named `some`, or all where none is named, and note the result."""
    stack = run.stack
    failed = []
    for name, resource in list(stack.resources.items()):
        if resource.made is None or (some and name not in some):
            continue
        try:
            stack.drifts[name] = await _compared(run, resource, resource.made)
        except ApiError as exc:
            failed.append(f"{name}: {exc.message}")
    found = [one.status for one in stack.drifts.values() if one.logical_id in stack.resources]
    detection.drifted = sum(status in {MODIFIED, DELETED} for status in found)
    detection.result = "DRIFTED" if detection.drifted else IN_SYNC
    stack.drift, stack.drift_at = detection.result, detection.at
    detection.status = "DETECTION_COMPLETE"
    if failed:
        detection.status = "DETECTION_FAILED"
        detection.reason = f"Failed to detect drift on {'; '.join(failed)}"


async def _compared(run: Run, resource: Resource, made: Made) -> Drift:
    # What only names a secret is not compared: nobody is to learn the value from the answer.
    known = {k: v for k, v in resource.properties.items() if not names_a_secret(v)}
    try:
        live = await run.kinds[resource.type].live(run.cloud, made, known)
    except NotImplementedError:
        return _drift(run, resource, NOT_CHECKED)
    if live is None:
        return _drift(run, resource, DELETED, expected=resource.shown)
    live = {name: one for name, one in live.items() if name in known}
    found = tuple(_differences("", _open(resource, known), _open(resource, live)))
    hidden = {name for name in resource.secret if known.get(name) != live.get(name)}
    found += tuple(
        {
            "PropertyPath": f"/{name}",
            "ExpectedValue": "****",
            "ActualValue": "****",
            "DifferenceType": "NOT_EQUAL",
        }
        for name in sorted(hidden)
    )
    return _drift(
        run,
        resource,
        MODIFIED if found else IN_SYNC,
        expected=resource.shown,
        actual=_open(resource, live) | dict.fromkeys(resource.secret & live.keys(), "****"),
        differences=found,
    )


def _open(resource: Resource, properties: Properties) -> dict[str, Any]:
    return {name: one for name, one in properties.items() if name not in resource.secret}


def _drift(run: Run, resource: Resource, status: str, **more: Any) -> Drift:
    return Drift(
        logical_id=resource.logical_id,
        physical_id=resource.physical_id or "",
        type=resource.type,
        status=status,
        at=run.store.clock(),
        **more,
    )


def _differences(path: str, expected: Any, actual: Any) -> Iterator[Mapping[str, Any]]:
    """Every place where `actual` is not what is `expected`."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        more = actual.keys() if _compared_whole(path) else frozenset()
        for name in sorted(expected.keys() | more):
            yield from _at(f"{path}/{name}", name, expected, actual)
    elif isinstance(expected, list) and isinstance(actual, list):
        one, other = dict(enumerate(expected)), dict(enumerate(actual))
        for number in sorted(one.keys() | other.keys()):
            yield from _at(f"{path}/{number}", number, one, other)
    elif expected != actual:
        yield _difference(path, "NOT_EQUAL", expected, actual)


def _compared_whole(path: str) -> bool:
    """Whether `path` is in a list or a document: there what was added counts, too."""
    return any(part.isdigit() or part.endswith(_DOCUMENTS) for part in path.split("/"))


def _at(
    path: str, key: Any, expected: Mapping[Any, Any], actual: Mapping[Any, Any]
) -> Iterator[Mapping[str, Any]]:
    if key not in actual:
        yield _difference(path, "REMOVE", expected[key], None)
    elif key not in expected:
        yield _difference(path, "ADD", None, actual[key])
    else:
        yield from _differences(path, expected[key], actual[key])


def _difference(path: str, kind: str, expected: Any, actual: Any) -> Mapping[str, Any]:
    return {
        "PropertyPath": path,
        "ExpectedValue": _shown(expected),
        "ActualValue": _shown(actual),
        "DifferenceType": kind,
    }


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return value if isinstance(value, str) else plain(value)
