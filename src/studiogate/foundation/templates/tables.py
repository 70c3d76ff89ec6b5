"""The directory's two tables (S2-09, S2-10), those of sign-ins, and the record's.

All are sealed with our own key, can be set back to any second of the last 35 days, and refuse
to be deleted until somebody says otherwise: `destroy` does, after it has told what is lost.
"""

from typing import Any

from troposphere import Template
from troposphere.dynamodb import (
    AttributeDefinition,
    KeySchema,
    PointInTimeRecoverySpecification,
    SSESpecification,
    Table,
    TimeToLiveSpecification,
)

from studiogate import names
from studiogate.foundation.marks import ENDS
from studiogate.foundation.openings import DAY, MOMENT

TABLES = {
    "PeopleTable": (names.PEOPLE_TABLE, ("PK",)),
    "LobsTable": (names.LOBS_TABLE, ("PK",)),
    "OpeningsTable": (names.OPENINGS_TABLE, (DAY, MOMENT)),
    "SigninsTable": (names.SIGNINS_TABLE, ("PK",)),
    "IdpsTable": (names.IDPS_TABLE, ("PK",)),
    "ProvisionedTable": (names.PROVISIONED_TABLE, ("PK",)),
}
"""Logical id to the name and the keys of the table."""

_ENDS = {"SigninsTable": ENDS}
"""The column by which DynamoDB deletes rows of a table, where it does."""


def tables(template: Template, key_arn: Any) -> dict[str, Table]:
    """The tables, put into `template`, by logical id."""
    return {
        logical: template.add_resource(_table(logical, name, keys, key_arn))
        for logical, (name, keys) in TABLES.items()
    }


def _table(logical: str, name: str, keys: tuple[str, ...], key_arn: Any) -> Table:
    kinds = dict(zip(keys, ("HASH", "RANGE"), strict=False))
    ends = _ENDS.get(logical)
    living = {} if ends is None else {"TimeToLiveSpecification": _until(ends)}
    return Table(
        logical,
        TableName=name,
        AttributeDefinitions=[
            AttributeDefinition(AttributeName=one, AttributeType="S") for one in keys
        ],
        KeySchema=[KeySchema(AttributeName=one, KeyType=kind) for one, kind in kinds.items()],
        BillingMode="PAY_PER_REQUEST",
        PointInTimeRecoverySpecification=PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True
        ),
        SSESpecification=SSESpecification(
            SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=key_arn
        ),
        DeletionProtectionEnabled=True,
        # Its name is known to roles in other accounts: a retained one would be in the way.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        **living,
    )


def _until(column: str) -> TimeToLiveSpecification:
    return TimeToLiveSpecification(AttributeName=column, Enabled=True)
