"""Publishing, attaching and running images in few words, and what others do by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from studiogate.images.attached.changing import Changed
from studiogate.images.attached.targets import Wanted
from studiogate.images.attaching import attachment, carried_out, detachment, way_back
from studiogate.images.places import places
from studiogate.images.publishing import from_builder, publish
from tests.kit.catalogue import pair
from tests.kit.images_aws import LOB_A, Aws, Pusher

JUPYTER, RSESSION = "JupyterLabAppSettings", "RSessionAppSettings"


def published(aws: Aws, content: str = "one", *lobs: str, name: str = "lab") -> None:
    """Have `content` published as the image `name`."""
    pusher = Pusher(aws, content)
    source = from_builder(aws.world, pusher, pusher.built)
    publish(aws.world, aws.landscape, name, source, places(aws.landscape, name, lobs))


def attach(
    aws: Aws, name: str = "lab", version: int | None = None, **wanted: Any
) -> tuple[Changed, ...]:
    """Attach an image where it is `wanted`."""
    plan = attachment(aws.world, aws.landscape, name, Wanted(**wanted), version)
    return carried_out(aws.world, plan)


def detach(aws: Aws, name: str = "lab", **wanted: Any) -> tuple[Changed, ...]:
    """Detach an image where it is `wanted` no more."""
    return carried_out(aws.world, detachment(aws.world, aws.landscape, name, Wanted(**wanted)))


def rollback(aws: Aws, name: str = "lab", **wanted: Any) -> tuple[Changed, ...]:
    """Attach what was attached before."""
    return carried_out(aws.world, way_back(aws.world, aws.landscape, name, Wanted(**wanted)))


def domain_of(aws: Aws, account: str) -> str:
    """Id of the one domain of an account."""
    (domain,) = aws.ask(account, "sagemaker", "list_domains")["Domains"]
    return str(domain["DomainId"])


def settings(aws: Aws, account: str = LOB_A, key: str = JUPYTER) -> Any:
    """What a domain has for everybody of one application."""
    there = aws.ask(account, "sagemaker", "describe_domain", DomainId=domain_of(aws, account))
    return there["DefaultUserSettings"].get(key) or {}


def profile(aws: Aws, name: str = "ada") -> Any:
    """What a person of lob A has for themselves of JupyterLab."""
    there = aws.ask(
        LOB_A,
        "sagemaker",
        "describe_user_profile",
        DomainId=domain_of(aws, LOB_A),
        UserProfileName=name,
    )
    return (there.get("UserSettings") or {}).get(JUPYTER) or {}


def by_hand(aws: Aws, *images: dict[str, Any], **rest: Any) -> None:
    """Somebody else's UpdateDomain in lob A."""
    aws.ask(
        LOB_A,
        "sagemaker",
        "update_domain",
        DomainId=domain_of(aws, LOB_A),
        DefaultUserSettings={JUPYTER: {"CustomImages": list(images), **rest}},
    )


def another(aws: Aws, name: str = "theirs") -> dict[str, Any]:
    """An image of somebody else in lob A; its pair."""
    uri = f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/{name}:1"
    aws.studio.pulling.push(uri)
    ask = aws.client(LOB_A, "sagemaker")
    ask.create_image(ImageName=name, RoleArn=f"arn:aws:iam::{LOB_A}:role/Theirs")
    ask.create_image_version(ImageName=name, BaseImage=uri, ClientToken="t")
    ask.create_app_image_config(AppImageConfigName=name, JupyterLabAppImageConfig={})
    aws.clock.forward(60)
    return pair(name, 1)


def runs(aws: Aws, name: str, person: str = "ada", *, kind: str = "JupyterLab") -> None:
    """An app of a person in lob A that runs an image."""
    owner = {"UserProfileName": person}
    if kind == "JupyterLab":
        owner = {"SpaceName": space(aws, f"{person}-space", person)}
    arn = f"arn:aws:sagemaker:eu-west-1:{LOB_A}:image/{name}"
    aws.ask(
        LOB_A,
        "sagemaker",
        "create_app",
        DomainId=domain_of(aws, LOB_A),
        AppType=kind,
        AppName="default",
        ResourceSpec={"SageMakerImageArn": arn, "InstanceType": "ml.t3.medium"},
        **owner,
    )


def space(aws: Aws, name: str, person: str, **kept: Any) -> str:
    """A private space of a person in lob A; its name."""
    aws.ask(
        LOB_A,
        "sagemaker",
        "create_space",
        DomainId=domain_of(aws, LOB_A),
        SpaceName=name,
        OwnershipSettings={"OwnerUserProfileName": person},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab", **kept},
    )
    return name


class Meddler:
    """Somebody else, who does things in lob A at a moment of ours, each once."""

    def __init__(
        self, aws: Aws, when: str, *does: Callable[[], None], after_calls: int = 0
    ) -> None:
        """Do them right before our calls of `when`, but the first `after_calls`."""
        self._when, self._does, self._aws = when, list(does), aws
        self._left = after_calls
        aws.before = self

    def __call__(self, account: str, operation: str, _: Mapping[str, Any]) -> None:
        if operation != self._when or account != LOB_A or not self._does:
            return
        if self._left:
            self._left -= 1
            return
        self._aws.before = None
        self._does.pop(0)()
        self._aws.before = self
