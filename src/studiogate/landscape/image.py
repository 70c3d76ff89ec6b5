"""A custom image as the landscape declares it: for which application, for whom, of what.

Which keys fit together is in `image_rules`; limits are those of the SageMaker and ECR service
models (botocore).
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from studiogate.landscape.strict import Strict
from studiogate.landscape.values import Name

IMAGE_NAME = r"^[a-z0-9](?:[-.]?[a-z0-9]){0,62}$"
"""What SageMaker takes for an image and ECR for a repository: the one has no underscore, the
other no capital letter."""

ImageName = Annotated[str, StringConstraints(pattern=IMAGE_NAME, max_length=63)]
Kind = Literal["jupyterlab", "codeeditor", "rstudio"]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+){1,2}$")]
Package = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class RStudio(Strict):
    """Posit Workbench in a Studio domain (`RStudioServerProDomainSettings`)."""

    connect_url: str | None = Field(
        default=None,
        pattern=r"^https://\S+$",
        description="The Posit Connect server that people publish to.",
        examples=["https://connect.acme.example"],
    )
    package_manager_url: str | None = Field(
        default=None,
        pattern=r"^https://\S+$",
        description="The Posit Package Manager that R packages come from.",
        examples=["https://packagemanager.posit.co/cran/latest"],
    )
    administrators: tuple[str, ...] = Field(
        default=(),
        description="People of the lob who administer Workbench; the others are its users.",
        examples=[["ada.lovelace@acme.example"]],
    )


class Recipe(Strict):
    """What the Dockerfile is made of that `studiogate images init` writes; parts can be off."""

    base: str | None = Field(
        default=None,
        description="What it is built on; left out, a supported Ubuntu of the kind. `images "
        "init` pins it by its digest.",
        examples=["public.ecr.aws/ubuntu/ubuntu:24.04"],
    )
    r: tuple[Version, ...] = Field(
        default=(),
        description="Versions of R, the default one first; an RStudio image needs one.",
        examples=[["4.5.1", "4.4.3"]],
    )
    session: str | None = Field(
        default=None,
        pattern=r"^[0-9]{4}\.[0-9]{2}\.[0-9]+\+[0-9]+\.pro[0-9]+$",
        description="Version of Posit Workbench's session components: that of the service.",
        examples=["2025.05.1+513.pro3"],
    )
    drivers: bool = Field(
        default=True, description="Whether Posit's professional ODBC drivers are in it."
    )
    python: bool = Field(
        default=True, description="Whether Python with boto3 and the AWS CLI is in it."
    )
    r_packages: tuple[Package, ...] = Field(
        default=(), description="R packages beside the usual ones.", examples=[["fable"]]
    )
    python_packages: tuple[Package, ...] = Field(
        default=(), description="Python packages beside the usual ones.", examples=[["polars"]]
    )


class Image(Strict):
    """A custom image for JupyterLab, Code Editor or RStudio."""

    kind: Kind = Field(description="The application it is for.", examples=["rstudio"])
    domains: tuple[Name, ...] = Field(
        default=(), description="Domains it is attached to.", examples=[["forecasting"]]
    )
    canary: Name | None = Field(
        default=None,
        description="The lob whose domains get a new version first.",
        examples=["lob-a"],
    )
    display_name: str | None = Field(
        default=None,
        pattern=r"^\S(.*\S)?$",
        max_length=128,
        description="What launchers call it; the name, where it is left out.",
        examples=["R 4.5 with our packages"],
    )
    description: str | None = Field(
        default=None,
        max_length=512,
        pattern=r"^\S(.*\S)?$",
        description="What it is for, in the list of images.",
        examples=["Forecasting in R"],
    )
    folder: str | None = Field(
        default=None,
        description="Where its Dockerfile is, beside the landscape; `images/NAME`, where it is "
        "left out.",
        examples=["images/r-4.5"],
    )
    uid: int | None = Field(
        default=None,
        strict=True,
        description="The user its apps run as: Studio takes 1000 alone; not for RStudio.",
        examples=[1000],
    )
    gid: int | None = Field(
        default=None,
        strict=True,
        description="The group of that user: Studio takes 100 alone; not for RStudio.",
        examples=[100],
    )
    mount: str | None = Field(
        default=None,
        max_length=1024,
        pattern=r"^/\S*$",
        description="Where the person's home is in it: Studio puts it at "
        "`/home/sagemaker-user` alone; not for RStudio.",
        examples=["/home/sagemaker-user"],
    )
    recipe: Recipe = Field(
        default_factory=Recipe,
        title="Recipe",
        description="What `images init` puts into its Dockerfile.",
        examples=[{"r": ["4.5.1", "4.4.3"]}],
    )
    tags: dict[str, str] = Field(
        default_factory=dict,
        description="Tags of the image, its repository and its configuration.",
        examples=[{"team": "forecasting"}],
    )
