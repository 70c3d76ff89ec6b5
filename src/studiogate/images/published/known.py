"""The SageMaker image and its app image configuration in one account, as the landscape says.

Both are made where they are missing, and changed where they differ (S6-16, S6-20, S6-21).
"""

from collections.abc import Mapping
from typing import Any, Final

from studiogate import names
from studiogate.errors import Absent, ImageError, Invalid
from studiogate.images.published.tags import listed, missing, named
from studiogate.images.world import Account
from studiogate.landscape.image import Image, Kind
from studiogate.landscape.image_rules import GID, HOME, UID

_GOING: Final = frozenset({"CREATING", "UPDATING"})
_FAILED: Final = "CREATE_FAILED"
_STUCK: Final = "UPDATE_FAILED"
_DELETING: Final = "DELETING"
_STRUCTURES: Final[Mapping[Kind, str]] = {
    "jupyterlab": "JupyterLabAppImageConfig",
    "codeeditor": "CodeEditorAppImageConfig",
}
"""What a configuration has for a kind; RStudio's is a name and nothing else."""


def role_of(account: Account) -> str:
    """ARN of the role by which SageMaker reads the account's repositories.

    Raises:
        ImageError: there is none.
        AwsError: IAM refused, or did not answer.
    """
    try:
        found = account.ask(
            "iam", "get_role", about=names.IMAGE_ROLE, RoleName=names.IMAGE_ROLE
        )
    except Absent as error:
        raise ImageError(
            f"{account.id} has no role {names.IMAGE_ROLE}, by which SageMaker reads images",
            remedy="Run `studiogate apply`: it makes the role in every account with images.",
        ) from error
    return str(found["Role"]["Arn"])


def image_ensured(
    account: Account, name: str, image: Image, tags: Mapping[str, str], *, role: str
) -> tuple[str, ...]:
    """Have SageMaker know the image as the landscape says; what was done.

    Raises:
        ImageError: AWS could not make it, and why.
        AwsError: SageMaker refused, or did not answer.
    """
    there = _image(account, name)
    if there is not None and there["ImageStatus"] == _FAILED:
        image_deleted(account, name)  # none of its versions can be ready
        there = None
    if there is None:
        _create(account, name, image, tags, role)
        return ("image made", *_settled(account, name))
    done = ("image changed",) if _changed(account, name, image, there, role) else ()
    return (*done, *_settled(account, name), *_tagged(account, str(there["ImageArn"]), tags))


def image_deleted(account: Account, name: str) -> bool:
    """Delete the image, and return when it is gone; whether there was one.

    Raises:
        ImageError: AWS could not delete it, and why.
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        account.ask("sagemaker", "delete_image", about=name, ImageName=name)
    except Absent:
        return False
    try:
        there = account.settled(
            f"image {name}",
            lambda: _described(account, name),
            status="ImageStatus",
            going={_DELETING},
        )
    except Absent:
        return True
    raise ImageError(
        f"image {name} in {account.id} is still {there['ImageStatus']}: "
        f"{there.get('FailureReason') or 'AWS does not say why'}",
        remedy="Put right what AWS says, and run the command again.",
    )


def config_ensured(
    account: Account, name: str, image: Image, tags: Mapping[str, str]
) -> tuple[str, ...]:
    """Have the app image configuration as the kind and the landscape want it; what was done.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    config, wanted = names.app_image_config(name), config_of(image)
    there = _config(account, config)
    if there is None:
        account.ask(
            "sagemaker",
            "create_app_image_config",
            about=config,
            AppImageConfigName=config,
            Tags=listed(tags),
            **wanted,
        )
        return ("configuration made",)
    done = []
    if any(there.get(key) != value for key, value in wanted.items()):
        account.ask(
            "sagemaker",
            "update_app_image_config",
            about=config,
            AppImageConfigName=config,
            **wanted,
        )
        done.append("configuration changed")
    return (*done, *_tagged(account, str(there["AppImageConfigArn"]), tags))


