"""Attacks in how a token is written: its parts, its base64url, its JSON, its size."""

import base64
import json
from collections.abc import Callable
from functools import partial

from tests.kit.jwt_attacks import MARKER, RSA, Attack, Forge, Group, attack, good, writing
from tests.kit.signin_idp import b64

_FORM, _SPELT, _JSON = "token-malformed", "token-encoding", "token-json"
_SHOWN = "token-malformed|bearer-malformed|bearer-scheme"
"""What is no token at all may be found where the header is read."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _spoilt(name: str, reason: str, spoil: Callable[[str], str]) -> Attack:
    """A good token, written otherwise."""
    return attack(name, reason, lambda forge: spoil(forge.token()))


def _part(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes one part of a token and leaves the others."""

    def spoil(token: str) -> str:
        parts = token.split(".")
        parts[number] = change(parts[number])
        return ".".join(parts)

    return spoil


def _spare_bits(part: str) -> str:
    """The same bytes in another spelling: what the last character has too many."""
    assert len(part) % 4, "there are no spare bits"
    return part[:-1] + ALPHABET[ALPHABET.index(part[-1]) ^ 1]


def _uneven(forge: Forge, part: int) -> str:
    """A signed token whose `part` does not end on a whole group of base64, so it has spare bits."""
    for more in ("", "x", "xx"):
        token = forge.headed(more=more) if part == 0 else forge.token(more=more)
        if len(token.split(".")[part]) % 4:
            return token
    raise AssertionError("one of three lengths is uneven")


def _respelt(forge: Forge, part: int) -> str:
    """A token whose spare bits are set, signed as it is written."""
    header, payload, signature = _uneven(forge, part).split(".")
    if part == 2:
        return f"{header}.{payload}.{_spare_bits(signature)}"
    signed = ".".join(
        [_spare_bits(header), payload] if part == 0 else [header, _spare_bits(payload)]
    )
    return f"{signed}.{b64(RSA.signature(signed.encode()))}"


def _padded(forge: Forge, part: int) -> str:
    """A token with `=` at the end of one part, signed as it is written."""
    parts = _uneven(forge, part).split(".")
    parts[part] += "=" * (-len(parts[part]) % 4)
    if part < 2:
        parts[2] = b64(RSA.signature(f"{parts[0]}.{parts[1]}".encode()))
    return ".".join(parts)


def _standard(forge: Forge) -> str:
    """Base64 with `+` and `/`, signed as it is written."""
    header = base64.b64encode(
        b'{"alg":"RS256","kid":"key-1","x":"\xc3\xbf\xc3\xbf\xc3\xbe>>>???"}'
    )
    payload = base64.b64encode(forge.payload(x="~~~???>>>"))
    signed = f"{header.decode().rstrip('=')}.{payload.decode().rstrip('=')}"
    assert "+" in signed or "/" in signed
    return f"{signed}.{b64(RSA.signature(signed.encode()))}"


def _serialised(forge: Forge) -> str:
    header, payload, signature = forge.token().split(".")
    return json.dumps({"payload": payload, "protected": header, "signature": signature})


def _jwe(_forge: Forge) -> str:
    header = b64(b'{"alg":"RSA-OAEP","enc":"A256GCM","kid":"key-1"}')
    return ".".join([header, b64(b"k" * 256), b64(b"i" * 12), b64(b"c" * 200), b64(b"t" * 16)])


