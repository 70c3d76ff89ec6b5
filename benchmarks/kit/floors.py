"""What an opening cannot cost less than, with the client and the server the gateway has."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime

from benchmarks.kit.bare_server import redirect
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign
from studiogate.aws.wire.transport import AiohttpTransport

_BODY = json.dumps({"DomainId": "d-forecasting", "UserProfileName": "user-lob-a"}).encode()
_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "SageMaker.CreatePresignedDomainUrl",
}
_KEYS = Credentials("ASIAEXAMPLE", "secret", "token")
_PADDING, _HASH = PKCS1v15(), SHA256()


def one_call(environ: Mapping[str, str]) -> Starlette:
    """A token verified, one signed call, and a redirect to where it says."""
    transport = AiohttpTransport()
    keys: list[RSAPublicKey] = []
    aws = environ["AWS_ENDPOINT_URL_SAGEMAKER"] + "/"
    issuer = json.loads(environ["STUDIOGATE_IDPS"])["corporate"]["issuer"]

    async def answer(request: Request) -> Response:
        if not keys:
            published = await transport.send(WireRequest("GET", f"{issuer}/keys", {}, b""))
            keys.append(key_of(published.body))
        verified(request.headers["authorization"][7:], keys[0])
        call = sign(
            WireRequest("POST", aws, _HEADERS, _BODY, repeatable=True),
            _KEYS,
            service="sagemaker",
            region="eu-west-1",
            now=datetime.now(UTC),  # noqa: TID251 - a floor has no clock to be given
        )
        return redirect(json.loads((await transport.send(call)).body)["AuthorizedUrl"])

    return Starlette(routes=[Route("/open/{domain}", answer)])


def key_of(jwks: bytes) -> RSAPublicKey:
    """The first key of a key set."""
    jwk = json.loads(jwks)["keys"][0]
    modulus, exponent = (int.from_bytes(_decoded(jwk[part])) for part in ("n", "e"))
    return RSAPublicNumbers(exponent, modulus).public_key()


def verified(token: str, key: RSAPublicKey) -> None:
    """Return if `key` signed `token` and it is not over: the least a check can be."""
    signed, _, signature = token.rpartition(".")
    key.verify(_decoded(signature), signed.encode(), _PADDING, _HASH)
    if json.loads(_decoded(signed.partition(".")[2]))["exp"] < time.time():
        raise ValueError("expired")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")
