"""An image is attached by merging, canary first; others' changes are not lost."""

from typing import Any

import pytest

from studiogate.errors import ImageError, Invalid, LandscapeError, PlanRefused
from studiogate.images.attached.targets import Wanted
from studiogate.images.attaching import attachment, carried_out, detachment
from studiogate.landscape.model import Landscape
from studiogate.local.call import ApiError
from tests.kit.attaching import (
    JUPYTER,
    RSESSION,
    Meddler,
    another,
    attach,
    by_hand,
    detach,
    domain_of,
    profile,
    published,
    rollback,
    settings,
)
from tests.kit.catalogue import pair
from tests.kit.images import LAB, R, with_images
from tests.kit.images_aws import LOB_A, LOB_B, NOBODY, Aws, Pusher


def test_s6_22_an_image_is_attached_at_its_version_and_nothing_else_is_spoken_of(
    aws: Aws,
) -> None:
    published(aws)
    theirs = another(aws)
    by_hand(aws, theirs, CodeRepositories=[{"RepositoryUrl": "https://git.acme.example/a"}])
    aws.clock.forward(60)
    before = aws.ask(LOB_A, "sagemaker", "describe_domain", DomainId=domain_of(aws, LOB_A))
    sent: list[Any] = []
    aws.before = lambda _, name, told: sent.append(told) if name == "UpdateDomain" else None

    done = attach(aws, lobs=("lob-a",))

    now = settings(aws)
    assert now["CustomImages"] == [theirs, pair("lab", 1)]
    assert now["CodeRepositories"] == [{"RepositoryUrl": "https://git.acme.example/a"}]
    (told,) = sent
    assert set(told) == {"DomainId", "DefaultUserSettings"}
    assert set(told["DefaultUserSettings"]) == {JUPYTER}
    after = aws.ask(LOB_A, "sagemaker", "describe_domain", DomainId=domain_of(aws, LOB_A))
    before["DefaultUserSettings"].pop(JUPYTER)
    after["DefaultUserSettings"].pop(JUPYTER)
    assert before["DefaultUserSettings"] == after["DefaultUserSettings"]
    assert [(one.written, one.taken, one.added) for one in done] == [(1, (), ())]


def test_attaching_again_writes_nothing(aws: Aws) -> None:
    published(aws)
    attach(aws)
    aws.calls.clear()

    done = attach(aws)

    assert [one.written for one in done] == [0, 0]
    assert aws.done("UpdateDomain", "AddTags") == []


def test_s6_23_two_images_are_attached_at_once(aws: Aws) -> None:
    aws.landscape = Landscape.model_validate(
        with_images(images={"lab": LAB, "lab.2": LAB, "r-4.5": R})
    )
    published(aws)
    published(aws, "two", name="lab.2")

    attach(aws)
    attach(aws, "lab.2")

    assert settings(aws)["CustomImages"] == [pair("lab", 1), pair("lab.2", 1)]


def test_a_newer_version_takes_the_place_of_the_older(aws: Aws) -> None:
    published(aws)
    attach(aws)
    by_hand(aws, pair("lab", 1), another(aws))
    aws.clock.forward(60)
    published(aws, "two")

    attach(aws)

    assert settings(aws)["CustomImages"] == [pair("lab", 2), pair("theirs", 1)]


def test_what_is_not_published_is_not_attached_and_the_remedy_says_how(aws: Aws) -> None:
    with pytest.raises(ImageError, match="no version of lab that is ready") as caught:
        attach(aws)
    published(aws)
    with pytest.raises(ImageError, match="no version 7 of lab"):
        attach(aws, version=7)

    assert "studiogate images publish lab" in caught.value.remedy


@pytest.mark.parametrize(
    "wanted", [{"domains": ("nowhere",)}, {"lobs": ("nobody",)}, {"person": "nobody"}]
)
def test_what_the_landscape_does_not_have_is_said(aws: Aws, wanted: dict[str, Any]) -> None:
    with pytest.raises(LandscapeError, match="there is n"):
        attach(aws, **wanted)


