"""Every REST API of the emulated organisation, and the settings of each account.

An API is what it was told, named as answers name it.  Whoever serves requests reads it here.
"""

import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiCall, ApiError

_LETTERS = string.ascii_lowercase + string.digits
Thing = dict[str, Any]


def new_id(length: int = 10) -> str:
    """An id as API Gateway's: small letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(slots=True)
class Api:
    """One REST API, and what hangs on it, by id or name."""

    account: str
    region: str
    about: Thing
    """The API itself, as GetRestApi has it, without its policy."""

    policy: str | None = None
    """The resource policy, with `execute-api:/…` written out as ARNs of this API."""

    resources: dict[str, Thing] = field(default_factory=dict)
    authorizers: dict[str, Thing] = field(default_factory=dict)
    deployments: dict[str, Thing] = field(default_factory=dict)
    stages: dict[str, Thing] = field(default_factory=dict)
    responses: dict[str, Thing] = field(default_factory=dict)
    validators: dict[str, Thing] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The API's id, the first part of its name in DNS."""
        return str(self.about["id"])

    @property
    def arn(self) -> str:
        """ARN of requests to it, without stage and path."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.id}"

    @property
    def private(self) -> bool:
        """Whether it is reached through VPC endpoints only."""
        types: list[str] = self.about["endpointConfiguration"]["types"]
        return types == ["PRIVATE"]

    def resource(self, resource_id: str) -> Thing:
        """A resource.

        Raises:
            ApiError: NotFoundException.
        """
        return known(self.resources, resource_id, "Invalid Resource identifier specified")

    def method(self, resource_id: str, verb: str) -> Thing:
        """A method of a resource.

        Raises:
            ApiError: NotFoundException.
        """
        methods: dict[str, Thing] = self.resource(resource_id)["resourceMethods"]
        return known(methods, verb, "Invalid Method identifier specified")

    def below(self, resource_id: str) -> Iterator[str]:
        """A resource and every one under it."""
        yield resource_id
        for one in list(self.resources.values()):
            if one.get("parentId") == resource_id:
                yield from self.below(one["id"])


class RestApis:
    """The state behind the API Gateway API; one event loop uses it."""

    def __init__(
        self, clock: Callable[[], datetime], *, next_id: Callable[[], str] = new_id
    ) -> None:
        """Start empty; `next_id` gives each API its id."""
        self.clock = clock
        self.next_id = next_id
        self._apis: dict[str, Api] = {}
        self._accounts: dict[tuple[str, str], Thing] = {}

    def get(self, call: ApiCall) -> Api:
        """The API that `call` names, of the caller's account and Region.

        Raises:
            ApiError: NotFoundException, also for one of another account.
        """
        found = self._apis.get(str(call.params["restApiId"]))
        if found is None or (found.account, found.region) != (call.account, call.region):
            raise absent("Invalid API identifier specified " + _named(call))
        return found

    def find(self, api_id: str) -> Api | None:
        """The API of this id, whoever's it is; `None` where there is none."""
        return self._apis.get(api_id)

    def of(self, account: str, region: str) -> list[Api]:
        """The APIs of an account in a Region, the oldest first."""
        return [a for a in self._apis.values() if (a.account, a.region) == (account, region)]

    def add(self, api: Api) -> None:
        """Keep a new API."""
        self._apis[api.id] = api

    def remove(self, api: Api) -> None:
        """Forget an API and all that hangs on it."""
        del self._apis[api.id]

    def account(self, account: str, region: str) -> Thing:
        """The settings of an account in a Region; those of a new one at first."""
        fresh = {
            "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
            "features": ["UsagePlans"],
            "apiKeyVersion": "4",
        }
        return self._accounts.setdefault((account, region), fresh)


def known(things: Mapping[str, Thing], name: str, message: str) -> Thing:
    """The thing of this name.

    Raises:
        ApiError: NotFoundException with `message`.
    """
    found = things.get(name)
    if found is None:
        raise absent(message)
    return found


def _named(call: ApiCall) -> str:
    return f"{call.account}:{call.params['restApiId']}"


def absent(message: str) -> ApiError:
    """AWS's error for what is not there."""
    return ApiError("NotFoundException", message, status=404)


def wrong(message: str) -> ApiError:
    """AWS's error for a request that cannot be."""
    return ApiError("BadRequestException", message)


def conflict(message: str) -> ApiError:
    """AWS's error for what is there already."""
    return ApiError("ConflictException", message, status=409)
