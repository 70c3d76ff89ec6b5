"""The apps of a person: those of their profile, and of private spaces they own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studiogate.aws.session import calling, paged
from studiogate.errors import Absent

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_OVER = frozenset({"Deleted", "Failed"})
"""Statuses of an app that runs nothing (SageMaker API reference, DescribeApp)."""

_PRIVATE = "Private"


@dataclass(frozen=True, slots=True)
class RunningApp:
    """One app, by what names it."""

    lob: str
    domain_id: str
    owner: tuple[str, str]
    """`UserProfileName` or `SpaceName`, and the name."""

    type: str
    name: str

    @property
    def key(self) -> dict[str, Any]:
        """Its name as SageMaker's operations take it."""
        kind, name = self.owner
        return {
            "DomainId": self.domain_id,
            kind: name,
            "AppType": self.type,
            "AppName": self.name,
        }

    def __str__(self) -> str:
        """The app in a few words."""
        return f"{self.type} of {self.owner[1]} in {self.domain_id} ({self.lob})"


def running(
    sagemaker: "SageMakerClient", lob: str, profiles: Sequence[str]
) -> list[RunningApp]:
    """Every app of `profiles` in the account of `lob` that runs, starts or is just ending.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    with calling("sagemaker:ListDomains", about=lob):
        domains = [one["DomainId"] for one in paged(sagemaker, "list_domains", "Domains")]
    return [
        app
        for id_ in domains
        for owner in _owners(sagemaker, id_, profiles)
        for app in _apps(sagemaker, lob, id_, owner)
    ]


def end(sagemaker: "SageMakerClient", app: RunningApp) -> None:
    """Have `app` deleted; returns before it is.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        with calling("sagemaker:DeleteApp", about=str(app)):
            sagemaker.delete_app(**app.key)
    except Absent:
        return  # it is what was wanted


def runs(sagemaker: "SageMakerClient", app: RunningApp) -> bool:
    """Whether `app` runs something still.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        with calling("sagemaker:DescribeApp", about=str(app)):
            return sagemaker.describe_app(**app.key)["Status"] not in _OVER
    except Absent:
        return False


def _owners(
    sagemaker: "SageMakerClient", domain_id: str, profiles: Sequence[str]
) -> Iterator[tuple[str, str]]:
    yield from (("UserProfileName", profile) for profile in profiles)
    with calling("sagemaker:ListSpaces", about=domain_id):
        spaces = list(paged(sagemaker, "list_spaces", "Spaces", DomainIdEquals=domain_id))
    for space in spaces:
        owner = space.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName")
        sharing = space.get("SpaceSharingSettingsSummary", {}).get("SharingType")
        if owner in profiles and sharing == _PRIVATE:
            yield "SpaceName", space["SpaceName"]


def _apps(
    sagemaker: "SageMakerClient", lob: str, domain_id: str, owner: tuple[str, str]
) -> Iterator[RunningApp]:
    kind, name = owner
    with calling("sagemaker:ListApps", about=f"{domain_id}/{name}"):
        found = list(
            paged(
                sagemaker,
                "list_apps",
                "Apps",
                DomainIdEquals=domain_id,
                **{f"{kind}Equals": name},
            )
        )
    for app in found:
        if app["Status"] not in _OVER:
            yield RunningApp(lob, domain_id, owner, app["AppType"], app["AppName"])
