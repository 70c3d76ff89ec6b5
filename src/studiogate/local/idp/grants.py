"""What applications ask behind the browser's back: tokens, user info, revocation."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.local.idp.book import Tokens
from studiogate.local.idp.house import Code, House
from studiogate.local.idp.tokens import SignIn, readable
from studiogate.local.sites.form import FormError, posted

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
"""RFC 7636, 4.1."""


async def token(house: House, request: Request) -> Response:
    """`POST /oauth2/token`: a code or a refresh token for tokens, to the public client."""
    try:
        given = await posted(request)
    except FormError as wrong:
        return refusal("invalid_request", str(wrong))
    if "authorization" in request.headers or given.get("client_id") != house.client.client_id:
        return refusal("invalid_client", "the client is public and named by client_id")
    match given.get("grant_type"):
        case "authorization_code":
            tokens = _for_code(house, given)
        case "refresh_token":
            pool = house.pool.pool
            tokens = pool.refresh(
                given.get("refresh_token", ""), client_id=house.client.client_id
            )
        case _:
            return refusal(
                "unsupported_grant_type", "authorization_code and refresh_token are served"
            )
    return _written(tokens) if tokens else refusal("invalid_grant")


def _for_code(house: House, given: Mapping[str, str]) -> Tokens | None:
    """The tokens for the code in `given`; whatever is wrong with it, it is spent now."""
    name, pool = given.get("code", ""), house.pool.pool
    code = house.codes.take(name)
    if code is None:
        # Somebody has this code who should not: what it gave is taken back (RFC 6749, 4.1.2).
        stolen = house.spent.take(name)
        if stolen:
            pool.book.revoke(stolen, client_id=house.client.client_id)
        return None
    if not _proves(code, given):
        return None
    asked = code.asked
    tokens = pool.open(
        SignIn(asked.client_id, code.username, code.at, asked.scopes, asked.nonce)
    )
    if tokens is not None:
        house.spent.put_as(name, tokens.refresh)
    return tokens


def _proves(code: Code, given: Mapping[str, str]) -> bool:
    verifier = given.get("code_verifier", "")
    if given.get("redirect_uri") != code.asked.redirect_uri or not _VERIFIER.match(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return hmac.compare_digest(challenge, code.asked.challenge)


async def revoke(house: House, request: Request) -> Response:
    """`POST /oauth2/revoke`: take back a refresh token; 200 whether or not there was one."""
    try:
        given = await posted(request)
    except FormError as wrong:
        return refusal("invalid_request", str(wrong))
    if given.get("client_id") != house.client.client_id:
        return refusal("invalid_client", "the client is public and named by client_id")
    house.pool.pool.book.revoke(given.get("token", ""), client_id=house.client.client_id)
    return Response(status_code=200)


def user_info(house: House, request: Request) -> Response:
    """`GET /oauth2/userInfo`: the attributes the access token's scopes open."""
    scheme, _, access = request.headers.get("authorization", "").partition(" ")
    pool = house.pool.pool
    sign_in = pool.book.holder(access.strip()) if scheme.lower() == "bearer" else None
    subject = pool.subject(sign_in.username) if sign_in else None
    if sign_in is None or subject is None or "openid" not in sign_in.scopes:
        answer = refusal("invalid_token", status=401)
        answer.headers["www-authenticate"] = 'Bearer error="invalid_token"'
        return answer
    # As Cognito does, flags are texts here, though they are booleans in the identity token.
    shown = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in readable(subject, sign_in.scopes).items()
    }
    if subject.identities:
        shown["identities"] = json.dumps([dict(one) for one in subject.identities])
    return JSONResponse({**shown, "sub": subject.sub, "username": subject.username})


def refusal(error: str, description: str = "", *, status: int = 400) -> JSONResponse:
    """An error as RFC 6749, 5.2 writes it; it says nothing of the code or the person."""
    words = {"error_description": description} if description else {}
    return JSONResponse({"error": error, **words}, status)


def _written(tokens: Tokens) -> Response:
    given = {
        "access_token": tokens.access,
        "id_token": tokens.id,
        "refresh_token": tokens.refresh,
        "expires_in": tokens.expires_in,
        "token_type": "Bearer",
    }
    return JSONResponse({name: value for name, value in given.items() if value})
