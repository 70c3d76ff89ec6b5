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

ON_WORKGROUP = ("redshift-serverless:GetCredentials", "redshift-serverless:GetWorkgroup")
"""What finds a workgroup and signs in to it."""

ON_EVERY_CLUSTER = ("redshift:DescribeClusters",)
"""What knows no single cluster (Service Authorization Reference, "Amazon Redshift")."""

SIGNING_IN = (
    "redshift:CreateClusterUser",
    "redshift:GetClusterCredentials",
    "redshift:JoinGroup",
)
"""What signs in to a cluster."""

LOOKING = ("redshift:DescribeEndpointAccess",)
"""What says where an endpoint that Redshift manages answers; it has no resource."""

DB_GROUPS_TAG = "RedshiftDbGroups"
"""Tag of a role by which the Data API joins database groups (Redshift Management Guide,
"Joining database groups when connecting to a cluster")."""

DB_ROLES_TAG = "RedshiftDbRoles"
"""Tag of a role by which a workgroup gives database roles (Redshift Management Guide, "Defining
database roles to grant to federated users")."""

OWN = ".${aws:SourceIdentity}"
"""What a pattern of roles ends in of which everybody may become their own alone."""

_SOMEBODY = "?*"
_THEMSELVES = "${aws:SourceIdentity}"
_IN_A_NAME = {"Null": {"aws:SourceIdentity": "false"}}
# `aws:userid` of a session is the id of its role, a colon, and the session's name.
_CALLED_SO = {"StringLike": {"aws:userid": "*:${aws:SourceIdentity}"}}
_NAME = re.compile(r"[a-z][a-z0-9_+.@-]{0,63}\Z", re.ASCII)

_OWN_SESSION = {
    "StringEqualsIfExists": {"redshift-data:session-owner-iam-userid": "${aws:userid}"}
}
"""A statement may go into a session of the Data API that was kept open, by whoever knows its
id, and would run as whoever began it.  Most go into none, and then there is no such key."""

_OWN_STATEMENTS: dict[str, Any] = {
    "Sid": "OwnStatements",
    "Effect": "Allow",
    "Action": list(ON_STATEMENT),
    "Resource": "*",
    "Condition": {
        "StringEquals": {"redshift-data:statement-owner-iam-userid": "${aws:userid}"},
        **_CALLED_SO,
    },
}
"""Of a session that is called like its person: one name for all would make everybody the owner
of everybody's statements (F-61)."""


def reader_role_policy(
    *,
    region: str,
    account: str,
    cluster: str,
    database: str,
    groups: Sequence[str] = (),
    any_database: bool = False,
) -> Document:
    """What the reader role of one lob may do with `cluster` of `account`.

    Sign in to `database` as the database user called like the session's source identity, who
    is made when missing; join `groups`, which may be none; run statements, and see one's own.
    `any_database` lets passwords be asked for that name no database, and so open every one
    (F-59): AWS SDK for pandas asks for no others.

    Raises:
        PolicyError: a name is a pattern, or cannot be one of Redshift's (lower case, a letter
            first, 64 characters at most).
    """
    where = _Where(region, owner(account), _name("cluster", cluster))
    user = where.arn("dbuser", _THEMSELVES)
    as_themselves = {"redshift:DbUser": _THEMSELVES}
    there = {} if any_database else {"redshift:DbName": database}
    joined = [where.arn("dbgroup", _name("groups", group)) for group in groups]
    return policy_document(
        {
            "Sid": "GetRedshiftCredentials",
            "Effect": "Allow",
            "Action": "redshift:GetClusterCredentials",
            "Resource": [user, where.arn("dbname", _name("database", database))],
            "Condition": {"StringEquals": {**as_themselves, **there}},
        },
        {
            "Sid": "DynamicUserCreation",
            "Effect": "Allow",
            "Action": "redshift:CreateClusterUser",
            "Resource": user,
            "Condition": {"StringEquals": as_themselves},
        },
        *([_in_a_name("JoinGroups", "redshift:JoinGroup", joined)] if joined else []),
        _data_api([where.cluster_arn]),
        _OWN_STATEMENTS,
        _in_a_name("ReadPermissions", list(ON_EVERY_CLUSTER), ["*"]),
    )


