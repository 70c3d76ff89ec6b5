"""The gateway's role, and in each line of business the presign and execution roles."""

import json
from typing import Any

from studiogate import names
from studiogate.aws.session import Accounts
from studiogate.landscape.model import Landscape
from studiogate.policy import documents
from studiogate.policy.language import Document


def lay_role(iam: Any, name: str, trust: Document) -> str:
    """Create role `name`, which may nothing yet; its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return str(made["Role"]["Arn"])


def lay_policy(iam: Any, name: str, policy: Document) -> None:
    """Give role `name` one inline policy of the same name."""
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))


def lay_gateway_role(accounts: Accounts, landscape: Landscape, account: str) -> str:
    """Create what the gateway runs as: exact presign roles, two tables, nothing else."""
    region = landscape.region
    iam = accounts.client(account, "iam")
    arn = lay_role(iam, names.GATEWAY_ROLE, documents.service_trust("ecs-tasks.amazonaws.com"))
    policy = documents.gateway_role_policy(
        region=region,
        account=account,
        presign_role_arns=[
            names.role_arn(region, landscape.accounts[lob.account], names.PRESIGN_ROLE)
            for lob in landscape.lobs.values()
        ],
        tables=[names.PEOPLE_TABLE, names.LOBS_TABLE],
    )
    lay_policy(iam, names.GATEWAY_ROLE, policy)
    return arn


def lay_execution_role(accounts: Accounts, account: str) -> str:
    """Create what notebooks of `account` run as; Studio may set a source identity (S1-10)."""
    trust = documents.service_trust("sagemaker.amazonaws.com", source_identity=True)
    return lay_role(accounts.client(account, "iam"), names.EXECUTION_ROLE, trust)


def lay_execution_policy(
    accounts: Accounts, region: str, account: str, domain_ids: list[str]
) -> None:
    """Let notebooks of `account` see its domains, and open their own profile only."""
    policy = documents.execution_role_policy(
        region=region, account=account, domain_ids=domain_ids
    )
    lay_policy(accounts.client(account, "iam"), names.EXECUTION_ROLE, policy)


def lay_presign_role(
    accounts: Accounts,
    landscape: Landscape,
    lob: str,
    *,
    gateway_role_arn: str,
    domain_ids: list[str],
    endpoints: list[str],
) -> None:
    """Create the role that makes URLs in the account of `lob` (S2-11)."""
    account = landscape.accounts[landscape.lobs[lob].account]
    iam = accounts.client(account, "iam")
    trust = documents.presign_role_trust(
        gateway_role_arn=gateway_role_arn,
        external_id=names.external_id(landscape.name, landscape.environment, lob),
    )
    policy = documents.presign_role_policy(
        region=landscape.region, account=account, domain_ids=domain_ids, endpoints=endpoints
    )
    lay_role(iam, names.PRESIGN_ROLE, trust)
    lay_policy(iam, names.PRESIGN_ROLE, policy)
