"""The organisation, founded: every account of the landscape, and the keys to begin with.

Done in moto's own objects, because no AWS API makes an account with a given id.  What stands
afterwards is what AWS Organizations leaves behind: an administrator role in each member, that
the management account may assume, and `FullAWSAccess` at every level.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.organizations.models import FakeAccount, organizations_backends

from studiogate.errors import StartError
from studiogate.landscape.model import Landscape

MANAGEMENT = "900000000009"
ADMIN_ROLE = "OrganizationAccountAccessRole"
_ADMIN_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
_OPERATOR, _EXPLORER = "operator", "explorer"
_FULL_ACCESS = ("p-FullAWSAccess", "p-RCPFullAWSAccess")


@dataclass(frozen=True, slots=True)
class Keys:
    """Long-term keys of an IAM user."""

    user: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Founded:
    """The keys to a new organisation."""

    management_account: str
    management: Keys
    """The operator's, an administrator of the management account."""

    explorers: Mapping[str, Keys]
    """By account id: an administrator in each member, still under its SCPs."""


def found_organisation(landscape: Landscape, management_account: str = MANAGEMENT) -> Founded:
    """Make the organisation and every account of `landscape`.

    Raises:
        StartError: the management account's id is one of the landscape's, or there is an
            organisation already.
    """
    if management_account in landscape.accounts.values():
        raise StartError(
            f"Account {management_account} is the management account of the emulation.",
            remedy="Give that account of the landscape another id.",
        )
    backend = organizations_backends[management_account]["aws"]
    if backend.org is not None:
        raise StartError(
            "There is an organisation in this process already.",
            remedy="Start the emulation in a process of its own.",
        )
    before = set(iam_backends)
    backend.create_organization(region="us-east-1", FeatureSet="ALL")
    _forget_new(before)
    (root,) = backend.list_roots()["Roots"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        backend.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    _stock(management_account)
    explorers = {
        account: _member(backend, name, account) for name, account in landscape.accounts.items()
    }
    return Founded(
        management_account=management_account,
        management=_administrator(management_account, _OPERATOR),
        explorers=explorers,
    )


def emails(management_account: str) -> frozenset[str]:
    """The address of every account there is, in lower case: no two accounts share one."""
    backend = organizations_backends[management_account]["aws"]
    return frozenset(str(account.email).lower() for account in backend.accounts)


def vend(management_account: str, name: str, email: str, role: str) -> str:
    """Make one more account, with an id of its own and `role` for the management account.

    The id is returned.
    """
    backend = organizations_backends[management_account]["aws"]
    taken = {str(account.id) for account in backend.accounts}
    account = next(id_ for id_ in _random_ids() if id_ not in taken)
    _join(backend, name, email, account=account, role=role)
    return account


def _random_ids() -> Iterator[str]:
    while True:
        yield f"{secrets.randbelow(10**12):012d}"


def _member(backend: Any, name: str, account: str) -> Keys:
    """One member account with `account` as its id, and its explorer's keys."""
    _join(backend, name, f"{name}@accounts.example", account=account, role=ADMIN_ROLE)
    return _administrator(account, _EXPLORER)


def _join(backend: Any, name: str, email: str, *, account: str, role: str) -> None:
    before = set(iam_backends)
    made = FakeAccount(backend.org, AccountName=name, Email=email)
    _forget_new(before)
    made.id = account
    backend.accounts.append(made)
    for policy in _FULL_ACCESS:
        backend.attach_policy(PolicyId=policy, TargetId=account)
    organizations_backends.master_accounts[account] = (backend.account_id, "aws")
    _stock(account)
    iam = iam_backends[account]["aws"]
    iam.create_role(
        role_name=role,
        assume_role_policy_document=json.dumps(_trust(backend.account_id)),
        path="/",
        permissions_boundary=None,
        description="Made by AWS Organizations",
        tags=[],
        max_session_duration="3600",
    )
    iam.attach_role_policy(_ADMIN_POLICY, role)


def _forget_new(before: set[str]) -> None:
    """Drop the account of a random id into which moto has put an administrator role."""
    for account in set(iam_backends) - before:
        del iam_backends[account]


def _trust(management: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{management}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def _administrator(account: str, user: str) -> Keys:
    iam = iam_backends[account]["aws"]
    iam.create_user("us-east-1", user, "/", None)
    iam.attach_user_policy(_ADMIN_POLICY, user)
    key = iam.create_access_key(user)
    # moto draws secrets from a generator made for tests.
    key.secret_access_key = secrets.token_urlsafe(30)
    return Keys(user, key.access_key_id, key.secret_access_key)


def _stock(account: str) -> None:
    """Give `account` the policies AWS manages; moto leaves them out unless told otherwise.

    They have the same id in every account, as AWS's own have.
    """
    iam = iam_backends[account]["aws"]
    for one in _managed():
        if one.arn not in iam.managed_policies:
            policy = copy(one)
            policy.account_id, policy.tags = account, {}
            policy.versions = [copy(version) for version in one.versions]
            iam.managed_policies[policy.arn] = policy
            # Where moto looks to tell them from the account's own.
            iam.aws_managed_policies.append(policy)


@cache
def _managed() -> Sequence[AWSManagedPolicy]:
    """One of each, attached nowhere: to make them takes longer than all else of an account."""
    known = json.loads(aws_managed_policies_data)
    return tuple(
        AWSManagedPolicy.from_data(name, MANAGEMENT, "us-east-1", data)
        for name, data in known.items()
    )
