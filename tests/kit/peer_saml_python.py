"""pysaml2 as a SAML provider, in a process of its own: its signatures are made by `xmlsec1`."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.kit.peer_saml import ALGORITHMS, AUDIENCE, EMAIL, MAIL, fetched, stated, write_key
from tests.kit.waiting import PATIENCE_S

ENTITY = "urn:peer:pysaml2"
_PROGRAM = Path(__file__).parents[1] / "peers" / "pysaml2_provider.py"


@dataclass(frozen=True)
class PySaml:
    """The provider while it runs."""

    url: str
    folder: Path

    def settle(
        self,
        described: str,
        *,
        strength: str = "SHA-256",
        name_id: str = EMAIL,
        attributes: Mapping[str, list[str]] | None = None,
        fails: bool = False,
        **how: Any,
    ) -> None:
        """Set it up anew, for the service that `described` is the metadata of.

        When it `fails` it says that nobody signed in; `how` it answers is said in words of its own, as `sign_assertion`.
        """
        (self.folder / "sp.xml").write_text(described)
        signing, digest = ALGORITHMS[strength]
        told = {
            "entity": ENTITY,
            "service": AUDIENCE,
            "userid": MAIL,
            "format": name_id,
            "attributes": dict(stated() if attributes is None else attributes),
            "fails": fails,
            "how": {"sign_alg": signing, "digest_alg": digest} | how,
        }
        (self.folder / "peer.json").write_text(json.dumps(told))

    def metadata(self) -> bytes:
        """What it publishes."""
        return fetched(f"{self.url}/metadata")

    def tile(self, relay: str = "") -> str:
        """Where a person begins who begins here, and is to go on to `relay`."""
        return f"{self.url}/begin?RelayState={quote(relay)}"


@contextmanager
def py_saml(folder: Path) -> Iterator[PySaml]:
    """The provider, with what it reads in `folder`; it answers nobody until it is settled.

    Raises:
        RuntimeError: the program it signs with is not there, or it did not start.
    """
    if shutil.which("xmlsec1") is None:
        raise RuntimeError("xmlsec1 is not there; run: sh tools/setup test-packages")
    write_key(folder, "idp")
    process = subprocess.Popen(
        [sys.executable, str(_PROGRAM), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("pysaml2 did not start; run: sh tools/setup test")
        yield PySaml(f"http://localhost:{port}", folder)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()
