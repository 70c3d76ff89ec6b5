"""Which permissions the operations of ECR ask for, and on what.

From the Service Authorization Reference, "Actions, resources, and condition keys for Amazon
Elastic Container Registry"; that tags set with a new repository are asked about once more, as
TagResource, is "Using tag-based access control" of the ECR User Guide.
"""

from collections.abc import Callable, Sequence

from studiogate.local.call import ApiCall, ApiError, Needed
from studiogate.local.ecr import words
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import repository_arn
from studiogate.local.front.tagging import request_tags
from studiogate.local.iam.resource_policies import of_key
from studiogate.local.kept.named import key_arn

Asks = Callable[[Ecr, ApiCall], Sequence[Needed]]

_OF_A_KEY = ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant")
"""What whoever creates a repository with a key of their own must be allowed (ECR User Guide,
"Encryption at rest")."""


def on_all(action: str) -> Asks:
    """Asks for `action` on everything."""
    return lambda _ecr, _call: (Needed(f"ecr:{action}", "*"),)


def on(action: str, arn: str, repository: Repository | None) -> Needed:
    """`action` on a repository, which may not be there; its tags are told."""
    tags = repository.tags if repository is not None else {}
    context = {
        f"{prefix}:ResourceTag/{key}": value
        for key, value in tags.items()
        for prefix in ("aws", "ecr")
    }
    return Needed(f"ecr:{action}", arn, context)


def registry_of(call: ApiCall) -> str:
    """The account whose registry `call` is about: the caller's, where it does not say."""
    return str(call.params.get("registryId") or call.account)


def on_repository(action: str) -> Asks:
    """Asks for `action` on the repository that a call names."""

    def ask(ecr: Ecr, call: ApiCall) -> Sequence[Needed]:
        return (_named(ecr, call, action, str(call.params["repositoryName"])),)

    return ask


def on_listed(ecr: Ecr, call: ApiCall) -> Sequence[Needed]:
    """Asks to describe each repository that is named; all of the registry, where none is."""
    names = call.params.get("repositoryNames")
    if not names:
        every = repository_arn(registry_of(call), call.region, "*")
        return (Needed("ecr:DescribeRepositories", every),)
    return tuple(_named(ecr, call, "DescribeRepositories", str(name)) for name in names)


def _named(ecr: Ecr, call: ApiCall, action: str, name: str) -> Needed:
    account = registry_of(call)
    repository = ecr.registries.find(account, call.region, name)
    return on(action, repository_arn(account, call.region, name), repository)


def on_new(ecr: Ecr, call: ApiCall) -> Sequence[Needed]:
    """Asks to create a repository, to tag it, and to use the key it is to be encrypted with."""
    del ecr
    arn = repository_arn(registry_of(call), call.region, str(call.params["repositoryName"]))
    tags = request_tags(call)
    tagging = (Needed("ecr:TagResource", arn, tags),) if tags else ()
    return (Needed("ecr:CreateRepository", arn, tags), *tagging, *_key(call))


def _key(call: ApiCall) -> Sequence[Needed]:
    said = call.params.get("encryptionConfiguration") or {}
    if "kmsKey" not in said:
        return ()
    try:
        arn = key_arn(call, str(said["kmsKey"]))
    except ApiError as absent:
        raise ApiError("KmsException", absent.message) from absent
    if of_key(arn) is None:
        raise ApiError("KmsException", f"Key '{arn}' does not exist")
    context = {
        "aws:ViaAWSService": "true",
        "kms:ViaService": f"ecr.{call.region}.amazonaws.com",
        "kms:CallerAccount": call.account,
    }
    return tuple(Needed(action, arn, context) for action in _OF_A_KEY)


def on_resource(action: str) -> Asks:
    """Asks for `action` on the repository whose ARN a call gives."""

    def ask(ecr: Ecr, call: ApiCall) -> Sequence[Needed]:
        arn = str(call.params["resourceArn"])
        if not arn.startswith(repository_arn(call.account, call.region, "")):
            raise words.invalid("resourceArn", "Invalid ARN")
        plain = on(action, arn, ecr.registries.by_arn(arn))
        tags = request_tags(call)
        gone = call.params.get("tagKeys")
        told = {"aws:TagKeys": tuple(map(str, gone))} if gone else tags
        return (Needed(plain.action, arn, {**plain.context, **told}),)

    return ask
