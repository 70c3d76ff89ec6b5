"""The marks that say whose names and profiles are, as an administrator sees them.

The gateway makes them (`gateway.owners`); here they are read, and taken away.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from studiogate import names
from studiogate.aws.session import calling
from studiogate.errors import Invalid
from studiogate.foundation.marks import Mark

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Owned:
    """The marks of one landscape; every method asks DynamoDB once."""

    def __init__(self, dynamodb: "DynamoDBClient") -> None:
        self._dynamodb = dynamodb

    def since(self, mark: Mark) -> datetime | None:
        """When `mark` was made; `None` where it is not there.

        Raises:
            AwsError: DynamoDB refused or did not answer, or the row is not one of ours.
        """
        with calling("dynamodb:GetItem", about=names.SIGNINS_TABLE):
            answer = self._dynamodb.get_item(
                TableName=names.SIGNINS_TABLE, Key=_key(mark), ConsistentRead=True
            )
        item: Any = answer.get("Item")
        if item is None:
            return None
        try:
            return datetime.fromisoformat(item["AT"]["S"]).astimezone(UTC)
        except (KeyError, TypeError, ValueError) as exc:
            raise Invalid(
                f"a row of {names.SIGNINS_TABLE} cannot be read: {exc!r}",
                remedy=f"Delete the row {mark.key} of {names.SIGNINS_TABLE} by hand.",
                action="dynamodb:GetItem",
                about=names.SIGNINS_TABLE,
                code="MalformedRow",
            ) from exc

    def release(self, mark: Mark) -> None:
        """Take `mark` away; it is no fault if it is gone already.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        with calling("dynamodb:DeleteItem", about=names.SIGNINS_TABLE):
            self._dynamodb.delete_item(TableName=names.SIGNINS_TABLE, Key=_key(mark))


def _key(mark: Mark) -> dict[str, Any]:
    return {"PK": {"S": mark.key}}
