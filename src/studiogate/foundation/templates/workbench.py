"""Posit Workbench in a Studio domain: the settings, its role, and the door of its server.

Sources: SageMaker Developer Guide, "Create a domain with RStudio using the AWS CLI", "Use
RStudio in VPC-only mode" (the security group) and "Add RStudio support to an existing domain".
"""

from typing import Any

from troposphere import GetAtt, Template, ec2, iam, sagemaker

from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.policies import role
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import ANYWHERE
from studiogate.topology.image_roles import rstudio_role

CONNECT, PACKAGES = "ConnectUrl", "PackageManagerUrl"
"""What a domain with RStudio may be told: parameters, each with the domain's name."""

USER, ADMINISTRATOR = "R_STUDIO_USER", "R_STUDIO_ADMIN"

Urls = tuple[str, ...]
"""Which of the two a domain is told, in this order."""

_SETTINGS = {CONNECT: "RStudioConnectUrl", PACKAGES: "RStudioPackageManagerUrl"}


def workbench_role(template: Template) -> iam.Role:
    """The role of Workbench in the domains of a lob, put into `template`."""
    made = rstudio_role(region=symbol("AWS::Region"), account=symbol("AWS::AccountId"))
    return role(
        template, "RStudioRole", made, "What Posit Workbench is, in domains with RStudio"
    )


def workbench(template: Template, word: str, *, urls: Urls, server: iam.Role) -> dict[str, Any]:
    """The members of `DomainSettings` that give a domain RStudio, whose role is `server`."""
    given = {_SETTINGS[one]: told(template, one, word) for one in urls}
    return {
        "RStudioServerProDomainSettings": sagemaker.RStudioServerProDomainSettings(
            DomainExecutionRoleArn=GetAtt(server, "Arn"), **given
        ),
        "SecurityGroupIds": [_door(template, word)],
    }


def seat() -> sagemaker.RStudioServerProAppSettings:
    """What somebody new has in a domain with RStudio; see `foundation.after.Seated`."""
    return sagemaker.RStudioServerProAppSettings(AccessStatus="ENABLED", UserGroup=USER)


def _door(template: Template, word: str) -> Any:
    """The group of Workbench's server; how sessions reach it, SageMaker sees to."""
    group = ec2.SecurityGroup(
        f"Workbench{word}",
        GroupDescription="Posit Workbench of a Studio domain",
        VpcId=told(template, "VpcId", word),
        # Everything, says the guide: where to, routes decide, and the VPC has none but ours.
        SecurityGroupEgress=[
            {
                "Description": "As far as there are routes",
                "IpProtocol": "-1",
                "CidrIp": ANYWHERE,
            }
        ],
    )
    return GetAtt(template.add_resource(group), "GroupId")