def test_s6_24_what_another_attaches_while_we_read_is_kept(aws: Aws) -> None:
    published(aws)
    theirs = another(aws)
    plan = attachment(aws.world, aws.landscape, "lab", Wanted(lobs=("lob-a",)))
    # After our first look, before our second: the one that stands right before the write.
    Meddler(aws, "DescribeDomain", lambda: by_hand(aws, theirs), after_calls=1)

    (done,) = carried_out(aws.world, plan)

    assert settings(aws)["CustomImages"] == [theirs, pair("lab", 1)]
    assert [one.image for one in done.added] == ["theirs"]
    assert any("somebody else" in line for line in aws.told)


def test_s6_24_what_another_sent_right_before_us_is_waited_for_and_kept(aws: Aws) -> None:
    published(aws)
    theirs = another(aws)
    Meddler(aws, "UpdateDomain", lambda: by_hand(aws, theirs))

    (done,) = attach(aws, lobs=("lob-a",))

    assert settings(aws)["CustomImages"] == [theirs, pair("lab", 1)]
    assert (done.written, [one.image for one in done.added]) == (1, ["theirs"])


def test_s6_24_who_overwrites_us_gets_ours_merged_into_theirs(aws: Aws) -> None:
    published(aws)
    theirs = another(aws)

    def overwrite() -> None:
        aws.clock.forward(60)  # ours is done, and theirs was written without reading it
        by_hand(aws, theirs)

    plan = attachment(aws.world, aws.landscape, "lab", Wanted(lobs=("lob-a",)))
    Meddler(aws, "DescribeDomain", overwrite, after_calls=2)
    (done,) = carried_out(aws.world, plan)

    assert settings(aws)["CustomImages"] == [theirs, pair("lab", 1)]
    assert done.written == 2


def test_s6_24_what_another_takes_out_meanwhile_stays_out_and_is_said(aws: Aws) -> None:
    published(aws)
    theirs, third = another(aws), another(aws, "third")
    by_hand(aws, theirs, third)
    aws.clock.forward(60)
    plan = attachment(aws.world, aws.landscape, "lab", Wanted(lobs=("lob-a",)))
    Meddler(aws, "UpdateDomain", lambda: by_hand(aws, third))

    (done,) = carried_out(aws.world, plan)

    assert settings(aws)["CustomImages"] == [third, pair("lab", 1)]
    assert [one.image for one in done.taken] == ["theirs"]


def test_who_never_stops_writing_is_named_in_the_end(aws: Aws) -> None:
    published(aws)
    theirs = another(aws)
    turns = [[theirs], []] * 20

    def write() -> None:
        aws.clock.forward(60)
        by_hand(aws, *turns.pop())
        aws.clock.forward(60)

    plan = attachment(aws.world, aws.landscape, "lab", Wanted(lobs=("lob-a",)))
    Meddler(aws, "DescribeDomain", *[write] * 40)

    with pytest.raises(ImageError, match="others change it at the same time") as caught:
        carried_out(aws.world, plan)

    assert "CloudTrail" in caught.value.remedy


def canaried(aws: Aws) -> None:
    """The lab has lob A for its canary."""
    aws.landscape = Landscape.model_validate(
        with_images(
            images={"lab": {**LAB, "domains": ["forecasting", "fraud"], "canary": "lob-a"}}
        )
    )


def test_the_canary_gets_it_first_and_the_others_when_it_has_it(aws: Aws) -> None:
    canaried(aws)
    published(aws)

    first = attachment(aws.world, aws.landscape, "lab", Wanted())
    with pytest.raises(PlanRefused, match="does not have it yet") as early:
        attachment(aws.world, aws.landscape, "lab", Wanted(everywhere=True))
    carried_out(aws.world, first)
    again = attachment(aws.world, aws.landscape, "lab", Wanted())
    attach(aws, everywhere=True)

    assert early.value.reason == "canary-first"
    assert [one.spot.studio.domain for one in first.changes] == ["forecasting"]
    assert "attach lab --everywhere" in first.remarks[0]
    assert again.nothing
    assert settings(aws, LOB_B)["CustomImages"] == [pair("lab", 1)]


def test_everywhere_is_refused_while_the_canary_runs_other_content(aws: Aws) -> None:
    canaried(aws)
    published(aws, "one")
    attach(aws)
    published(aws, "two", "lob-b")

    with pytest.raises(PlanRefused, match="lob-b would get other content"):
        attachment(aws.world, aws.landscape, "lab", Wanted(everywhere=True))
    attach(aws, domains=("fraud",))  # whoever says where is taken at their word

    assert settings(aws, LOB_B)["CustomImages"] == [pair("lab", 2)]


