"""Published JOSE test vectors, put through what the gateway judges tokens with.

Most vectors sign `foo`, which is no claims and so no token of ours whatever its signature is
worth.  So there are two verdicts: of the whole path, and of key admission, header and signature
alone, with what is in the payload left out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from studiogate.errors import NotSignedIn
from studiogate.gateway.providers import ALGORITHMS
from studiogate.gateway.signin import shape, tokens
from studiogate.gateway.signin.jwks import NoKeys, admitted
from studiogate.gateway.signin.shape import Compact, compact, from_base64url

CORPUS = Path(__file__).parent / "corpora" / "jose"


@dataclass(frozen=True)
class Vector:
    """A signed text, the keys it is to be judged by, and what whoever published it says."""

    id: str
    jws: str
    keys: Sequence[dict[str, Any]]
    is_valid: bool

    @property
    def header(self) -> dict[str, Any]:
        """What its header says; nothing where it cannot be read."""
        try:
            found: dict[str, Any] = shape.strict_object(from_base64url(self.jws.split(".")[0]))
        except ValueError:
            return {}
        return found


@cache
def wycheproof(name: str) -> tuple[Vector, ...]:
    """The vectors of Project Wycheproof in the file `name`."""
    found = json.loads((CORPUS / "wycheproof.json").read_text(encoding="utf-8"))
    return tuple(
        Vector(
            f"{one['tcId']} {one['comment']}",
            one["jws"],
            group["keys"],
            one["result"] == "valid",
        )
        for group in found[name]
        for one in group["tests"]
    )


@cache
def rfc() -> tuple[Vector, ...]:
    """The examples of RFC 7515, 7520 and 8037; a key without an id gets one."""
    found = json.loads((CORPUS / "rfc.json").read_text(encoding="utf-8"))
    return tuple(
        Vector(
            f"{one['source']} {one['alg']}",
            one["jws"],
            [{"kid": "of-the-example", "alg": one["alg"]} | one["key"]],
            is_valid=one["alg"] != "none",
        )
        for one in found["examples"]
    )


def believed(vector: Vector, allowed: Sequence[str] = ALGORITHMS) -> bool:
    """Whether the whole path, before it looks at claims, takes the vector for a token."""
    try:
        token = compact(vector.jws)
        return _is_signed(token, vector, allowed)
    except NotSignedIn:
        return False


def verified(vector: Vector, allowed: Sequence[str] = ALGORITHMS) -> bool:
    """Whether key, header and signature are in order, whatever the payload is.

    A header without a key id is judged as if it named the only key there is.
    """
    return any(_is_signed(token, vector, allowed) for token in _tokens(vector))


def _tokens(vector: Vector) -> Iterator[Compact]:
    header, payload, signature = (*vector.jws.split("."), "", "", "")[:3]
    if vector.jws.count(".") != 2 or not shape._COMPACT.match(vector.jws):
        return
    try:
        from_base64url(payload)
        kind, algorithm, key_id = shape._header(_named(vector, header))
        yield Compact(vector.jws, key_id, algorithm, kind, {}, from_base64url(signature))
    except (NotSignedIn, ValueError):
        return


def _named(vector: Vector, header: str) -> str:
    """`header` with a key id; what is signed stays what it was."""
    said = vector.header
    if not said or "kid" in said or len(vector.keys) != 1:
        return header
    return shape.to_base64url(json.dumps(said | {"kid": vector.keys[0]["kid"]}).encode())


def _is_signed(token: Compact, vector: Vector, allowed: Sequence[str]) -> bool:
    try:
        key = admitted(json.dumps({"keys": vector.keys}).encode(), allowed).get(token.key_id)
        if key is None or token.algorithm not in allowed:
            return False
        tokens._signed(token, key)
    except (NotSignedIn, NoKeys):
        return False
    return True
