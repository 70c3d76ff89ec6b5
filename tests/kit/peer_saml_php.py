"""SimpleSAMLphp, on PHP's own server: a SAML provider that knows nothing of us.

It is Debian's package, unpacked and not installed; whatever it writes is in a folder of the test.
"""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.kit.peer_oidc import PERSON, Visitor
from tests.kit.peer_saml import AUDIENCE, fetched, stated, wait_for, write_key
from tests.kit.ports import free_port
from tests.kit.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
WWW = ROOT / ".tools" / "simplesamlphp" / "usr" / "share" / "simplesamlphp" / "www"
CONFIGURATION = ROOT / "tests" / "peers" / "simplesamlphp"
ENTITY = "urn:peer:simplesamlphp"
PASSWORD = "correct-horse"
_MISSING = "SimpleSAMLphp or PHP is not there; run: sh tools/setup test-packages"


@dataclass
class SimpleSaml:
    """The provider while it runs."""

    port: int
    folder: Path
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """By another name than the gateway's address, so that a browser sees two sites."""
        return f"http://localhost:{self.port}"

    @property
    def sso(self) -> str:
        """Where people are sent to sign in."""
        return f"{self.url}/saml2/idp/SSOService.php"

    @property
    def metadata_url(self) -> str:
        """Where it publishes its metadata."""
        return f"{self.url}/saml2/idp/metadata.php"

    def settle(
        self,
        described: str,
        *,
        hosted: Mapping[str, Any] | None = None,
        remote: Mapping[str, Any] | None = None,
        attributes: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Set it up anew, for the service that `described` is the metadata of.

        `hosted` is what it is told of itself, `remote` of the service.
        """
        (self.folder / "sp.xml").write_text(described)
        person = stated() if attributes is None else dict(attributes)
        self.said = {
            "url": self.url,
            "entity": ENTITY,
            "salt": secrets.token_hex(16),
            "people": {f"{PERSON}:{PASSWORD}": person},
            "hosted": _signing("idp") | dict(hosted or {}),
            "remote": dict(remote or {}),
        }
        self._write()

    def change(self, **hosted: Any) -> None:
        """Tell it other things of itself, while it runs."""
        self.said["hosted"] |= hosted
        self._write()

    def roll_over(self, name: str, *, before: str = "idp") -> None:
        """Publish the key called `name` as well, and sign with `before` still."""
        write_key(self.folder, name)
        new = {f"new_{what}": value for what, value in _signing(name).items()}
        self.change(**_signing(before), **new)

    def sign_with(self, name: str) -> None:
        """Sign with the key called `name`, and publish no other."""
        write_key(self.folder, name)
        for what in ("new_privatekey", "new_certificate"):
            self.said["hosted"].pop(what, None)
        self.change(**_signing(name))

    def metadata(self) -> bytes:
        """What it publishes."""
        return fetched(self.metadata_url)

    def tile(self, relay: str | None = None, **more: str) -> str:
        """Where a person signs in who begins here, and is to go on to `relay`."""
        asked = {"spentityid": AUDIENCE, **more}
        if relay is not None:
            asked["RelayState"] = relay
        return f"{self.sso}?{urlencode(asked)}"

    def signed_in(
        self, visitor: Visitor, start: str, *, password: str = PASSWORD
    ) -> httpx.Response:
        """The page at the end of a sign-in that begins at `start`: it has the form for us."""
        page = visitor.followed(visitor.get(start))
        assert str(page.url).startswith(self.url), f"{page.url}\n{page.text}"
        filled = visitor.submitted(page, username=PERSON, password=password)
        return visitor.followed(filled)

    def _write(self) -> None:
        """Write what it is told, whole: it may be reading."""
        fresh = self.folder / "peer.json.new"
        fresh.write_text(json.dumps(self.said))
        fresh.replace(self.folder / "peer.json")


def _signing(name: str) -> dict[str, str]:
    return {"privatekey": f"{name}.key", "certificate": f"{name}.crt"}


@contextmanager
def simple_saml(folder: Path) -> Iterator[SimpleSaml]:
    """The provider, with what it writes in `folder`; it knows nobody until it is settled.

    Raises:
        RuntimeError: it is not there, or did not start.
    """
    php = shutil.which("php")
    if php is None or not WWW.is_dir():
        raise RuntimeError(_MISSING)
    for name in ("sessions", "temporary"):
        (folder / name).mkdir()
    for name in ("idp", "other"):
        write_key(folder, name)
    told = {
        "PATH": os.defpath,
        "PEER_FOLDER": str(folder),
        "SIMPLESAMLPHP_CONFIG_DIR": str(CONFIGURATION),
    }
    port = free_port()
    quick = ["-d", "opcache.enable_cli=1", "-d", "display_errors=0"]
    with (folder / "php.log").open("wb") as out:
        process = subprocess.Popen(
            [php, *quick, "-S", f"127.0.0.1:{port}", "-t", str(WWW)],
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(process, port)
        yield SimpleSaml(port, folder)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