def tagged(aws: Aws, account: str, content: str, source: str) -> None:
    """What is published of `content` was built in AWS, of the folder `source`."""
    pusher = Pusher(aws, content)
    uri = f"{account}.dkr.ecr.eu-west-1.amazonaws.com/studiogate/lab:{source}"
    pusher.push(pusher.built, uri, login=NOBODY, tell=lambda _: None)


def test_s6_15_of_the_same_folder_built_in_each_account_the_digests_may_differ(
    aws: Aws,
) -> None:
    canaried(aws)
    published(aws, "one", "lob-a")
    published(aws, "other bytes", "lob-b")
    attach(aws)
    tagged(aws, LOB_A, "one", "source-0123456789abcdef")
    with pytest.raises(PlanRefused, match="lob-b would get other content"):
        attach(aws, everywhere=True)

    tagged(aws, LOB_B, "other bytes", "source-0123456789abcdef")
    attach(aws, everywhere=True)

    assert settings(aws, LOB_B)["CustomImages"] == [pair("lab", 1)]


def test_of_another_folder_it_is_other_content(aws: Aws) -> None:
    canaried(aws)
    published(aws, "one", "lob-a")
    published(aws, "two", "lob-b")
    attach(aws)
    tagged(aws, LOB_A, "one", "source-0123456789abcdef")
    tagged(aws, LOB_B, "two", "source-fedcba9876543210")

    with pytest.raises(PlanRefused, match="lob-b would get other content"):
        attach(aws, everywhere=True)


def test_shared_spaces_have_a_list_of_their_own_and_keep_what_else_they_have(
    aws: Aws,
) -> None:
    published(aws)
    role = f"arn:aws:iam::{LOB_A}:role/StudioExecution"
    before = {"ExecutionRole": role, "JupyterLabAppSettings": {"LifecycleConfigArns": []}}
    domain = {"DomainId": domain_of(aws, LOB_A)}
    aws.ask(LOB_A, "sagemaker", "update_domain", **domain, DefaultSpaceSettings=before)
    aws.clock.forward(60)

    attach(aws, shared=True, lobs=("lob-a",))
    attached = aws.ask(LOB_A, "sagemaker", "describe_domain", **domain)
    published(aws, "two")
    attach(aws, lobs=("lob-a",))
    attach(aws, shared=True, lobs=("lob-a",))
    rollback(aws, shared=True, lobs=("lob-a",))
    back = aws.ask(LOB_A, "sagemaker", "describe_domain", **domain)
    detach(aws, shared=True, lobs=("lob-a",))
    after = aws.ask(LOB_A, "sagemaker", "describe_domain", **domain)

    lab = {"LifecycleConfigArns": [], "CustomImages": [pair("lab", 1)]}
    assert attached["DefaultSpaceSettings"] == {**before, JUPYTER: lab}
    assert JUPYTER not in attached["DefaultUserSettings"]
    assert back["DefaultSpaceSettings"][JUPYTER]["CustomImages"] == [pair("lab", 1)]
    assert back["DefaultUserSettings"][JUPYTER]["CustomImages"] == [pair("lab", 2)]
    assert after["DefaultSpaceSettings"][JUPYTER]["CustomImages"] == []
    assert after["DefaultUserSettings"][JUPYTER]["CustomImages"] == [pair("lab", 2)]


def test_shared_spaces_run_jupyterlab_alone(aws: Aws) -> None:
    published(aws, name="r-4.5")

    with pytest.raises(PlanRefused, match="shared spaces run JupyterLab alone"):
        attach(aws, "r-4.5", shared=True)


def test_what_fails_in_one_domain_is_said_with_what_was_done_in_the_other(aws: Aws) -> None:
    published(aws)
    refused = ApiError("ValidationException", "No.")

    def fail(account: str, operation: str, _: Any) -> None:
        if (account, operation) == (LOB_B, "UpdateDomain"):
            raise refused

    aws.before = fail
    with pytest.raises(Invalid, match=r"done: forecasting \(lob-a\)"):
        attach(aws)

    assert settings(aws)["CustomImages"] == [pair("lab", 1)]


