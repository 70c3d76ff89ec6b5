"""What the parts of the emulated organisation say to one another: values and promises.

A request is an `ApiCall`: which operation, by whom (`Caller`), come in by which door
(`Arrival`).  A service answers it or raises `ApiError`, in AWS's own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from studiogate import names
from studiogate.policy.language import Policy


@dataclass(frozen=True, slots=True)
class Place:
    """One account in one Region: where things are, and what one caller sees."""

    account: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of `rest`, such as `transit-gateway/tgw-…`, here."""
        partition = names.partition(self.region)
        return f"arn:{partition}:{service}:{self.region}:{self.account}:{rest}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came in: a fact of the listening address, never of a header.

    `context` holds the network condition keys that AWS would set: `aws:SourceIp` from the
    internet; `aws:SourceVpce`, `aws:SourceVpc` and `aws:VpcSourceIp` through an endpoint.
    """

    network: str
    """Name of the landscape's network, or `internet`."""

    client_ip: str
    """Address of the client as the door sees it."""

    context: Mapping[str, str]
    endpoint_policy: Policy | None = None
    """The policy of the VPC endpoint it came through; `None` from the internet."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a request; for a role, one session of it with everything it carries."""

    kind: Literal["root", "user", "assumed-role"]
    account: str
    arn: str
    """`arn:aws:iam::A:root`, `arn:aws:iam::A:user/N`, `arn:aws:sts::A:assumed-role/R/S`."""

    user_id: str
    """`aws:userid`: the account id, the user's unique id, or `ROLEID:session`."""

    name: str
    """User name or role name; the account id for root."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    session_name: str | None = None
    source_identity: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    """Principal tags: the session's over the role's or user's own."""

    transitive_tags: frozenset[str] = frozenset()
    session_policies: tuple[Policy, ...] | None = None
    """`None` where the session was made without any; then they do not restrict."""

    chained: bool = False
    """Whether the session was made by another role session."""

    issued_at: datetime | None = None
    expires_at: datetime | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition keys that belong to the session itself: `sagemaker:DomainId` and
    `sagemaker:UserProfileName` in the session of a Studio app."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request to an AWS API, read but not yet allowed."""

    service: str
    """Signing name: `sts`, `sagemaker`, `dynamodb`, `iam`, `ec2`, `organizations`, …"""

    operation: str
    params: Mapping[str, Any]
    """The parsed input: JSON as it is; query protocols as nested dicts and lists."""

    region: str
    caller: Caller | None
    """`None` for the few operations AWS lets anybody call unsigned."""

    arrival: Arrival
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names."""

    body: bytes = b""
    request_id: str = ""

    @property
    def account(self) -> str:
        """The caller's account; empty for an unsigned call."""
        return self.caller.account if self.caller else ""

    @property
    def signer(self) -> Caller:
        """Who signed it.

        Raises:
            ApiError: nobody did.
        """
        if self.caller is None:
            raise ApiError(
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
                status=403,
            )
        return self.caller

    @property
    def place(self) -> Place:
        """Where the caller is at home, in the Region asked for."""
        return Place(self.account, self.region)


@dataclass(frozen=True, slots=True)
class Needed:
    """One permission a call needs: every one of them is asked for before it is answered."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Condition keys this service adds: `aws:RequestTag/…`, `sagemaker:ResourceTag/…`."""

    owner: str = ""
    """Account of the resource where its ARN does not say: a bucket's has none."""


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What a service answers; `headers` in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """A refusal in AWS's own words; the front writes it in the protocol of the service."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Service(Protocol):
    """One emulated AWS service."""

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions `call` needs.

        Raises:
            ApiError: the operation is not known here; nothing is pretended.
        """
        ...

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        ...
