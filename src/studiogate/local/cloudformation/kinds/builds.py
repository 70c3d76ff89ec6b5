"""Build projects.

Source: CloudFormation Template Reference, "AWS::CodeBuild::Project"; CodeBuild API Reference.
"""

from collections.abc import Mapping
from typing import Any, Final

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Look,
    Reader,
    Turn,
    at,
    by,
    changing,
    each,
    ends,
    made_by,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import Tags, own, pairs, tagged

_SETTINGS: Final = (
    "Artifacts Cache ConcurrentBuildLimit Description EncryptionKey Environment LogsConfig "
    "QueuedTimeoutInMinutes ServiceRole Source TimeoutInMinutes"
)
_APART: Final[Mapping[str, str]] = {"buildspec": "BuildSpec"}
"""Members that a template spells otherwise than with a capital letter."""


def _small_pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _arn(turn: Turn) -> str:
    partition = names.partition(turn.region)
    return f"arn:{partition}:codebuild:{turn.region}:{turn.account}:project/{turn.id}"


def _templated(value: Any) -> Any:
    """What the API shows, with the names a template has."""
    if isinstance(value, Mapping):
        return {_capital(name): _templated(one) for name, one in value.items()}
    return [_templated(one) for one in value] if isinstance(value, list) else value


def _capital(name: str) -> str:
    return _APART.get(name, name[:1].upper() + name[1:])


def _shown(name: str) -> Reader:
    small = name[:1].lower() + name[1:]
    return lambda project: _templated(project.get(small))


def _tags(project: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = [_templated(one) for one in project.get("tags") or ()]
    return pairs(own(rows))


PROJECT = ApiKind(
    name="AWS::CodeBuild::Project",
    service="codebuild",
    properties=words(f"{_SETTINGS} Name Tags"),
    required=words("Artifacts Environment ServiceRole Source"),
    replaced_by=words("Name"),
    called=("Name", 150),
    make=made_by("CreateProject", Tags=tagged(_small_pairs, "tags")),
    id=lambda answer, _: str(answer["project"]["name"]),
    computed={"Arn": _arn, "Id": this},
    looks=(
        Look(
            asks=by("BatchGetProjects", names=each(this)),
            at=at("projects.0"),
            live={**{name: _shown(name) for name in words(f"{_SETTINGS} Name")}, "Tags": _tags},
        ),
    ),
    steps=(
        changing(
            "UpdateProject",
            f"{_SETTINGS} Tags",
            into={"Tags": lambda value: {"tags": _small_pairs(own(value))}},
            without={
                "Cache": {"Type": "NO_CACHE"},
                "Description": "",
                "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED"}},
                "QueuedTimeoutInMinutes": 480,
                "Tags": [],
                "TimeoutInMinutes": 60,
            },
            name=this,
        ),
    ),
    end=ends(by("DeleteProject", name=this)),
    gone=words("ResourceNotFoundException"),
)

KINDS = (PROJECT,)
