"""Stacks as files, for people who deploy by other means than `studiogate apply`.

A template is written once for each stack, because that is what such tools take; what it is told
is beside it.  A value another stack gives is written as `{{ACCOUNT/STACK.Output}}`, for whoever
deploys to fill in, and `ORDER.md` says which stands first.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from studiogate.foundation.after import Closed, Propagated, Seated, Step
from studiogate.foundation.composed import Composed
from studiogate.foundation.corporate_dns import WRITERS
from studiogate.foundation.stacks import (
    MANAGEMENT,
    Artifact,
    Fact,
    Output,
    Stack,
    Value,
    in_order,
)
from studiogate.foundation.symbols import symbol
from studiogate.topology.parts import Corporate

ORDER = "ORDER.md"

_QUOTED = json.JSONEncoder().encode


def files(whole: Composed) -> Iterator[tuple[str, str]]:
    """Path and text of every file; equal input gives equal bytes in equal order."""
    folders = {id_: name for name, id_ in whole.landscape.accounts.items()}
    stacks = whole.stacks
    for stack in stacks:
        stem = f"{_folder(stack, folders)}/{stack.key.name}"
        yield f"{stem}.yaml", stack.template.text
        if stack.parameters:
            yield f"{stem}.parameters.json", _parameters(stack, folders)
    yield from _corporate(whole, folders)
    yield ORDER, _order(stacks, folders) + _afterwards(whole.afterwards, folders)


def _corporate(whole: Composed, folders: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the DNS servers of each corporate network are told, in several tongues (S4-15)."""
    api = _said(Output(whole.gateway, "ApiId"), folders)
    network = whole.network
    for name, place in network.places.items():
        if isinstance(place, Corporate) and place.dns_servers:
            for suffix, written in WRITERS.items():
                text = written(network, name).replace(symbol("ApiId"), api)
                yield f"corporate/{name}.{suffix}.txt", text


def _folder(stack: Stack, folders: Mapping[str, str]) -> str:
    account = stack.key.account
    return MANAGEMENT if account == MANAGEMENT else folders[account]


def _parameters(stack: Stack, folders: Mapping[str, str]) -> str:
    """As `aws cloudformation deploy --parameter-overrides file://…` takes them, one a line."""
    given = ((name, _said(value, folders)) for name, value in stack.parameters.items())
    lines = (
        f'{{"ParameterKey": {_QUOTED(name)}, "ParameterValue": {_QUOTED(said)}}}'
        for name, said in given
    )
    return "[\n " + ",\n ".join(lines) + "\n]\n"


def _said(value: Value, folders: Mapping[str, str]) -> str:
    match value:
        case str():
            return value
        case Output(stack, name):
            folder = folders.get(stack.account, stack.account)
            return f"{{{{{folder}/{stack.name}.{name}}}}}"
        case Artifact(name) | Fact(name):
            return f"{{{{{name}}}}}"
        case _:
            return ",".join(_said(one, folders) for one in value)


def _afterwards(calls: Sequence[Step], folders: Mapping[str, str]) -> str:
    """What no template can say, as calls of the AWS command line."""
    lines = ["", "When they stand, these calls remain:", ""]
    lines += [f"- in `{folders[call.stack.account]}`: {_call(call, folders)}" for call in calls]
    return "\n".join(lines) + "\n" if calls else ""


def _call(call: Step, folders: Mapping[str, str]) -> str:
    if isinstance(call, Closed):
        return f"`ec2` revoke every rule of `{_said(call.group, folders)}`"
    if isinstance(call, Propagated):
        domain = _said(call.domain, folders)
        return f"`sagemaker` ExecutionRoleIdentityConfig of `{domain}` is USER_PROFILE_NAME"
    if isinstance(call, Seated):
        given = json.dumps(dict(call.people))
        domain = _said(call.domain, folders)
        return f"`sagemaker` RStudioServerProAppSettings of profiles of `{domain}`: `{given}`"
    about = {name: _said(value, folders) for name, value in call.about.items()}
    wanted = json.dumps({**about, **call.wanted})
    return f"`{call.service}` `{call.update}` with `{wanted}`"


def _order(stacks: Sequence[Stack], folders: Mapping[str, str]) -> str:
    lines = [
        "# The order of the stacks",
        "",
        "Stacks of one step do not need each other.  `{{ACCOUNT/STACK.Output}}` in a file of",
        "parameters is an output of a stack of an earlier step; `{{BundleBucket}}` and",
        "`{{BundleKey}}` say where the gateway's bundle was put (`make bundle`),",
        "`{{LibraryKey}}` where the notebook library was, for those who read a warehouse, and",
        "`{{S3PrefixListId}}` is the id of AWS's prefix list `com.amazonaws.REGION.s3`.",
        "",
    ]
    for number, wave in enumerate(in_order(stacks), start=1):
        lines.append(
            f"{number}. " + ", ".join(f"`{_folder(s, folders)}/{s.key.name}`" for s in wave)
        )
    return "\n".join(lines) + "\n"
