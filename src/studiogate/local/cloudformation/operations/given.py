"""From a request to the inputs of a stack: template, parameters, tags, capabilities.

Everything that can be refused is refused here, before anything is written down or made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from studiogate.local.call import ApiError
from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.kind import Cloud, Snapshotting
from studiogate.local.cloudformation.lookups import looked_up
from studiogate.local.cloudformation.model import Inputs, Stack
from studiogate.local.cloudformation.running.meaning import meaning, missing_words
from studiogate.local.cloudformation.running.outputs import exported
from studiogate.local.cloudformation.template.document import Document, Keep, document
from studiogate.local.cloudformation.template.functions import Undetermined
from studiogate.local.cloudformation.template.parameters import given_values
from studiogate.local.cloudformation.template.references import check
from studiogate.local.cloudformation.words import invalid

LARGEST_BODY, LARGEST_OBJECT = 51_200, 1_000_000
"""Bytes of a template in a request, and in a bucket (User Guide, quotas: 1 MB)."""

_MORE = "\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
_ELSEWHERE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)
_OTHER_REGION = "AuthorizationHeaderMalformed"
"""What S3 says of a bucket that is in another Region than it was asked in."""

_MOST_TAGS = 50
_BUCKET = r"(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
_REGION = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
_HOST = rf"s3(?:[.-](?:dualstack\.)?{_REGION})?\.amazonaws\.com(?:\.cn)?"
_VIRTUAL = re.compile(rf"{_BUCKET}\.{_HOST}")
_PATH_STYLE = re.compile(_HOST)
_IAM = frozenset(
    f"AWS::IAM::{name}"
    for name in (
        "AccessKey", "Group", "GroupPolicy", "InstanceProfile", "ManagedPolicy", "Policy",
        "Role", "RolePolicy", "User", "UserPolicy", "UserToGroupAddition",
    )
)  # fmt: skip
_NAMES = frozenset(
    {"GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"}
)
_CAPABILITIES = frozenset({"CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"})
_NAMED = frozenset(
    f"AWS::IAM::{name}"
    for name in ("Group", "InstanceProfile", "ManagedPolicy", "Role", "User")
)


async def inputs(engine: Engine, ask: Ask, stack: Stack, *, new: bool) -> Inputs:
    """What a request gives a stack; for a `new` one nothing is kept from before.

    Raises:
        ApiError: ValidationError or InsufficientCapabilitiesException.
    """
    params = ask.params
    previous = None if new else stack.inputs
    found = document(await _text(ask, previous))
    check_kinds(engine, found)
    check(found)
    values = given_values(
        found.parameters,
        params.get("Parameters", ()),
        None if previous is None else previous.parameters,
    )
    tags = _tags(params["Tags"]) if "Tags" in params else previous.tags if previous else {}
    made = Inputs(
        document=found,
        parameters=values,
        stored=await looked_up(ask.cloud, found, values),
        tags=tags,
        capabilities=tuple(params.get("Capabilities", ())),
    )
    _hold(engine, stack, made)
    return made


async def template_text(ask: Ask) -> str:
    """The template a request carries or names.

    Raises:
        ApiError: ValidationError: both or none, too large, or not to be had.
    """
    body, url = ask.params.get("TemplateBody"), ask.params.get("TemplateURL")
    if (body is None) == (url is None):
        raise invalid("Either Template URL or Template Body must be specified.")
    if body is None:
        return await _fetched(ask.cloud, str(url))
    if not body:
        raise words.constraint("TemplateBody", "have length greater than or equal to 1")
    if len(body.encode()) > LARGEST_BODY:
        raise words.constraint(
            "TemplateBody", f"have length less than or equal to {LARGEST_BODY}"
        )
    return str(body)


def capabilities_for(found: Document) -> tuple[list[str], list[str]]:
    """The capability a template asks for, if any, and the types of resources that do."""
    resources = [one for one in found.resources.values() if one.type in _IAM]
    if not resources:
        return [], []
    named = any(one.type in _NAMED and _NAMES & one.properties.keys() for one in resources)
    types = sorted({one.type for one in resources})
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"], types


def check_kinds(engine: Engine, found: Document) -> None:
    """Return when every type and every property is one this emulation can make.

    Raises:
        ApiError: ValidationError.
    """
    resources = found.resources.values()
    if strange := sorted({one.type for one in resources if one.type not in engine.kinds}):
        raise words.malformed(f"Unrecognized resource types: [{', '.join(strange)}]")
    for one in resources:
        kind = engine.kinds[one.type]
        if unknown := sorted(one.properties.keys() - kind.properties):
            raise invalid(
                f"Encountered unsupported property {unknown[0]} in resource {one.logical_id} "
                f"({one.type})"
            )
        if missing := sorted(kind.required - one.properties.keys()):
            raise invalid(missing_words(one.logical_id, missing[0]))
        snapshots = isinstance(kind, Snapshotting) and kind.snapshots
        if Keep.SNAPSHOT in {one.deletion, one.replacement} and not snapshots:
            raise words.misused(
                f"Resource type {one.type} of {one.logical_id} does not support the policy "
                "Snapshot."
            )


async def _text(ask: Ask, previous: Inputs | None) -> str:
    if not ask.params.get("UsePreviousTemplate"):
        return await template_text(ask)
    if "TemplateBody" in ask.params or "TemplateURL" in ask.params:
        raise invalid("UsePreviousTemplate cannot be combined with a template.")
    if previous is None:
        raise invalid("UsePreviousTemplate is only for stacks that have a template.")
    return previous.document.text


async def _fetched(cloud: Cloud, url: str) -> str:
    """What S3 answers whoever called, at the bucket's address; see `_refused`."""
    found = _object_of(url)
    more = {"VersionId": found.version} if found.version else {}
    try:
        answer = await cloud.call("s3", "GetObject", Bucket=found.bucket, Key=found.key, **more)
    except ApiError as exc:
        raise _refused(exc, found, cloud.region) from exc
    if found.region not in {"", cloud.region}:
        raise invalid(f"S3 error: {_ELSEWHERE}{_MORE}")
    body = answer["Body"]
    raw = body if isinstance(body, bytes) else body.read()
    if len(raw) > LARGEST_OBJECT:
        raise invalid(f"Template may not exceed {LARGEST_OBJECT} bytes in size.")
    try:
        return str(raw.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise words.malformed("the template is not UTF-8.") from exc


@dataclass(frozen=True, slots=True)
class _Object:
    """What an address of S3 names."""

    bucket: str
    key: str
    version: str
    region: str
    """Nothing, where the address is that of every Region."""


def _refused(exc: ApiError, found: _Object, region: str) -> ApiError:
    """What CloudFormation makes of S3's refusal to a caller in `region`.

    It finds a bucket of another Region by the address of every Region, or by the right one, and
    by the address of the stack's own it does not (github.com/aws/aws-cli/issues/4512).
    """
    if exc.code != _OTHER_REGION:
        return invalid(f"S3 error: {exc.message}{_MORE}")
    if found.region == region:
        return invalid(f"S3 error: {_ELSEWHERE}{_MORE}")
    return invalid("TemplateURL: a bucket of another Region is not read by this emulation.")


def _object_of(url: str) -> _Object:
    """What `url` names, as S3's addresses are written."""
    parts = urlsplit(url)
    query = parts.query.removeprefix("versionId=")
    path = unquote(parts.path.removeprefix("/"))
    bucket = ""
    host = _VIRTUAL.fullmatch(parts.netloc) or _PATH_STYLE.fullmatch(parts.netloc)
    if host and host.re is _VIRTUAL:
        bucket = host["bucket"]
    elif host:
        bucket, _, path = path.partition("/")
    if parts.scheme != "https" or not bucket or not path or (parts.query and "&" in query):
        raise invalid("TemplateURL must be a supported URL.")
    if parts.query and not parts.query.startswith("versionId="):
        raise invalid("TemplateURL must be a supported URL.")
    return _Object(bucket, path, query, (host and host["region"]) or "")


def _tags(given: list[Mapping[str, Any]]) -> dict[str, str]:
    if len(given) > _MOST_TAGS:
        raise invalid(f"Tags: member must have length less than or equal to {_MOST_TAGS}")
    found: dict[str, str] = {}
    for one in given:
        key = one["Key"]
        if key.lower().startswith("aws:"):
            raise invalid("Tag keys beginning with aws: are reserved and cannot be set.")
        if key in found:
            raise invalid(f"Duplicate tag keys found: {key}")
        found[key] = one["Value"]
    return found


def _hold(engine: Engine, stack: Stack, made: Inputs) -> None:
    """Refuse what the references and the capabilities say, as far as they can be known."""

    def later(name: str, attribute: str | None) -> str:
        raise Undetermined(name, attribute)

    meaning(stack, made, later, lambda name: exported(engine.store, stack, name))
    needed, _ = capabilities_for(made.document)
    enough = {"CAPABILITY_NAMED_IAM", *needed}
    if strange := sorted(set(made.capabilities) - _CAPABILITIES):
        words_of = "satisfy enum value set: [" + ", ".join(sorted(_CAPABILITIES)) + "]"
        raise words.constraint("Capabilities", words_of, strange[0])
    if needed and not enough & set(made.capabilities):
        raise words.capabilities(needed)
