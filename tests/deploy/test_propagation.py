"""Sessions carry the profile again, and no app is stopped for it unless somebody says so."""

from typing import Any

import pytest

from studiogate.deploy.applying import apply, plan
from studiogate.deploy.judging import Judge
from studiogate.deploy.plan import Plan
from studiogate.deploy.propagation import propagate
from studiogate.deploy.unpropagated import RunningApp
from studiogate.errors import DeployError, PlanRefused
from studiogate.foundation.after import propagated
from studiogate.foundation.stacks import Output, StackKey
from tests.kit.deploy import LOB_A, NOW, Town, acme, wish_of, world_of
from tests.kit.deploy_services import FakeDomain

KEY = StackKey(LOB_A, "studiogate-studio")
ONE = Output(KEY, "DomainId1")
ACME, JUDGE = acme(), Judge()
OFF = {"ExecutionRoleIdentityConfig": "DISABLED"}


def wish(**more: Any) -> Any:
    return wish_of(ACME, judge=JUDGE, afterwards=propagated([ONE]), **more)


def applied(town: Town, **more: Any) -> list[Plan]:
    """The plans that were shown."""
    shown: list[Plan] = []
    apply(world_of(town), wish(**more), show=shown.append)
    return shown


@pytest.fixture
def town() -> Town:
    town = Town()
    applied(town)
    town.anew()
    return town


def changed_by_hand(town: Town, *apps: dict[str, Any]) -> FakeDomain:
    """The domain of lob A, changed, with apps in it."""
    (domain,) = town.sagemaker[LOB_A].domains.values()
    domain.settings = dict(OFF)
    for app in apps:
        domain.apps.append({"DomainId": domain.id, "CreationTime": NOW, **app})
    return domain


ADA: dict[str, Any] = {
    "UserProfileName": "ada",
    "AppType": "JupyterLab",
    "AppName": "default",
    "Status": "InService",
}
SPACE = {
    "SpaceName": "forecasts",
    "AppType": "JupyterLab",
    "AppName": "default",
    "Status": "Pending",
}


def updates(town: Town) -> int:
    return sum(name == "update_domain" for _, _, name in town.calls)


def test_s1_08_a_domain_as_it_should_be_is_left_alone(town: Town) -> None:
    (shown,) = applied(town)

    assert (shown.unpropagated, shown.nothing) == ((), True)
    assert updates(town) == 0


def test_s1_08_what_was_changed_by_hand_is_planned_and_turned_on_again(town: Town) -> None:
    domain = changed_by_hand(town)

    (shown,) = applied(town)

    (found,) = shown.unpropagated
    assert (found.stack, found.domain_id, found.found, found.apps) == (
        KEY,
        domain.id,
        "DISABLED",
        (),
    )
    assert not shown.nothing
    assert domain.settings == {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}
    assert updates(town) == 1


def test_s1_09_running_apps_are_named_and_nothing_is_done(town: Town) -> None:
    domain = changed_by_hand(town, ADA, SPACE)

    with pytest.raises(PlanRefused) as caught:
        applied(town)

    assert caught.value.reason == "apps-running"
    assert "JupyterLab/default of profile ada, since 2030-01-01T12:00:00+00:00" in str(
        caught.value
    )
    assert "JupyterLab/default of space forecasts" in str(caught.value)
    assert "--stop-apps" in caught.value.remedy
    assert domain.settings == OFF
    assert len(domain.apps) == 2


def test_s1_09_apps_are_stopped_for_who_says_so(town: Town) -> None:
    domain = changed_by_hand(town, ADA, SPACE)

    applied(town, stop_apps=True)

    assert domain.apps == []
    assert domain.settings["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME"
    names = [name for _, _, name in town.calls]
    assert names.index("delete_app") < names.index("update_domain")


@pytest.mark.parametrize("status", ["Failed", "Deleted", "Deleting"])
def test_s1_09_an_app_that_does_not_run_holds_nothing_back(town: Town, status: str) -> None:
    domain = changed_by_hand(town, ADA | {"Status": status})

    applied(town)

    assert domain.settings["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME"


def test_s1_09_consent_stops_nothing_where_nothing_is_to_be_changed(town: Town) -> None:
    (domain,) = town.sagemaker[LOB_A].domains.values()
    domain.apps.append({"DomainId": domain.id, **ADA})

    applied(town, stop_apps=True)

    assert len(domain.apps) == 1


def test_s1_09_an_app_that_starts_after_the_plan_stops_the_change(town: Town) -> None:
    domain = changed_by_hand(town, ADA)
    outputs = {KEY: {"DomainId1": domain.id}}

    (step,) = propagated([ONE])
    with pytest.raises(DeployError, match="takes no ExecutionRoleIdentityConfig while apps"):
        propagate(world_of(town), step, outputs, stop=False)

    assert domain.settings == OFF


def test_a_domain_that_is_gone_or_not_there_yet_is_no_matter_of_sessions(town: Town) -> None:
    town.sagemaker[LOB_A].domains.clear()

    found = plan(world_of(town), wish())

    assert found.unpropagated == ()


def test_an_app_is_told_in_one_line() -> None:
    app = RunningApp("space forecasts", "JupyterLab/default", "2030-01-01T12:00:00+00:00")

    assert str(app) == (
        "JupyterLab/default of space forecasts, since 2030-01-01T12:00:00+00:00"
    )
