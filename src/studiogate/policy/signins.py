"""What the gateway may do with its tables beyond reading the directory, and no more.

Marks are put and read, never deleted: what was used up stays used up until DynamoDB's time to
live takes it away.  What providers published is read.  People and groups that come by SCIM are
written where a provider sends them, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studiogate import names
from studiogate.policy.documents import policy_document, table_arns
from studiogate.policy.language import Document

SIGNINS_POLICY = "studiogate-sign-ins"
"""Name of the inline policy `signins_policy` is."""


@dataclass(frozen=True, slots=True)
class Use:
    """Some operations on some tables."""

    sid: str
    operations: tuple[str, ...]
    tables: tuple[str, ...]

    def statement(self, *, region: str, account: str) -> dict[str, Any]:
        """It as a statement that allows it."""
        return {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": [f"dynamodb:{one}" for one in self.operations],
            "Resource": table_arns(region, account, self.tables),
        }


DIRECTORY = Use(
    "Directory", ("BatchGetItem", "GetItem"), (names.PEOPLE_TABLE, names.LOBS_TABLE)
)
"""What every opening reads."""

_MARKS = Use("Marks", ("BatchGetItem", "PutItem"), (names.SIGNINS_TABLE,))
_PROVIDERS = Use("Providers", ("GetItem",), (names.IDPS_TABLE,))
_PROVISIONED = (
    Use(
        "Provisioned",
        ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Scan"),
        (names.PROVISIONED_TABLE,),
    ),
    Use("People", ("DeleteItem", "UpdateItem"), (names.PEOPLE_TABLE,)),
    Use("Groups", ("Scan",), (names.LOBS_TABLE,)),
)


def uses(*, saml: bool, scim: bool) -> tuple[Use, ...]:
    """What the gateway does with its tables beside `DIRECTORY` and the record.

    `saml`: there is a provider whose document it reads.  `scim`: one sends people.
    """
    return (_MARKS, *((_PROVIDERS,) if saml else ()), *(_PROVISIONED if scim else ()))


def signins_policy(*, region: str, account: str, uses: Sequence[Use]) -> Document:
    """What the gateway may do to sign people in and out."""
    return policy_document(*(one.statement(region=region, account=account) for one in uses))
