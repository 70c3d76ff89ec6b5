"""The roles of custom images and of RStudio, and which lobs have them; see `roles`."""

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.policy import images
from studiogate.policy.documents import service_trust
from studiogate.topology.roles import Role


def published(landscape: Landscape) -> dict[str, tuple[str, ...]]:
    """The images of every lob that has one of their domains, in the order of the file.

    Into the accounts of these lobs an image is published: its repository and the image itself
    are where the domain is.
    """
    found: dict[str, dict[str, None]] = {}
    for name, image in landscape.images.items():
        for domain in image.domains:
            found.setdefault(landscape.domains[domain].lob, {})[name] = None
    return {lob: tuple(found[lob]) for lob in landscape.lobs if lob in found}


def with_rstudio(landscape: Landscape) -> dict[str, tuple[str, ...]]:
    """The domains with RStudio of every lob that has any, in the order of the file."""
    found: dict[str, list[str]] = {}
    for name, domain in landscape.domains.items():
        if domain.rstudio is not None:
            found.setdefault(domain.lob, []).append(name)
    return {lob: tuple(some) for lob, some in found.items()}


def image_role(*, region: str, account: str) -> Role:
    """As what SageMaker reads the repositories of a lob."""
    return Role(
        account=account,
        name=names.IMAGE_ROLE,
        trust=images.for_account_trust("sagemaker.amazonaws.com", account=account),
        policies={images.PULL_POLICY: images.image_role_policy(region=region, account=account)},
    )


def build_role(*, region: str, suffix: str, account: str) -> Role:
    """As what CodeBuild builds images of a lob: with the policy of whoever builds by hand."""
    return Role(
        account=account,
        name=names.IMAGE_BUILDER_ROLE,
        trust=images.build_role_trust(region=region, account=account),
        policies={
            images.BUILD_POLICY: images.build_role_policy(
                region=region, suffix=suffix, account=account
            )
        },
        managed={
            names.IMAGE_BUILDER_POLICY: images.builder_policy(region=region, account=account)
        },
    )


def rstudio_role(*, region: str, account: str) -> Role:
    """What Posit Workbench is in the domains of a lob, itself: not its sessions."""
    return Role(
        account=account,
        name=names.RSTUDIO_ROLE,
        trust=service_trust("sagemaker.amazonaws.com"),
        policies={images.RSTUDIO_POLICY: images.rstudio_policy(region=region, account=account)},
    )
