"""From the landscape to accounts that are ready, in the order things need each other.

VPCs, then domains and their people, then the endpoints; by then everything has its id, and
`topology.attached` says which document belongs on what.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studiogate import names
from studiogate.aws.session import Accounts, calling
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.landscape.model import Landscape
from studiogate.local.ground import domains, networks, roles, tables
from studiogate.topology.attached import (
    Attached,
    attached,
    domain_ids,
    lob_account,
)
from studiogate.topology.endpoint_services import SERVICES
from studiogate.topology.ids import Ids
from studiogate.topology.roles import execution_trust


@dataclass(frozen=True, slots=True)
class Ground:
    """What was laid."""

    account: str
    """The shared-services account."""

    ids: Ids
    attached: Attached
    """Every document, as it was laid."""


Tell = Callable[[str], None]


def lay(accounts: Accounts, landscape: Landscape, tell: Tell, *, api_id: str) -> Ground:
    """Lay everything the landscape declares and an opening needs; `api_id` is there already.

    Raises:
        AwsError: AWS refused a step; what was laid before it stays.
    """
    with calling("laying the ground"):
        return _Laying(accounts, landscape, tell).all(api_id)


class _Laying:
    """One run: what the steps share."""

    def __init__(self, accounts: Accounts, landscape: Landscape, tell: Tell) -> None:
        self._accounts = accounts
        self._landscape = landscape
        self._tell = tell
        self._account = landscape.hub_account

    def all(self, api_id: str) -> Ground:
        """Take the steps in order."""
        self._tell("networks")
        vpcs = networks.lay_vpcs(self._accounts, self._landscape)
        self._tell("domains and people")
        domains_ = self._lay_domains(vpcs)
        self._tell("endpoints")
        ids = Ids(
            domains=domains_,
            endpoints=self._lay_endpoints(vpcs[self._landscape.gateway.network]),
            vpcs={name: vpc.id for name, vpc in vpcs.items()},
            api=api_id,
        )
        self._lay_profiles(ids)
        self._tell("roles and guardrails")
        found = attached(self._landscape, ids)
        self._lay_roles(found)
        self._lay_guardrails(found)
        networks.lay_policies(
            self._accounts.client(self._account, "ec2"), ids.endpoints, found.endpoints
        )
        self._tell("directory")
        self._lay_directory(ids)
        return Ground(self._account, ids, found)

    def _lay_domains(self, vpcs: Mapping[str, networks.Vpc]) -> dict[str, str]:
        """Create the execution roles and the domains that run as them; ids by name."""
        execution = {
            lob: roles.lay_role(
                self._accounts.client(self._account_of(lob), "iam"),
                names.EXECUTION_ROLE,
                execution_trust(),
            )
            for lob in self._landscape.lobs
        }
        return {
            name: domains.lay_domain(
                self._accounts.client(self._account_of(domain.lob), "sagemaker"),
                name,
                vpc=vpcs[domain.network],
                execution_role_arn=execution[domain.lob],
            )
            for name, domain in self._landscape.domains.items()
        }

    def _account_of(self, lob: str) -> str:
        return lob_account(self._landscape, lob)

    def _lay_profiles(self, ids: Ids) -> None:
        for lob in self._landscape.lobs:
            mine = domain_ids(self._landscape, ids, lob)
            if mine:
                domains.lay_profiles(self._accounts, self._landscape, lob, mine)

    def _lay_endpoints(self, vpc: networks.Vpc) -> dict[str, str]:
        ec2 = self._accounts.client(self._account, "ec2")
        region = self._landscape.region
        return {
            service: networks.lay_endpoint(ec2, service, region=region, vpc=vpc)
            for service in SERVICES
        }

    def _lay_roles(self, found: Attached) -> None:
        for role in found.roles:
            iam = self._accounts.client(role.account, "iam")
            if role.name != names.EXECUTION_ROLE:  # that one stands since before its domain
                roles.lay_role(iam, role.name, role.trust)
            for name, policy in role.documents.items():
                roles.lay_policy(iam, role.name, name, policy)

    def _lay_guardrails(self, found: Attached) -> None:
        organizations = self._accounts.client(None, "organizations")
        made: dict[str, str] = {}
        for kind, accounts in (
            ("SERVICE_CONTROL_POLICY", found.scps),
            ("RESOURCE_CONTROL_POLICY", found.rcps),
        ):
            for account, policies in accounts.items():
                for name, document in policies.items():
                    if name not in made:
                        made[name] = roles.lay_guardrail(organizations, kind, name, document)
                    organizations.attach_policy(PolicyId=made[name], TargetId=account)

    def _lay_directory(self, ids: Ids) -> None:
        tables.lay_tables(
            self._accounts.client(self._account, "dynamodb"),
            (row.item() for row in person_rows(self._landscape)),
            (row.item() for row in lob_rows(self._landscape, ids.domains)),
        )
