"""The authority whose certificates the emulation shows where AWS shows Amazon's, and those.

A client that trusts the file `Authority.file` (OpenSSL's and Go's `SSL_CERT_FILE`, libpq's
`sslrootcert`) verifies these as strictly as it would Amazon's.
"""

import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

Clock = Callable[[], datetime]

_AUTHORITY_LIVES = timedelta(days=3650)
_SERVER_LIVES = timedelta(days=397)
_EARLIER = timedelta(hours=1)
"""Clocks of containers differ."""


class Authority:
    """Signs the certificates of one organisation's databases and registries."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """It stays in `folder`: made there at first, found there later."""
        self._clock, self._folder = clock, folder
        self.file = folder / "ca.pem"
        if not self.file.exists():
            self._make()
        self._certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
        key = load_pem_private_key((folder / "ca-key.pem").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - as it was made
        self._key = key

    def context(self, names: Sequence[str]) -> ssl.SSLContext:
        """For a server that is `localhost`, and each of `names`; a `*` is one label."""
        key = ec.generate_private_key(ec.SECP256R1())
        known = x509.SubjectAlternativeName(
            [
                *map(x509.DNSName, ("localhost", *names)),
                x509.IPAddress(IPv4Address("127.0.0.1")),
            ]
        )
        made = (
            self._begun(_named("localhost"), key.public_key(), _SERVER_LIVES)
            .issuer_name(self._certificate.subject)
            .add_extension(known, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        file = self._folder / "server.pem"
        _written(file, _plain(key) + made.public_bytes(Encoding.PEM))
        context.load_cert_chain(file)
        file.unlink()
        return context

    def beside_the_worlds(self, target: Path) -> Path:
        """Write the world's authorities, this machine's and this one to `target`; `target`.

        For `SSL_CERT_FILE`, which takes the place of what a program trusts otherwise.
        """
        here = ssl.get_default_verify_paths().cafile
        sources = [certifi.where(), *([here] if here else []), str(self.file)]
        texts = [Path(one).read_text("utf-8") for one in dict.fromkeys(sources)]
        target.write_text("\n".join(texts), encoding="utf-8")
        return target

    def _make(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        own = _named("studiogate emulation")
        made = (
            self._begun(own, key.public_key(), _AUTHORITY_LIVES)
            .issuer_name(own)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, SHA256())
        )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        _written(self._folder / "ca-key.pem", _plain(key))
        self.file.write_bytes(made.public_bytes(Encoding.PEM))
        self.file.chmod(0o644)

    def _begun(
        self, name: x509.Name, public: ec.EllipticCurvePublicKey, lives: timedelta
    ) -> x509.CertificateBuilder:
        now = self._clock()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(now + lives)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _plain(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _written(file: Path, content: bytes) -> None:
    """Write `file` so that only its owner could ever read it."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)
