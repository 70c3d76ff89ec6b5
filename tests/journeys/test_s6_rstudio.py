"""S6, RStudio: an image of R by the product and one by hand, side by side, until retired."""

import json
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from studiogate.names import image_repository
from tests.kit.browser import browsing
from tests.kit.containers import private_storage
from tests.kit.organisation import Organisation
from tests.kit.publisher import PATIENCE_S, Publisher
from tests.kit.rstudio_image import write_rstudio
from tests.kit.waiting import awaited

pytestmark = pytest.mark.browser

ADA = "ada.lovelace@acme.example"
OLD = "2025.05.1+513.pro3"
"""A Workbench that the service of a new domain is not."""

BY_HAND = "by-hand"
"""An image that somebody publishes as the AWS guide has it, under no other name."""

LANDING = "app:RStudioServerPro:"
SESSIONS = "RSessionAppSettings"
MISMATCH = f"Session version {OLD} does not match server version "


@dataclass(frozen=True)
class Studio:
    """The domain of lob-a, as AWS tells of it."""

    publisher: Publisher
    id: str

    def settings(self) -> dict[str, Any]:
        """What everybody has there."""
        told = self.publisher.client("sagemaker").describe_domain(DomainId=self.id)
        found: dict[str, Any] = told["DefaultUserSettings"]
        return found

    def images(self) -> list[dict[str, Any]]:
        """Its list of custom images for RStudio."""
        found: list[dict[str, Any]] = self.settings().get(SESSIONS, {}).get("CustomImages", [])
        return found

    def names(self) -> set[str]:
        return {one["ImageName"] for one in self.images()}

    def send(self, images: list[dict[str, Any]], code: int = 0) -> str:
        """The published command: the whole list, as whoever sends it knows it (S6-22)."""
        settings = json.dumps({SESSIONS: {"CustomImages": images}})
        which = ["--domain-id", self.id, "--default-user-settings", settings]
        return self.publisher.aws("sagemaker", "update-domain", *which, code=code).words

    def made(self) -> Any:
        """When its RStudio was made."""
        which = {"UserProfileName": "domain-shared", "AppType": "RStudioServerPro"}
        told = self.publisher.client("sagemaker").describe_app(
            DomainId=self.id, AppName="default", **which
        )
        return told["CreationTime"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def publisher(acme: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    storage = private_storage(tmp_path_factory.mktemp("storage"))
    return Publisher(acme, storage, acme.landscape)


@pytest.fixture
def studio(publisher: Publisher) -> Iterator[Studio]:
    """The domain, left as it was found."""
    listed = publisher.client("sagemaker").list_domains()["Domains"]
    domain = Studio(publisher, listed[0]["DomainId"])
    try:
        yield domain
    finally:
        for one in publisher.client("sagemaker").list_apps()["Apps"]:
            if one["AppType"] == "RSessionGateway" and one["Status"] != "Deleted":
                publisher.images("refresh-rstudio", "forecasting", "--yes")
        _gone_by_hand(publisher, domain)
        there = publisher.client("ecr").describe_repositories()["repositories"]
        if image_repository("r-4.5") in [one["repositoryName"] for one in there]:
            publisher.images("retire", "r-4.5", "--yes")


@contextmanager
def rstudio(acme: Organisation, chromium: Browser) -> Iterator[Page]:
    """RStudio's home of Ada, by the link with its name."""
    answer = acme.ask("/open/forecasting?app=RStudioServerPro", acme.token(ADA))
    assert answer.status_code == 302, answer.text
    context = chromium.new_context()
    page = context.new_page()
    page.goto(answer.headers["location"])
    expect(page.get_by_role("heading", name="RStudio")).to_be_visible()
    yield page
    context.close()


def test_s6_01_s6_02_s6_03_s6_25_images_of_r_from_their_dockerfiles_until_they_are_retired(
    acme: Organisation, publisher: Publisher, studio: Studio, chromium: Browser
) -> None:
    service = components_of_another_version_are_found_before_the_push(publisher)
    whoever_publishes_by_hand_is_told_by_aws(publisher, studio)
    the_same_by_the_product(publisher, service)
    what_somebody_else_attaches_meanwhile_stays(publisher, studio)
    an_apply_keeps_what_is_attached_and_says_where_a_licence_lacks(publisher, studio)
    with rstudio(acme, chromium) as page:
        both_are_offered_by_the_names_they_are_shown_by(page)
        the_one_that_no_check_has_held_up_fails_in_the_published_words(page, service)
        the_other_runs_its_r(page)
    a_session_is_not_ended_unasked(publisher, studio)
    an_image_goes_in_order(publisher, studio)


def components_of_another_version_are_found_before_the_push(publisher: Publisher) -> str:
    """S6-08: what is built is looked into before it is pushed; gives the service's version."""
    write_rstudio(publisher.folder("r-4.5"), session=OLD, r=("4.5.1", "4.4.3"))
    publisher.images("build", "r-4.5")

    refused = publisher.images("publish", "r-4.5", code=3)

    there = publisher.client("ecr").describe_repositories()["repositories"]
    assert MISMATCH in refused.words
    assert "is not published" in refused.words
    assert image_repository("r-4.5") not in [one["repositoryName"] for one in there]
    return refused.words.partition(MISMATCH)[2].split()[0]


def whoever_publishes_by_hand_is_told_by_aws(publisher: Publisher, studio: Studio) -> None:
    """S6-14, S6-20, S6-22: the published way, with a role that may not pull at first."""
    roles = f"arn:aws:iam::{publisher.account}:role"
    uri = f"{publisher.registry}/{image_repository(BY_HAND)}:old"
    sagemaker = publisher.client("sagemaker")
    publisher.client("ecr").create_repository(repositoryName=image_repository(BY_HAND))
    publisher.logged_in()
    publisher.buildah("push", "studiogate/r-4.5", f"docker://{uri}")
    sagemaker.create_image(ImageName=BY_HAND, RoleArn=f"{roles}/StudioExecution")
    sagemaker.create_app_image_config(AppImageConfigName=BY_HAND)

    failed = version(publisher, uri)
    sagemaker.update_image(ImageName=BY_HAND, RoleArn=f"{roles}/StudioImages")
    made = version(publisher, uri)
    unknown = studio.send([pair("nobodys")], code=255)

    assert failed["ImageVersionStatus"] == "CREATE_FAILED"
    assert "StudioExecution' does not have GetAuthorizationToken" in failed["FailureReason"]
    assert (made["ImageVersionStatus"], made["Version"]) == ("CREATED", 2)
    assert "ValidationException" in unknown
    assert "nobodys does not exist" in unknown


def the_same_by_the_product(publisher: Publisher, service: str) -> None:
    """S6-01: with the components that the service wants, from its Dockerfile to a version."""
    write_rstudio(publisher.folder("r-4.5"), session=service, r=("4.5.1", "4.4.3"))
    publisher.images("build", "r-4.5")
    told = publisher.images("publish", "r-4.5")

    for one in ("repository made", "image made", "configuration made"):
        assert f"lob-a: {one}" in told.words


def what_somebody_else_attaches_meanwhile_stays(publisher: Publisher, studio: Studio) -> None:
    """S6-01, S6-18, S6-19, S6-24: the AWS CLI changes the list while we are about to."""
    with halted(publisher, "attach", "r-4.5", at="attaching r-4.5, version 1"):
        studio.send([*studio.images(), pair(BY_HAND)])

    listed = publisher.listed(code=3)
    rows = {one["image"]: one for one in listed if one["domain"] == "forecasting"}
    made = publisher.client("sagemaker").describe_image_version(ImageName="r-4.5")
    digest = made["ContainerImage"].partition("@")[2]
    ours = rows["r-4.5"]
    assert studio.names() == {BY_HAND, "r-4.5"}
    assert rows[BY_HAND]["status"] == "beyond the landscape"
    assert (ours["usage"], ours["shown"]) == ("RStudio image", "R 4.5 for forecasting")
    assert (ours["status"], ours["version"], ours["waits"]) == ("propagating", 1, False)
    assert ours["digest"] == digest
    assert rows["tools"]["usage"] == "Studio image"


def an_apply_keeps_what_is_attached_and_says_where_a_licence_lacks(
    publisher: Publisher, studio: Studio
) -> None:
    """S6-03, S6-24: before a stack with RStudio fails, it is said what has to be bought."""
    attached = studio.images()
    with edited(
        publisher, "network: lob-b, opens", "network: lob-b, rstudio: {}, opens"
    ) as file:
        planned = publisher.studiogate("plan", file, "--stop-apps")
    with edited(publisher, "session_s: 28800", f"landing: {LANDING!r}") as file:
        publisher.studiogate("apply", file, "--stop-apps")
    changed, kept = studio.settings(), studio.images()
    publisher.studiogate("apply", publisher.landscape.name, "--stop-apps")

    assert "RStudio in lob-b: there is no licence of Posit Workbench" in planned.words
    assert "Buy Posit Workbench for Amazon SageMaker from Posit" in planned.words
    assert changed["DefaultLandingUri"] == LANDING
    assert studio.settings()["DefaultLandingUri"] != LANDING
    assert kept == attached == studio.images()


def both_are_offered_by_the_names_they_are_shown_by(page: Page) -> None:
    """S6-17, S6-23: the display name, else its own."""
    buttons = page.get_by_role("button", name="Start RStudio with").all()

    assert {one.get_attribute("aria-label") for one in buttons} == {
        "Start RStudio with by-hand, version 2",
        "Start RStudio with R 4.5 for forecasting, r-4.5, version 1",
    }


def the_one_that_no_check_has_held_up_fails_in_the_published_words(
    page: Page, service: str
) -> None:
    """S6-08, in Studio."""
    page.get_by_role("button", name="Start RStudio with by-hand").click()

    expect(page.get_by_text("could not be started")).to_be_visible()
    assert MISMATCH + service in page.locator("main").inner_text()


def the_other_runs_its_r(page: Page) -> None:
    """S6-10: the R that is the default of its image."""
    page.get_by_role("button", name="Start RStudio with R 4.5 for forecasting").click()

    expect(page.get_by_role("heading", name="What its image said")).to_be_visible()
    assert "R version 4.5.1" in page.locator("main").inner_text()


def a_session_is_not_ended_unasked(publisher: Publisher, studio: Studio) -> None:
    """S6-02, S6-25: who works there is named; nothing is done until somebody means it."""
    before = studio.made()
    unmeant = publisher.images("refresh-rstudio", "forecasting", code=1)
    held = publisher.images("retire", "r-4.5", "--yes", code=3)
    as_it_was = studio.made(), studio.names()
    publisher.images("refresh-rstudio", "forecasting", "--yes")

    assert "ada has a session there, and is interrupted" in unmeant.words
    assert "of ada in forecasting (lob-a) runs it" in held.words
    assert as_it_was == (before, {BY_HAND, "r-4.5"})
    assert studio.made() > before


def an_image_goes_in_order(publisher: Publisher, studio: Studio) -> None:
    """S6-24, S6-25: lists, version, image, configuration, what was pushed, repository."""
    gone = publisher.images("retire", "r-4.5", "--yes").out

    order = ("detached", "version 1", "image r-4.5", "configuration r-4-5", "1 × image", "repo")
    places = [gone.index(one) for one in order]
    assert places == sorted(places)
    assert studio.names() == {BY_HAND}


def pair(image: str) -> dict[str, Any]:
    return {"ImageName": image, "AppImageConfigName": image}


def version(publisher: Publisher, uri: str) -> dict[str, Any]:
    """A version of what is published by hand, once it is made or is not."""
    sagemaker, token = publisher.client("sagemaker"), uuid.uuid4().hex
    sagemaker.create_image_version(ImageName=BY_HAND, BaseImage=uri, ClientToken=token)

    def settled() -> dict[str, Any] | None:
        found: dict[str, Any] = sagemaker.describe_image_version(ImageName=BY_HAND)
        return None if found["ImageVersionStatus"] == "CREATING" else found

    return awaited(settled, within_s=PATIENCE_S, pause_s=0.1)


@contextmanager
def halted(publisher: Publisher, *words: str, at: str) -> Iterator[None]:
    """A command that stands still from when it says `at` until the block ends, then goes well."""
    with publisher.reached(*words, at=at) as running:
        running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            running.send_signal(signal.SIGCONT)
        _, told = running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0, told


@contextmanager
def edited(publisher: Publisher, before: str, after: str) -> Iterator[str]:
    """The name of a copy of the landscape with an edit; it is there until the block ends."""
    declared = publisher.landscape.read_text(encoding="utf-8")
    assert declared.count(before) == 1, before
    copy = publisher.landscape.with_name("edited.yaml")
    copy.write_text(declared.replace(before, after), encoding="utf-8")
    yield copy.name
    copy.unlink()


def _gone_by_hand(publisher: Publisher, studio: Studio) -> None:
    """What was published by hand goes by hand."""
    sagemaker, ecr = publisher.client("sagemaker"), publisher.client("ecr")
    if BY_HAND in studio.names():
        left = [one for one in studio.images() if one["ImageName"] != BY_HAND]
        settings = {SESSIONS: {"CustomImages": left}}
        sagemaker.update_domain(DomainId=studio.id, DefaultUserSettings=settings)
    if any(one["ImageName"] == BY_HAND for one in sagemaker.list_images()["Images"]):
        sagemaker.delete_image(ImageName=BY_HAND)
    if sagemaker.list_app_image_configs(NameContains=BY_HAND)["AppImageConfigs"]:
        sagemaker.delete_app_image_config(AppImageConfigName=BY_HAND)
    there = ecr.describe_repositories()["repositories"]
    if image_repository(BY_HAND) in [one["repositoryName"] for one in there]:
        ecr.delete_repository(repositoryName=image_repository(BY_HAND), force=True)
