"""Attacks on the signature itself, and on the keys a provider publishes."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.kit.jwt_attacks import EC, OTHER, RSA, THIEF, Attack, Forge, Group, attack
from tests.kit.signin_idp import b64, rsa_key

_BAD = "token-signature"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (FIPS 186-4, D.1.2.3)."""


def _split(token: str) -> tuple[str, str, str]:
    header, payload, signature = token.split(".")
    return header, payload, signature


def _resigned(token: str, signature: bytes) -> str:
    return f"{token.rpartition('.')[0]}.{b64(signature)}"


def _curve(name: str, make: Callable[[int, int], bytes]) -> Attack:
    """An ES256 token with what `make` does of its r and s."""

    def forged(forge: Forge) -> str:
        token = forge.token(EC)
        raw = EC.signature(token.rpartition(".")[0].encode())
        return _resigned(token, make(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])))

    return attack(name, _BAD, forged)


def _pair(r: int, s: int, size: int = 32) -> bytes:
    return r.to_bytes(size) + s.to_bytes(size)


def high(forge: Forge) -> str:
    """The other spelling of a signature: n - s where there was s.  Whoever signed, signed both."""
    token = forge.token(EC)
    raw = EC.signature(token.rpartition(".")[0].encode())
    s = int.from_bytes(raw[32:])
    return _resigned(token, raw[:32] + (_ORDER - s).to_bytes(32))


# PKCS #1 v1.5 (RFC 8017 §9.2): 00 01 ff.. 00 and the DigestInfo, whose DER is always the same.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def _powered(name: str, block: Callable[[bytes, int], bytes]) -> Attack:
    """A token signed with the right key over a block that is not padded as it must be."""

    def forged(forge: Forge) -> str:
        assert isinstance(RSA.private, rsa.RSAPrivateKey)
        numbers = RSA.private.private_numbers()
        n, size = numbers.public_numbers.n, RSA.private.key_size // 8
        token = forge.token()
        digest = hashlib.sha256(token.rpartition(".")[0].encode()).digest()
        padded = block(digest, size)
        assert len(padded) == size
        return _resigned(token, pow(int.from_bytes(padded), numbers.d, n).to_bytes(size))

    return attack(f"padding: {name}", _BAD, forged)


def _padded(info: bytes, size: int, *, start: bytes = b"\0\1", fill: bytes = b"\xff") -> bytes:
    return start + fill * (size - len(start) - 1 - len(info)) + b"\0" + info


def _early(digest: bytes, size: int) -> bytes:
    """The hash in the middle and garbage to its right (Bleichenbacher 2006)."""
    head = b"\0\1" + b"\xff" * 8 + b"\0" + _SHA256_INFO + digest
    return head + b"\xaa" * (size - len(head))


def _info(prefix: str) -> Callable[[bytes, int], bytes]:
    return lambda digest, size: _padded(bytes.fromhex(prefix) + digest, size)


def _overlong(forge: Forge) -> str:
    """The signature and the modulus added: the same number to whoever only reduces it."""
    assert isinstance(RSA.private, rsa.RSAPrivateKey)
    n = RSA.private.public_key().public_numbers().n
    token = forge.token()
    raw = int.from_bytes(RSA.signature(token.rpartition(".")[0].encode())) + n
    return _resigned(token, raw.to_bytes(257))


def _of_ours(forge: Forge, spoil: Callable[[bytes], bytes]) -> str:
    token = forge.token()
    return _resigned(token, spoil(RSA.signature(token.rpartition(".")[0].encode())))


def _mixed(forge: Forge) -> str:
    """The header of one good token, the rest of another."""
    return f"{_split(forge.headed(typ='JWT'))[0]}.{forge.token().partition('.')[2]}"


def _promoted(forge: Forge) -> str:
    header, _, signature = _split(forge.token())
    return f"{header}.{b64(forge.payload(username='sam-security'))}.{signature}"


