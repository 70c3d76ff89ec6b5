"""A small OpenID Connect provider on loopback: real keys, real tokens, real refusals.

It is no part of the product.  Tests use it where the gateway needs somebody to sign in at; it
checks what a provider checks (client, redirect URI, PKCE, one-time code) and lets a test make it
misbehave in one way at a time: replace a document, override a claim, take it down.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.kit.waiting import PATIENCE_S

CLIENT_ID = "5studiogatedemoportal01"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DISCOVERY = "/.well-known/openid-configuration"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_HASHES = {"256": SHA256(), "384": SHA384(), "512": SHA512()}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int, size: int | None = None) -> str:
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8))


@dataclass
class SetClock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@cache
def rsa_key(kid: str, bits: int = 2048) -> "SigningKey":
    return SigningKey(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))


@cache
def ec_key(kid: str) -> "SigningKey":
    return SigningKey(kid, ec.generate_private_key(ec.SECP256R1()))


@cache
def key_for(algorithm: str, kid: str = "key-1") -> "SigningKey":
    """A key that signs with `algorithm`."""
    if algorithm[:2] in {"RS", "PS"}:
        return SigningKey(kid, rsa_key(kid).private, algorithm)
    if algorithm == "EdDSA":
        return SigningKey(kid, ed25519.Ed25519PrivateKey.generate())
    curve = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1()}[algorithm]
    return SigningKey(kid, ec.generate_private_key(curve))


@dataclass(frozen=True)
class SigningKey:
    """A key pair and the id it is published under."""

    kid: str
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(
        repr=False
    )
    of_rsa: str = "RS256"
    """What it signs with if it is an RSA key; the others can do one thing only."""

    @property
    def alg(self) -> str:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.of_rsa
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return "EdDSA"
        return "ES256" if self.private.key_size == 256 else "ES384"

    def jwk(self, **members: Any) -> dict[str, Any]:
        """The public key as a key set lists it; `members` replace, add or (`None`) leave out."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            of_rsa = public.public_numbers()
            facts = {"kty": "RSA", "n": _number(of_rsa.n), "e": _number(of_rsa.e)}
        elif isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            facts = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
        else:
            of_ec, size = public.public_numbers(), public.key_size // 8
            facts = {"kty": "EC", "crv": f"P-{public.key_size}"}
            facts |= {"x": _number(of_ec.x, size), "y": _number(of_ec.y, size)}
        return _said({"kid": self.kid, "use": "sig", "alg": self.alg, **facts, **members})

    def signature(self, signed: bytes) -> bytes:
        private = self.private
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(signed)
        digest = _HASHES[self.alg[2:]]
        if isinstance(private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(private.sign(signed, ec.ECDSA(digest)))
            size = private.key_size // 8
            return r.to_bytes(size) + s.to_bytes(size)
        if self.alg.startswith("RS"):
            return private.sign(signed, padding.PKCS1v15(), digest)
        return private.sign(
            signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest
        )

    def token(self, claims: Mapping[str, Any] | bytes, **header: Any) -> str:
        """A token of `claims`; bytes are taken as they are, header members replace or add."""
        said = {"alg": self.alg, "kid": self.kid, **header}
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        return self.raw_token(json.dumps(said).encode(), payload)

    def raw_token(self, header: bytes, payload: bytes) -> str:
        signed = f"{b64(header)}.{b64(payload)}"
        return f"{signed}.{b64(self.signature(signed.encode()))}"


@dataclass
class Reply:
    """What the provider answers instead of what it should."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Code:
    redirect_uri: str
    challenge: str
    nonce: str
    person: str


class FakeIdp:
    """The provider.  `issuer` is its own address unless it speaks for another one."""

    def __init__(self, url: str, clock: SetClock, issuer: str | None = None) -> None:
        self.url = url
        self.clock = clock
        self.issuer = issuer or url
        self.client_id = CLIENT_ID
        self.person = "user-lob-a"
        self.signing = rsa_key("key-1")
        self.published: list[Any] = [self.signing.jwk()]
        self.replies: dict[str, Reply] = {}
        self.claims: dict[str, Any] = {}
        """Claims of ID tokens a test wants otherwise; `None` leaves a claim out."""

        self.answer: dict[str, str] = {}
        """Parameters of the authorization answer a test wants otherwise."""

        self.discovery: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        """Of its documents; one with an `etag` is given again only to who does not have it."""

        self.secret: str | None = None
        """What its client must show at the token endpoint, as `discovery` says where."""

        self.hits: Counter[str] = Counter()
        self.handed_out: list[str] = []
        """Every code and token it gave, for tests that look for leaks."""

        self._codes: dict[str, _Code] = {}

    def access_claims(self, person: str = "user-lob-a", **claims: Any) -> dict[str, Any]:
        """Claims as a Cognito access token has them; `None` leaves one out."""
        now_s = int(self.clock().timestamp())
        facts = {
            "iss": self.issuer,
            "sub": f"sub-of-{person}",
            "token_use": "access",
            "client_id": self.client_id,
            "username": person,
            "scope": "openid",
            "iat": now_s,
            "exp": now_s + 3600,
            "jti": secrets.token_hex(8),
        }
        return _said(facts | claims)

    def id_claims(self, person: str = "user-lob-a", **claims: Any) -> dict[str, Any]:
        """Claims as a Cognito ID token has them; `None` leaves one out."""
        facts = {
            "token_use": "id",
            "aud": self.client_id,
            "cognito:username": person,
            "client_id": None,
            "username": None,
            "scope": None,
        }
        return self.access_claims(person, **(facts | claims))

    def logout_claims(self, **claims: Any) -> dict[str, Any]:
        """Claims of a logout token that ends a session; `None` leaves one out."""
        now_s = int(self.clock().timestamp())
        facts = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now_s,
            "exp": now_s + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT_EVENT: {}},
            "sid": "session-at-provider",
        }
        return _said(facts | claims)

    def logout_token(self, *, typ: str | None = "logout+jwt", **claims: Any) -> str:
        header = {"typ": typ} if typ is not None else {}
        return self.signing.token(self.logout_claims(**claims), **header)

    def access_token(self, person: str = "user-lob-a", **claims: Any) -> str:
        return self.signing.token(self.access_claims(person, **claims))

    def rotate(self, key: SigningKey, *, keep: bool = True) -> None:
        """Sign with `key` from now on; the old keys stay published unless told otherwise."""
        self.signing = key
        self.published = [*(self.published if keep else []), key.jwk()]

    def reply_to_get(self, path: str, query: Mapping[str, str]) -> Reply:
        if path.endswith(DISCOVERY):
            return self._document(self._discovery())
        if path.endswith("/jwks.json"):
            return self._document({"keys": self.published})
        if path == "/authorize":
            return self._authorize(query)
        return Reply(status=404)

    def reply_to_post(self, path: str, form: Mapping[str, str], proof: str | None) -> Reply:
        if path != "/token":
            return Reply(status=404)
        client = self._client(form, proof)
        if client is None:
            return _json({"error": "invalid_client"}, 401)
        return self._token({**form, "client_id": client})

    def _client(self, form: Mapping[str, str], proof: str | None) -> str | None:
        """The client that proves itself; in the one place where it must, and in no other."""
        if self.secret is None:
            return form.get("client_id") if proof is None else None
        basic = "client_secret_basic"
        posted = basic not in self.discovery.get(
            "token_endpoint_auth_methods_supported", [basic]
        )
        if posted:
            pair = (form.get("client_id", ""), form.get("client_secret", ""))
            return pair[0] if proof is None and pair[1] == self.secret else None
        scheme, _, encoded = (proof or "").partition(" ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        right = scheme == "Basic" and unquote_plus(secret) == self.secret
        return unquote_plus(name) if right and "client_secret" not in form else None

    def _document(self, facts: Any) -> Reply:
        reply = _json(facts)
        return Reply(reply.body, reply.status, {**reply.headers, **self.headers})

    def _discovery(self) -> dict[str, Any]:
        facts = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.issuer}/jwks.json",
        }
        return facts | self.discovery

    def _authorize(self, asked: Mapping[str, str]) -> Reply:
        """As if the person had typed their password at once."""
        wanted = {"response_type": "code", "client_id": self.client_id}
        wanted |= {"code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in wanted.items()):
            return Reply(b"invalid request", 400)
        back = asked["redirect_uri"]
        code = secrets.token_urlsafe(16)
        self.handed_out.append(code)
        self._codes[code] = _Code(back, asked["code_challenge"], asked["nonce"], self.person)
        answer = urlencode({"code": code, "state": asked["state"]} | self.answer)
        return Reply(status=302, headers={"location": f"{back}?{answer}"})

    def _token(self, form: Mapping[str, str]) -> Reply:
        code = self._codes.pop(form.get("code", ""), None)
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        shown = (form.get("client_id"), form.get("redirect_uri"), challenge)
        if code is None or shown != (self.client_id, code.redirect_uri, code.challenge):
            return _json({"error": "invalid_grant"}, 400)
        claims = self.id_claims(code.person, **({"nonce": code.nonce} | self.claims))
        token, access = self.signing.token(claims), self.access_token(code.person)
        self.handed_out += [token, access]
        return _json({"id_token": token, "access_token": access, "token_type": "Bearer"})


@contextmanager
def serving_idp(clock: SetClock, issuer: str | None = None) -> Iterator[FakeIdp]:
    """A provider on a free loopback port; gone when the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._send(idp.reply_to_get(parts.path, _flat(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            proof = self.headers["authorization"]
            self._send(idp.reply_to_post(self.path, _flat(body), proof))

        def _send(self, usual: Reply) -> None:
            path = urlsplit(self.path).path
            idp.hits[path] += 1
            reply = idp.replies.get(path, usual)
            held = self.headers["if-none-match"]
            if held is not None and held == reply.headers.get("etag"):
                idp.hits["not modified"] += 1
                reply = Reply(status=304)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have gone
                self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    idp = FakeIdp(f"http://127.0.0.1:{server.server_address[1]}", clock, issuer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield idp
    finally:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()


def _json(facts: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(facts).encode(), status, {"content-type": "application/json"})


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _flat(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text).items()}
