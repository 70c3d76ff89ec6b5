"""May this request invoke the private API?  Asked as API Gateway asks.

A request without a signature is anonymous to IAM, whatever bearer token it carries, so the
resource policy must allow it by itself; the policy of the VPC endpoint it came through must let
it pass as well.  A method with an authorizer is asked about twice: first whether anything is
denied, and then together with what the authorizer said (API Gateway developer guide, "How API
Gateway resource policies affect authorization workflow").
"""

from collections.abc import Iterable
from dataclasses import dataclass

from studiogate.local.api.refused import FORBIDDEN, Refused, denied
from studiogate.local.api.served import Served
from studiogate.local.call import Arrival
from studiogate.names import dns_suffix, partition
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.invoke import invoke
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ANONYMOUS, Request

ACTION = "execute-api:Invoke"

_NOT_ASKED_YET = parse(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ACTION, "Resource": "*"}],
    },
    kind=Kind.IDENTITY,
    name="an authorizer that may yet allow",
)


@dataclass(frozen=True, slots=True)
class Inside:
    """Where in an API a request leads."""

    path: str
    """As the API's resources see it, spelt as it was sent."""

    prefix: str
    """The stage, where the path began with it, as `/prod`; else nothing."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API's own coordinates, and the policy attached to it."""

    policy: Policy
    api_id: str
    account: str
    region: str
    stage: str
    served: Served

    def arn(self, method: str, path: str) -> str:
        """What is invoked by `method` on `path`, which begins with a slash."""
        return (
            f"arn:{partition(self.region)}:execute-api:{self.region}:{self.account}"
            f":{self.api_id}/{self.stage}/{method}{path}"
        )

    def within(self, host: str, path: str) -> Inside | None:
        """Where `path` leads in the API; `None` when it is in no stage of it.

        By the API's own name, or an endpoint's (`API-VPCE.execute-api.…`, S4-18), the first
        part of the path is the stage; by any other name the API has a domain of its own, which
        stands for the stage.
        """
        if not path.startswith("/"):
            return None
        label, own = self._named(host)
        if not own:
            return Inside(path, "")
        if label != self.api_id and not label.startswith(f"{self.api_id}-vpce-"):
            return None
        stage, _, inner = path.removeprefix("/").partition("/")
        return Inside(f"/{inner}", f"/{stage}") if stage == self.stage else None

    def scheme(self, host: str, came_by: str) -> str:
        """What the client spoke: by a name of API Gateway's own there is nothing but https."""
        return "https" if self._named(host)[1] else came_by

    def _named(self, host: str) -> tuple[str, bool]:
        """The first part of the name in `host`, and whether the rest is API Gateway's."""
        name = host.rpartition(":")[0] or host
        label, _, rest = name.lower().partition(".")
        return label, rest == f"execute-api.{self.region}.{dns_suffix(self.region)}"


def refusal(
    api: Api, arrival: Arrival, method: str, paths: Iterable[str], *, asks: bool = False
) -> Refused | None:
    """Why the request may not invoke the API; `None` when it may.

    `paths` are the spellings of one path, as it was sent and as it reads: a policy must not be
    dodged by writing a letter as `%6F`, so every spelling must be allowed.  Where an authorizer
    is asked next (`asks`), the API's own policy only has to deny nothing yet.
    """
    for path in paths:
        question = asking(api, arrival, method, path)
        door = arrival.endpoint_policy
        said = (
            invoke(api.policy, _NOT_ASKED_YET, question, endpoint=door)
            if asks
            else decide(Layers(resource=api.policy, endpoint=door), question)
        )
        if not said.allowed:
            return denied(_words(api, question.resource, explicit=said.explicit))
    if "aws:SourceVpce" not in arrival.context:
        # A private API has no public address: no policy of its own can give it one.
        return FORBIDDEN
    return None


def unauthorised(
    api: Api, arrival: Arrival, method: str, paths: Iterable[str], said: Policy
) -> Refused | None:
    """Why the request may not invoke the API, now that its authorizer `said` so.

    An Allow of either policy suffices, and a Deny of either is enough (Table A).
    """
    for path in paths:
        question = asking(api, arrival, method, path)
        found = invoke(api.policy, said, question, endpoint=arrival.endpoint_policy)
        if not found.allowed:
            why = " with an explicit deny" if found.explicit else ""
            return denied(f"User is not authorized to access this resource{why}")
    return None


def asking(api: Api, arrival: Arrival, method: str, path: str) -> Request:
    """The question that policies are asked; nobody has signed it."""
    arn = api.arn(method, path)
    return Request(ACTION, arn, ANONYMOUS, dict(arrival.context), api.account)


def _words(api: Api, arn: str, *, explicit: bool) -> str:
    shown = arn.replace(f":{api.account}:", f":{'*' * 8}{api.account[-4:]}:", 1)
    why = " with an explicit deny" if explicit else ""
    return f"User: anonymous is not authorized to perform: {ACTION} on resource: {shown}{why}"
