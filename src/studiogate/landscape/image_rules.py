"""What a custom image may be, where it may go, and what has to stand where it goes.

Sources: SageMaker and ECR service models (botocore); SageMaker Developer Guide, "Custom image
specifications" (user, group, home) and "RStudio image guide"; what SageMaker answers to other
ids (hashicorp/terraform-provider-aws, issue 40976); Tag Editor User Guide, "Tag naming limits
and requirements".
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from studiogate import names
from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, dotted
from studiogate.landscape.image import Image
from studiogate.landscape.model import Landscape
from studiogate.landscape.place import listed
from studiogate.landscape.pointing import Declared, pointing

UID, GID = 1000, 100
"""Whom apps run as: CreateAppImageConfig takes no other pair for JupyterLab or Code Editor."""

HOME = "/home/sagemaker-user"
"""Where Studio puts the person's files: "You can't change the mount path" (developer guide)."""

MOST_ON_A_DOMAIN = 200
"""Custom images in one list of a domain's settings (service model, CustomImages)."""

MOST_TAGS = 40
"""Tags of a resource are 50; the others are for what `apply` and `images` write themselves."""

_TAG = re.compile(r"[\w\s+\-=.:/@]*\Z")
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_TAGS_OF_OTHERS = ("aws:", "studiogate:")
_ONLY_R = ("r", "session", "r_packages")
_CALLED = {"jupyterlab": "JupyterLab", "codeeditor": "Code Editor", "rstudio": "RStudio"}


def image_findings(landscape: Landscape, declared: Declared) -> Iterator[Finding]:
    """Everything about the images of `landscape` that does not fit; see `rules.findings`."""
    for name, image in landscape.images.items():
        path: Path = ("images", name)
        yield from _domains(landscape, declared, path, image)
        yield from _canary(landscape, declared, path, image)
        yield from _user(path, image)
        yield from _mount(path, image)
        yield from _folder(path, image)
        yield from _recipe(path, image)
        yield from _tags(path, image)
    yield from _same_configuration(landscape)
    yield from _too_many(landscape)
    yield from _administrators(landscape, declared)


def _domains(
    landscape: Landscape, declared: Declared, path: Path, image: Image
) -> Iterator[Finding]:
    for n, name in enumerate(image.domains):
        here = (*path, "domains", n)
        yield from pointing(declared, here, name, "domains")
        if name in image.domains[:n]:
            yield Finding(here, f"{name!r} is in the list already", "Name each domain once.")
        domain = landscape.domains.get(name)
        if image.kind == "rstudio" and domain is not None and domain.rstudio is None:
            yield Finding(
                here,
                f"the domain {name!r} has no RStudio",
                f"Leave the domain out, or add `rstudio: {{}}` to domains.{name}: its account "
                "needs a licence of Posit Workbench.",
            )


def _canary(
    landscape: Landscape, declared: Declared, path: Path, image: Image
) -> Iterator[Finding]:
    here = (*path, "canary")
    yield from pointing(declared, here, image.canary, "lobs")
    known = [landscape.domains[name] for name in image.domains if name in landscape.domains]
    lobs = [*dict.fromkeys(domain.lob for domain in known)]
    told = len(known) == len(image.domains)
    if told and image.canary in landscape.lobs and image.canary not in lobs:
        fitting = f" Lobs of its domains: {listed(lobs)}." if lobs else ""
        yield Finding(
            here,
            f"no domain of the image is of the lob {image.canary!r}",
            f"Name a lob that has one of its domains, or leave the key out.{fitting}",
        )


def _user(path: Path, image: Image) -> Iterator[Finding]:
    given = [key for key in ("uid", "gid") if getattr(image, key) is not None]
    if not given:
        return
    here = (*path, given[0])
    if image.kind == "rstudio":
        yield Finding(
            here, "RStudio chooses whom a session runs as", "Leave `uid` and `gid` out."
        )
        return
    uid = UID if image.uid is None else image.uid
    gid = GID if image.gid is None else image.gid
    if (uid, gid) != (UID, GID):
        yield Finding(
            here,
            f"Studio runs no app as user {uid} with group {gid}",
            f"Leave both out, or write `uid: {UID}` and `gid: {GID}`; whoever needs more than "
            "that in an app has sudo in its image.",
        )


def _mount(path: Path, image: Image) -> Iterator[Finding]:
    if image.mount is None:
        return
    here = (*path, "mount")
    if image.kind == "rstudio":
        yield Finding(here, "RStudio puts homes where it wants them", "Leave the key out.")
    elif image.mount != HOME:
        yield Finding(
            here,
            f"Studio puts the person's files at {HOME} alone",
            "Leave the key out; a link in the image leads there from elsewhere.",
        )


