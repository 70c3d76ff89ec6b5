"""What AWS says of people, read whole: user pools, the two tables, Studio profiles (S2-28).

Nothing here turns a refusal into an empty answer: what cannot be read is an error, because a
person who is not in a list that was never read would look like one who is missing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from studiogate import names
from studiogate.aws.session import Accounts, calling, paged
from studiogate.foundation.directory import Item, LobRow, PersonRow
from studiogate.landscape.model import Landscape, OidcIdp
from studiogate.probe.people import Known, Unreadable, opened

AccountsIn = Callable[[str], Accounts]
"""The accounts as seen in one Region."""

_ISSUER = re.compile(
    r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<pool>(?P=region)_[0-9A-Za-z]{1,55})\Z"
)
"""A pool's issuer holds its Region and id (Amazon Cognito, "Verifying JSON web tokens")."""

_USERNAME = frozenset({"cognito:username", "username"})
"""Claims whose value is the user's name in the pool; any other is the attribute of its name."""

Row = TypeVar("Row", PersonRow, LobRow)


def known(landscape: Landscape, accounts_in: AccountsIn) -> Known:
    """What is there of everything that has to agree about a person.

    User pools and tables are those of the shared-services account.

    Raises:
        AwsError: something could not be read; then nothing is known.
        SettingsError: there are no credentials to ask with.
    """
    accounts_in = cache(accounts_in)
    accounts, hub = accounts_in(landscape.region), landscape.hub_account
    dynamodb = accounts.client(hub, "dynamodb")
    found = Known(
        pools=dict(_pools(landscape, accounts_in)),
        people=_rows(dynamodb, names.PEOPLE_TABLE, PersonRow.from_item),
        lobs=_rows(dynamodb, names.LOBS_TABLE, LobRow.from_item),
        profiles={},
    )
    return replace(found, profiles=dict(_profiles(landscape, accounts, found)))


def _pools(
    landscape: Landscape, accounts_in: AccountsIn
) -> Iterator[tuple[str, Mapping[str, bool]]]:
    for name, idp in landscape.idps.items():
        issuer = _ISSUER.match(idp.issuer) if isinstance(idp, OidcIdp) else None
        if isinstance(idp, OidcIdp) and issuer:
            client = accounts_in(issuer["region"]).client(landscape.hub_account, "cognito-idp")
            yield name, _users(client, issuer["pool"], idp.username_claim)


def _users(client: Any, pool: str, claim: str) -> dict[str, bool]:
    """Sign-in names and whether enabled; a user without one cannot sign in: no entry."""
    with calling("cognito-idp:ListUsers", about=pool):
        users = list(paged(client, "list_users", "Users", UserPoolId=pool))
    return {
        name: bool(user["Enabled"]) for user in users if (name := _sign_in_name(user, claim))
    }


def _sign_in_name(user: Mapping[str, Any], claim: str) -> str | None:
    if claim in _USERNAME:
        return str(user["Username"])
    attributes = {one["Name"]: one.get("Value") for one in user.get("Attributes", ())}
    return attributes.get(claim)


def _rows(
    dynamodb: Any, table: str, read: Callable[[Item], Row]
) -> dict[str, Row | Unreadable]:
    with calling("dynamodb:Scan", about=table):
        items = list(paged(dynamodb, "scan", "Items", TableName=table, ConsistentRead=True))
    return {item["PK"]["S"]: _row(item, read) for item in items}


def _row(item: Item, read: Callable[[Item], Row]) -> Row | Unreadable:
    try:
        return read(item)
    except ValueError as error:
        return Unreadable(str(error))


def _profiles(
    landscape: Landscape, accounts: Accounts, found: Known
) -> Iterator[tuple[str, frozenset[str]]]:
    """Profiles by domain id, of the domains that the directory leads to and that are there.

    Which are there is asked first: a list of the profiles of no domain is empty, not refused.
    """
    for lob, declared in landscape.lobs.items():
        ids = opened(landscape, lob, found).values()
        if not ids:
            continue
        account = landscape.accounts[declared.account]
        sagemaker = accounts.client(account, "sagemaker")
        with calling("sagemaker:ListDomains", about=account):
            there = {one["DomainId"] for one in paged(sagemaker, "list_domains", "Domains")}
        for id_ in ids:
            if id_ in there:
                yield id_, _names_in(sagemaker, id_)


def _names_in(sagemaker: Any, domain_id: str) -> frozenset[str]:
    with calling("sagemaker:ListUserProfiles", about=domain_id):
        profiles = paged(
            sagemaker, "list_user_profiles", "UserProfiles", DomainIdEquals=domain_id
        )
        return frozenset(one["UserProfileName"] for one in profiles)
