"""What assertions are signed with: a key, its certificate, and the change to the next one.

A certificate is rolled over in three steps, so that nobody is locked out on the way: the new
one is *published* beside the old, then signing is *switched* to it, then the old one is
*retired*.  Between the steps whoever trusts the provider reads its metadata again (IAM
Identity Center User Guide, "Rotate a SAML 2.0 certificate").  Keys outlive a restart, in a file
that only its owner can read.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from studiogate.errors import StartError
from studiogate.gateway.ports import Clock
from studiogate.local.statedir import StateDir

FILE = "workforce/certificates.json"
BITS = 2048
LASTS = timedelta(days=5 * 365)
"""IAM Identity Center's certificates last five years."""

_EARLIER = timedelta(minutes=5)
"""A clock that is behind ours must not find a new certificate not yet valid."""


class Phase(Enum):
    """How far a roll-over has come."""

    SETTLED = "settled"
    """One certificate is published, and signs."""

    PUBLISHED = "published"
    """A new one is published beside the one that signs."""

    SWITCHED = "switched"
    """The new one signs; the old one is still published."""


class OutOfTurn(Exception):
    """A step of the roll-over that the one before it has not been taken for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A signing key and the certificate that others know it by."""

    key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal, as people compare it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def ends(self) -> datetime:
        """When the certificate ends."""
        return self.certificate.not_valid_after_utc


MakePair = Callable[[datetime], Pair]


def new_pair(now: datetime) -> Pair:
    """A fresh key with a certificate it signed itself; takes about a tenth of a second."""
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Emulated access portal")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + LASTS)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(key, certificate)


class Certificates:
    """The certificates of one provider, kept in the state directory."""

    def __init__(self, state: StateDir, clock: Clock, *, make: MakePair = new_pair) -> None:
        """Take those of an earlier run, or make the first.

        Raises:
            StartError: what an earlier run kept cannot be read.
        """
        self._state = state
        self._clock = clock
        self._make = make
        text = state.kept(FILE, lambda: _text(Phase.SETTLED, (make(clock()),)))
        try:
            self.phase, self._pairs = _read(text)
        except (ValueError, KeyError, TypeError):
            raise StartError(
                f"{state / FILE} does not hold the access portal's certificates",
                remedy="Delete it: new ones are made, and published.",
            ) from None

    @property
    def signing(self) -> Pair:
        """The one that signs now."""
        return self._pairs[0]

    @property
    def published(self) -> tuple[Pair, ...]:
        """Every one the metadata names; the one that signs first."""
        return self._pairs

    def publish(self) -> None:
        """Publish a new certificate beside the one that signs.

        Raises:
            OutOfTurn: there are two already.
        """
        self._step(Phase.SETTLED, Phase.PUBLISHED, (*self._pairs, self._make(self._clock())))

    def switch(self) -> None:
        """Sign with the new certificate from now on.

        Raises:
            OutOfTurn: there is none, or it signs already.
        """
        self._step(Phase.PUBLISHED, Phase.SWITCHED, self._pairs[::-1])

    def retire(self) -> None:
        """Publish the old certificate no longer, and forget its key.

        Raises:
            OutOfTurn: it still signs.
        """
        self._step(Phase.SWITCHED, Phase.SETTLED, self._pairs[:1])

    def _step(self, before: Phase, after: Phase, pairs: tuple[Pair, ...]) -> None:
        if self.phase is not before:
            raise OutOfTurn
        self._state.write(FILE, _text(after, pairs))
        self.phase, self._pairs = after, pairs


def _text(phase: Phase, pairs: tuple[Pair, ...]) -> str:
    kept = [
        {
            "key": pair.key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ).decode("ascii"),
            "certificate": pair.certificate.public_bytes(Encoding.PEM).decode("ascii"),
        }
        for pair in pairs
    ]
    return json.dumps({"phase": phase.value, "pairs": kept}, indent=2) + "\n"


def _read(text: str) -> tuple[Phase, tuple[Pair, ...]]:
    kept: dict[str, Any] = json.loads(text)
    phase = Phase(kept["phase"])
    pairs = tuple(_pair(one) for one in kept["pairs"])
    if len(pairs) != (1 if phase is Phase.SETTLED else 2):
        raise ValueError("another number of certificates")
    return phase, pairs


def _pair(kept: dict[str, str]) -> Pair:
    key = load_pem_private_key(kept["key"].encode("ascii"), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return Pair(key, x509.load_pem_x509_certificate(kept["certificate"].encode("ascii")))
