"""RStudio is turned on while nothing runs, and everybody of the domain is let in (S6-03)."""

from dataclasses import replace
from typing import Any

import pytest

from studiogate.deploy.applying import apply
from studiogate.deploy.ending.studios import Studio
from studiogate.deploy.plan import (
    Act,
    Plan,
    Replaced,
    ResourceChange,
    StackChange,
    Verb,
    objections,
)
from studiogate.deploy.stack.standing import Standing, standing
from studiogate.deploy.unseated import Seat, Unseated
from studiogate.deploy.workbench import make_room, seat, unseated
from studiogate.errors import DeployError, PlanRefused
from studiogate.foundation.after import Seated
from studiogate.foundation.stacks import Output, StackKey
from tests.kit.deploy import LOB_A, Town, wish_of, world_of
from tests.kit.deploy_services import FakeDomain

KEY = StackKey(LOB_A, "studiogate-studio")
USER = {"AccessStatus": "ENABLED", "UserGroup": "R_STUDIO_USER"}
ADMINISTRATOR = {"AccessStatus": "ENABLED", "UserGroup": "R_STUDIO_ADMIN"}
SEAT = "RStudioServerProAppSettings"
TURNED_ON = ResourceChange(
    "Domain1",
    "AWS::SageMaker::Domain",
    Act.MODIFY,
    Replaced.NO,
    ("AppSecurityGroupManagement", "DomainSettings"),
)
OTHERWISE = ResourceChange(
    "Domain1", "AWS::SageMaker::Domain", Act.MODIFY, Replaced.NO, ("SubnetIds",)
)


@pytest.fixture
def town() -> Town:
    town = Town()
    apply(world_of(town), wish_of(), show=lambda _: None)
    town.anew()
    return town


@pytest.fixture
def domain(town: Town) -> FakeDomain:
    (found,) = town.sagemaker[LOB_A].domains.values()
    found.profiles = ["ada", "bo"]
    return found


def room(town: Town, *changes: ResourceChange, stop: bool = False) -> tuple[Studio, ...]:
    world = world_of(town)
    there = standing(world, KEY)
    assert there is not None
    return make_room(world, there, changes, stop=stop)


def seated(town: Town, domain: FakeDomain, **people: str) -> None:
    step = Seated(KEY, Output(KEY, "DomainId1"), people)
    seat(world_of(town), step, {KEY: {"DomainId1": domain.id}})


def test_s6_03_apps_that_run_are_named_and_rstudio_is_not_turned_on(
    town: Town, domain: FakeDomain
) -> None:
    domain.app_of("ada")

    with pytest.raises(DeployError, match="JupyterLab/default of profile ada") as caught:
        room(town, TURNED_ON)
    assert "--stop-apps" in caught.value.remedy
    assert len(domain.apps) == 1


def test_s6_03_they_are_stopped_for_who_says_so(town: Town, domain: FakeDomain) -> None:
    domain.app_of("ada")

    room(town, TURNED_ON, stop=True)

    assert domain.apps == []


TOLD = ResourceChange(
    "Domain1", "AWS::SageMaker::Domain", Act.MODIFY, Replaced.NO, ("DomainSettings",)
)


def test_what_rstudio_is_told_changes_while_nothing_runs_and_its_server_ends_last(
    town: Town, domain: FakeDomain
) -> None:
    domain.server()
    domain.app_of("ada")
    domain.apps[-1]["AppType"] = "RSessionGateway"

    with pytest.raises(DeployError, match="RStudioServerPro/default of profile domain-shared"):
        room(town, TOLD)
    (ended,) = room(town, TOLD, stop=True)

    assert ended == Studio(LOB_A, domain.id)
    assert domain.apps == []
    assert domain.ended == ["RSessionGateway", "RStudioServerPro"]


