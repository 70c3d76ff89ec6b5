"""The running organisation as a program sees it: `up.json`, HTTP, and AWS clients."""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from botocore.config import Config

from tests.kit.boto import boto_session
from tests.kit.waiting import PATIENCE_S
from tests.kit.written import lines_of

PASSWORD = "Newcomer-2026!"

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@dataclass(frozen=True, slots=True)
class PersonOfUp:
    """One of the people that `up.json` names."""

    name: str
    password: str
    lob: str
    domain: str


class Organisation(AbstractContextManager["Organisation"]):
    """What `up.json` says, and short ways to use it."""

    def __init__(self, up: Mapping[str, Any]) -> None:
        self.up = up
        self.people = {one["name"]: PersonOfUp(**one) for one in up["people"]}
        self.http = httpx.Client(timeout=PATIENCE_S, trust_env=False)
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    @property
    def api(self) -> str:
        return str(self.up["api"])

    @property
    def landscape(self) -> Path:
        """The file the organisation was started from."""
        return self.state.parent / "landscape.yaml"

    @property
    def state(self) -> Path:
        return Path(self.up["aws_config_file"]).parents[1]

    def client(self, profile: str, service: str) -> Any:
        """A boto3 client of the account that `profile` of the written AWS config names."""
        keys = self.keys(profile)
        session = boto_session(
            keys["aws_access_key_id"],
            keys["aws_secret_access_key"],
            region=self.up["region"],
        )
        return session.client(
            service,  # type: ignore[call-overload]  # the name is a parameter here
            endpoint_url=self.up["aws_endpoint"],
            config=ONCE,
        )

    def keys(self, profile: str) -> dict[str, str]:
        """The two keys of `profile` in the written AWS config."""
        return _keys(Path(self.up["aws_config_file"]), profile)

    def token(self, person: str, password: str | None = None) -> str:
        """An access token from the user pool, by the published command's own call (S2-32)."""
        secret = password or self.people[person].password
        answer = self.http.post(
            self.up["aws_endpoint"],
            headers={
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
            },
            content=json.dumps(
                {
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "ClientId": self.up["user_pool_client_id"],
                    "AuthParameters": {"USERNAME": person, "PASSWORD": secret},
                }
            ),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["AuthenticationResult"]["AccessToken"])

    def ask(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        """GET `path` of the private API from the office, with or without a bearer token."""
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return self.http.get(f"{self.api}{path}", headers=headers)

    def presigned(self, person: str) -> str:
        """A fresh presigned URL for `person`'s own Studio."""
        answer = self.ask(f"/{person}", self.token(person))
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def browse(self, url: str, network: str = "office", **headers: str) -> httpx.Response:
        """GET a Studio URL as from `network`, the way its DNS would lead there."""
        with self.studio(network) as client:
            return client.get(url, headers=headers)

    @contextmanager
    def studio(self, network: str = "office") -> Iterator[httpx.Client]:
        """A browser-like client in `network`: cookies kept, no redirects followed."""
        address = urlsplit(self.up["networks"][network]["studio"])
        with httpx.Client(
            transport=Led(address.hostname or "", address.port or 80), timeout=PATIENCE_S
        ) as client:
            yield client

    def endpoint(self, service: str) -> dict[str, Any]:
        """The hub's VPC endpoint whose service name ends in `service`."""
        listed = self.client("shared-services", "ec2").describe_vpc_endpoints()
        found: list[dict[str, Any]] = listed["VpcEndpoints"]
        standing = [one for one in found if one["State"] == "available"]
        return next(one for one in standing if one["ServiceName"].endswith(service))

    @contextmanager
    def endpoint_policy(self, service: str, document: Mapping[str, Any]) -> Iterator[None]:
        """The hub with `document` as the policy of that endpoint, until the block ends."""
        ec2, found = self.client("shared-services", "ec2"), self.endpoint(service)
        which = {"VpcEndpointId": found["VpcEndpointId"]}
        ec2.modify_vpc_endpoint(**which, PolicyDocument=json.dumps(document))
        try:
            yield
        finally:
            ec2.modify_vpc_endpoint(**which, PolicyDocument=found["PolicyDocument"])

    def newcomer(self, name: str, row: Mapping[str, str] | None = None) -> str:
        """A token of somebody new in the pool, entered in the people table as `row` says."""
        pool = self.client("shared-services", "cognito-idp")
        pool_id = self.up["user_pool_id"]
        pool.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
        pool.admin_set_user_password(
            UserPoolId=pool_id, Username=name, Password=PASSWORD, Permanent=True
        )
        if row is not None:
            self.enter("studiogate-people", {"PK": name, **row})
        return self.token(name, PASSWORD)

    @contextmanager
    def colleague(self, name: str) -> Iterator[str]:
        """A token of somebody new in lob-a, who has a Studio profile of their own."""
        studio = self.client("lob-a", "sagemaker")
        domain = studio.list_domains()["Domains"][0]["DomainId"]
        studio.create_user_profile(DomainId=domain, UserProfileName=name)
        try:
            yield self.newcomer(name, {"LOB": "lob-a", "PROFILE": name})
        finally:
            studio.delete_user_profile(DomainId=domain, UserProfileName=name)

    def enter(self, table: str, row: Mapping[str, str]) -> None:
        """Put one row of text columns into a directory table."""
        self.client("shared-services", "dynamodb").put_item(
            TableName=table, Item={name: {"S": value} for name, value in row.items()}
        )

    def opens(self, person: str, domain: str, network: str) -> bool:
        """Whether `person` gets a URL in `network`, and it leads into Studio from there."""
        answer = self.http.get(
            f"{self.up['networks'][network]['portal']}/open/{domain}",
            headers={"authorization": f"Bearer {self._kept_token(person)}"},
        )
        if answer.status_code != 302:
            assert answer.status_code in {403, 404, 502, 503}, answer.text
            return False
        return self.browse(answer.headers["location"], network).status_code == 302

    def _kept_token(self, person: str) -> str:
        if person not in self._tokens:
            self._tokens[person] = self.token(person)
        return self._tokens[person]

    def records(self) -> list[dict[str, Any]]:
        """Every line of the gateway's record so far."""
        return lines_of((self.state / "ledger.jsonl").read_bytes())

    def calls(self) -> list[dict[str, Any]]:
        """Every AWS call the emulated organisation has seen, from its trail."""
        return lines_of((self.state / "trail.jsonl").read_bytes())

    def gateway_calls(self) -> list[dict[str, Any]]:
        """Those that came from the hub, where the gateway is and nothing else that calls.

        Apps that others opened before may be starting still, and ask AWS for what they need.
        """
        return [one for one in self.calls() if one.get("network") == "hub"]


class Led(httpx.BaseTransport):
    """Leads every request to one address, keeping its Host: what a network's DNS does."""

    def __init__(self, host: str, port: int) -> None:
        self._inner = httpx.HTTPTransport(retries=0)
        self._host, self._port = host, port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        led = request.url.copy_with(host=self._host, port=self._port)
        return self._inner.handle_request(
            httpx.Request(
                request.method,
                led,
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    def close(self) -> None:
        self._inner.close()


def _keys(config: Path, profile: str) -> dict[str, str]:
    wanted = {"aws_access_key_id", "aws_secret_access_key"}
    found: dict[str, str] = {}
    section = ""
    for line in config.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]").removeprefix("profile ")
        name, _, value = (part.strip() for part in line.partition("="))
        if section == profile and name in wanted:
            found[name] = value
    assert found.keys() == wanted, f"no profile {profile}"
    return found
