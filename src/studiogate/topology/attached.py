"""Which policy document is attached to what: one answer for whoever deploys and whoever proves.

The documents come from `policy`; here they meet the accounts.  Nothing is attached anywhere in
our accounts that is not in `Attached`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.policy import documents, doors, guardrails
from studiogate.policy.language import Document
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    SAGEMAKER_API,
    STS,
    STUDIO,
)
from studiogate.topology.ids import Ids

TABLES = (names.PEOPLE_TABLE, names.LOBS_TABLE)
GUARDRAIL = "studiogate-lob-guardrail"
ROLE_GUARDRAIL = "studiogate-role-guardrail"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of ours, and every document on it."""

    account: str
    name: str
    trust: Document
    policies: Mapping[str, Document]
    """Inline policies by name."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Everything of ours that has a say in who opens what."""

    roles: tuple[Role, ...]
    endpoints: Mapping[str, Document]
    """Endpoint policy by service; a service without one has AWS's full access."""

    scps: Mapping[str, Mapping[str, Document]]
    """Account id to the service control policies on the account itself, by name; the same name
    is the same document wherever it is attached."""

    rcps: Mapping[str, Mapping[str, Document]]
    """The same for resource control policies, over what is in the account."""

    api: Document
    """The resource policy of the private API."""


def attached(landscape: Landscape, ids: Ids) -> Attached:
    """Every document of `landscape`, for the things that `ids` names.

    A domain without an id is not there yet and in no document; a lob without domains has no
    roles of ours, and is under the guardrail all the same.
    """
    return _Attaching(landscape, ids).all()


def lob_account(landscape: Landscape, lob: str) -> str:
    """Id of the account of `lob`."""
    return landscape.accounts[landscape.lobs[lob].account]


def domain_ids(landscape: Landscape, ids: Ids, lob: str) -> list[str]:
    """Ids of the domains of `lob` that are there, in the order of the file."""
    return [
        ids.domains[name]
        for name, domain in landscape.domains.items()
        if domain.lob == lob and name in ids.domains
    ]


def execution_trust() -> Document:
    """Who may become an execution role: Studio, in a person's name (S1-10).

    By itself, because a domain cannot be made without the role, and the role's policy cannot
    be made without the domain.
    """
    return documents.service_trust("sagemaker.amazonaws.com", source_identity=True)


def api_arn(landscape: Landscape, ids: Ids) -> str:
    """ARN of the private API, without a stage."""
    partition = names.partition(landscape.region)
    where = f"{landscape.region}:{landscape.hub_account}"
    return f"arn:{partition}:execute-api:{where}:{ids.api}"


class _Attaching:
    """One landscape with its ids: what the documents share."""

    def __init__(self, landscape: Landscape, ids: Ids) -> None:
        self._landscape = landscape
        self._region = landscape.region
        self._hub = landscape.hub_account
        self._ids = ids
        self._names: dict[str, list[str]] = {lob: [] for lob in landscape.lobs}
        for name, domain in landscape.domains.items():
            if name in ids.domains:
                self._names[domain.lob].append(name)
        self._domains = {
            lob: [ids.domains[name] for name in found]
            for lob, found in self._names.items()
            if found
        }
        # A URL is made through one endpoint and used through the other (S2-20).
        self._inside = [ids.endpoints[SAGEMAKER_API], ids.endpoints[STUDIO]]

    def all(self) -> Attached:
        """Every document."""
        lobs, guardrail = self._domains, self._guardrail()
        return Attached(
            roles=(
                self._gateway(),
                *(self._presign(lob) for lob in lobs),
                *(self._execution(lob, found) for lob, found in lobs.items()),
            ),
            endpoints=self._endpoints(),
            scps={self._account(lob): guardrail for lob in self._landscape.lobs},
            rcps={self._account(lob): self._role_guardrail(lob) for lob in lobs},
            api=doors.private_api_policy(
                api_arn=api_arn(self._landscape, self._ids),
                endpoint=self._ids.endpoints[EXECUTE_API],
            ),
        )

    def _account(self, lob: str) -> str:
        return lob_account(self._landscape, lob)

    def _role_arns(self, role: str, lobs: Sequence[str]) -> list[str]:
        return [names.role_arn(self._region, self._account(lob), role) for lob in lobs]

    def _gateway(self) -> Role:
        policy = documents.gateway_role_policy(
            region=self._region,
            account=self._hub,
            presign_role_arns=self._role_arns(names.PRESIGN_ROLE, [*self._landscape.lobs]),
            tables=TABLES,
        )
        trust = documents.service_trust("ecs-tasks.amazonaws.com")
        return _role(self._hub, names.GATEWAY_ROLE, trust, policy)

    def _presign(self, lob: str) -> Role:
        landscape, account = self._landscape, self._account(lob)
        trust = documents.presign_role_trust(
            gateway_role_arn=names.role_arn(self._region, self._hub, names.GATEWAY_ROLE),
            external_id=names.external_id(landscape.name, landscape.environment, lob),
        )
        policy = documents.presign_role_policy(
            region=self._region,
            account=account,
            domains=self._opens_from(lob),
            hub=_cidrs(landscape, [landscape.gateway.network]),
            endpoints=self._inside,
        )
        return _role(account, names.PRESIGN_ROLE, trust, policy)

    def _opens_from(self, lob: str) -> dict[str, list[str]]:
        """Domain id to the CIDRs of the networks it opens from."""
        domains = self._landscape.domains
        return {
            self._ids.domains[name]: _cidrs(self._landscape, domains[name].opens_from)
            for name in self._names[lob]
        }

    def _execution(self, lob: str, found: list[str]) -> Role:
        account = self._account(lob)
        policy = documents.execution_role_policy(
            region=self._region, account=account, domain_ids=found
        )
        return _role(account, names.EXECUTION_ROLE, execution_trust(), policy)

    def _guardrail(self) -> dict[str, Document]:
        scp = guardrails.lob_guardrail(region=self._region, endpoints=self._inside)
        return {GUARDRAIL: scp}

    def _role_guardrail(self, lob: str) -> dict[str, Document]:
        rcp = guardrails.sts_rcp(
            role_arns=self._role_arns(names.PRESIGN_ROLE, [lob]),
            vpc=self._ids.vpcs[self._landscape.gateway.network],
        )
        return {f"{ROLE_GUARDRAIL}-{lob}": rcp}  # one for each account, so a name for each

    def _endpoints(self) -> dict[str, Document]:
        roles = self._role_arns(names.PRESIGN_ROLE, [*self._domains])
        return {
            STS: doors.sts_endpoint_policy(presign_role_arns=roles),
            **self._studio_endpoints(),
            DYNAMODB: doors.dynamodb_endpoint_policy(
                region=self._region, account=self._hub, tables=TABLES
            ),
        }

    def _studio_endpoints(self) -> dict[str, Document]:
        """Where URLs are made and used: for our domains, for nothing while there are none."""
        if not self._domains:
            return dict.fromkeys((SAGEMAKER_API, STUDIO), doors.closed_endpoint_policy())
        mine = {self._account(lob): found for lob, found in self._domains.items()}
        region = self._region
        return {
            SAGEMAKER_API: doors.sagemaker_api_endpoint_policy(region=region, domains=mine),
            STUDIO: doors.studio_endpoint_policy(region=region, domains=mine),
        }


def _cidrs(landscape: Landscape, networks: Sequence[str]) -> list[str]:
    return [str(cidr) for name in networks for cidr in landscape.networks[name].cidrs]


def _role(account: str, name: str, trust: Document, policy: Document) -> Role:
    return Role(account=account, name=name, trust=trust, policies={name: policy})
