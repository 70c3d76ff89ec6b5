"""How long a document may be, and how long it is; few of these limits can be raised.

Sources: IAM User Guide, "IAM and AWS STS quotas"; Amazon VPC User Guide, "Amazon VPC quotas";
Organizations User Guide, "Quotas and service limits".
"""

import json

from studiogate.policy.language import Document

MANAGED_POLICY = 6_144
"""Characters of a managed policy; white space is not counted."""

ROLE_INLINE = 10_240
"""Characters of all inline policies of a role together; white space is not counted."""

TRUST_POLICY = 2_048
"""Characters of a role's trust policy; this one can be raised to 4,096."""

MANAGED_POLICIES = 10
"""Managed policies of a role; this one can be raised to 20."""

ENDPOINT_POLICY = 20_480
"""Characters of a VPC endpoint's policy, white space included."""

GUARDRAIL = 5_120
"""Characters of a service or resource control policy, white space included."""


def characters(document: Document, *, spaces: bool = False) -> int:
    """The length of `document` as JSON; with `spaces`, those that a plain writer puts there."""
    separators = None if spaces else (",", ":")
    return len(json.dumps(document, separators=separators))
