"""Roles, their policies, and the guardrails over their accounts."""

import json
from typing import Any

from studiogate.policy.language import Document


def lay_role(iam: Any, name: str, trust: Document) -> str:
    """Create role `name`, which may nothing yet; its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return str(made["Role"]["Arn"])


def lay_policy(iam: Any, role: str, name: str, policy: Document) -> None:
    """Give `role` the inline policy `name`."""
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def lay_guardrail(organizations: Any, kind: str, name: str, document: Document) -> str:
    """Create policy `name` of `kind` (`SERVICE_CONTROL_POLICY` or so), not attached; its id."""
    made = organizations.create_policy(
        Name=name,
        Description="Studio opens through the shared endpoints, or not at all",
        Type=kind,
        Content=json.dumps(document),
    )
    return str(made["Policy"]["PolicySummary"]["Id"])
