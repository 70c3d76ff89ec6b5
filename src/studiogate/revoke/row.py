"""The person's row in the directory: the columns a revocation writes, and no others.

Every write is an update of those columns on a row that is there: one that somebody changes at
the same moment keeps what they wrote, and nobody comes into being by being revoked.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from studiogate import names
from studiogate.aws.session import calling
from studiogate.errors import Invalid
from studiogate.foundation.directory import PersonRow
from studiogate.foundation.provisioned import DEACTIVATED_BY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_GONE = "ConditionalCheckFailed"


class Row:
    """The row of one person; every method asks DynamoDB once."""

    def __init__(self, dynamodb: "DynamoDBClient", person: str) -> None:
        self._dynamodb = dynamodb
        self._person = person

    def read(self) -> PersonRow | None:
        """The row as it is now; of one that cannot be read, that it is there.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        item = self._item()
        if item is None:
            return None
        try:
            return PersonRow.from_item(item)
        except (ValueError, KeyError):
            return PersonRow(self._person, None, None)

    def revoke(self, *, at: datetime, by: str) -> bool:
        """Raise the flag; `False` where there is no row to raise it in.

        Who raised it first, and when, stays.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        return self._update(
            "SET REVOKED = :yes, REVOKED_AT = if_not_exists(REVOKED_AT, :at), "
            "REVOKED_BY = if_not_exists(REVOKED_BY, :by)",
            {":yes": {"BOOL": True}, ":at": {"S": at.isoformat()}, ":by": {"S": by}},
        )

    def dead_after(self, seconds: float) -> bool:
        """Keep how long it took; `False` where there is no row.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        return self._update("SET DEAD_AFTER_S = :s", {":s": {"S": f"{seconds:.1f}"}})

    def restore(self) -> bool:
        """Take the flag and what came with it away; `False` where there is no row.

        The flag stays where a provider deactivated the person: it is the provider's to lift.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        ours = "REVOKED_AT, REVOKED_BY, DEAD_AFTER_S"
        alone = f"attribute_exists(PK) AND attribute_not_exists({DEACTIVATED_BY})"
        if self._update(f"REMOVE REVOKED, {ours}", {}, condition=alone):
            return True
        return self._update(f"REMOVE {ours}", {})

    def deactivated_by(self) -> tuple[str, ...]:
        """The providers that deactivated the person, by name.

        Raises:
            AwsError: DynamoDB refused, or did not answer.
        """
        item = self._item() or {}
        return tuple(sorted(item.get(DEACTIVATED_BY, {}).get("SS", ())))

    def _item(self) -> Any:
        with calling("dynamodb:GetItem", about=names.PEOPLE_TABLE):
            answer = self._dynamodb.get_item(
                TableName=names.PEOPLE_TABLE, Key=self._key, ConsistentRead=True
            )
        return answer.get("Item")

    @property
    def _key(self) -> dict[str, Any]:
        return {"PK": {"S": self._person}}

    def _update(
        self,
        expression: str,
        values: dict[str, Any],
        *,
        condition: str = "attribute_exists(PK)",
    ) -> bool:
        more: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            with calling("dynamodb:UpdateItem", about=names.PEOPLE_TABLE):
                self._dynamodb.update_item(
                    TableName=names.PEOPLE_TABLE,
                    Key=self._key,
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    **more,
                )
        except Invalid as refused:
            if not refused.code.startswith(_GONE):
                raise
            return False
        return True
