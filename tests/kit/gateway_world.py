"""The world a real gateway process talks to, on one loopback address: AWS's APIs and an idp.

Speaks the wire formats of DynamoDB, STS and SageMaker that the gateway uses and publishes the
keys of one OpenID Connect issuer.  It believes every signature and every caller: what is
proved with it is how the parts fit and what they cost, never who may do what.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jws
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.kit.gateway import LOBS, PEOPLE

CLIENT_ID = "studiogate"
ISSUER_PATH = "/idp"

_ITEMS = {row.person: row.item() for row in PEOPLE} | {row.lob: row.item() for row in LOBS}
_CREDENTIALS = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>
<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


@cache
def _key() -> RSAKey:
    """One key for the whole run: making one takes a noticeable while."""
    return RSAKey.generate_key(2048, parameters={"kid": "k1", "use": "sig"})


class World:
    """AWS and an issuer; counts what it is asked."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.url = ""
        """Its own address, once it is served; the issuer is named after it."""

        self.asked: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.rows: dict[tuple[str, ...], dict[str, Any]] = {}
        """What was put, by table and keys."""

        self.refuses: set[str] = set()
        """Operations that are answered with a refusal."""

        self._clock = clock
        self._key = _key()
        self.app = Starlette(
            routes=[
                Route("/", self._aws, methods=["POST"]),
                Route("/asked", self._counted),
                Route(f"{ISSUER_PATH}/.well-known/openid-configuration", self._discovery),
                Route(f"{ISSUER_PATH}/keys", self._keys),
            ]
        )

    @property
    def issuer(self) -> str:
        return self.url + ISSUER_PATH

    def token(self, person: str) -> str:
        """An access token for `person`, really signed, good for an hour."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": f"sub-{person}",
            "aud": CLIENT_ID,
            "scope": "openid",
            "preferred_username": person,
            "iat": now,
            "exp": now + 3600,
        }
        header = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self._key)

    def environment(self, origin: str, ledger: str) -> dict[str, str]:
        """What a gateway that lives in this world is told."""
        idp = {"issuer": self.issuer, "client_id": CLIENT_ID, "label": "Acme"}
        return {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_ENDPOINT_URL_SAGEMAKER": self.url,
            "AWS_ENDPOINT_URL_DYNAMODB": self.url,
            "STUDIOGATE_ORIGINS": origin,
            "STUDIOGATE_IDPS": json.dumps({"corporate": idp}),
            "STUDIOGATE_COOKIE_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            "STUDIOGATE_LEDGER": ledger,
            "STUDIOGATE_TRUSTED_PROXIES": "127.0.0.0/8",
        }

    async def _aws(self, request: Request) -> Response:
        body = await request.body()
        target = request.headers.get("x-amz-target")
        if target is None:
            form = dict(parse_qsl(body.decode()))
            self.forms.append(form)
            return self._assume_role(form)
        operation = target.partition(".")[2]
        self.asked[operation] += 1
        if operation in self.refuses:
            said = {"__type": "com.amazon.coral.service#AccessDeniedException"}
            return JSONResponse(said, status_code=400)
        if operation == "PutItem":
            return self._put(json.loads(body))
        if operation == "BatchGetItem":
            return JSONResponse(self._found(json.loads(body)))
        return JSONResponse(_ANSWERS[operation](json.loads(body)))

    def _put(self, asked: dict[str, Any]) -> Response:
        """Puts a row where its condition holds: that one with its keys is there, or is not.

        Marks of this world never end.
        """
        item = asked["Item"]
        parts = [item[key]["S"] for key in ("PK", "DAY", "MOMENT") if key in item]
        keys = (asked["TableName"], *parts)
        wanted = asked.get("ConditionExpression") == "attribute_exists(#key)"
        there = self.rows.get(keys)
        if (there is not None) is wanted or "ConditionExpression" not in asked:
            self.rows[keys] = item
            return JSONResponse({})
        kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
        refusal = {"__type": kind, "message": "The conditional request failed"}
        shown = {"Item": there} if there is not None else {}
        return JSONResponse(refusal | shown, status_code=400)

    def _found(self, asked: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table, some in asked["RequestItems"].items():
            names = [key["PK"]["S"] for key in some["Keys"]]
            rows = [self.rows.get((table, name)) or _ITEMS.get(name) for name in names]
            found[table] = [row for row in rows if row is not None]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _assume_role(self, form: dict[str, str]) -> Response:
        self.asked[form["Action"]] += 1
        expires = self._clock() + timedelta(seconds=int(form["DurationSeconds"]))
        text = _CREDENTIALS.format(expires=expires.isoformat(timespec="seconds"))
        return Response(text, media_type="text/xml")

    async def _counted(self, _request: Request) -> Response:
        return JSONResponse(self.asked)

    async def _discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


def _get_item(asked: dict[str, Any]) -> dict[str, Any]:
    item = _ITEMS.get(asked["Key"]["PK"]["S"])
    return {} if item is None else {"Item": item}


def _presign(asked: dict[str, Any]) -> dict[str, Any]:
    host = f"{asked['DomainId']}.studio.eu-west-1.sagemaker.aws"
    return {"AuthorizedUrl": f"https://{host}/auth?token=SECRET"}


_ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "GetItem": _get_item,
    "CreatePresignedDomainUrl": _presign,
}
