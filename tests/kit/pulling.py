"""A registry for tests: images by their URIs, roles that may not, and pulls that take a while.

Stands in for the emulated ECR's `Pulling`; it refuses what that refuses, in fewer words.
"""

import asyncio
import hashlib
from pathlib import Path

from studiogate.local.ecr.parts import CannotPullError, Pulled


class FakePulling:
    """Has the images it was given; remembers who pulled what."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        """URI with a tag to the digest it stands for."""

        self.denied: set[str] = set()
        """ARNs of roles that may pull nothing."""

        self.asked: list[tuple[str, str, str, str]] = []
        self.broken = False
        self.gate = asyncio.Event()
        """Pulls wait while it is cleared."""

        self.gate.set()

    def push(self, uri: str, content: str = "") -> str:
        """Have an image at `uri`, which has a tag; its URI by digest."""
        digest = f"sha256:{hashlib.sha256((content or uri).encode()).hexdigest()}"
        self.tags[uri] = digest
        return f"{uri.rpartition(':')[0]}@{digest}"

    async def pull(self, uri: str, *, role_arn: str, service: str, region: str) -> Pulled:
        self.asked.append((uri, role_arn, service, region))
        await self.gate.wait()
        if self.broken:
            raise ZeroDivisionError
        if role_arn in self.denied:
            raise CannotPullError(f"{role_arn} may not pull {uri}")
        for tagged, digest in self.tags.items():
            exact = f"{tagged.rpartition(':')[0]}@{digest}"
            if uri in {tagged, exact}:
                return Pulled(exact, digest, {"architecture": "amd64"}, (("", Path()),), 1)
        raise CannotPullError(f"Requested image not found: {uri}")
