"""Attacks in what a well-signed token says: times, issuer, audience, subject, name."""

from tests.kit.jwt_attacks import (
    NOW_S,
    NULL,
    OPENING,
    Attack,
    Forge,
    Group,
    attack,
    claiming,
    good,
)
from tests.kit.signin_idp import CLIENT_ID

_TIME = "token-time"
HOUR, DAY = 3600, 86_400


def _literally(name: str, claim: str, literal: str) -> Attack:
    """A number that only the text of a token can hold."""

    def make(forge: Forge) -> str:
        text = forge.payload(**{claim: 987654321}).decode()
        return forge.written(text.replace("987654321", literal))

    return attack(name, "token-json|token-time", make)


TIMES = Group(
    "times",
    lambda forge: forge.token(exp=NOW_S - 59, iat=NOW_S - HOUR, nbf=NOW_S + 60),
    (
        claiming("exp left out", _TIME, exp=None),
        claiming("exp null", _TIME, exp=NULL),
        claiming("exp a text", _TIME, exp=str(NOW_S + HOUR)),
        claiming("exp a date", _TIME, exp="2030-01-01T13:00:00Z"),
        claiming("exp true", _TIME, exp=True),
        claiming("exp a list", _TIME, exp=[NOW_S + HOUR]),
        claiming("exp an object", _TIME, exp={"$gt": 0}),
        claiming("exp in milliseconds", _TIME, exp=(NOW_S + HOUR) * 1000),
        claiming("exp in nanoseconds", _TIME, exp=(NOW_S + HOUR) * 10**9),
        claiming("exp zero", _TIME, exp=0),
        claiming("exp below zero", _TIME, exp=-1),
        claiming("exp after the year 2100", _TIME, exp=4_102_444_801),
        claiming("exp beyond 64 bits", _TIME, exp=2**70),
        _literally("exp NaN", "exp", "NaN"),
        _literally("exp Infinity", "exp", "Infinity"),
        _literally("exp -Infinity", "exp", "-Infinity"),
        _literally("exp 1e400", "exp", "1e400"),
        _literally("exp -0", "exp", "-0"),
        _literally("exp -0.0", "exp", "-0.0"),
        _literally("exp of five thousand digits", "exp", "9" * 5000),
        _literally("iat NaN", "iat", "NaN"),
        _literally("nbf NaN", "nbf", "NaN"),
        _literally("nbf -Infinity", "nbf", "-Infinity"),
        claiming("over, at the end of the leeway", "token-expired", exp=NOW_S - 60, iat=NOW_S - HOUR),
        claiming("over since a day", "token-expired", exp=NOW_S - DAY, iat=NOW_S - DAY - HOUR),
        claiming("exp before iat", _TIME, exp=NOW_S + 30, iat=NOW_S + 31),
        claiming("exp at iat", _TIME, exp=NOW_S, iat=NOW_S),
        claiming("a life of ten years", "token-lifetime", exp=NOW_S + 10 * 365 * DAY),
        claiming("a life of a day and a second", "token-lifetime", exp=NOW_S + DAY + 1),
        claiming("a life of ten years, nine of them gone", "token-lifetime",
                 iat=NOW_S - 9 * 365 * DAY, exp=NOW_S + 365 * DAY),
        claiming("iat left out", _TIME, iat=None),
        claiming("iat a text", _TIME, iat=str(NOW_S)),
        claiming("iat false", _TIME, iat=False),
        claiming("iat after the leeway", "token-not-yet", iat=NOW_S + 61),
        claiming("nbf after the leeway", "token-not-yet", nbf=NOW_S + 61),
        claiming("nbf a text", _TIME, nbf=str(NOW_S)),
        claiming("nbf null", _TIME, nbf=NULL),
        claiming("nbf in milliseconds", _TIME, nbf=NOW_S * 1000),
    ),
)  # fmt: skip


def _issued(name: str, change: "str | object") -> Attack:
    """A token that is from nearly our issuer."""

    def make(forge: Forge) -> str:
        ours = forge.idp.issuer
        return forge.token(
            iss=change.replace("OURS", ours) if isinstance(change, str) else change
        )

    return attack(name, "token-issuer", make)