def test_a_plan_tells_what_holds_it_back_and_that_the_server_is_made_again(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}
    domain.server()

    (found,) = ahead(town, TOLD, ada="R_STUDIO_USER")

    assert (found.turned, found.told, found.unserved, found.seats) == (False, True, False, ())
    (against,) = objections(Plan("acme", "demo", (), unseated=(found,)))
    assert against.reason == "apps-running"
    assert "no change of DomainSettings while apps run: RStudioServerPro" in against.says
    assert "made again" in against.remedy


def test_a_server_that_a_killed_run_has_ended_is_planned_and_made_again(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}

    (found,) = ahead(town, OTHERWISE, ada="R_STUDIO_USER")
    seated(town, domain, ada="R_STUDIO_USER")
    seated(town, domain, ada="R_STUDIO_USER")

    assert (found.unserved, found.apps) == (True, ())
    assert [one["AppType"] for one in domain.apps] == ["RStudioServerPro"]
    assert town.asked("create_app") == 1
    assert ahead(town, OTHERWISE, ada="R_STUDIO_USER") == ()


def test_a_server_that_does_not_start_is_told_with_awss_reason(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}
    domain.unlicensed = "No available licenses were found."

    with pytest.raises(DeployError, match="is Failed: No available licenses"):
        seated(town, domain, ada="R_STUDIO_USER")


def stuck(town: Town) -> Standing:
    """The stack, whose rollback could not change the domain back."""
    stack = town.cloudformation[LOB_A].stacks[KEY.name]
    stack.status = "UPDATE_ROLLBACK_FAILED"
    next(
        one for one in stack.resources.values() if one.type == OTHERWISE.type
    ).status = "UPDATE_FAILED"
    there = standing(world_of(town), KEY)
    assert there is not None
    return there


def test_a_rollback_that_the_server_holds_back_is_planned_and_gone_on_with_after_it_ended(
    town: Town, domain: FakeDomain
) -> None:
    there, change = stuck(town), StackChange(KEY, Verb.CHANGE)
    no_server = unseated(world_of(town), [], {KEY: there}, [change])
    domain.server()

    (found,) = unseated(world_of(town), [], {KEY: there}, [change])
    with pytest.raises(DeployError, match="while apps run: RStudioServerPro"):
        make_room(world_of(town), there, (), stop=False)
    (ended,) = make_room(world_of(town), there, (), stop=True)

    assert (found.told, no_server) == (True, ())
    assert (ended.domain_id, domain.apps) == (domain.id, [])


def test_apply_comes_out_of_such_a_rollback_and_the_server_runs_again(
    town: Town, domain: FakeDomain
) -> None:
    stuck(town)
    domain.server()
    wish = replace(wish_of(), afterwards=(Seated(KEY, Output(KEY, "DomainId1"), {}),))

    with pytest.raises(PlanRefused) as refused:
        apply(world_of(town), wish, show=lambda _: None)
    apply(world_of(town), replace(wish, stop_apps=True), show=lambda _: None)

    assert refused.value.reason == "apps-running"
    assert town.cloudformation[LOB_A].stacks[KEY.name].status == "UPDATE_ROLLBACK_COMPLETE"
    assert town.asked("continue_update_rollback") == 1
    assert domain.ended == ["RStudioServerPro"]
    assert [one["AppType"] for one in domain.apps] == ["RStudioServerPro"]


def test_a_rollback_that_does_not_end_leaves_the_server_as_it_was(
    town: Town, domain: FakeDomain
) -> None:
    stuck(town)
    domain.server()
    town.hooks.fails[KEY.name, "*"] = ["a resource is gone"] * 9

    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_FAILED"):
        apply(world_of(town), replace(wish_of(), stop_apps=True), show=lambda _: None)

    assert domain.ended == ["RStudioServerPro"]
    assert [one["AppType"] for one in domain.apps] == ["RStudioServerPro"]