FORM = Group(
    "form",
    good,
    (
        _spoilt("nothing", _SHOWN, lambda _: ""),
        _spoilt("one part", _FORM, lambda token: token.split(".")[0]),
        _spoilt("two parts", _FORM, lambda token: token.rpartition(".")[0]),
        _spoilt("two parts and a dot", _FORM, lambda token: token.rpartition(".")[0] + "."),
        _spoilt("four parts", _FORM, lambda token: token + ".e30"),
        _spoilt("four parts, one empty", _FORM, lambda token: token + "."),
        _spoilt("five parts", _FORM, lambda token: token + ".e30.e30"),
        attack("a JWE", _FORM, _jwe),
        _spoilt("twice", _FORM, lambda token: f"{token}.{token}"),
        _spoilt("a dot before", _FORM, lambda token: "." + token),
        _spoilt("no header", _FORM, _part(0, lambda _: "")),
        _spoilt("no payload", _FORM, _part(1, lambda _: "")),
        _spoilt("dots only", _FORM, lambda _: ".."),
        _spoilt("a payload detached", _FORM, lambda token: token.split(".")[0] + ".." + token.split(".")[2]),
        _spoilt("a dot that is none", _SHOWN, lambda token: token.replace(".", "\u3002")),
        _spoilt("a dot percent-encoded", _SHOWN, lambda token: token.replace(".", "%2E")),
        attack("JSON serialisation", _SHOWN, _serialised),
        attack("JSON serialisation in base64", _FORM, lambda f: b64(_serialised(f).encode())),
        _spoilt("a space before the second part", _SHOWN, lambda token: token.replace(".", ". ", 1)),
        _spoilt("a word behind", _SHOWN, lambda token: token + " x"),
        _spoilt("a tab within", _SHOWN, lambda token: token[:40] + "\t" + token[40:]),
        _spoilt("a line end within", _SHOWN, lambda token: token[:40] + "\n" + token[40:]),
        _spoilt("a folded line", _SHOWN, lambda token: token[:40] + "\r\n " + token[40:]),
        _spoilt("a line end behind", _SHOWN, lambda token: token + "\n"),
        _spoilt("NUL within", _SHOWN, lambda token: token[:40] + "\0" + token[40:]),
        _spoilt("NUL behind", _SHOWN, lambda token: token + "\0"),
        _spoilt("a header behind it", _SHOWN, lambda token: token + "\r\nx-evil: 1"),
        _spoilt("beyond ASCII", _SHOWN, lambda token: token + "\u00e9"),
        _spoilt("quoted", _SHOWN, lambda token: f'"{token}"'),
        _spoilt("in brackets", _SHOWN, lambda token: f"<{token}>"),
        _spoilt("a comma and another", _SHOWN, lambda token: f"{token},{token}"),
        attack("seventeen kilobytes", "token-size", lambda f: f.token(more="x" * 13_000)),
        attack("forty kilobytes", "token-size", lambda f: f.token(more="x" * 28_000)),
        attack("a header of three kilobytes", _FORM, lambda f: f.headed(more="x" * 2300)),
        attack("dots without end", "token-size", lambda _: "." * 17_000),
        attack("letters without end", "token-size", lambda _: "e" * 17_000),
    ),
)  # fmt: skip

ENCODING = Group(
    "base64url",
    lambda forge: _uneven(forge, 1),
    (
        *(
            attack(f"{what} padded", _SHOWN, partial(_padded, part=part))
            for part, what in enumerate(("header", "payload", "signature"))
        ),
        *(
            attack(f"{what} with spare bits", _SPELT, partial(_respelt, part=part))
            for part, what in enumerate(("header", "payload", "signature"))
        ),
        attack("with + and /", _FORM, _standard),
        _spoilt("a character of no alphabet", _SHOWN, _part(2, lambda part: part[:9] + "*" + part[10:])),
        _spoilt("one character too many", _SPELT, _part(2, lambda part: part + "AAA")),
        _spoilt("a lone character", _SPELT, _part(2, lambda _: "A")),
        attack("header of one character", _SPELT, lambda f: "e." + f.token().partition(".")[2]),
        _spoilt("payload of one character", _SPELT, _part(1, lambda _: "e")),
    ),
)  # fmt: skip


