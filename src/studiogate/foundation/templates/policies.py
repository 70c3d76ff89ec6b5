"""Roles and documents as troposphere takes them: what `topology` says, symbols resolved."""

from typing import Any

from troposphere import Tags, Template, iam

from studiogate.foundation.symbols import intrinsic
from studiogate.policy.language import Document
from studiogate.topology.roles import Role


def resolvable(document: Document) -> dict[str, Any]:
    """`document` as a template has it."""
    found: dict[str, Any] = intrinsic(document)
    return found


def role(template: Template, logical_id: str, made: Role, description: str) -> iam.Role:
    """Add `made` with all that is inline on it; managed policies are resources of their own.

    Of a role with nothing inline nothing is said: an empty list would make drift of whatever
    policy another stack puts on it.
    """
    inline = [
        iam.Policy(PolicyName=name, PolicyDocument=resolvable(document))
        for name, document in made.policies.items()
    ]
    return template.add_resource(
        iam.Role(
            logical_id,
            RoleName=made.name,
            Description=description,
            AssumeRolePolicyDocument=resolvable(made.trust),
            **({"Policies": inline} if inline else {}),
            **({"Tags": Tags(**made.tags)} if made.tags else {}),
        )
    )
