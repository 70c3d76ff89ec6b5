"""Who holds what in one account: roles and users, as IAM lists them.

Source: IAM API Reference, GetAccountAuthorizationDetails.  Groups are folded into their users,
because AWS asks the policies of both as one layer.
"""

import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from studiogate.aws.session import calling
from studiogate.policy.language import Kind, Policy
from studiogate.probe.documents import Documents
from studiogate.reach.estate import Holder

_FILTER = ("User", "Role", "Group", "LocalManagedPolicy")
"""AWS's own managed policies are read one by one: there are a thousand, and few are used."""

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")

Detail = Mapping[str, Any]


class Managed:
    """The policies that AWS manages: the same in every account, so read once."""

    def __init__(self) -> None:
        self._documents: dict[str, Any] = {}
        self._reading = threading.Lock()

    def document(self, iam: Any, arn: str) -> Any:
        """The document in force.

        Raises:
            AwsError: it could not be read.
        """
        with self._reading:
            if arn not in self._documents:
                with calling("iam:GetPolicy", about=arn):
                    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                with calling("iam:GetPolicyVersion", about=arn):
                    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
                self._documents[arn] = found["PolicyVersion"]["Document"]
            return self._documents[arn]


class Entities:
    """One account's IAM, read once."""

    def __init__(
        self, iam: Any, account: str, *, managed: Managed, documents: Documents
    ) -> None:
        """Read through `iam`, a client of `account`."""
        self._iam = iam
        self._account = account
        self._managed = managed
        self._documents = documents

    def holders(self) -> tuple[Holder, ...]:
        """Every role and user of the account.

        Raises:
            AwsError: IAM could not be read; then nobody's absence means anything.
        """
        return (
            *(self._role(one) for one in self._details["RoleDetailList"]),
            *(self._user(one) for one in self._details["UserDetailList"]),
        )

    @cached_property
    def _details(self) -> Mapping[str, list[Detail]]:
        found: dict[str, list[Detail]] = {name: [] for name in _LISTS}
        with calling("iam:GetAccountAuthorizationDetails", about=self._account):
            pages = self._iam.get_paginator("get_account_authorization_details")
            for page in pages.paginate(Filter=list(_FILTER)):
                for name in _LISTS:
                    found[name] += page[name]
        return found

    @cached_property
    def _local(self) -> Mapping[str, Any]:
        """Documents of the account's own managed policies, by ARN."""
        return {
            one["Arn"]: version["Document"]
            for one in self._details["Policies"]
            for version in one["PolicyVersionList"]
            if version["IsDefaultVersion"]
        }

    @cached_property
    def _groups(self) -> Mapping[str, Detail]:
        return {one["GroupName"]: one for one in self._details["GroupDetailList"]}

    def _role(self, role: Detail) -> Holder:
        name = role["RoleName"]
        where = f"role {name} of {self._account}"
        trust = _plain(role["AssumeRolePolicyDocument"])
        return Holder(
            kind="role",
            arn=role["Arn"],
            account=self._account,
            name=name,
            identity=tuple(self._held(role, "RolePolicyList", where)),
            trust=self._documents.policy(trust, Kind.TRUST, f"trust policy of {name}", where),
            boundary=self._boundary(role, where),
            tags=_tags(role),
        )

    def _user(self, user: Detail) -> Holder:
        name = user["UserName"]
        where = f"user {name} of {self._account}"
        return Holder(
            kind="user",
            arn=user["Arn"],
            account=self._account,
            name=name,
            identity=(
                *self._held(user, "UserPolicyList", where),
                *(one for group in user.get("GroupList", ()) for one in self._of_group(group)),
            ),
            boundary=self._boundary(user, where),
            tags=_tags(user),
        )

    def _of_group(self, name: str) -> Iterator[Policy]:
        where = f"group {name} of {self._account}"
        if name not in self._groups:
            # Made or renamed while the pages were read.
            yield self._documents.missing(Kind.IDENTITY, "policies", where)
            return
        yield from self._held(self._groups[name], "GroupPolicyList", where)

    def _held(self, entity: Detail, inline: str, where: str) -> Iterator[Policy]:
        for one in entity.get(inline, ()):
            text = _plain(one["PolicyDocument"])
            yield self._documents.policy(text, Kind.IDENTITY, one["PolicyName"], where)
        for one in entity.get("AttachedManagedPolicies", ()):
            yield self._attached(one["PolicyArn"], Kind.IDENTITY, one["PolicyName"], where)

    def _boundary(self, entity: Detail, where: str) -> Policy | None:
        arn = entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if not arn:
            return None
        return self._attached(arn, Kind.BOUNDARY, arn.rpartition("/")[2], where)

    def _attached(self, arn: str, kind: Kind, name: str, where: str) -> Policy:
        if ":iam::aws:" in arn:
            document = self._managed.document(self._iam, arn)
        elif arn in self._local:
            document = self._local[arn]
        else:
            return self._documents.missing(kind, name, where)
        return self._documents.policy(_plain(document), kind, name, where)


def _plain(document: Any) -> Any:
    """`document` as JSON text has it: IAM hands it out URL-encoded, boto3 decodes most.

    What boto3 cannot decode stays a text, and is no better for being decoded here; a text that
    begins like JSON was never encoded.
    """
    if isinstance(document, str) and not document.lstrip().startswith("{"):
        return unquote(document)
    return document


def _tags(entity: Detail) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in entity.get("Tags", ())}
