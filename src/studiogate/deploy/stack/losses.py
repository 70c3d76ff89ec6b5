"""What cannot be made again, and would go: the names a person has to allow one by one."""

from collections.abc import Iterable
from typing import Final

from studiogate.deploy.plan import Act, Replaced, ResourceChange
from studiogate.foundation.stacks import Stack

HOLDING: Final = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::Table",
        "AWS::EFS::FileSystem",
        "AWS::KMS::Key",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Namespace",
        "AWS::S3::Bucket",
        "AWS::SageMaker::Domain",
    }
)
"""Types whose resources hold what people made: a template that drops one loses it."""


def losses(stack: Stack, changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    """Names, as `ACCOUNT/STACK/RESOURCE`, of what `changes` would lose.

    What is only `PERHAPS` replaced counts.
    """
    return tuple(
        f"{stack.key}/{one.resource}"
        for one in changes
        if one.goes and (one.resource in stack.keeps or _holds(one))
    )


def _holds(change: ResourceChange) -> bool:
    return change.type in HOLDING and (
        change.act is Act.REMOVE or change.replaced is Replaced.YES
    )
