"""Profiles and domains that a change removes: what runs in them has to end before.

CloudFormation deletes what is removed while it cleans up, when a failure does not fail the
update any more: the profile would stay, and nobody would know.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from studiogate.deploy.ending.homes import homes_of, settle_home
from studiogate.deploy.ending.studios import Studio, delete, free_profiles, quieten
from studiogate.deploy.plan import ResourceChange
from studiogate.deploy.stack.standing import Standing, resources, template_text
from studiogate.deploy.world import World

DOMAIN: Final = "AWS::SageMaker::Domain"
PROFILE: Final = "AWS::SageMaker::UserProfile"


def free_removed(
    world: World,
    there: Standing,
    changes: Iterable[ResourceChange],
    *,
    tags: Mapping[str, str],
) -> None:
    """End what runs for every profile and in every domain that `changes` would delete.

    The home directories of a domain are kept, with `tags`, and let go of their VPC.

    Raises:
        DeployError: something does not end.
        AwsError: AWS refused, or did not answer.
    """
    going = [one for one in changes if one.goes]
    domains = {one.resource for one in going if one.type == DOMAIN}
    profiles = {one.resource for one in going if one.type == PROFILE}
    if domains:
        _end_domains(world, there, domains, tags)
    if profiles:
        named = _named(template_text(world, there), there.parameters, profiles)
        for domain, some in named.items():
            free_profiles(world, Studio(there.key.account, domain), some)


def _end_domains(
    world: World, there: Standing, logical: set[str], tags: Mapping[str, str]
) -> None:
    """Whoever allowed it is told of the file system by the plan; it is kept."""
    homes = {one.domain_id: one for one in homes_of(there)}
    for one in resources(world, there):
        if one["LogicalResourceId"] in logical and one.get("PhysicalResourceId"):
            studio = Studio(there.key.account, one["PhysicalResourceId"])
            quieten(world, studio)
            delete(world, studio, efs="keep")
            if home := homes.get(studio.domain_id):
                settle_home(world, home, tags, efs="keep")


def _named(
    text: str | None, parameters: Mapping[str, str], resources: Iterable[str]
) -> Mapping[str, list[str]]:
    """The names of profiles by the id of their domain, as the template has them."""
    template = yaml.safe_load(text) if text else {}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for resource in resources:
        told = template.get("Resources", {}).get(resource, {}).get("Properties", {})
        domain = _value(told.get("DomainId"), parameters)
        profile = _value(told.get("UserProfileName"), parameters)
        if domain and profile:
            found[domain].append(profile)
    return found


def _value(told: Any, parameters: Mapping[str, str]) -> str:
    """A text, or the parameter it refers to; empty for anything else."""
    if isinstance(told, Mapping):
        return parameters.get(str(told.get("Ref", "")), "")
    return str(told or "")
