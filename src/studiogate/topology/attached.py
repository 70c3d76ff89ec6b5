"""Which policy document is attached to what: one answer for whoever deploys and whoever proves.

The documents come from `policy`; here they meet the accounts.  Nothing is attached anywhere in
our accounts that is not in `Attached`, but for what says nothing about opening: the gateways
to S3 in the VPCs, and the policies of keys.

Templates ask for the same documents with symbols for ids: `endpoint_policies`, `guardrails_of`
and `gateway` here, and the roles of one lob in `roles`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from studiogate import names
from studiogate.landscape.model import Landscape, SamlIdp
from studiogate.policy import by_account, doors, guardrails, images, signins, warehouses
from studiogate.policy.buckets import buckets_policy_of
from studiogate.policy.language import Document
from studiogate.topology.endpoint_services import (
    DYNAMODB,
    EXECUTE_API,
    IAM_PREFIX,
    LICENCES,
    SAGEMAKER_API,
    STS,
    STUDIO,
    readers_services,
    shared_services,
)
from studiogate.topology.ids import Ids
from studiogate.topology.image_roles import (
    build_role,
    image_role,
    published,
    rstudio_role,
    with_rstudio,
)
from studiogate.topology.roles import (
    BUCKETS,
    Reads,
    Role,
    authorizer_role,
    execution_role,
    gateway_role,
    opens,
    own_reader_role,
    presign_role,
    profiles,
    reader_role,
    reading_policies,
    reads,
)

GUARDRAIL = "studiogate-lob-guardrail"
ROLE_GUARDRAIL = "studiogate-role-guardrail"

MOST_TARGETS = 100
"""Accounts that one guardrail hangs over: AWS attaches them one after the other, and slowly."""

DOMAINS_BY_NAME = 30
"""Domains that endpoint policies name; more are let through by their accounts."""


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
    roles of ours, and is under the guardrails all the same.
    """
    scp, rcp = guardrails_of(landscape, ids)
    targets = guarded(landscape)
    lobs = _Lobs(landscape, ids)
    return Attached(
        roles=(
            gateway(landscape),
            authorizer(landscape),
            *lobs.presign(),
            *lobs.execution(),
            *lobs.readers(),
            *lobs.images(),
            *lobs.rstudio(),
        ),
        endpoints=endpoint_policies(landscape, ids),
        scps={one: {name: scp} for name, some in _named(GUARDRAIL, targets) for one in some},
        rcps={
            one: {name: rcp} for name, some in _named(ROLE_GUARDRAIL, targets) for one in some
        },
        api=doors.private_api_policy(
            api_arn=api_arn(landscape, ids), endpoint=ids.endpoints[EXECUTE_API]
        ),
    )


def lob_account(landscape: Landscape, lob: str) -> str:
    """Id of the account of `lob`."""
    return landscape.accounts[landscape.lobs[lob].account]


def api_arn(landscape: Landscape, ids: Ids) -> str:
    """ARN of the private API, without a stage."""
    partition = names.partition(landscape.region)
    where = f"{landscape.region}:{landscape.hub_account}"
    return f"arn:{partition}:execute-api:{where}:{ids.api}"


def inside(ids: Ids) -> list[str]:
    """The endpoints that count as inside: a URL is made through one, used through the other."""
    return [ids.endpoints[SAGEMAKER_API], ids.endpoints[STUDIO]]


def external_id(landscape: Landscape, lob: str) -> str:
    """What the gateway shows the presign role of `lob`."""
    return names.external_id(landscape.name, landscape.environment, lob)


def gateway(landscape: Landscape) -> Role:
    """What the gateway is: it may become the presign role of every lob there is."""
    return gateway_role(
        region=landscape.region,
        account=landscape.hub_account,
        presign_role_arns=_role_arns(landscape, names.PRESIGN_ROLE, landscape.lobs),
        uses=uses(landscape),
    )


def uses(landscape: Landscape) -> tuple[signins.Use, ...]:
    """What the gateway does with its tables beside reading the directory."""
    return signins.uses(
        saml=any(isinstance(one, SamlIdp) for one in landscape.idps.values()),
        scim=any(one.scim for one in landscape.idps.values()),
    )


def authorizer(landscape: Landscape) -> Role:
    """What the authorizer of the private API is."""
    return authorizer_role(region=landscape.region, account=landscape.hub_account)


def guarded(landscape: Landscape) -> tuple[tuple[str, ...], ...]:
    """The accounts under the guardrails, as many together as one policy hangs over."""
    accounts = [lob_account(landscape, lob) for lob in landscape.lobs]
    return tuple(
        tuple(accounts[start : start + MOST_TARGETS])
        for start in range(0, len(accounts), MOST_TARGETS)
    )