SIGNATURE = Group(
    "signature",
    high,
    (
        attack("of another key with our id", _BAD, lambda f: THIEF.token(f.claims(), kid="key-1")),
        attack("of a longer key", _BAD, lambda f: rsa_key("key-1", 3072).token(f.claims())),
        attack("of another published key", _BAD, lambda f: OTHER.token(f.claims(), kid="key-1")),
        attack("another header", _BAD, _mixed),
        attack("another payload", _BAD, _promoted),
        attack("of another token", _BAD, lambda f: f"{f.token().rpartition('.')[0]}.{_split(f.token(jti='x'))[2]}"),
        attack("all zero", _BAD, lambda f: _resigned(f.token(), bytes(256))),
        attack("one", _BAD, lambda f: _resigned(f.token(), (1).to_bytes(256))),
        attack("one byte", _BAD, lambda f: _resigned(f.token(), b"\0")),
        attack("all ones", _BAD, lambda f: _resigned(f.token(), b"\xff" * 256)),
        attack("cut short", _BAD, lambda f: _of_ours(f, lambda raw: raw[:-1])),
        attack("cut at the front", _BAD, lambda f: _of_ours(f, lambda raw: raw[1:])),
        attack("a zero before", _BAD, lambda f: _of_ours(f, lambda raw: b"\0" + raw)),
        attack("a zero behind", _BAD, lambda f: _of_ours(f, lambda raw: raw + b"\0")),
        attack("one bit turned", _BAD, lambda f: _of_ours(f, lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))),
        attack("backwards", _BAD, lambda f: _of_ours(f, lambda raw: raw[::-1])),
        attack("twice", _BAD, lambda f: _of_ours(f, lambda raw: raw * 2)),
        attack("the modulus added", _BAD, _overlong),
        _powered("the hash is not at the end", _early),
        _powered("the hash alone", _padded),
        _powered("no parameters", _info("302f300b0609608648016503040201" + "0420")),
        _powered("a length in the long form", _info("308131300d060960864801650304020105000420")),
        _powered("another hash is named", _info("3031300d060960864801650304020205000420")),
        _powered("a hash of another length", lambda d, size: _padded(_SHA256_INFO[:-1] + b"\x1f" + d[:-1], size)),
        _powered("block type 2", lambda d, size: _padded(_SHA256_INFO + d, size, start=b"\0\2")),
        _powered("block type 0", lambda d, size: _padded(_SHA256_INFO + d, size, start=b"\0\0", fill=b"\0")),
        _powered("filled with something else", lambda d, size: _padded(_SHA256_INFO + d, size, fill=b"\xfe")),
        _curve("r and s zero", lambda _r, _s: _pair(0, 0)),
        _curve("r zero", lambda _r, s: _pair(0, s)),
        _curve("s zero", lambda r, _s: _pair(r, 0)),
        _curve("r and s one", lambda _r, _s: _pair(1, 1)),
        _curve("r the order, s one", lambda _r, _s: _pair(_ORDER, 1)),
        _curve("r and s the order", lambda _r, _s: _pair(_ORDER, _ORDER)),
        _curve("r and s the order less one", lambda _r, _s: _pair(_ORDER - 1, _ORDER - 1)),
        _curve("s beyond the order", lambda r, _s: _pair(r, 2**256 - 1)),
        _curve("r and s changed round", lambda r, s: _pair(s, r)),
        _curve("r and s of 33 bytes", lambda r, s: _pair(r, s, 33)),
        _curve("r and s of 66 bytes, as of P-521", lambda r, s: _pair(r, s, 66)),
        _curve("63 bytes", lambda r, s: _pair(r, s)[:-1]),
        _curve("65 bytes", lambda r, s: _pair(r, s) + b"\0"),
        _curve("r alone", lambda r, _s: r.to_bytes(32)),
        _curve("in DER", encode_dss_signature),
        _curve("of the RSA key's length", lambda r, s: _pair(r, s, 128)),
    ),
)  # fmt: skip