def config_stands(account: Account, name: str, image: Image) -> bool:
    """Whether the app image configuration is there, and for the application of `image` alone.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    there, wanted = _config(account, names.app_image_config(name)), config_of(image)
    if there is None:
        return False
    return {key: there[key] for key in _STRUCTURES.values() if key in there} == wanted


def config_deleted(account: Account, name: str) -> bool:
    """Delete the app image configuration; whether there was one.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    config = names.app_image_config(name)
    try:
        account.ask(
            "sagemaker", "delete_app_image_config", about=config, AppImageConfigName=config
        )
    except Absent:
        return False
    return True


def config_of(image: Image) -> dict[str, Any]:
    """What the app image configuration says beside its name.

    The user, the group and the home are said in any case, so that they do not depend on what
    AWS takes for usual; how a container starts is the image's own matter.
    """
    structure = _STRUCTURES.get(image.kind)
    if structure is None:
        return {}
    home = {"MountPath": HOME, "DefaultUid": UID, "DefaultGid": GID}
    return {structure: {"FileSystemConfig": home}}


def _config(account: Account, config: str) -> Mapping[str, Any] | None:
    """What SageMaker says of an app image configuration; `None` if there is none."""
    try:
        there: Mapping[str, Any] = account.ask(
            "sagemaker", "describe_app_image_config", about=config, AppImageConfigName=config
        )
    except Absent:
        return None
    return there


def _create(
    account: Account, name: str, image: Image, tags: Mapping[str, str], role: str
) -> None:
    try:
        account.ask(
            "sagemaker",
            "create_image",
            about=name,
            ImageName=name,
            RoleArn=role,
            Tags=listed(tags),
            **_words(image),
        )
    except Invalid as error:
        if not error.code.startswith("ResourceInUse"):
            raise  # otherwise somebody made it meanwhile, or this very call did, unheard


def _changed(
    account: Account, name: str, image: Image, there: Mapping[str, Any], role: str
) -> bool:
    """Whether name, description or role were other than they should be; they are not now."""
    words = _words(image)
    gone = [key for key in ("DisplayName", "Description") if key in there and key not in words]
    wanted = {**words, "RoleArn": role}
    again = there["ImageStatus"] == _STUCK
    differ = {key: value for key, value in wanted.items() if again or there.get(key) != value}
    if not differ and not gone:
        return False
    told: dict[str, Any] = {"DeleteProperties": gone} if gone else {}
    account.ask("sagemaker", "update_image", about=name, ImageName=name, **differ, **told)
    return True


def _settled(account: Account, name: str) -> tuple[str, ...]:
    """Nothing more to say, once AWS is done with the image."""
    there = account.settled(
        f"image {name}",
        lambda: _described(account, name),
        status="ImageStatus",
        going=_GOING,
    )
    if there["ImageStatus"] != "CREATED":
        raise ImageError(
            f"image {name} in {account.id} is {there['ImageStatus']}: "
            f"{there.get('FailureReason') or 'AWS does not say why'}",
            remedy="Put right what AWS says, and publish again.",
        )
    return ()


def _tagged(account: Account, arn: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    there = account.listed("sagemaker", "list_tags", "Tags", about=arn, ResourceArn=arn)
    lacking = missing(tags, named(there))
    if not lacking:
        return ()
    account.ask("sagemaker", "add_tags", about=arn, ResourceArn=arn, Tags=listed(lacking))
    return ("tags renewed",)


def _words(image: Image) -> dict[str, str]:
    said = {"DisplayName": image.display_name, "Description": image.description}
    return {key: value for key, value in said.items() if value is not None}


def _image(account: Account, name: str) -> Mapping[str, Any] | None:
    try:
        return _described(account, name)
    except Absent:
        return None


def _described(account: Account, name: str) -> Mapping[str, Any]:
    there: Mapping[str, Any] = account.ask(
        "sagemaker", "describe_image", about=name, ImageName=name
    )
    return there
