"""Events as API Gateway's REST proxy integration and request authorizers send them.

Shapes from the API Gateway Developer Guide ("Input format of a Lambda function for proxy
integration", "Input to an API Gateway Lambda authorizer").
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from studiogate.aws.wire.blocking import BlockingTransport, drive
from tests.kit.gateway_world import World

API_ID, ENDPOINT, ACCOUNT, REGION, STAGE = (
    "a1b2c3d4e5",
    "vpce-0a1b2c3d4e5f60718",
    "111111111111",
    "eu-west-1",
    "prod",
)
HOST = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
ORIGIN = f"https://{HOST}"
OFFICE_IP = "192.168.10.7"
RECORD = "studiogate-openings"


def environment(world: World, **more: str) -> dict[str, str]:
    """What the gateway's function is told in `world`."""
    told = world.environment(ORIGIN, f"table:{RECORD}")
    del told["STUDIOGATE_TRUSTED_PROXIES"]
    return {**told, "STUDIOGATE_API_ENDPOINT": ENDPOINT, **more}


@contextmanager
def blocking() -> Iterator[BlockingTransport]:
    """The transport of a function, whose connections end with the block."""
    transport = BlockingTransport()
    try:
        yield transport
    finally:
        drive(transport.close())


def event(
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str | Sequence[str]] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    body: bytes | None = None,
    encoded: bool = False,
    ip: str = OFFICE_IP,
    endpoint: str | None = ENDPOINT,
    below: str = f"/{STAGE}",
) -> dict[str, Any]:
    """One request through the private API; `encoded` is how binary media come.

    The path that was asked for begins with `below`; with nothing, by a domain of the API's own.
    """
    several = {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in {"Host": HOST, **(headers or {})}.items()
    }
    identity = {"sourceIp": ip, "userAgent": "curl/8", "caller": None}
    if endpoint is not None:
        identity |= {"vpceId": endpoint, "vpcId": "vpc-0a1b2c3d4e5f60718"}
    text = None
    if body is not None:
        text = base64.b64encode(body).decode() if encoded else body.decode()
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {k: v[-1] for k, v in query.items()} if query else None,
        "multiValueQueryStringParameters": (
            {name: list(values) for name, values in query.items()} if query else None
        ),
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "stage": STAGE,
            "protocol": "HTTP/1.1",
            "httpMethod": method,
            "path": f"{below}{path}",
            "resourcePath": "/{proxy+}",
            "domainName": HOST,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": identity,
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def asked(
    person: str,
    *,
    headers: Mapping[str, str | Sequence[str]] | None = None,
    partition: str = "aws",
    api: str = API_ID,
) -> dict[str, Any]:
    """What the authorizer is asked about `GET /{person}`."""
    request = event(f"/{person}", headers=headers)
    del request["body"], request["isBase64Encoded"]
    where = f"arn:{partition}:execute-api:{REGION}:{ACCOUNT}:{api}"
    return {
        **request,
        "type": "REQUEST",
        "methodArn": f"{where}/{STAGE}/GET/{person}",
        "resource": "/{person}",
        "pathParameters": {"person": person},
    }
