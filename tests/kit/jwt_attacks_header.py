"""Attacks in a token's header: algorithm, key id, keys it brings along, type, extensions."""

import hashlib
import hmac
import json
import zlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.kit.jwt_attacks import (
    EC,
    NULL,
    RSA,
    THIEF,
    Attack,
    Forge,
    Group,
    attack,
    good,
    heading,
)
from tests.kit.signin_idp import SigningKey, b64

_DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def _public(key: SigningKey, encoding: Encoding) -> bytes:
    return key.private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def _hmac(forge: Forge, secret: bytes, alg: str = "HS256", kid: str = "key-1") -> str:
    """A token "signed" with something public as if it were a shared secret."""
    signed = forge.unsigned({"alg": alg, "kid": kid})
    digest = _DIGESTS.get(alg, "sha256")
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), digest))}"


def _rsa(forge: Forge, alg: str, digest: HashAlgorithm, *, pss: bool = False) -> str:
    """A token that our provider's RSA key really signed, by another algorithm."""
    assert isinstance(RSA.private, rsa.RSAPrivateKey)
    signed = forge.unsigned({"alg": alg, "kid": "key-1"})
    scheme = (
        padding.PSS(padding.MGF1(digest), digest.digest_size) if pss else padding.PKCS1v15()
    )
    return f"{signed}.{b64(RSA.private.sign(signed.encode(), scheme, digest))}"


def _ec(forge: Forge, alg: str, digest: HashAlgorithm) -> str:
    assert isinstance(EC.private, ec.EllipticCurvePrivateKey)
    signed = forge.unsigned({"alg": alg, "kid": "key-2"})
    r, s = decode_dss_signature(EC.private.sign(signed.encode(), ec.ECDSA(digest)))
    return f"{signed}.{b64(r.to_bytes(32) + s.to_bytes(32))}"


def _edwards(forge: Forge) -> str:
    signed = forge.unsigned({"alg": "EdDSA", "kid": "key-1"})
    return f"{signed}.{b64(ed25519.Ed25519PrivateKey.generate().sign(signed.encode()))}"


def _none(alg: str, signature: str = "") -> Attack:
    """Nothing signed; once with nothing after the dot, once with something."""
    reason = "token-algorithm" if signature else "token-malformed"
    return attack(
        f"alg {alg!r}, {'some signature' if signature else 'no signature'}",
        reason,
        lambda forge: f"{forge.unsigned({'alg': alg, 'kid': 'key-1'})}.{signature}",
    )


def _jwk(key: SigningKey) -> bytes:
    return json.dumps(key.jwk()).encode()