def ahead(town: Town, *changes: ResourceChange, **people: str) -> tuple[Unseated, ...]:
    world = world_of(town)
    there = standing(world, KEY)
    assert there is not None
    step = Seated(KEY, Output(KEY, "DomainId1"), people)
    return unseated(world, [step], {KEY: there}, [StackChange(KEY, Verb.CHANGE, changes)])


def test_s6_03_a_plan_names_who_is_let_in_and_which_apps_hold_rstudio_back(
    town: Town, domain: FakeDomain
) -> None:
    domain.app_of("bo")
    domain.own["bo"] = {SEAT: {"AccessStatus": "DISABLED"}}

    (found,) = ahead(town, TURNED_ON, ada="R_STUDIO_ADMIN", bo="R_STUDIO_USER")

    assert (found.domain_id, found.turned) == (domain.id, True)
    assert found.seats == (
        Seat("ada", "not set", "R_STUDIO_ADMIN"),
        Seat("bo", "DISABLED", "R_STUDIO_USER"),
    )
    assert found.held.startswith("JupyterLab/default of profile bo")
    plan = Plan("acme", "demo", (), unseated=(found,))
    (against,) = objections(plan)
    assert (against.reason, "profile bo" in against.says) == ("apps-running", True)
    assert objections(plan, stop_apps=True) == ()
    assert not plan.nothing
    assert town.asked("update_user_profile") == town.asked("delete_app") == 0


def test_s6_03_who_is_to_be_administrator_is_planned_and_running_apps_are_no_matter(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}
    domain.server()
    domain.app_of("ada")

    (found,) = ahead(town, OTHERWISE, ada="R_STUDIO_ADMIN", bo="R_STUDIO_USER")
    none = ahead(town, OTHERWISE, ada="R_STUDIO_USER", bo="R_STUDIO_USER")

    assert found.seats == (Seat("ada", "R_STUDIO_USER", "R_STUDIO_ADMIN"),)
    assert (found.turned, found.apps) == (False, ())
    assert none == ()


def test_a_domain_that_loses_rstudio_is_planned_with_the_apps_that_run_there(
    town: Town, domain: FakeDomain
) -> None:
    domain.app_of("ada")
    there = standing(world_of(town), KEY)
    assert there is not None
    change = StackChange(KEY, Verb.CHANGE, (TURNED_ON,))

    (found,) = unseated(world_of(town), [], {KEY: there}, [change])

    assert (found.turned, found.seats, len(found.apps)) == (True, (), 1)


def test_another_change_of_a_domain_leaves_apps_alone(town: Town, domain: FakeDomain) -> None:
    domain.app_of("ada")

    room(town, OTHERWISE)

    assert len(domain.apps) == 1
    assert town.asked("list_apps") == 0


def test_who_had_a_profile_before_is_let_in_and_an_administrator_is_one(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}
    domain.own["bo"] = {SEAT: {"AccessStatus": "DISABLED"}}

    seated(town, domain, ada="R_STUDIO_ADMIN", bo="R_STUDIO_USER")

    assert domain.own == {"ada": {SEAT: ADMINISTRATOR}, "bo": {SEAT: USER}}


def test_who_is_let_in_by_the_domain_is_left_alone_and_twice_is_once(
    town: Town, domain: FakeDomain
) -> None:
    domain.users = {SEAT: USER}
    people: dict[str, Any] = {"ada": "R_STUDIO_USER", "bo": "R_STUDIO_ADMIN"}

    seated(town, domain, **people)
    seated(town, domain, **people)

    assert domain.own == {"bo": {SEAT: ADMINISTRATOR}}
    assert town.asked("update_user_profile") == 1


def test_a_profile_whose_apps_run_is_named_with_what_to_do(
    town: Town, domain: FakeDomain
) -> None:
    domain.app_of("ada")

    with pytest.raises(DeployError, match="ada is not let into RStudio") as caught:
        seated(town, domain, ada="R_STUDIO_USER")
    assert "apps of theirs" in caught.value.remedy
