"""Studio domains in VPC-only, IAM mode, and a profile for each person (S1-05, S1-06)."""

from typing import Any

from studiogate.aws.session import Accounts
from studiogate.landscape.model import Landscape
from studiogate.local.ground.networks import Vpc


def lay_domain(sagemaker: Any, name: str, *, vpc: Vpc, execution_role_arn: str) -> str:
    """Create the domain called `name`; its id.

    The execution role's session is named after the person, and carries their profile as its
    source identity (S1-08), so that two people of one domain can be told apart afterwards.
    """
    made = sagemaker.create_domain(
        DomainName=name,
        AuthMode="IAM",
        AppNetworkAccessType="VpcOnly",
        VpcId=vpc.id,
        SubnetIds=[vpc.subnet],
        DefaultUserSettings={
            "ExecutionRole": execution_role_arn,
            "SecurityGroups": [vpc.security_group],
            "StudioWebPortal": "ENABLED",
            "DefaultLandingUri": "app:JupyterLab:",
            "StudioWebPortalSettings": {"ExecutionRoleSessionNameMode": "USER_IDENTITY"},
        },
        DomainSettings={"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
    )
    return str(made["DomainId"])


def lay_profiles(
    accounts: Accounts, landscape: Landscape, lob: str, domain_ids: list[str]
) -> None:
    """Create the Studio profile of every person of `lob` in each of its domains."""
    account = landscape.accounts[landscape.lobs[lob].account]
    sagemaker = accounts.client(account, "sagemaker")
    for name, person in landscape.people.items():
        profile = landscape.profile_of(name)
        if person.lob != lob or profile is None:
            continue
        for domain_id in domain_ids:
            sagemaker.create_user_profile(DomainId=domain_id, UserProfileName=profile)