def guardrails_of(landscape: Landscape, ids: Ids) -> tuple[Document, Document]:
    """The service and the resource control policy over every lob."""
    region = landscape.region
    return (
        guardrails.lob_guardrail(region=region, endpoints=inside(ids)),
        guardrails.sts_rcp(region=region, vpc=ids.vpcs[landscape.gateway.network]),
    )


def endpoint_policies(landscape: Landscape, ids: Ids) -> dict[str, Document]:
    """The policy of every endpoint of the hub that is there, by service.

    Few domains are let through by name, many by account: what is written down does not change
    with the ids.  Where nothing of ours is behind an endpoint yet, it lets nothing through.
    """
    lobs = _Lobs(landscape, ids)
    return {
        STS: lobs.sts(),
        **lobs.studio(),
        DYNAMODB: doors.dynamodb_endpoint_policy(
            region=landscape.region,
            account=landscape.hub_account,
            uses=uses(landscape),
            record=names.OPENINGS_TABLE,
        ),
        EXECUTE_API: doors.execute_api_endpoint_policy(
            region=landscape.region, account=landscape.hub_account
        ),
        **_shared(landscape, ids),
    }


def guardrail_name(name: str, number: int) -> str:
    """What guardrail `name` is called over the accounts of `guarded`, counted from 0."""
    return f"{name}-{number + 1}" if number else name


