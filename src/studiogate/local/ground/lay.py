"""From the landscape to accounts that are ready, in the order things need each other.

VPCs, then domains and their people, then the endpoints whose policies name the domains, then
the roles whose policies name the endpoints, then the guardrail, then the tables.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studiogate import names
from studiogate.aws.session import Accounts, calling
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.landscape.model import Landscape
from studiogate.local.ground import domains, networks, roles, tables
from studiogate.policy import documents, doors


@dataclass(frozen=True, slots=True)
class Ground:
    """What was laid, by the ids AWS gave it."""

    account: str
    """The shared-services account."""

    domain_ids: dict[str, str]
    """Domain name to id."""

    endpoints: dict[str, str]
    """Service (as in `networks`) to VPC endpoint id."""


Tell = Callable[[str], None]


def lay(accounts: Accounts, landscape: Landscape, tell: Tell) -> Ground:
    """Lay everything the landscape declares and an opening needs.

    Raises:
        AwsError: AWS refused a step; what was laid before it stays.
    """
    with calling("laying the ground"):
        return _Laying(accounts, landscape, tell).all()


class _Laying:
    """One run: what the steps share."""

    def __init__(self, accounts: Accounts, landscape: Landscape, tell: Tell) -> None:
        self._accounts = accounts
        self._landscape = landscape
        self._tell = tell
        self._account = landscape.hub_account
        self._ids: dict[str, str] = {}
        self._endpoints: dict[str, str] = {}

    def all(self) -> Ground:
        """Take the steps in order."""
        self._tell("networks")
        vpcs = networks.lay_vpcs(self._accounts, self._landscape)
        self._tell("domains and people")
        for lob in self._landscape.lobs:
            self._lay_lob(lob, vpcs)
        self._tell("endpoints")
        self._lay_endpoints(vpcs[self._landscape.gateway.network])
        self._tell("roles and guardrails")
        gateway = roles.lay_gateway_role(self._accounts, self._landscape, self._account)
        for lob in self._landscape.lobs:
            self._lay_presign_role(lob, gateway)
        self._lay_guardrail()
        self._lay_endpoint_policies()
        self._tell("directory")
        self._lay_directory()
        return Ground(self._account, self._ids, self._endpoints)

    def _account_of(self, lob: str) -> str:
        return self._landscape.accounts[self._landscape.lobs[lob].account]

    def _domain_ids(self, lob: str) -> list[str]:
        domains_of = self._landscape.domains.items()
        return [self._ids[name] for name, domain in domains_of if domain.lob == lob]

    def _lay_lob(self, lob: str, vpcs: Mapping[str, networks.Vpc]) -> None:
        account = self._account_of(lob)
        role = roles.lay_execution_role(self._accounts, account)
        for name, domain in self._landscape.domains.items():
            if domain.lob != lob:
                continue
            sagemaker = self._accounts.client(account, "sagemaker")
            self._ids[name] = domains.lay_domain(
                sagemaker, name, vpc=vpcs[domain.network], execution_role_arn=role
            )
        ids = self._domain_ids(lob)
        if ids:
            region = self._landscape.region
            roles.lay_execution_policy(self._accounts, region, account, ids)
            domains.lay_profiles(self._accounts, self._landscape, lob, ids)

    def _lay_endpoints(self, vpc: networks.Vpc) -> None:
        ec2 = self._accounts.client(self._account, "ec2")
        for service in networks.SERVICES:
            self._endpoints[service] = networks.lay_endpoint(
                ec2, service, region=self._landscape.region, vpc=vpc
            )

    def _doors(self) -> list[str]:
        """A URL is made through one endpoint and used through the other (S2-20)."""
        return [self._endpoints[networks.SAGEMAKER_API], self._endpoints[networks.STUDIO]]

    def _lay_presign_role(self, lob: str, gateway_role_arn: str) -> None:
        if not self._domain_ids(lob):
            return
        roles.lay_presign_role(
            self._accounts,
            self._landscape,
            lob,
            gateway_role_arn=gateway_role_arn,
            domain_ids=self._domain_ids(lob),
            endpoints=self._doors(),
        )

    def _lay_guardrail(self) -> None:
        organizations = self._accounts.client(None, "organizations")
        made = organizations.create_policy(
            Name="studiogate-lob-guardrail",
            Description="Studio opens through the shared endpoints, or not at all",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(documents.lob_guardrail(endpoints=self._doors())),
        )
        for lob in self._landscape.lobs:
            organizations.attach_policy(
                PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=self._account_of(lob)
            )

    def _lay_endpoint_policies(self) -> None:
        region, tables_ = self._landscape.region, [names.PEOPLE_TABLE, names.LOBS_TABLE]
        mine = {
            self._account_of(lob): ids
            for lob in self._landscape.lobs
            if (ids := self._domain_ids(lob))
        }
        roles_ = [names.role_arn(region, account, names.PRESIGN_ROLE) for account in mine]
        directory = doors.dynamodb_endpoint_policy(
            region=region, account=self._account, tables=tables_
        )
        wanted = {
            networks.STS: doors.sts_endpoint_policy(presign_role_arns=roles_),
            networks.SAGEMAKER_API: doors.sagemaker_api_endpoint_policy(
                region=region, domains=mine
            ),
            networks.STUDIO: doors.studio_endpoint_policy(region=region, domains=mine),
            networks.DYNAMODB: directory,
        }
        ec2 = self._accounts.client(self._account, "ec2")
        networks.lay_policies(ec2, self._endpoints, wanted)

    def _lay_directory(self) -> None:
        tables.lay_tables(
            self._accounts.client(self._account, "dynamodb"),
            (row.item() for row in person_rows(self._landscape)),
            (row.item() for row in lob_rows(self._landscape, self._ids)),
        )
