"""Addresses that a layer can be read at for an hour, by whoever has one.

ECR sends clients to a bucket of its own for layers (ECR User Guide, "Create the Amazon S3
gateway endpoint"), by a presigned URL; ours are signed with a key that no run shares.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from studiogate.local.ecr.uris import DIGEST, bucket_host

LIVES = timedelta(hours=1)
_PATH = re.compile(rf"/({DIGEST})")


class NotHere(Exception):
    """The address was not given out like this, or has ended."""


class Downloads:
    """Gives out addresses of layers, and says which layer one is about."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def url(self, region: str, digest: str) -> str:
        """An address for a layer of a registry in `region`."""
        ends = int((self._clock() + LIVES).timestamp())
        signed = self._signature(region, digest, ends)
        return f"https://{bucket_host(region)}/{digest}?X-Ends={ends}&X-Signature={signed}"

    def digest(self, region: str, path: str, query: str) -> str:
        """The layer that an address in `region` leads to.

        Raises:
            NotHere: to none.
        """
        found, said = _PATH.fullmatch(path), parse_qs(query)
        ends, signature = said.get("X-Ends", [""])[0], said.get("X-Signature", [""])[0]
        if found is None or not (ends.isascii() and ends.isdigit() and len(ends) < 20):  # noqa: PLR2004 - digits of any moment there will be
            raise NotHere
        expected = self._signature(region, found[1], int(ends))
        same = hmac.compare_digest(signature.encode(), expected.encode())
        if not same or int(ends) <= self._clock().timestamp():
            raise NotHere
        return found[1]

    def _signature(self, region: str, digest: str, ends: int) -> str:
        return hmac.new(self._key, f"{region} {digest} {ends}".encode(), "sha256").hexdigest()
