"""What a running organisation tells people and programs: `up.json` and an AWS config file."""

import os
from collections.abc import Mapping
from typing import Any

from studiogate.landscape.model import INTERNET, Landscape, OidcIdp
from studiogate.local.iam.accounts import Keys
from studiogate.local.listeners import AWS, PORTAL, STUDIO, WORKFORCE, Listeners, home

_SAID = {"portal": PORTAL, "studio": STUDIO, "access_portal": WORKFORCE}
"""The doors that people and programs are told of, for each network."""


def up_document(
    landscape: Landscape, known: Listeners, *, user_pool_id: str, api_id: str, config: str
) -> dict[str, Any]:
    """The contents of `up.json`, except `ready_s`, which is known when it is written."""
    portal = known[PORTAL, home(landscape)]
    return {
        "name": landscape.name,
        "pid": os.getpid(),
        "portal": portal.url,
        "api": portal.url,
        "aws_endpoint": known[AWS, INTERNET].address,
        "aws_config_file": config,
        "region": landscape.region,
        "api_id": api_id,
        "user_pool_id": user_pool_id,
        "user_pool_client_id": client_id(landscape),
        "people": people(landscape),
        "networks": {
            name: {
                said: known[door, name].url
                for said, door in _SAID.items()
                if (door, name) in known
            }
            for name in (*landscape.networks, INTERNET)
        },
    }


def client_id(landscape: Landscape) -> str:
    """The app client people sign in with: that of the first OIDC provider."""
    return next(
        (idp.client_id for idp in landscape.idps.values() if isinstance(idp, OidcIdp)), ""
    )


def people(landscape: Landscape) -> list[dict[str, str]]:
    """The demo people: name, password, line of business and the first of its domains."""
    return [
        {
            "name": name,
            "password": person.demo_password.get_secret_value(),
            "lob": person.lob or "",
            "domain": next(
                (
                    domain
                    for domain, declared in landscape.domains.items()
                    if declared.lob == person.lob
                ),
                "",
            ),
        }
        for name, person in landscape.people.items()
        if person.demo_password is not None
    ]


def aws_config(landscape: Landscape, endpoint: str, keys: Mapping[str, Keys], hub: str) -> str:
    """An AWS config file with a profile for each account; the default is the hub's account.

    Every tool that reads `AWS_CONFIG_FILE` and knows `endpoint_url` (AWS CLI since 1.29 and
    2.13, botocore since 1.31) then talks to the emulated organisation.
    """
    sections = [("default", keys[hub])]
    sections += [(f"profile {name}", found) for name, found in keys.items()]
    return "\n".join(_section(title, found, landscape, endpoint) for title, found in sections)


def _section(title: str, keys: Keys, landscape: Landscape, endpoint: str) -> str:
    return (
        f"[{title}]\n"
        f"region = {landscape.region}\n"
        f"endpoint_url = {endpoint}\n"
        f"aws_access_key_id = {keys.access_key}\n"
        f"aws_secret_access_key = {keys.secret_key}\n"
        "cli_pager =\n"
    )