def workgroup_reader_policy(*, region: str, account: str, workgroup_id: str) -> Document:
    """What one person's reader role may do with a workgroup of `account`.

    Sign in to it, and run statements and see one's own.  Who they are in the database is not
    theirs to say: Redshift makes the user of the role's name (`IAMR:`), and its groups are in
    the tag of the role (decision 21).
    """
    where = f"arn:{names.partition(region)}:redshift-serverless:{region}:{owner(account)}"
    workgroup = [f"{where}:workgroup/{exact('workgroup_id', workgroup_id)}"]
    return policy_document(
        _in_a_name("GetWorkgroupCredentials", list(ON_WORKGROUP), workgroup),
        _data_api(workgroup),
        _OWN_STATEMENTS,
    )


def reader_role_trust(*, execution_role_arns: Sequence[str]) -> Document:
    """Who may become a reader: notebooks of those roles, in somebody's name.

    Whatever the session is called: the published notebook's is `RedshiftSession` (S1-29).  The
    Data API, which knows people by that name, is for sessions called like their person.
    """
    notebooks = {"AWS": some("execution_role_arns", execution_role_arns)}
    somebody = {"StringLike": {"aws:SourceIdentity": _SOMEBODY}}
    return policy_document(
        {
            "Sid": "NotebooksInSomebodysName",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:AssumeRole",
            "Condition": somebody,
        },
        {
            "Sid": "TheNameComesAlong",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:SetSourceIdentity",
            "Condition": somebody,
        },
    )


def own_reader_role_trust(*, execution_role_arns: Sequence[str], profile: str) -> Document:
    """Who may become the reader that only the owner of `profile` is.

    Notebooks of those roles in that person's name; a workgroup knows them by the role alone.
    """
    notebooks = {"AWS": some("execution_role_arns", execution_role_arns)}
    if not (isinstance(profile, names.Symbol) or names.is_profile(profile)):
        raise Place("profile").error(
            f"{profile!r} is not a profile name", remedy="Letters, digits, inner hyphens."
        )
    named = {"aws:SourceIdentity": profile}
    return policy_document(
        {
            "Sid": "OneNotebookPerson",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {**named, "sts:RoleSessionName": profile}},
        },
        {
            "Sid": "TheNameComesAlong",
            "Effect": "Allow",
            "Principal": notebooks,
            "Action": "sts:SetSourceIdentity",
            "Condition": {"StringEquals": named},
        },
    )


def own(arn: str) -> str:
    """The pattern `arn`, which is to end in `OWN`, and stand for one role but for that.

    Raises:
        PolicyError: it is another pattern.
    """
    stem = arn.removesuffix(OWN)
    exact("reader_role_arns", stem)
    return arn


def reading_policy(*, reader_role_arns: Sequence[str], looks: bool = False) -> Document:
    """What an execution role needs beside its own policy, to become those readers (S1-21).

    An ARN that ends in `OWN` stands for the role of whoever the session is.  With `looks` its
    notebooks find the endpoints that Redshift manages in their own account.
    """
    if not reader_role_arns:
        raise Place("reader_role_arns").error("there are none", remedy="Write no policy.")
    return policy_document(
        {
            "Sid": "BecomeReader",
            "Effect": "Allow",
            "Action": list(HOP),
            "Resource": [own(arn) for arn in reader_role_arns],
        },
        *([_in_a_name("FindEndpoints", list(LOOKING), ["*"])] if looks else []),
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


def _data_api(on: list[str]) -> dict[str, Any]:
    """The Data API on those clusters or workgroups."""
    return {
        "Sid": "DataAPIPermissions",
        "Effect": "Allow",
        "Action": list(ON_CLUSTER),
        "Resource": on,
        "Condition": {**_CALLED_SO, **_OWN_SESSION},
    }


def _name(what: str, value: str) -> str:
    """`value`, a name Redshift takes (API reference, GetClusterCredentials)."""
    if not _NAME.match(exact(what, value)):
        raise Place(what).error(
            f"{value!r} is no name in Redshift", remedy="Lower case, a letter first, 1 to 64."
        )
    return value
