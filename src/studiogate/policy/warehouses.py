"""The documents of reading a Redshift cluster in another account, in one's own name.

The person's name travels as the source identity from the notebook's session into the producer's
account, and there decides which database user somebody can be (requirements S1-10 to S1-21).
Whatever the published policies leave open is closed here: any group (F-60), any database
(F-59), other people's statements (F-61), and the hop itself (F-58).
Source: Service Authorization Reference, "Amazon Redshift" and "Amazon Redshift Data API".
"""

import re
from collections.abc import Sequence
from typing import Any

from studiogate import names
from studiogate.policy.documents import HOP, exact, owner, policy_document, some
from studiogate.policy.language import Document
from studiogate.policy.place import Place

READER_POLICY = "RedshiftROAPIUserAccess"
"""Name of the reader role's policy (S1-19)."""

ON_CLUSTER = (
    "redshift-data:DescribeTable",
    "redshift-data:ExecuteStatement",
    "redshift-data:ListDatabases",
    "redshift-data:ListSchemas",
    "redshift-data:ListTables",
)
"""Actions of the Data API on a cluster."""

ON_STATEMENT = (
    "redshift-data:CancelStatement",
    "redshift-data:DescribeStatement",
    "redshift-data:GetStatementResult",
    "redshift-data:ListStatements",
)
"""Actions of the Data API on a statement, which has no ARN but an owner."""

_SOMEBODY = "?*"
_THEMSELVES = "${aws:SourceIdentity}"
_IN_A_NAME = {"Null": {"aws:SourceIdentity": "false"}}
_NAME = re.compile(r"[a-z][a-z0-9_+.@-]{0,63}\Z", re.ASCII)


def reader_role_policy(
    *, region: str, account: str, cluster: str, database: str, groups: Sequence[str] = ()
) -> Document:
    """What the reader role of one lob may do with `cluster` of `account`.

    Sign in to `database` as the database user called like the session's source identity, who
    is made when missing; join `groups`, which may be none; run statements, and see one's own.

    Raises:
        PolicyError: a name is a pattern, or cannot be one of Redshift's (lower case, a letter
            first, 64 characters at most).
    """
    where = _Where(region, owner(account), _name("cluster", cluster))
    user = where.arn("dbuser", _THEMSELVES)
    as_themselves = {"redshift:DbUser": _THEMSELVES}
    joined = [where.arn("dbgroup", _name("groups", group)) for group in groups]
    return policy_document(
        {
            "Sid": "GetRedshiftCredentials",
            "Effect": "Allow",
            "Action": "redshift:GetClusterCredentials",
            "Resource": [user, where.arn("dbname", _name("database", database))],
            # Without DbName in the call the user may log on to any database (F-59).
            "Condition": {"StringEquals": {**as_themselves, "redshift:DbName": database}},
        },
        {
            "Sid": "DynamicUserCreation",
            "Effect": "Allow",
            "Action": "redshift:CreateClusterUser",
            "Resource": user,
            "Condition": {"StringEquals": as_themselves},
        },
        *([_in_a_name("JoinGroups", "redshift:JoinGroup", joined)] if joined else []),
        _in_a_name("DataAPIPermissions", list(ON_CLUSTER), [where.cluster_arn]),
        {
            "Sid": "OwnStatements",
            "Effect": "Allow",
            "Action": list(ON_STATEMENT),
            "Resource": "*",
            "Condition": {
                "StringEquals": {"redshift-data:statement-owner-iam-userid": "${aws:userid}"},
                **_IN_A_NAME,
            },
        },
        # Describe actions know no single cluster.
        _in_a_name("ReadPermissions", "redshift:DescribeClusters", ["*"]),
    )


def reader_role_trust(*, execution_role_arns: Sequence[str]) -> Document:
    """Who may become a reader: notebooks of those roles, in somebody's name.

    The session must be called like the person: `aws:userid`, by which the Data API tells the
    owner of a statement, holds the session's name, and one name for all would make all of them
    one owner (F-61).
    """
    notebooks = {"AWS": some("execution_role_arns", execution_role_arns)}
    somebody = {"StringLike": {"aws:SourceIdentity": _SOMEBODY}}
    return policy_document(
        {
            "Sid": "NotebooksInSomebodysName",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:AssumeRole",
            "Condition": {
                **somebody,
                "StringEquals": {"sts:RoleSessionName": _THEMSELVES},
            },
        },
        {
            "Sid": "TheNameComesAlong",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:SetSourceIdentity",
            "Condition": somebody,
        },
    )


def reading_policy(*, reader_role_arns: Sequence[str]) -> Document:
    """What an execution role needs beside its own policy, to become those readers (S1-21)."""
    return policy_document(
        {
            "Sid": "BecomeReader",
            "Effect": "Allow",
            "Action": list(HOP),
            "Resource": some("reader_role_arns", reader_role_arns),
        }
    )


class _Where:
    """One cluster, as its ARNs name it."""

    def __init__(self, region: str, account: str, cluster: str) -> None:
        self._stem = f"arn:{names.partition(region)}:redshift:{region}:{account}"
        self._cluster = cluster

    @property
    def cluster_arn(self) -> str:
        """ARN of the cluster itself."""
        return f"{self._stem}:cluster:{self._cluster}"

    def arn(self, kind: str, name: str) -> str:
        """ARN of the cluster's `kind` called `name`."""
        return f"{self._stem}:{kind}:{self._cluster}/{name}"


def _in_a_name(sid: str, actions: str | list[str], on: list[str]) -> dict[str, Any]:
    """Those actions on those resources, for sessions that carry a source identity."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": on,
        "Condition": _IN_A_NAME,
    }


def _name(what: str, value: str) -> str:
    """`value`, a name Redshift takes (API reference, GetClusterCredentials)."""
    if not _NAME.match(exact(what, value)):
        raise Place(what).error(
            f"{value!r} is no name in Redshift", remedy="Lower case, a letter first, 1 to 64."
        )
    return value
