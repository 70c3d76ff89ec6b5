"""Sessions of boto3 that read AWS's models once in a process, not once each.

A model is megabytes of JSON: with those read already, a client takes milliseconds.
"""

from functools import cache

import boto3.session
import botocore.session
from botocore.loaders import Loader, create_loader


def boto_session(
    access_key: str | None = None,
    secret_key: str | None = None,
    token: str | None = None,
    region: str | None = None,
) -> boto3.session.Session:
    """A session of its own in all but the models."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", models())
    made = boto3.session.Session(
        access_key, secret_key, token, region_name=region, botocore_session=inner
    )
    # Every session adds where boto3 has models of its own, and there they are looked for again.
    paths = models().search_paths
    paths[:] = dict.fromkeys(paths)
    return made


@cache
def models() -> Loader:
    """What reads the models, and keeps them."""
    return create_loader()