def _folder(path: Path, image: Image) -> Iterator[Finding]:
    if image.folder is None:
        return
    folder = PurePosixPath(image.folder)
    outside = folder.is_absolute() or ".." in folder.parts or image.folder[:1] == "~"
    if outside or "\\" in image.folder or not folder.parts:
        yield Finding(
            (*path, "folder"),
            "it is not a folder beside the landscape",
            f"Write a relative path that stays inside, as images/{path[-1]}.",
        )


def _recipe(path: Path, image: Image) -> Iterator[Finding]:
    here, recipe = (*path, "recipe"), image.recipe
    if image.kind == "rstudio":
        if not recipe.r:
            yield Finding(
                (*here, "r"),
                "is missing: an RStudio image has at least one R",
                "Name its versions, the default one first. For example: `r: [4.5.1]`.",
            )
    else:
        for key in (one for one in _ONLY_R if getattr(recipe, one)):
            yield Finding(
                (*here, key),
                f"an image for {_CALLED[image.kind]} has none",
                "Leave the key out; it is for `kind: rstudio`.",
            )
    if image.kind == "jupyterlab" and not recipe.python:
        yield Finding((*here, "python"), "JupyterLab is a Python program", "Leave the key out.")
    for n, version in enumerate(recipe.r):
        if version in recipe.r[:n]:
            yield Finding((*here, "r", n), f"{version} is in the list already", "Name it once.")


def _tags(path: Path, image: Image) -> Iterator[Finding]:
    here = (*path, "tags")
    if len(image.tags) > MOST_TAGS:
        yield Finding(
            here,
            f"there are {len(image.tags)}",
            f"Keep {MOST_TAGS} at most: AWS takes 50, and some are written by studiogate.",
        )
    for key, value in image.tags.items():
        if complaint := _complaint(key, value):
            yield Finding((*here, key), *complaint)


def _complaint(key: str, value: str) -> tuple[str, str] | None:
    """What is wrong with a tag, and what to write instead."""
    if key.lower().startswith(_TAGS_OF_OTHERS):
        return "this beginning is for AWS, or for studiogate", "Choose another key."
    if not key.strip() or len(key) > _LONGEST_KEY or not _TAG.match(key):
        return (
            "AWS takes no tag of this name",
            f"1 to {_LONGEST_KEY} letters, digits, spaces and + - = . _ : / @.",
        )
    if len(value) > _LONGEST_VALUE or not _TAG.match(value):
        return (
            "AWS takes no such value for a tag",
            f"At most {_LONGEST_VALUE} letters, digits, spaces and + - = . _ : / @.",
        )
    return None


def _same_configuration(landscape: Landscape) -> Iterator[Finding]:
    """Two images whose app image configurations would be one: dots become hyphens (S6-21)."""
    seen: dict[str, str] = {}
    for name in landscape.images:
        config = names.app_image_config(name)
        first = seen.setdefault(config, name)
        if first != name:
            yield Finding(
                ("images", name),
                f"its app image configuration would be {config!r}, which is that of "
                f"{dotted(('images', first))}",
                "Rename one of the two: no dot can be in that name, so dots become hyphens.",
            )


def _too_many(landscape: Landscape) -> Iterator[Finding]:
    """More images on one list than SageMaker takes."""
    counted: dict[tuple[str, str], int] = {}
    for name, image in landscape.images.items():
        for domain in dict.fromkeys(image.domains):
            count = counted[domain, image.kind] = counted.get((domain, image.kind), 0) + 1
            if count == MOST_ON_A_DOMAIN + 1:
                yield Finding(
                    ("images", name, "domains"),
                    f"{domain!r} has more than {MOST_ON_A_DOMAIN} images for "
                    f"{_CALLED[image.kind]}",
                    "Retire some, or give the lob a second domain.",
                )


def _administrators(landscape: Landscape, declared: Declared) -> Iterator[Finding]:
    for name, domain in landscape.domains.items():
        for n, person in enumerate(domain.rstudio.administrators if domain.rstudio else ()):
            here: Path = ("domains", name, "rstudio", "administrators", n)
            yield from pointing(declared, here, person, "people")
            row = landscape.people.get(person)
            if row is not None and row.lob != domain.lob:
                yield Finding(
                    here,
                    f"{person!r} is not of the lob {domain.lob!r}, and has no profile there",
                    "Name somebody of that lob.",
                )
