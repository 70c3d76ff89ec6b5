"""What one AssumeRole call asks for, and every permission it takes.

STS API Reference, "AssumeRole"; IAM User Guide, "Pass session tags in AWS STS" and "Monitor and
control actions taken with assumed roles" (source identity).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studiogate.errors import PolicyError
from studiogate.local.call import ApiError, Caller, Needed
from studiogate.local.iam import limits
from studiogate.policy.language import Kind, Policy, parse

LEAST_S, MOST_S, DEFAULT_S, CHAINED_MOST_S = 900, 43_200, 3_600, 3_600
_MOST_TAGS, _MOST_POLICIES = 50, 10
_PACKED_LIMIT = 2_048


@dataclass(frozen=True, slots=True)
class Asked:
    """One AssumeRole call, in order as far as it can be seen without the role."""

    role_arn: str
    session_name: str
    lives_s: int | None = None
    source_identity: str | None = None
    external_id: str | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: frozenset[str] = frozenset()


def asked_in(params: Mapping[str, Any]) -> Asked:
    """What `params` ask for.

    Raises:
        ApiError: `ValidationError`, naming every parameter that breaks its constraint.
    """
    given = limits.Parameters(params)
    role_arn = given.text("RoleArn", limits.ROLE_ARN, needed=True)
    name = given.text("RoleSessionName", limits.SESSION_NAME, needed=True)
    lives_s = given.seconds("DurationSeconds", LEAST_S, MOST_S)
    source_identity = given.text("SourceIdentity", limits.SOURCE_IDENTITY)
    external_id = given.text("ExternalId", limits.EXTERNAL_ID)
    policy = given.text("Policy", limits.POLICY)
    arns = given.items("PolicyArns", _MOST_POLICIES)
    tags = _tags(given)
    transitive = [str(key) for key in given.items("TransitiveTagKeys", _MOST_TAGS)]
    given.done()
    if any(key not in tags for key in transitive):
        raise ApiError("ValidationError", "A transitive tag key is not among the session tags.")
    if "SerialNumber" in params or "TokenCode" in params or "ProvidedContexts" in params:
        raise ApiError("ValidationError", "MFA and contexts are not offered by this emulation.")
    return Asked(
        role_arn=role_arn or "",
        session_name=name or "",
        lives_s=lives_s,
        source_identity=source_identity,
        external_id=external_id,
        policy=policy,
        policy_arns=tuple(_entry(one, "arn") for one in arns),
        tags=tags,
        transitive=frozenset(transitive),
    )


def needed_for(asked: Asked, caller: Caller) -> tuple[Needed, ...]:
    """Every permission the call needs, of the caller and of the role's trust policy.

    A source identity or a transitive tag that the session merely inherits needs its permission
    again at each link of a chain, or the chain ends there.
    """
    context = _context(asked)
    actions = ["sts:AssumeRole"]
    if asked.source_identity is not None or caller.source_identity is not None:
        actions.append("sts:SetSourceIdentity")
    if asked.tags or caller.transitive_tags:
        actions.append("sts:TagSession")
    return tuple(Needed(action, asked.role_arn, context) for action in actions)


def source_identity(asked: Asked, caller: Caller) -> str | None:
    """The source identity of the new session: set once, and never changed.

    Raises:
        ApiError: `AccessDenied`, for an attempt to change it.
    """
    if caller.source_identity is None or asked.source_identity is None:
        return caller.source_identity or asked.source_identity
    if asked.source_identity != caller.source_identity:
        raise ApiError(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: sts:SetSourceIdentity on "
            f"resource: {asked.role_arn}: the session already has a source identity, which "
            "cannot be changed.",
            status=403,
        )
    return caller.source_identity


def session_tags(asked: Asked, caller: Caller) -> tuple[dict[str, str], frozenset[str]]:
    """The tags of the new session, and which of them are transitive.

    Raises:
        ApiError: a transitive tag of the calling session would be overwritten.
    """
    inherited = {key: caller.tags[key] for key in caller.transitive_tags}
    taken = {key.lower() for key in inherited}
    if any(key.lower() in taken for key in asked.tags):
        raise ApiError(
            "InvalidParameterValue",
            "One of the session tags is an inherited transitive tag, which cannot be changed.",
        )
    return inherited | dict(asked.tags), caller.transitive_tags | asked.transitive


def lifetime(asked: Asked, *, longest_of_role_s: int, chained: bool) -> int:
    """Seconds the session lives.

    Raises:
        ApiError: `ValidationError`, above what the role or a chain of roles allows.
    """
    lives_s = DEFAULT_S if asked.lives_s is None else asked.lives_s
    if chained and lives_s > CHAINED_MOST_S:
        raise ApiError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
            "by role chaining.",
        )
    if lives_s > longest_of_role_s:
        raise ApiError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return lives_s


def inline_policy(text: str) -> Policy:
    """The session policy in `text`.

    Raises:
        ApiError: `MalformedPolicyDocument`.
    """
    try:
        return parse(text, kind=Kind.SESSION, name="session policy")
    except PolicyError as exc:
        raise ApiError("MalformedPolicyDocument", str(exc)) from exc


def packed_percent(asked: Asked) -> int | None:
    """`PackedPolicySize` in percent; AWS does not say how it packs, so this is plain length.

    Raises:
        ApiError: `PackedPolicyTooLarge`.
    """
    if asked.policy is None and not asked.policy_arns and not asked.tags:
        return None
    size = len(asked.policy or "") + sum(map(len, asked.policy_arns))
    size += sum(len(key) + len(value) for key, value in asked.tags.items())
    percent = -(-100 * size // _PACKED_LIMIT)
    if percent > 100:  # noqa: PLR2004 - a percentage
        raise ApiError(
            "PackedPolicyTooLarge", f"Packed size of session policies and tags is {percent}%."
        )
    return percent


def _context(asked: Asked) -> dict[str, str | tuple[str, ...]]:
    context: dict[str, str | tuple[str, ...]] = {"sts:RoleSessionName": asked.session_name}
    if asked.external_id is not None:
        context["sts:ExternalId"] = asked.external_id
    if asked.source_identity is not None:
        context["sts:SourceIdentity"] = asked.source_identity
    if asked.tags:
        context["aws:TagKeys"] = tuple(asked.tags)
        context |= {f"aws:RequestTag/{key}": value for key, value in asked.tags.items()}
    if asked.transitive:
        context["sts:TransitiveTagKeys"] = tuple(sorted(asked.transitive))
    return context


def _tags(given: limits.Parameters) -> dict[str, str]:
    pairs = [
        (_entry(one, "Key"), _entry(one, "Value")) for one in given.items("Tags", _MOST_TAGS)
    ]
    for number, (key, value) in enumerate(pairs, start=1):
        given.hold(f"tags.{number}.member.key", key, limits.TAG_KEY)
        given.hold(f"tags.{number}.member.value", value, limits.TAG_VALUE)
        if key.lower().startswith("aws:"):
            raise ApiError("ValidationError", "Tag keys that start with aws: are reserved.")
    if len({key.lower() for key, _ in pairs}) < len(pairs):
        raise ApiError(
            "ValidationError",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    return dict(pairs)


def _entry(one: Any, name: str) -> str:
    value = one.get(name) if isinstance(one, Mapping) else None
    if not isinstance(value, str):
        raise ApiError("ValidationError", f"A list entry has no {name}.")
    return value
