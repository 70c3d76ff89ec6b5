"""May this request invoke the private API?  Asked as API Gateway asks, before any authorizer.

A request without a signature is anonymous to IAM, whatever bearer token it carries, so the
resource policy must allow it by itself; the policy of the VPC endpoint it came through must let
it pass as well (API Gateway developer guide, "How API Gateway resource policies affect
authorization workflow").
"""

from collections.abc import Iterable
from dataclasses import dataclass

from studiogate.local.call import Arrival
from studiogate.names import dns_suffix, partition
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Policy
from studiogate.policy.request import ANONYMOUS, Request

ACTION = "execute-api:Invoke"


@dataclass(frozen=True, slots=True)
class Api:
    """The API's own coordinates, and the policy attached to it."""

    policy: Policy
    api_id: str
    account: str
    region: str
    stage: str

    def arn(self, method: str, path: str) -> str:
        """What is invoked by `method` on `path`, which begins with a slash."""
        return (
            f"arn:{partition(self.region)}:execute-api:{self.region}:{self.account}"
            f":{self.api_id}/{self.stage}/{method}{path}"
        )

    def within(self, host: str, path: str) -> str | None:
        """`path` as the API's resources see it; `None` when it is in no stage of the API.

        By the API's own name, or an endpoint's (`API-VPCE.execute-api.…`, S4-18), the first
        part of the path is the stage; by any other name the API has a domain of its own, which
        stands for the stage.
        """
        if not path.startswith("/"):
            return None
        label, own = self._named(host)
        if not own:
            return path
        if label != self.api_id and not label.startswith(f"{self.api_id}-vpce-"):
            return None
        stage, slash, inner = path.removeprefix("/").partition("/")
        return f"{slash or '/'}{inner}" if stage == self.stage else None

    def scheme(self, host: str, came_by: str) -> str:
        """What the client spoke: by a name of API Gateway's own there is nothing but https."""
        return "https" if self._named(host)[1] else came_by

    def _named(self, host: str) -> tuple[str, bool]:
        """The first part of the name in `host`, and whether the rest is API Gateway's."""
        name = host.rpartition(":")[0] or host
        label, _, rest = name.lower().partition(".")
        return label, rest == f"execute-api.{self.region}.{dns_suffix(self.region)}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in API Gateway's own words."""

    error_type: str
    body: dict[str, str]


FORBIDDEN = Refused("ForbiddenException", {"message": "Forbidden"})


def refusal(api: Api, arrival: Arrival, method: str, paths: Iterable[str]) -> Refused | None:
    """Why the request may not invoke the API; `None` when it may.

    `paths` are the spellings of one path, as it was sent and as it reads: a policy must not be
    dodged by writing a letter as `%6F`, so every spelling must be allowed.
    """
    for path in paths:
        arn = api.arn(method, path)
        question = Request(ACTION, arn, ANONYMOUS, dict(arrival.context), api.account)
        answer = decide(Layers(resource=api.policy, endpoint=arrival.endpoint_policy), question)
        if not answer.allowed:
            return Refused(
                "AccessDeniedException", {"Message": _words(api, arn, explicit=answer.explicit)}
            )
    if "aws:SourceVpce" not in arrival.context:
        # A private API has no public address: no policy of its own can give it one.
        return FORBIDDEN
    return None


def _words(api: Api, arn: str, *, explicit: bool) -> str:
    shown = arn.replace(f":{api.account}:", f":{'*' * 8}{api.account[-4:]}:", 1)
    why = " with an explicit deny" if explicit else ""
    return f"User: anonymous is not authorized to perform: {ACTION} on resource: {shown}{why}"