def _named(name: str, targets: Sequence[Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    return [(guardrail_name(name, number), some) for number, some in enumerate(targets)]


class _Lobs:
    """The lobs that have a domain, and the documents that are about them."""

    def __init__(self, landscape: Landscape, ids: Ids) -> None:
        self._landscape = landscape
        self._region = landscape.region
        self._ids = ids
        self._opens = opens(landscape)
        found = {
            lob: [
                ids.domains[name]
                for group in groups
                for name in group.domains
                if name in ids.domains
            ]
            for lob, groups in self._opens.items()
        }
        self.domains = {lob: some for lob, some in found.items() if some}
        self._reads = [one for one in reads(landscape) if one.lob in self.domains]
        each = any(one.cluster is None for one in self._reads)
        self._profiles = profiles(landscape) if each else {}
        self._few = len(landscape.domains) <= DOMAINS_BY_NAME

    def presign(self) -> list[Role]:
        """The role that makes URLs, of each."""
        return [
            presign_role(
                region=self._region,
                account=lob_account(self._landscape, lob),
                hub_account=self._landscape.hub_account,
                external_id=external_id(self._landscape, lob),
                domains=self._opens_from(lob),
                endpoints=inside(self._ids),
            )
            for lob in self.domains
        ]

    def _opens_from(self, lob: str) -> dict[str, Sequence[str]]:
        ids = self._ids.domains
        return {
            ids[name]: group.cidrs
            for group in self._opens[lob]
            for name in group.domains
            if name in ids
        }

    def execution(self) -> list[Role]:
        """The role of its notebooks, of each."""
        return [
            execution_role(
                region=self._region,
                account=lob_account(self._landscape, lob),
                domain_ids=found,
                more={**self._reading(lob), **self._buckets(lob)},
            )
            for lob, found in self.domains.items()
        ]

    def _buckets(self, lob: str) -> dict[str, Document]:
        """What they need to use the buckets of the lob, if it has any."""
        found = self._landscape.lobs[lob].buckets
        return {BUCKETS: buckets_policy_of(self._region, found)} if found else {}

    def _reading(self, lob: str) -> dict[str, Document]:
        """What they need to read warehouses, if they read any."""
        found = [one for one in self._reads if one.lob == lob]
        if not found:
            return {}
        return reading_policies(
            region=self._region,
            suffix=names.dns_suffix(self._region),
            hub=self._landscape.hub_account,
            reader_role_arns=[self._reader_arn(one) for one in found],
            looks=any(one.by_endpoint for one in found),
        )

    def readers(self) -> list[Role]:
        """The roles in producers' accounts by which their notebooks read warehouses."""
        return [role for one in self._reads for role in self._readers(one)]

    def _readers(self, one: Reads) -> Iterator[Role]:
        """One of a cluster; of a workgroup whose id is known one for everybody."""
        notebooks = lob_account(self._landscape, one.lob)
        if one.cluster is not None:
            yield reader_role(
                region=self._region, one=one, account=one.account, reader_account=notebooks
            )
            return
        id_ = workgroup_id(self._landscape, self._ids, one.warehouse)
        for profile in self._profiles.get(one.lob, ()) if id_ else ():
            yield own_reader_role(
                region=self._region,
                one=one,
                account=one.account,
                reader_account=notebooks,
                profile=profile,
                workgroup_id=id_ or "",
            )

    def images(self) -> Iterator[Role]:
        """The roles that read and build images, of each lob that has any."""
        suffix = names.dns_suffix(self._region)
        for lob in published(self._landscape):
            if lob in self.domains:
                account = lob_account(self._landscape, lob)
                yield image_role(region=self._region, account=account)
                yield build_role(region=self._region, suffix=suffix, account=account)

    def rstudio(self) -> Iterator[Role]:
        """The role of Posit Workbench, of each lob that has it."""
        for lob in with_rstudio(self._landscape):
            if lob in self.domains:
                account = lob_account(self._landscape, lob)
                yield rstudio_role(region=self._region, account=account)

    def _reader_arn(self, one: Reads) -> str:
        return names.role_arn(self._region, one.account, one.role)

    def sts(self) -> Document:
        """The policy of the STS endpoint."""
        readers = [self._reader_arn(one) for one in self._reads]
        if self._few or not self.domains:
            return doors.sts_endpoint_policy(
                presign_role_arns=_role_arns(self._landscape, names.PRESIGN_ROLE, self.domains),
                reader_role_arns=readers,
            )
        return by_account.sts_by_account(
            region=self._region,
            accounts=[*self._by_account()],
            reader_role_arns=readers,
        )

    def studio(self) -> dict[str, Document]:
        """Where URLs are made and used: for our domains, for nothing while there are none."""
        region, mine = self._region, self._by_account()
        if not mine:
            return dict.fromkeys((SAGEMAKER_API, STUDIO), doors.closed_endpoint_policy())
        if self._few:
            return {
                SAGEMAKER_API: doors.sagemaker_api_endpoint_policy(region=region, domains=mine),
                STUDIO: doors.studio_endpoint_policy(region=region, domains=mine),
            }
        return {
            SAGEMAKER_API: by_account.sagemaker_api_by_account(accounts=[*mine]),
            STUDIO: by_account.studio_by_account(region=region, accounts=[*mine]),
        }

    def _by_account(self) -> dict[str, list[str]]:
        return {lob_account(self._landscape, lob): some for lob, some in self.domains.items()}


def workgroup_id(landscape: Landscape, ids: Ids, warehouse: str) -> str | None:
    """What the ARN of the workgroup of `warehouse` ends in; `None` while nobody knows."""
    return landscape.warehouses[warehouse].workgroup_id or ids.workgroups.get(warehouse)


def _shared(landscape: Landscape, ids: Ids) -> dict[str, Document]:
    """Endpoints for the work of notebooks beside Studio, those that are there."""
    accounts = [*dict.fromkeys(landscape.accounts.values())]
    hub = landscape.hub_account
    readers = readers_services(landscape)
    return {
        service: _for_readers(landscape, service)
        if service in readers
        else _for_rstudio(landscape)
        if service == LICENCES
        else by_account.shared_endpoint_policy(
            prefix=IAM_PREFIX[service], accounts=accounts, hub=hub
        )
        for service in shared_services(landscape)
        if service in ids.endpoints
    }


def _for_readers(landscape: Landscape, service: str) -> Document:
    """What an endpoint lets through that nobody but readers of warehouses needs."""
    prefix = IAM_PREFIX[service]
    found = [
        one
        for one in reads(landscape)
        if one.cluster is None or prefix != "redshift-serverless"
        if one.cluster is not None or prefix != "redshift"
    ]
    lookers = (lob_account(landscape, one.lob) for one in found if one.by_endpoint)
    return by_account.readers_endpoint_policy(
        region=landscape.region,
        actions=_READERS_DO[prefix],
        accounts=[*dict.fromkeys(one.account for one in found)],
        lookers=[*dict.fromkeys(lookers)] if prefix == "redshift" else (),
    )


def _for_rstudio(landscape: Landscape) -> Document:
    """What the endpoint lets through that nobody but Posit Workbench needs."""
    accounts = [lob_account(landscape, lob) for lob in with_rstudio(landscape)]
    return images.licence_endpoint_policy(region=landscape.region, accounts=accounts)


_READERS_DO = {
    "redshift": (*warehouses.ON_EVERY_CLUSTER, *warehouses.SIGNING_IN),
    "redshift-data": (*warehouses.ON_CLUSTER, *warehouses.ON_STATEMENT),
    "redshift-serverless": warehouses.ON_WORKGROUP,
}
"""By prefix: what a reader role does that calls this service."""


def _role_arns(landscape: Landscape, role: str, lobs: Iterable[str]) -> list[str]:
    region = landscape.region
    return [names.role_arn(region, lob_account(landscape, lob), role) for lob in lobs]
