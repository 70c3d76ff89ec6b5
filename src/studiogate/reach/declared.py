"""The estate that a landscape declares, before or without any account to look into.

Beside what is declared stand the worst principals an account could hold: an administrator, and
an execution role with AWS's own full access to SageMaker.  What is refuted for them is refuted
for everybody the account may ever come to hold.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.policy.documents import PRESIGN, policy_document, service_trust
from studiogate.policy.guardrails import full_access_rcp, full_access_scp
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.reach.estate import Door, Estate, Holder, Levels, Studio
from studiogate.topology.attached import Attached, attached
from studiogate.topology.endpoint_services import SAGEMAKER_API, STUDIO, hub_services
from studiogate.topology.ids import Ids, symbolic
from studiogate.topology.roles import Role

ADMINISTRATOR = "an-administrator"
"""A supposed principal: whoever may do anything in an account."""

NOTEBOOK = "an-execution-role"
"""A supposed principal: a notebook's role with AWS's own full access to SageMaker."""

_EVERYTHING = policy_document(
    {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}
)

# The statement of AmazonSageMakerFullAccess that opens Studio, which has no condition.
_FULL_STUDIO = policy_document(
    {"Sid": "AllowStudioActions", "Effect": "Allow", "Action": PRESIGN, "Resource": "*"}
)


def declared(landscape: Landscape, ids: Ids | None = None) -> Estate:
    """The estate of `landscape`, with the ids AWS gave or, without them, symbolic ones."""
    known = ids or symbolic(landscape)
    found = attached(landscape, known)
    accounts = landscape.accounts.values()
    return Estate(
        region=landscape.region,
        holders=(
            *(_holder(landscape.region, role) for role in found.roles),
            *(worst for one in accounts for worst in supposed(landscape.region, one)),
        ),
        doors=_doors(landscape, known, found),
        studios=_studios(landscape, known),
        scps=_levels(landscape, found.scps, kind=Kind.SCP, full=full_access_scp()),
        rcps=_levels(landscape, found.rcps, kind=Kind.RCP, full=full_access_rcp()),
        api=parse(found.api, kind=Kind.RESOURCE, name="private API"),
        inside=frozenset(known.endpoints[service] for service in (SAGEMAKER_API, STUDIO)),
        vpc=known.vpcs[landscape.gateway.network],
    )


def _holder(region: str, role: Role) -> Holder:
    return Holder(
        kind="role",
        arn=names.role_arn(region, role.account, role.name),
        account=role.account,
        name=role.name,
        identity=tuple(
            parse(document, kind=Kind.IDENTITY, name=name)
            for name, document in role.documents.items()
        ),
        trust=parse(role.trust, kind=Kind.TRUST, name=f"trust policy of {role.name}"),
    )


def supposed(region: str, account: str) -> tuple[Holder, ...]:
    """The worst that `account` could hold: an administrator, and a notebook's role."""
    everything, studio, trust = _worst()
    return (
        _supposed(region, account, ADMINISTRATOR, everything),
        replace(_supposed(region, account, NOTEBOOK, studio), trust=trust),
    )


@cache
def _worst() -> tuple[Policy, Policy, Policy]:
    """What they hold and who is trusted, the same in every account."""
    trust = service_trust("sagemaker.amazonaws.com", source_identity=True)
    return (
        parse(_EVERYTHING, kind=Kind.IDENTITY, name="AdministratorAccess"),
        parse(_FULL_STUDIO, kind=Kind.IDENTITY, name="AmazonSageMakerFullAccess"),
        parse(trust, kind=Kind.TRUST, name=f"trust policy of {NOTEBOOK}"),
    )


def _supposed(region: str, account: str, name: str, policy: Policy) -> Holder:
    return Holder(
        kind="role",
        arn=names.role_arn(region, account, name),
        account=account,
        name=name,
        identity=(policy,),
        supposed=True,
    )


def _doors(landscape: Landscape, ids: Ids, found: Attached) -> tuple[Door, ...]:
    return tuple(
        Door(
            id=ids.endpoints[service],
            vpc=ids.vpcs[landscape.gateway.network],
            service=service.format(region=landscape.region),
            account=landscape.hub_account,
            policy=_endpoint(found.endpoints.get(service), ids.endpoints[service]),
        )
        for service in hub_services(landscape)
        if service in ids.endpoints
    )


def _endpoint(document: Document | None, id_: str) -> Policy | None:
    return None if document is None else parse(document, kind=Kind.ENDPOINT, name=id_)


def _studios(landscape: Landscape, ids: Ids) -> tuple[Studio, ...]:
    profiles: defaultdict[str | None, list[str]] = defaultdict(list)
    for person, row in landscape.people.items():
        if profile := landscape.profile_of(person):
            profiles[row.lob].append(profile)
    return tuple(
        Studio(
            name=name,
            domain_id=ids.domains[name],
            account=landscape.accounts[landscape.lobs[domain.lob].account],
            profiles=tuple(profiles[domain.lob]),
        )
        for name, domain in landscape.domains.items()
        if name in ids.domains
    )


_FULL = {Kind.SCP: "FullAWSAccess", Kind.RCP: "RCPFullAWSAccess"}
"""What AWS calls the policy it attaches to every level itself."""


def _levels(
    landscape: Landscape,
    attached_: Mapping[str, Mapping[str, Document]],
    *,
    kind: Kind,
    full: Document,
) -> dict[str, Levels]:
    """Two levels: AWS's full access at the root, and at the account with ours beside it."""
    everything = parse(full, kind=kind, name=_FULL[kind])
    # One document over many accounts is one policy, for whoever remembers what it says.
    read: dict[int, Policy] = {}
    levels: dict[str, Levels] = {}
    for account in landscape.accounts.values():
        ours = attached_.get(account, {})
        for name, document in ours.items():
            if id(document) not in read:
                read[id(document)] = parse(document, kind=kind, name=name)
        own = (read[id(document)] for document in ours.values())
        levels[account] = ((everything,), (everything, *own))
    return levels