ISSUER = Group(
    "issuer",
    good,
    (
        claiming("iss left out", "token-issuer", iss=None),
        _issued("iss null", NULL),
        _issued("iss a number", 1),
        _issued("iss empty", ""),
        _issued("another user pool", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Evil"),
        _issued("a slash more", "OURS/"),
        _issued("a space more", "OURS "),
        _issued("a NUL more", "OURS\0"),
        _issued("a line more", "OURS\n"),
        _issued("a path more", "OURS/evil"),
        _issued("a query more", "OURS?x"),
        _issued("a fragment more", "OURS#"),
        _issued("a host more", "OURS.evil.example"),
        _issued("ours as the user", "http://OURS@evil.example"),
        _issued("two of them", "OURS,https://evil.example"),
        attack("a list with ours", "token-issuer", lambda f: f.token(iss=[f.idp.issuer])),
        attack("an object", "token-issuer", lambda f: f.token(iss={"eq": f.idp.issuer})),
        attack("in capitals", "token-issuer", lambda f: f.token(iss=f.idp.issuer.upper())),
        attack("https for http", "token-issuer",
               lambda f: f.token(iss=f.idp.issuer.replace("http:", "https:"))),
        attack("one character less", "token-issuer", lambda f: f.token(iss=f.idp.issuer[:-1])),
        attack("a full-width letter", "token-issuer",
               lambda f: f.token(iss=f.idp.issuer.replace("h", "\uff48", 1))),
        attack("the address nobody declared", "token-issuer", lambda f: f.token(iss=f.canary)),
    ),
)  # fmt: skip

_CLIENT, _USE, _AUDIENCE = "token-client", "token-use", "token-audience"
AUDIENCE = Group(
    "whom it is for",
    lambda forge: forge.token(aud=CLIENT_ID),
    (
        claiming("client_id left out", _CLIENT, client_id=None),
        claiming("client_id null", _CLIENT, client_id=NULL),
        claiming("client_id empty", _CLIENT, client_id=""),
        claiming("client_id of another", _CLIENT, client_id="another-client"),
        claiming("client_id a list", _CLIENT, client_id=[CLIENT_ID]),
        claiming("client_id an object", _CLIENT, client_id={CLIENT_ID: True}),
        claiming("client_id true", _CLIENT, client_id=True),
        claiming("client_id in capitals", _CLIENT, client_id=CLIENT_ID.upper()),
        claiming("client_id longer", _CLIENT, client_id=CLIENT_ID + "x"),
        claiming("client_id with a space", _CLIENT, client_id=CLIENT_ID + " "),
        claiming("client_id cut short", _CLIENT, client_id=CLIENT_ID[:-1]),
        claiming("aud in its place", _CLIENT, client_id=None, aud=CLIENT_ID),
        claiming("azp in its place", _CLIENT, client_id=None, azp=CLIENT_ID),
        claiming("aud another resource's", _AUDIENCE, aud="https://api.example"),
        claiming("aud a list without us", _AUDIENCE, aud=["https://api.example"]),
        claiming("aud an empty list", _AUDIENCE, aud=[]),
        claiming("aud an object", _AUDIENCE, aud={CLIENT_ID: 1}),
        claiming("aud a list with a number", _AUDIENCE, aud=[CLIENT_ID, 7]),
        claiming("aud null", _AUDIENCE, aud=NULL),
        claiming("an ID token", _USE, token_use="id", aud=CLIENT_ID),
        claiming("an ID token that names a client", _USE, token_use="id"),
        claiming("a refresh token", _USE, token_use="refresh"),
        claiming("token_use null", _USE, token_use=NULL),
        claiming("token_use a list", _USE, token_use=["access"]),
        claiming("token_use both", _USE, token_use="access id"),
        claiming("token_use in capitals", _USE, token_use="ACCESS"),
        claiming("token_use true", _USE, token_use=True),
        attack("a real ID token", _USE, lambda f: f.idp.signing.token(f.idp.id_claims())),
        attack("a logout token", "token-use", lambda f: f.token(
            token_use=None, client_id=None, username=None, scope=None, aud=CLIENT_ID,
            events={"http://schemas.openid.net/event/backchannel-logout": {}})),
    ),
)  # fmt: skip

_SUBJECT = "token-subject"
SUBJECT = Group(
    "subject",
    lambda forge: forge.token(sub="s" * 255),
    (
        claiming("sub left out", _SUBJECT, sub=None),
        claiming("sub null", _SUBJECT, sub=NULL),
        claiming("sub empty", _SUBJECT, sub=""),
        claiming("sub a number", _SUBJECT, sub=7),
        claiming("sub true", _SUBJECT, sub=True),
        claiming("sub a list", _SUBJECT, sub=["sub-of-user-lob-a"]),
        claiming("sub an object", _SUBJECT, sub={"$ne": None}),
        claiming("sub of 256 characters", _SUBJECT, sub="s" * 256),
        claiming("sub with a line end", _SUBJECT, sub="a\r\nb"),
        claiming("sub with NUL", _SUBJECT, sub="a\0"),
        claiming("sub with an escape", _SUBJECT, sub="\x1b[2J"),
        claiming("sub beyond ASCII", _SUBJECT, sub="sub-\u00fc"),
        claiming("sub a lone surrogate", _SUBJECT, sub="\ud800"),
    ),
)

_HOSTILE = (
    "*", "**", "user-lob-*", "user-lob-?", "ad/min", ".. /x", "../user-lob-b", "%2e%2e",
    "user-lob-a%00", "user-lob-a\r\nx-evil: 1", "user-lob-a\n", "user-lob-a\0", "user-lob-a ",
    " user-lob-a", "user-lob-a\t", "user-lob-a\u00a0", "user-lob-a\u200b", "\u202euser-lob-a",
    "user-lob-\u0430", "\uff55ser-lob-a", "us\u00e9r", "user\u0301", "\U0001f600\U0001f600",
    "a", "", "u" * 65, "u" * 4000, "aws:admin", "aws:x", "${aws:username}", "{{7*7}}", "<b>x</b>",
    "a;b", "a|b", "a b", 'a"b', "a'b", "a`b", "a\\b", "a:b", "user-lob-a;user-lob-b",
    "user-lob-a/../user-lob-b", "\x1b[31mred", "\ud800x",
)  # fmt: skip
_NAME = "token-username"
NAMES = Group(
    "name",
    lambda forge: forge.token(sub="another"),
    (
        *(
            claiming(f"{name[:24]!a} of {len(name)}", _NAME, username=name)
            for name in _HOSTILE
        ),
        claiming("left out", _NAME, username=None),
        claiming("null", _NAME, username=NULL),
        claiming("a number", _NAME, username=7),
        claiming("true", _NAME, username=True),
        claiming("a list", _NAME, username=["user-lob-a"]),
        claiming("an object", _NAME, username={"user-lob-a": 1}),
        claiming("under another claim", _NAME, username=None, email="user-lob-a"),
        claiming("under the ID token's claim", _NAME, username=None, **{"cognito:username": "user-lob-a"}),
    ),
)  # fmt: skip


_GROUPS, _UNTOLD, _SESSION = "token-groups", "token-groups-untold", "token-session"
BELONGING = Group(
    "groups and the provider's session",
    lambda forge: forge.token(
        groups=["ml-lob-a", "x" * 512],
        sid="s" * 255,
        auth_time=NOW_S - 10,
        acr="1",
        amr=["pwd"],
    ),
    (
        claiming("groups a text", _GROUPS, groups="ml-lob-a"),
        claiming("groups an object", _GROUPS, groups={"ml-lob-a": 1}),
        claiming("groups null", _GROUPS, groups=NULL),
        claiming("groups true", _GROUPS, groups=True),
        claiming("groups with a number", _GROUPS, groups=["ml-lob-a", 7]),
        claiming("groups in groups", _GROUPS, groups=[["ml-lob-a"]]),
        claiming("a group without a name", _GROUPS, groups=[""]),
        claiming("a group of 513 characters", _GROUPS, groups=["x" * 513]),
        claiming("groups are elsewhere", _UNTOLD, _claim_names={"groups": "src1"}),
        claiming("groups are too many to say", _UNTOLD, hasgroups=True),
        claiming("groups are too many, in a text", _UNTOLD, hasgroups="true"),
        claiming("a thousand groups and one", _UNTOLD, groups=[f"g{n}" for n in range(1001)]),
        claiming("elsewhere is a list", _GROUPS, _claim_names=["groups"]),
        claiming("sid a number", _SESSION, sid=7),
        claiming("sid null", _SESSION, sid=NULL),
        claiming("sid empty", _SESSION, sid=""),
        claiming("sid of 256 characters", _SESSION, sid="s" * 256),
        claiming("sid with a line end", _SESSION, sid="a\r\nb"),
        claiming("sid beyond ASCII", _SESSION, sid="s\u00fc"),
        claiming("auth_time a text", _TIME, auth_time=str(NOW_S)),
        claiming("auth_time null", _TIME, auth_time=NULL),
        claiming("auth_time zero", _TIME, auth_time=0),
        claiming("auth_time to come", "token-not-yet", auth_time=NOW_S + 61),
    ),
)


def _path(path: str, reason: str, status: int = 403) -> Attack:
    return attack(f"GET {path}", reason, good, paths=(path,), status=status)


PATHS = Group(
    "another's path with one's own token",
    good,
    (
        _path("/user-lob-b", "not-you"),
        _path("/ada.lovelace@acme.example", "not-you"),
        _path("/sam-security", "not-you"),
        _path("/revoked", "not-you"),
        _path("/nobody-of-that-name", "not-you"),
        _path("/USER-LOB-A", "not-you"),
        _path("/user-lob-a.", "not-you"),
        _path("/user-lob-a,user-lob-b", "not-you"),
        _path("/aws-admin", "not-you"),
        _path("/open/fraud", "not-your-domain"),
        _path("/open/no-such-domain", "not-your-domain"),
        _path("/user-lob-*", "name-alphabet", 404),
        _path("/%2A", "name-alphabet", 404),
        _path("/a", "name-alphabet", 404),
    ),
)


def _stranger(name: str) -> Attack:
    """A name that AWS could carry, that nobody entered."""
    unknown = {"paths": (OPENING,), "status": 403}
    return attack(f"{name!a}", "unknown-person", lambda f: f.token(username=name), **unknown)


STRANGERS = Group(
    "a name that could be somebody's",
    good,
    tuple(
        _stranger(name)
        for name in (
            "...", "....", "--", "@@", "==", "=1+1", "-rf", "+x", ",,", "root", "admin",
            "User-Lob-A", "USER-LOB-A", "user-lob-a.", "user_lob_a", "user-lob-a@acme.example",
            "user-lob-c", "u" * 64, "lob-a", "StudiogateGateway",
        )
    ),
)  # fmt: skip
