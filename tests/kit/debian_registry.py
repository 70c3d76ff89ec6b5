"""Debian's own registry on loopback, with TLS and a password: it knows nothing of us."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from studiogate.images.parts import Login
from tests.kit.ports import free_port
from tests.kit.unpacked import DEBIAN_REGISTRY
from tests.kit.waiting import awaited, listens

USER = "AWS"
PASSWORD = "open-sesame"
_HASHED = "$2b$04$sT7QFbNyBT4rVEenHjvhP.3tmF8wMPKRaC.xwc/IJn1WiNtBUhCTS"


@dataclass(frozen=True)
class Registry:
    """The registry while it runs."""

    host: str
    """As `127.0.0.1:5000`."""

    certificate: Path
    """What `SSL_CERT_FILE` has to name for it to be trusted."""

    def login(self, password: str = PASSWORD) -> Login:
        """How its one user enters it."""
        return Login(registry=self.host, user=USER, password=SecretStr(password))


@contextmanager
def debian_registry(folder: Path, *, is_open: bool = False) -> Iterator[Registry]:
    """A registry that keeps what it is sent below `folder`; `is_open` to anybody."""
    assert os.access(DEBIAN_REGISTRY, os.X_OK), "run: sh tools/setup test-packages"
    host = f"127.0.0.1:{free_port()}"
    folder.mkdir(parents=True, exist_ok=True)
    registry = Registry(host, _signed(folder))
    (folder / "htpasswd").write_text(f"{USER}:{_HASHED}\n", encoding="utf-8")
    said = _configuration(folder, registry) + ("" if is_open else _locked(folder))
    (folder / "config.yml").write_text(said, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [str(DEBIAN_REGISTRY), "serve", str(folder / "config.yml")], stdout=log, stderr=log
        )
        try:
            _answers(host, running)
            yield registry
        finally:
            running.terminate()
            running.wait()


def _configuration(folder: Path, registry: Registry) -> str:
    return (
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'kept'}}}}}\n"
        f"http: {{addr: '{registry.host}', "
        f"tls: {{certificate: {registry.certificate}, key: {folder / 'key.pem'}}}}}\n"
    )


def _locked(folder: Path) -> str:
    return f"auth: {{htpasswd: {{realm: test, path: {folder / 'htpasswd'}}}}}\n"


def _signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, for this hour, and its key beside it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)  # noqa: TID251 - a client compares it with its own clock
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a registry for tests")])
    place = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(place, critical=False)
        .sign(key, SHA256())
    )
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(kept)
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return folder / "certificate.pem"


def _answers(host: str, running: subprocess.Popen[bytes]) -> None:
    name, _, port = host.partition(":")
    awaited(lambda: listens(running, name, int(port)))