def test_going_back_attaches_the_version_before_and_again_undoes_that(aws: Aws) -> None:
    published(aws)
    attach(aws)
    published(aws, "two")
    attach(aws)

    rollback(aws)
    back = settings(aws)["CustomImages"]
    rollback(aws)

    assert back == [pair("lab", 1)]
    assert settings(aws)["CustomImages"] == [pair("lab", 2)]


def test_going_back_goes_to_the_newest_where_no_version_was_named(aws: Aws) -> None:
    published(aws)
    by_hand(aws, pair("lab"))
    aws.clock.forward(60)
    attach(aws, domains=("forecasting",))

    rollback(aws, domains=("forecasting",))

    assert settings(aws)["CustomImages"] == [pair("lab")]


def test_there_is_no_way_back_from_the_first_version_nor_to_one_that_is_gone(aws: Aws) -> None:
    published(aws)
    attach(aws)
    with pytest.raises(ImageError, match="no other version was attached before") as first:
        rollback(aws)
    published(aws, "two")
    attach(aws)
    for account in (LOB_A, LOB_B):
        aws.ask(account, "sagemaker", "delete_image_version", ImageName="lab", Version=1)
    aws.clock.forward(60)

    with pytest.raises(ImageError, match="no version 1 of lab"):
        rollback(aws)

    assert "images detach lab" in first.value.remedy


def test_a_way_back_that_breaks_off_still_knows_where_to(aws: Aws) -> None:
    published(aws, "one", "lob-a")
    attach(aws, lobs=("lob-a",))
    published(aws, "two", "lob-a")
    attach(aws, lobs=("lob-a",))

    def stop(_: str, operation: str, __: Any) -> None:
        if operation == "UpdateDomain":
            raise KeyboardInterrupt

    aws.before = stop
    with pytest.raises(KeyboardInterrupt):
        rollback(aws, lobs=("lob-a",))
    aws.before = None
    rollback(aws, lobs=("lob-a",))

    assert settings(aws)["CustomImages"] == [pair("lab", 1)]


def test_s6_24_detaching_takes_ours_and_leaves_the_others(aws: Aws) -> None:
    published(aws)
    attach(aws)
    theirs = another(aws)
    by_hand(aws, pair("lab", 1), theirs)
    aws.clock.forward(60)

    detach(aws)
    again = detach(aws)

    assert settings(aws)["CustomImages"] == [theirs]
    assert settings(aws, LOB_B)["CustomImages"] == []
    assert [one.written for one in again] == [0, 0]


def test_one_persons_list_begins_as_the_domains(aws: Aws) -> None:
    published(aws)
    theirs = another(aws)
    by_hand(aws, theirs)
    aws.clock.forward(60)

    attach(aws, person="ada")

    assert profile(aws)["CustomImages"] == [theirs, pair("lab", 1)]
    assert settings(aws)["CustomImages"] == [theirs]
    assert profile(aws, "ada") != {}


def test_a_person_whose_list_is_the_domains_again_has_none_of_their_own(aws: Aws) -> None:
    published(aws)
    by_hand(aws, another(aws))
    aws.clock.forward(60)
    attach(aws, person="ada")

    detach(aws, person="ada")

    assert "CustomImages" not in profile(aws)


def test_what_the_domain_has_is_not_attached_to_one_person_and_not_taken_from_one(
    aws: Aws,
) -> None:
    published(aws)
    attach(aws)

    attached = attach(aws, person="ada")
    plan = detachment(aws.world, aws.landscape, "lab", Wanted(person="ada"))

    assert [one.written for one in attached] == [0]
    assert plan.nothing
    assert "has the domain's list" in plan.remarks[0]
    assert profile(aws) == {}


def test_a_person_without_a_profile_there_is_not_attached_to(aws: Aws) -> None:
    published(aws)

    with pytest.raises(ImageError, match=r"there is no fraud .*profile ada"):
        attach(aws, person="ada", domains=("fraud",))


def test_s6_22_an_image_for_rstudio_is_attached_where_rstudio_is(aws: Aws) -> None:
    published(aws, name="r-4.5")

    attach(aws, "r-4.5")
    with pytest.raises(PlanRefused, match=r"fraud .*has no RStudio") as caught:
        attach(aws, "r-4.5", domains=("fraud",))

    assert settings(aws, LOB_A, RSESSION)["CustomImages"] == [pair("r-4.5", 1)]
    assert "rstudio: {}" in caught.value.remedy