def _twice(name: str, claim: str, value: object) -> Attack:
    """A claim that is there twice: the right value where one reader looks, another elsewhere."""

    def make(forge: Forge) -> str:
        text = forge.payload().decode()
        return forge.written(f'{{"{claim}": {json.dumps(value)}, {text[1:]}')

    return attack(name, _JSON, make)


def _header_twice(name: str, text: str) -> Attack:
    return attack(name, _JSON, lambda f: RSA.raw_token(text.encode(), f.payload()))


def _around(name: str, before: bytes, after: bytes, reason: str = _JSON) -> Attack:
    return attack(name, reason, lambda f: f.written(before + f.payload() + after))


JSON = Group(
    "JSON",
    lambda forge: forge.written(b" " + forge.payload(deep=[[[{"a": [1]}]]]) + b"\r\n"),
    (
        _twice("username twice, ours last", "username", "user-lob-b"),
        _twice("username twice, the same", "username", "user-lob-a"),
        _twice("iss twice", "iss", "https://evil.example"),
        _twice("exp twice", "exp", 4_000_000_000),
        _twice("token_use twice", "token_use", "id"),
        _twice("a name escaped and plain", "user\\u006eame", "user-lob-b"),
        writing("an inner member twice", f'{{"marker": "{MARKER}", "a": {{"b": 1, "b": 2}}}}'),
        _header_twice("alg twice", '{"alg":"none","alg":"RS256","kid":"key-1"}'),
        _header_twice("kid twice", '{"alg":"RS256","kid":"key-2","kid":"key-1"}'),
        _header_twice("header cut short", '{"alg":"RS256","kid":"key-1"'),
        _header_twice("header a list", '["RS256","key-1"]'),
        _header_twice("header a text", '"RS256"'),
        _header_twice("header null", "null"),
        _header_twice("header with a comment", '{"alg":"RS256",/**/"kid":"key-1"}'),
        _header_twice("header with one comma too many", '{"alg":"RS256","kid":"key-1",}'),
        _header_twice("header in single quotes", "{'alg':'RS256','kid':'key-1'}"),
        writing("payload a list", "[]"),
        writing("payload a text", '"user-lob-a"'),
        writing("payload null", "null"),
        writing("payload a number", "1"),
        writing("payload true", "true"),
        writing("payload cut short", "{"),
        writing("payload XML", "<Response/>"),
        writing("payload not UTF-8", b'{"a": "\xff\xfe"}'),
        writing("payload in overlong UTF-8", b'{"a": "\xc0\xaf"}'),
        writing("payload with a surrogate in UTF-8", b'{"a": "\xed\xa0\x80"}'),
        _around("a byte order mark", b"\xef\xbb\xbf", b""),
        _around("two objects", b"", b"{}"),
        _around("something behind", b"", b"x"),
        _around("NUL behind", b"", b"\0"),
        attack("UTF-16", _JSON, lambda f: f.written(f.payload().decode().encode("utf-16"))),
        attack("a line end in a text", _JSON, lambda f: f.written(f.payload(x="LF").replace(b"LF", b"\n"))),
        attack("a number with a zero before", _JSON, lambda f: f.written(f.payload(x=77).replace(b"77", b"077"))),
        attack("a hexadecimal number", _JSON, lambda f: f.written(f.payload(x=777).replace(b" 777", b" 0x7"))),
        attack("a name without quotes", _JSON, lambda f: f.written(f.payload().replace(b'"marker"', b"marker"))),
        attack("objects in objects, seventeen deep", _JSON,
               lambda f: f.written(f.payload(x=1)[:-1] + b',"d":' + b'{"a":' * 17 + b"1" + b"}" * 18)),
        writing("objects in objects, two thousand deep", b'{"a":' * 1900 + b"1" + b"}" * 1900),
        writing("lists in lists, five thousand deep", b"[" * 5500 + b"]" * 5500),
        writing("lists that never end", b'{"a":' + b"[" * 9000),
    ),
)  # fmt: skip
