"""AWS's words for what ECR refuses (ECR API Reference, "Errors" of each operation)."""

from collections.abc import Iterable

from studiogate.local.call import ApiError


def _in(name: str, account: str) -> str:
    return f"the repository with name '{name}' in the registry with id '{account}'"


def no_repository(name: str, account: str) -> ApiError:
    """There is no such repository."""
    return ApiError(
        "RepositoryNotFoundException",
        f"The repository with name '{name}' does not exist in the registry with id '{account}'",
    )


def repository_exists(name: str, account: str) -> ApiError:
    """The name is taken."""
    return ApiError(
        "RepositoryAlreadyExistsException",
        f"The repository with name '{name}' already exists in the registry with id '{account}'",
    )


def not_empty(name: str, account: str) -> ApiError:
    """A repository goes when nothing is in it, or by force."""
    return ApiError(
        "RepositoryNotEmptyException",
        f"The repository with name '{name}' in registry with id '{account}' cannot be deleted "
        "because it still contains images",
    )


def no_policy(name: str, account: str) -> ApiError:
    """The repository has no policy."""
    return ApiError(
        "RepositoryPolicyNotFoundException",
        f"Repository policy does not exist for {_in(name, account)}",
    )


def no_lifecycle(name: str, account: str) -> ApiError:
    """The repository has no lifecycle policy."""
    return ApiError(
        "LifecyclePolicyNotFoundException",
        f"Lifecycle policy does not exist for {_in(name, account)}",
    )


def invalid(parameter: str, why: str) -> ApiError:
    """A parameter is not what it has to be."""
    return ApiError(
        "InvalidParameterException",
        f"Invalid parameter at '{parameter}' failed to satisfy constraint: '{why}'",
    )


def no_image(tag: str | None, digest: str | None, name: str, account: str) -> ApiError:
    """There is no such image in the repository."""
    return ApiError(
        "ImageNotFoundException",
        f"The image with imageId {image_id(tag, digest)} does not exist within the repository "
        f"with name '{name}' in the registry with id '{account}'",
    )


def image_id(tag: str | None, digest: str | None) -> str:
    """How ECR names an image in a sentence."""
    return f"{{imageDigest:'{digest or 'null'}', imageTag:'{tag or 'null'}'}}"


def image_exists(digest: str, tag: str, name: str, account: str) -> ApiError:
    """Nothing would change."""
    return ApiError(
        "ImageAlreadyExistsException",
        f"Image with digest '{digest}' and tag '{tag}' already exists in the repository with "
        f"name '{name}' in registry with id '{account}'",
    )


def tag_exists(tag: str, name: str) -> ApiError:
    """The repository's tags are immutable."""
    return ApiError(
        "ImageTagAlreadyExistsException",
        f"The image tag '{tag}' already exists in the '{name}' repository and cannot be "
        "overwritten because the tag is immutable.",
    )


def no_layers(digests: Iterable[str], name: str, account: str) -> ApiError:
    """A manifest names layers that were not pushed."""
    return ApiError(
        "LayersNotFoundException",
        f"Layers with digests '[{', '.join(digests)}]' required for pushing image into "
        f"repository with name '{name}' in the registry with id '{account}' do not exist",
    )


def no_images(digests: Iterable[str], name: str, account: str) -> ApiError:
    """An index names images that were not pushed."""
    return ApiError(
        "ReferencedImagesNotFoundException",
        f"Images with digests '[{', '.join(digests)}]' required for pushing image into "
        f"repository with name '{name}' in the registry with id '{account}' do not exist",
    )


def no_layer(digest: str, name: str, account: str) -> ApiError:
    """There is no such layer to download."""
    return ApiError(
        "LayersNotFoundException",
        f"Layer with digest '{digest}' does not exist in {_in(name, account)}",
    )


def no_upload(id_: str, name: str, account: str) -> ApiError:
    """Nobody began such an upload, or it is over."""
    return ApiError(
        "UploadNotFoundException",
        f"Upload with id '{id_}' could not be found for {_in(name, account)}",
    )


def not_scanned(tag: str | None, digest: str, name: str, account: str) -> ApiError:
    """Nobody asked for a scan."""
    return ApiError(
        "ScanNotFoundException",
        f"Image scan does not exist for the image with '{image_id(tag, digest)}' in "
        f"{_in(name, account)}",
    )


def wrong_digest(said: str, found: str) -> ApiError:
    """A manifest is not what it was said to be."""
    return ApiError(
        "ImageDigestDoesNotMatchException",
        f"The digest calculated from manifest is '{found}', which does not match the digest "
        f"'{said}' that was given",
    )
