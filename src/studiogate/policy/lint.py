"""Weaknesses of policies that are legal, and do not do what their author thinks.

No rule here decides anything: what a policy allows is `evaluate`'s to say, and what it allows
to anybody at all is for the prover.  A weakness says where a hole is likely to come from, and
what to do about it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from studiogate.policy.language import Policy
from studiogate.policy.weak import grants, missing, network
from studiogate.policy.weak.look import Finding


@dataclass(frozen=True, slots=True)
class Weakness:
    """One place of one policy that does not do what it seems to."""

    rule: str
    """The rule's name, the same in every report."""

    place: str
    """JSON path, as `$.Statement[0].Condition.IpAddress['aws:SourceIp']`."""

    what: str
    remedy: str
    defect: str | None
    """Number of the published samples' defect that is of this kind, as `F-43`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: a name, how to find it, and what to do about it."""

    name: str
    find: Callable[[Policy], Iterator[Finding]]
    remedy: str
    defect: str | None = None


RULES = (
    Rule(
        "private-source-ip",
        network.private_source_ip,
        "Use aws:VpcSourceIp together with aws:SourceVpce.",
        "F-43",
    ),
    Rule(
        "client-address-allowed",
        network.client_allowed,
        "Add aws:SourceVpce to the same statement.",
        "F-43",
    ),
    Rule(
        "client-address-kept-out",
        network.client_kept_out,
        "Add a second Deny, StringNotEquals aws:SourceVpce.",
        "F-57",
    ),
    Rule(
        "client-address-guarded",
        network.client_guarded,
        "Add a second Deny, StringNotEquals aws:SourceVpce.",
        "F-65",
    ),
    Rule(
        "allows-joined-by-or",
        network.joined_by_or,
        "Put the conditions into one statement, or restrict with a Deny.",
        "F-43",
    ),
    Rule(
        "negated-allow",
        missing.negated_allow,
        "Restrict with a Deny, or want the key by Null: false as well.",
    ),
    Rule(
        "for-any-value-deny",
        missing.for_any_deny,
        "Drop ForAnyValue: the plain operator denies without the key.",
        "F-64",
    ),
    Rule(
        "for-all-values-allow",
        missing.for_all_allow,
        "Want the key by Null: false as well.",
        "F-64",
    ),
    Rule(
        "any-role",
        grants.any_role,
        "Name the roles by their whole ARNs.",
        "F-14",
    ),
    Rule(
        "any-profile",
        grants.any_profile,
        "Name the profile, or bind it to the session by a policy variable.",
        "F-71",
    ),
    Rule(
        "any-group",
        grants.any_group,
        "Name the groups.",
        "F-60",
    ),
    Rule(
        "anybodys-statements",
        grants.anybodys_statements,
        "Want redshift-data:statement-owner-iam-userid to be ${aws:userid}.",
        "F-61",
    ),
    Rule(
        "half-a-registry",
        grants.half_a_registry,
        "Allow ecr:GetAuthorizationToken on *, and ecr:BatchGetImage together with "
        "ecr:GetDownloadUrlForLayer; the policy StudioImagePublisher has all of it.",
        "F-66",
    ),
    Rule(
        "one-door-of-many",
        grants.one_door_of_many,
        "Deny every presigning action, and sagemaker:StartSession.",
        "F-65",
    ),
)


def weaknesses(policy: Policy) -> tuple[Weakness, ...]:
    """Every weakness of `policy`, in the order of the rules and of its statements."""
    return tuple(
        Weakness(rule.name, place.path, what, rule.remedy, rule.defect)
        for rule in RULES
        for place, what in rule.find(policy)
    )