ALGORITHM = Group(
    "algorithm",
    good,
    (
        *(_none(alg) for alg in ("none", "None", "nOnE", "NONE", "")),
        *(_none(alg, b64(b"x" * 256)) for alg in ("none", "None", "nOnE", "NONE", "", " none")),
        heading("alg left out", "token-algorithm", alg=None),
        heading("alg null", "token-algorithm", alg=NULL),
        heading("alg a number", "token-algorithm", alg=256),
        heading("alg a list", "token-algorithm", alg=["RS256"]),
        heading("alg an object", "token-algorithm", alg={"RS256": 1}),
        heading("alg in lower case", "token-algorithm", alg="rs256"),
        heading("alg with a space", "token-algorithm", alg="RS256 "),
        heading("alg with NUL", "token-algorithm", alg="RS256\0"),
        heading("alg dir of JWE", "token-algorithm", alg="dir"),
        heading("alg RSA-OAEP of JWE", "token-algorithm", alg="RSA-OAEP"),
        attack("HMAC by the PEM", "token-algorithm", lambda f: _hmac(f, _public(RSA, Encoding.PEM))),
        attack(
            "HMAC by the PEM without its last line end",
            "token-algorithm",
            lambda f: _hmac(f, _public(RSA, Encoding.PEM).rstrip()),
        ),
        attack("HMAC by the DER", "token-algorithm", lambda f: _hmac(f, _public(RSA, Encoding.DER))),
        attack("HMAC by the JWK", "token-algorithm", lambda f: _hmac(f, _jwk(RSA))),
        attack("HMAC by the modulus", "token-algorithm", lambda f: _hmac(f, RSA.jwk()["n"].encode())),
        attack("HMAC by the kid", "token-algorithm", lambda f: _hmac(f, b"key-1")),
        attack("HMAC by nothing", "token-algorithm", lambda f: _hmac(f, b"")),
        attack("HMAC by the client id", "token-algorithm", lambda f: _hmac(f, f.idp.client_id.encode())),
        attack("HS384 by the PEM", "token-algorithm", lambda f: _hmac(f, _public(RSA, Encoding.PEM), "HS384")),
        attack("HS512 by the PEM", "token-algorithm", lambda f: _hmac(f, _public(RSA, Encoding.PEM), "HS512")),
        attack(
            "HMAC by the elliptic PEM",
            "token-algorithm",
            lambda f: _hmac(f, _public(EC, Encoding.PEM), kid="key-2"),
        ),
        attack(
            "HMAC called RS256", "token-signature", lambda f: _hmac(f, _public(RSA, Encoding.PEM), "RS256")
        ),
        attack(
            "HMAC called ES256",
            "token-signature",
            lambda f: _hmac(f, _public(EC, Encoding.PEM), "ES256", "key-2"),
        ),
        heading("ES256 with the RSA key", "token-key-algorithm", alg="ES256"),
        heading("RS256 with the elliptic key", "token-key-algorithm", EC, alg="RS256"),
        attack("RS384 by the right key", "token-algorithm", lambda f: _rsa(f, "RS384", SHA384())),
        attack("RS512 by the right key", "token-algorithm", lambda f: _rsa(f, "RS512", SHA512())),
        attack("PS256 by the right key", "token-algorithm", lambda f: _rsa(f, "PS256", SHA256(), pss=True)),
        attack("RS1 by the right key", "token-algorithm", lambda f: _rsa(f, "RS1", SHA1())),  # noqa: S303 - what is refused
        attack("PSS called RS256", "token-signature", lambda f: _rsa(f, "RS256", SHA256(), pss=True)),
        attack("SHA-1 called RS256", "token-signature", lambda f: _rsa(f, "RS256", SHA1())),  # noqa: S303 - what is refused
        attack("SHA-512 called RS256", "token-signature", lambda f: _rsa(f, "RS256", SHA512())),
        attack("ES384 by the right key", "token-algorithm", lambda f: _ec(f, "ES384", SHA384())),
        attack("ES256K by the right key", "token-algorithm", lambda f: _ec(f, "ES256K", SHA256())),
        attack("SHA-512 called ES256", "token-signature", lambda f: _ec(f, "ES256", SHA512())),
        attack("EdDSA by nobody's key", "token-algorithm", _edwards),
    ),
)  # fmt: skip

_UNKNOWN = "token-unknown-key"
KEY_ID = Group(
    "key id",
    lambda forge: forge.token(EC),
    (
        heading("no kid", "token-no-key-id", kid=None),
        heading("kid null", "token-no-key-id", kid=NULL),
        heading("kid empty", "token-no-key-id", kid=""),
        heading("kid a number", "token-no-key-id", kid=1),
        heading("kid true", "token-no-key-id", kid=True),
        heading("kid a list", "token-no-key-id", kid=["key-1"]),
        heading("kid an object", "token-no-key-id", kid={"key-1": "key-1"}),
        heading("kid of 257 characters", "token-no-key-id", kid="k" * 257),
        heading("kid of three kilobytes", "token-malformed", kid="k" * 3000),
        heading("kid a path", _UNKNOWN, kid="../../../../dev/null"),
        heading("kid an absolute path", _UNKNOWN, kid="/proc/sys/kernel/randomize_va_space"),
        heading("kid SQL", _UNKNOWN, kid="key-1' UNION SELECT 'key-1"),
        heading("kid a command", _UNKNOWN, kid="key-1|/usr/bin/id"),
        heading("kid a lookup", _UNKNOWN, kid="${jndi:ldap://127.0.0.1/x}"),
        heading("kid with NUL", _UNKNOWN, kid="key-1\0"),
        heading("kid with a line end", _UNKNOWN, kid="key-1\r\nx-evil: 1"),
        heading("kid with a space", _UNKNOWN, kid="key-1 "),
        heading("kid in capitals", _UNKNOWN, kid="KEY-1"),
        heading("kid full-width", _UNKNOWN, kid="\uff4bey-1"),
        heading("kid percent-encoded", _UNKNOWN, kid="key%2D1"),
        heading("kid a lone surrogate", _UNKNOWN, kid="\ud800"),
        attack("kid an address", _UNKNOWN, lambda f: f.headed(kid=f"{f.canary}/jwks.json")),
        attack("kid a file", _UNKNOWN, lambda f: f.headed(kid="file:///etc/passwd")),
        heading("kid of another key of ours", "token-key-algorithm", kid="key-2"),
    ),
)


