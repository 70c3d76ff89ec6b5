"""Our roles, one function each: every document on a role, from the few things it is about.

`attached` calls them with what a landscape says, templates with symbols in place of ids.  So
what is proved of a role and what is deployed are one document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.landscape.warehouse import Warehouse
from studiogate.policy import documents, functions, notebook_library, signins, sizes, warehouses
from studiogate.policy.language import Document

TABLES = (names.PEOPLE_TABLE, names.LOBS_TABLE)

BUCKETS = "UseBuckets"
"""Name of the execution role's policy about the buckets of its lob (S1-07)."""

READING = "ReadWarehouses"
"""Name of the execution role's policy that lets it become readers."""

LIBRARY = "TakeLibrary"
"""Name of the one that lets it fetch the notebook library."""

MARKS_ONLY = signins.uses(saml=False, scim=False)
"""What the gateway of an organisation does that has neither SAML nor SCIM."""

NAMED_INLINE = 120
"""Presign roles that the gateway's inline policy names; more of them go into managed policies,
so that what else the gateway may do has room beside them."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of ours, and every document on it."""

    account: str
    name: str
    trust: Document
    policies: Mapping[str, Document]
    """Inline policies by name."""

    managed: Mapping[str, Document] = field(default_factory=dict)
    """Managed policies of its account by name, attached to this role and to no other."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """What Redshift reads on it: the groups of whoever is the role."""

    @property
    def documents(self) -> dict[str, Document]:
        """Whatever says what it may do, by name."""
        return {**self.policies, **self.managed}


@dataclass(frozen=True, slots=True)
class Opens:
    """Domains of one lob that open from the same places."""

    cidrs: tuple[str, ...]
    """In order: where they open from, and the hub, where their URLs are made."""

    domains: tuple[str, ...]
    """Their names in the landscape."""


@dataclass(frozen=True, slots=True)
class Reads:
    """A warehouse that a lob reads."""

    warehouse: str
    lob: str
    account: str
    """Id of the producer's account."""

    cluster: str | None
    """Its name; `None` for a serverless workgroup, where everybody has a role of their own."""

    database: str
    groups: tuple[str, ...]
    by_endpoint: bool = False
    """Whether it is reached by an endpoint that Redshift manages, in the reader's network."""

    any_database: bool = False
    """Whether passwords may be asked for that name no database."""

    @property
    def role(self) -> str:
        """The name of its reader role, in the producer's account.

        Of a workgroup a pattern, which everybody's own source identity completes.
        """
        if self.cluster is None:
            return f"{names.READER_ROLE}-{self.warehouse}{warehouses.OWN}"
        return names.reader_role(self.warehouse, self.lob)


def opens(landscape: Landscape) -> dict[str, tuple[Opens, ...]]:
    """The domains of every lob, together where they open from the same places.

    A role's documents have them in this order.
    """
    hub = _cidrs(landscape, [landscape.gateway.network])
    alike: dict[str, dict[tuple[str, ...], list[str]]] = {lob: {} for lob in landscape.lobs}
    for name, domain in landscape.domains.items():
        there = {*_cidrs(landscape, domain.opens_from), *hub}
        alike[domain.lob].setdefault(tuple(sorted(there)), []).append(name)
    return {
        lob: tuple(Opens(cidrs, tuple(domains)) for cidrs, domains in found.items())
        for lob, found in alike.items()
    }


def reads(landscape: Landscape) -> tuple[Reads, ...]:
    """Who reads which warehouse, in the order of the file.

    Nobody reads a workgroup whose id is neither known nor ours to be told.
    """
    return tuple(
        Reads(
            warehouse=name,
            lob=lob,
            account=landscape.accounts[one.account],
            cluster=one.cluster,
            database=one.database,
            groups=groups,
            by_endpoint=one.reached_by == "endpoint",
            any_database=one.any_database,
        )
        for name, one in landscape.warehouses.items()
        if one.readable
        for lob, groups in _readers(landscape, one)
    )


def profiles(landscape: Landscape) -> dict[str, tuple[str, ...]]:
    """The profiles of the people of every lob that has any, in the order of the file."""
    found: dict[str, list[str]] = {}
    for person, row in landscape.people.items():
        profile = landscape.profile_of(person)
        if profile is not None and row.lob is not None:
            found.setdefault(row.lob, []).append(profile)
    return {lob: tuple(some) for lob, some in found.items()}


def _readers(landscape: Landscape, warehouse: Warehouse) -> list[tuple[str, tuple[str, ...]]]:
    """The lobs that read it and have a domain to read from."""
    with_domains = {domain.lob for domain in landscape.domains.values()}
    return [(lob, some) for lob, some in warehouse.readers.items() if lob in with_domains]


def gateway_role(
    *,
    region: str,
    account: str,
    presign_role_arns: Sequence[str],
    uses: Sequence[signins.Use] = MARKS_ONLY,
) -> Role:
    """What the gateway is, in the shared-services account: a function that becomes others.

    `uses` is what it does with its tables beside reading the directory.
    """
    few = len(presign_role_arns) <= NAMED_INLINE
    policy = documents.gateway_role_policy(
        region=region,
        account=account,
        presign_role_arns=presign_role_arns if few else (),
        tables=TABLES,
    )
    parts = [] if few else _parts(presign_role_arns)
    return Role(
        account=account,
        name=names.GATEWAY_ROLE,
        trust=documents.service_trust("lambda.amazonaws.com"),
        policies={
            names.GATEWAY_ROLE: policy,
            functions.RECORD_POLICY: functions.record_policy(
                region=region, account=account, table=names.OPENINGS_TABLE
            ),
            signins.SIGNINS_POLICY: signins.signins_policy(
                region=region, account=account, uses=uses
            ),
            functions.FUNCTION_POLICY: functions.function_policy(
                region=region, account=account, function=names.GATEWAY_FUNCTION
            ),
        },
        managed={f"{names.GATEWAY_ROLE}-{n}": one for n, one in enumerate(parts, start=1)},
    )