def _published(
    name: str,
    jwk: Callable[[], Any],
    sign: Callable[[Forge], str],
    reason: str = "token-unknown-key",
) -> Attack:
    """A token by a key that is published, beside a good one, and may not be used."""
    return attack(
        f"published: {name}", reason, sign, keys=lambda: [OTHER.jwk(), *_listed(jwk())]
    )


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _ours(forge: Forge) -> str:
    return forge.token()


_SMALL = rsa_key("key-1", 1024)
_SECRET = b"s" * 64


def _ed() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(b"e" * 32)


def _edwards(forge: Forge) -> str:
    signed = forge.unsigned({"alg": "EdDSA", "kid": "key-1"})
    return f"{signed}.{b64(_ed().sign(signed.encode()))}"


def _ed_jwk() -> dict[str, Any]:
    raw = _ed().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw), "kid": "key-1", "use": "sig"}


def _powers_of_one() -> tuple[dict[str, Any], Callable[[Forge], str]]:
    """A key with the exponent 1: everybody can sign with it."""

    def sign(forge: Forge) -> str:
        token = forge.token()
        digest = hashlib.sha256(token.rpartition(".")[0].encode()).digest()
        return _resigned(token, _padded(_SHA256_INFO + digest, 256))

    return RSA.jwk(e="AQ"), sign


def _shared(forge: Forge) -> str:
    signed = forge.unsigned({"alg": "HS256", "kid": "key-1"})
    return f"{signed}.{b64(hmac.digest(_SECRET, signed.encode(), 'sha256'))}"


KEYS = Group(
    "published keys",
    lambda forge: OTHER.token(forge.claims()),
    (
        _published("RSA of 1024 bits", _SMALL.jwk, lambda f: _SMALL.token(f.claims())),
        _published("to encrypt", lambda: RSA.jwk(use="enc"), _ours),
        _published("to sign, not to verify", lambda: RSA.jwk(key_ops=["sign"]), _ours),
        _published("for another algorithm", lambda: RSA.jwk(alg="RS512"), _ours),
        _published("for key transport", lambda: RSA.jwk(alg="RSA-OAEP"), _ours),
        _published("without an id", lambda: RSA.jwk(kid=None), _ours),
        _published("with a number as id", lambda: RSA.jwk(kid=1), _ours),
        _published("with its private half", lambda: RSA.jwk(d="AQAB"), _ours),
        _published("with the exponent 1", lambda: _powers_of_one()[0], _powers_of_one()[1]),
        _published("with the exponent 3", lambda: RSA.jwk(e="Aw"), _ours),
        _published("padded", lambda: RSA.jwk(n=RSA.jwk()["n"] + "=="), _ours),
        _published("twice under one id", lambda: [RSA.jwk(), RSA.jwk()], _ours),
        _published("two under one id, ours first", lambda: [RSA.jwk(), THIEF.jwk(kid="key-1")], _ours),
        _published("two under one id, ours last", lambda: [THIEF.jwk(kid="key-1"), RSA.jwk()],
                   lambda f: THIEF.token(f.claims(), kid="key-1")),
        _published("a shared secret", lambda: {"kty": "oct", "k": b64(_SECRET), "kid": "key-1", "alg": "HS256"},
                   _shared, "token-algorithm"),
        _published("a shared secret called RS256",
                   lambda: {"kty": "oct", "k": b64(_SECRET), "kid": "key-1", "alg": "RS256"}, _ours),
        _published("Ed25519", _ed_jwk, _edwards, "token-algorithm"),
        _published("an elliptic key of another curve",
                   lambda: {**EC.jwk(kid="key-1"), "crv": "P-384"}, lambda f: EC.token(f.claims(), kid="key-1")),
        _published("a point off the curve", lambda: EC.jwk(kid="key-1", x=EC.jwk()["y"]),
                   lambda f: EC.token(f.claims(), kid="key-1")),
        _published("RSA called EC", lambda: RSA.jwk(kty="EC"), _ours),
        _published("a text", lambda: "key-1", _ours),
        _published("nothing", lambda: None, _ours),
    ),
    keys=lambda: [OTHER.jwk()],
)  # fmt: skip