def _bringing(name: str, member: str, value: Any, *, kid: str = "key-1") -> Attack:
    """A thief's token that says where its key is, under a key id of ours or of theirs."""
    reason = "token-signature" if kid == "key-1" else _UNKNOWN

    def make(forge: Forge) -> str:
        said = value(forge) if callable(value) else value
        return forge.headed(THIEF, kid=kid, **{member: said})

    return attack(f"{name}, kid {'ours' if kid == 'key-1' else 'theirs'}", reason, make)


_BROUGHT = (
    ("jku elsewhere", "jku", lambda f: f"{f.canary}/jwks.json"),
    ("jku below our issuer", "jku", lambda f: f"{f.idp.issuer}/../thief.json"),
    ("jku with our issuer as user", "jku", lambda f: f"http://issuer@{f.canary[7:]}/jwks.json"),
    ("jku a file", "jku", "file:///dev/null"),
    ("jku at the metadata service", "jku", "http://169.254.169.254/latest/meta-data/"),
    ("x5u elsewhere", "x5u", lambda f: f"{f.canary}/certificate.pem"),
    ("x5c", "x5c", [b64(b"0" * 64)]),
    ("jwk", "jwk", lambda _: THIEF.jwk(kid="key-1")),
    ("x5t", "x5t", b64(hashlib.sha256(b"x").digest()[:20])),
    ("x5t#S256", "x5t#S256", b64(hashlib.sha256(b"x").digest())),
)
BROUGHT = Group(
    "keys that the token brings",
    lambda forge: forge.headed(jku=f"{forge.canary}/jwks.json", jwk=THIEF.jwk(kid="key-1")),
    tuple(_bringing(*one, kid=kid) for one in _BROUGHT for kid in ("key-1", "key-of-a-thief")),
)


def _unencoded(forge: Forge) -> str:
    """RFC 7797: a payload that is signed as it is; of characters that base64url has."""
    header = b64(b'{"alg":"RS256","kid":"key-1","b64":false,"crit":["b64"]}')
    signed = f"{header}.{b64(forge.payload())}"
    return f"{signed}.{b64(RSA.signature(signed.encode()))}"


def _deflated(forge: Forge) -> str:
    packed = zlib.compress(forge.payload(), wbits=-15)
    return RSA.raw_token(b'{"alg":"RS256","kid":"key-1","zip":"DEF"}', packed)


_CRITICAL = "token-critical"
EXTENSION = Group(
    "extensions",
    lambda forge: forge.headed(typ="JWT", cty="json"),
    (
        heading("crit of what we know", _CRITICAL, crit=["exp"], exp=1),
        heading("crit of what nobody knows", _CRITICAL, crit=["x-new"], x_new=1),
        heading("crit of alg", _CRITICAL, crit=["alg"]),
        heading("crit empty", _CRITICAL, crit=[]),
        heading("crit null", _CRITICAL, crit=NULL),
        heading("crit a text", _CRITICAL, crit="exp"),
        heading("b64 false", _CRITICAL, b64=False),
        heading("b64 true", _CRITICAL, b64=True),
        attack("b64 false, crit and signed so", _CRITICAL, _unencoded),
        heading("zip", _CRITICAL, zip="DEF"),
        attack("zip and really deflated", _CRITICAL, _deflated),
        attack("cty of a token in a token", "token-json", lambda f: RSA.raw_token(
            b'{"alg":"RS256","kid":"key-1","cty":"JWT"}', f.token().encode())),
    ),
)  # fmt: skip

_TYPE = "token-type"
TYPE = Group(
    "type",
    lambda forge: forge.headed(typ="at+jwt"),
    (
        *(
            heading(f"typ {kind}", _TYPE, typ=kind)
            for kind in (
                "logout+jwt", "secevent+jwt", "dpop+jwt", "id_token+jwt", "oauth-authz-req+jwt",
                "token-introspection+jwt", "application/logout+jwt", "JWE", "JOSE", "JOSE+JSON",
                "ID", "text/html", "at+jwt;x=1", " JWT", "JWT\0", "",
            )
        ),
        heading("typ null", _TYPE, typ=NULL),
        heading("typ a number", _TYPE, typ=7),
        heading("typ a list", _TYPE, typ=["JWT"]),
        heading("typ an object", _TYPE, typ={}),
    ),
)  # fmt: skip
