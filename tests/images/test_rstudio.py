"""RStudio is made anew so that it takes custom images, and whoever works in it is known first."""

from dataclasses import replace
from datetime import UTC, datetime

from studiogate.images.attached.spots import studios
from studiogate.images.places import place_of
from studiogate.images.rstudio import Workbench, renew, workbench
from tests.kit.attaching import attach, published, runs
from tests.kit.images_aws import Aws


def there(aws: Aws) -> Workbench:
    (studio,) = studios(aws.world, place_of(aws.landscape, "forecasting"))
    return workbench(aws.world, studio)


def test_s6_02_sessions_end_first_and_rstudio_is_made_anew(aws: Aws) -> None:
    published(aws, name="r-4.5")
    attach(aws, "r-4.5")
    aws.clock.forward(60)
    runs(aws, "r-4.5", kind="RSessionGateway")
    before = there(aws)
    aws.clock.forward(60)

    renew(aws.world, before)

    after = there(aws)
    assert before.sessions == (("ada", "default"),)
    assert aws.done("DeleteApp", "CreateApp")[-3:] == ["DeleteApp", "DeleteApp", "CreateApp"]
    assert after.sessions == ()
    assert before.made is not None
    assert after.made is not None
    assert after.made > before.made


def test_s6_02_a_run_that_broke_off_after_deleting_makes_it(aws: Aws) -> None:
    before = there(aws)
    renew(aws.world, before)

    renew(aws.world, replace(before, sessions=(("ada", "default"),)))

    assert there(aws).made is not None


def test_s6_02_rstudio_is_too_old_before_april_2022_or_before_its_version_was_there(
    aws: Aws,
) -> None:
    def made(year: int, month: int, day: int) -> Workbench:
        return replace(there(aws), made=datetime(year, month, day, tzinfo=UTC))

    assert made(2022, 4, 6).is_older_than(None)
    assert not made(2022, 4, 7).is_older_than(None)
    assert made(2025, 10, 30).is_older_than("2025.05.1+513.pro3")
    assert not made(2025, 10, 31).is_older_than("2025.05.1+513.pro3")
    assert not replace(there(aws), made=None).is_older_than(None)