def authorizer_role(*, region: str, account: str) -> Role:
    """What the authorizer of the private API is: it verifies tokens, and asks AWS nothing."""
    return Role(
        account=account,
        name=names.AUTHORIZER_ROLE,
        trust=documents.service_trust("lambda.amazonaws.com"),
        policies={
            functions.FUNCTION_POLICY: functions.function_policy(
                region=region, account=account, function=names.AUTHORIZER_FUNCTION
            )
        },
    )


def presign_role(
    *,
    region: str,
    account: str,
    hub_account: str,
    external_id: str,
    domains: Mapping[str, Sequence[str]],
    endpoints: Sequence[str],
) -> Role:
    """What makes URLs in the account of a lob; for parameters see `presign_role_policy`."""
    return Role(
        account=account,
        name=names.PRESIGN_ROLE,
        trust=documents.presign_role_trust(
            gateway_role_arn=names.role_arn(region, hub_account, names.GATEWAY_ROLE),
            external_id=external_id,
        ),
        policies={
            names.PRESIGN_ROLE: documents.presign_role_policy(
                region=region, account=account, domains=domains, endpoints=endpoints
            )
        },
    )


def execution_trust(account: str) -> Document:
    """Who may become an execution role: Studio, in a person's name (S1-10).

    By itself, because a domain cannot be made without the role, and the role's policy cannot
    be made without the domain.
    """
    return documents.service_trust(
        "sagemaker.amazonaws.com", source_identity=True, account=account
    )


def execution_role(
    *,
    region: str,
    account: str,
    domain_ids: Sequence[str],
    more: Mapping[str, Document] | None = None,
) -> Role:
    """What the notebooks of a lob run as: with their own profile, and `more` by name.

    That is what `reading_policies` gives, for a lob that reads warehouses, and under `BUCKETS`
    the policy of its buckets, for one that has any.
    """
    own = documents.execution_role_policy(region=region, account=account, domain_ids=domain_ids)
    return Role(
        account=account,
        name=names.EXECUTION_ROLE,
        trust=execution_trust(account),
        policies={names.EXECUTION_ROLE: own, **(more or {})},
    )


def reading_policies(
    *, region: str, suffix: str, hub: str, reader_role_arns: Sequence[str], looks: bool
) -> dict[str, Document]:
    """The policies of the execution role of a lob that reads: to become readers, to install.

    `hub` is the shared-services account, which has the library; `suffix` is what names of
    services end in; for the rest see `warehouses.reading_policy`.
    """
    bucket = names.artifacts_bucket(region, hub)
    return {
        READING: warehouses.reading_policy(reader_role_arns=reader_role_arns, looks=looks),
        LIBRARY: notebook_library.taking_policy(
            region=region, suffix=suffix, hub=hub, bucket=bucket
        ),
    }


def reader_role(*, region: str, one: Reads, account: str, reader_account: str) -> Role:
    """What reads a cluster for a lob; `reader_account` is that of the lob's notebooks.

    Raises:
        ValueError: it is a workgroup, which has a role for everybody: `own_reader_role`.
    """
    if one.cluster is None:
        raise ValueError(f"{one.warehouse} is a workgroup")
    notebooks = names.role_arn(region, reader_account, names.EXECUTION_ROLE)
    return Role(
        account=account,
        name=one.role,
        trust=warehouses.reader_role_trust(execution_role_arns=[notebooks]),
        policies={
            warehouses.READER_POLICY: warehouses.reader_role_policy(
                region=region,
                account=account,
                cluster=one.cluster,
                database=one.database,
                groups=one.groups,
                any_database=one.any_database,
            )
        },
        tags=_tags(warehouses.DB_GROUPS_TAG, one.groups),
    )


def own_reader_role(
    *,
    region: str,
    one: Reads,
    account: str,
    reader_account: str,
    profile: str,
    workgroup_id: str,
) -> Role:
    """What the owner of `profile` alone reads a workgroup as; see `reader_role`.

    A role each, because to a workgroup a person is the role they come as (decision 21).
    """
    notebooks = names.role_arn(region, reader_account, names.EXECUTION_ROLE)
    return Role(
        account=account,
        name=names.own_reader_role(one.warehouse, profile),
        trust=warehouses.own_reader_role_trust(
            execution_role_arns=[notebooks], profile=profile
        ),
        policies={
            warehouses.READER_POLICY: warehouses.workgroup_reader_policy(
                region=region, account=account, workgroup_id=workgroup_id
            )
        },
        tags=_tags(warehouses.DB_ROLES_TAG, one.groups),
    )


def _tags(tag: str, groups: Sequence[str]) -> dict[str, str]:
    return {tag: ":".join(groups)} if groups else {}


def _parts(arns: Sequence[str]) -> list[Document]:
    """As few policies as name all of `arns`, none longer than a managed policy may be."""
    bare = sizes.characters(documents.becoming_policy(presign_role_arns=arns[:1]))
    found: list[list[str]] = []
    room = 0
    for arn in arns:
        if len(arn) + 3 > room:  # quotes and a comma
            found.append([])
            room = sizes.MANAGED_POLICY - bare
        found[-1].append(arn)
        room -= len(arn) + 3
    return [documents.becoming_policy(presign_role_arns=some) for some in found]


def _cidrs(landscape: Landscape, networks: Sequence[str]) -> list[str]:
    return [str(cidr) for name in networks for cidr in landscape.networks[name].cidrs]
