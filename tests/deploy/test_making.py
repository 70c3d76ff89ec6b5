"""One stack out of every state it may have been left in."""

import pytest

from studiogate.deploy.stack.changesets import Wanted
from studiogate.deploy.stack.making import Made, made
from studiogate.deploy.stack.standing import Standing, tags_of
from studiogate.deploy.stack.states import Call, call_for
from studiogate.errors import DeployError, Locked, PlanRefused, StackFailed
from studiogate.foundation.stacks import Stack, StackKey, is_large
from tests.kit.deploy import GATEWAY, HUB, VPC, Told, Town, acme, template, throttled, world_of
from tests.kit.deploy_engine import FakeStack, model

KEY = StackKey(HUB, "studiogate-network-hub")
TAGS = tags_of(acme())


def wanted(cidr: str = "10.0.0.0/16", **more: object) -> Wanted:
    stack = Stack(KEY, VPC, {"Cidr": cidr, "Hub": ""}, **more)  # type: ignore[arg-type]
    return Wanted(stack, {"Cidr": cidr, "Hub": ""}, TAGS)


@pytest.fixture
def town() -> Town:
    return Town()


def stack(town: Town) -> FakeStack:
    return town.cloudformation[HUB].stacks[KEY.name]


def left_in(town: Town, status: str) -> None:
    """A stack that stands, then is found in `status`."""
    made(world_of(town), wanted())
    stack(town).status = status


def again(town: Town, cidr: str = "10.0.0.0/16") -> Made:
    return made(world_of(town), wanted(cidr))


def test_absent_it_is_created_and_tells_its_outputs(town: Town) -> None:
    done = again(town)

    assert done.became == "created"
    assert done.outputs["VpcId"].startswith("vpc-")


def test_as_it_should_be_it_is_left_alone(town: Town) -> None:
    again(town)
    town.calls.clear()

    assert again(town).became == "nothing"
    assert town.asked("create_change_set") == 0


def test_a_parameter_that_differs_changes_it(town: Town) -> None:
    again(town)

    assert again(town, "10.1.0.0/16").became == "changed"
    assert stack(town).parameters["Cidr"] == "10.1.0.0/16"


def test_after_a_rolled_back_update_it_is_asked_anew_and_not_believed(town: Town) -> None:
    left_in(town, "UPDATE_ROLLBACK_COMPLETE")
    town.calls.clear()

    assert again(town).became == "nothing"
    assert town.asked("create_change_set") == 1
    assert stack(town).sets == {}


@pytest.mark.parametrize(
    "status",
    ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"],
)  # fmt: skip
def test_what_a_failure_left_is_deleted_and_made_again(town: Town, status: str) -> None:
    left_in(town, status)
    before = stack(town).id

    assert again(town).became == "created"
    assert stack(town).id != before
    assert stack(town).status == "CREATE_COMPLETE"


def test_what_a_failure_left_is_not_deleted_while_it_may_hold_data(town: Town) -> None:
    left_in(town, "ROLLBACK_FAILED")

    with pytest.raises(DeployError, match="Vpc may hold data"):
        made(world_of(town), wanted(keeps=("Vpc",)))
    assert stack(town).status == "ROLLBACK_FAILED"


def test_what_was_rolled_back_whole_holds_nothing_and_goes(town: Town) -> None:
    town.hooks.fails[KEY.name, "Route"] = ["no"]
    with pytest.raises(StackFailed):
        made(world_of(town), wanted(keeps=("Vpc",)))
    assert stack(town).status == "ROLLBACK_COMPLETE"

    assert made(world_of(town), wanted(keeps=("Vpc",))).became == "created"


def test_an_earlier_runs_work_is_waited_for_and_not_done_twice(town: Town) -> None:
    told = Told()
    again(town)
    engine = town.cloudformation[HUB]
    engine._begin(stack(town), "UPDATE_IN_PROGRESS")
    stack(town).looks, stack(town).work = 4, lambda: engine._end(stack(town), "UPDATE_COMPLETE")

    assert made(world_of(town, told), wanted()).became == "nothing"
    assert "waiting for an earlier run: UPDATE_IN_PROGRESS" in told


def test_a_deletion_in_progress_is_waited_for_and_the_stack_made_again(town: Town) -> None:
    again(town)
    engine = town.cloudformation[HUB]
    engine._begin(stack(town), "DELETE_IN_PROGRESS")
    gone = stack(town)
    gone.work = lambda: engine._delete(gone)

    assert again(town).became == "created"


def test_a_rollback_that_stopped_is_continued_once(town: Town) -> None:
    left_in(town, "UPDATE_ROLLBACK_FAILED")

    assert again(town).became == "nothing"
    assert town.asked("continue_update_rollback") == 1


def test_a_rollback_that_does_not_end_is_a_persons_matter(town: Town) -> None:
    left_in(town, "UPDATE_ROLLBACK_FAILED")
    town.hooks.fails[KEY.name, "*"] = ["a resource is gone"] * 9

    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_FAILED") as stuck:
        again(town)
    assert "--resources-to-skip" in stuck.value.remedy
    assert town.asked("continue_update_rollback") == 1


@pytest.mark.parametrize("status", ["UPDATE_FAILED", "SOMETHING_NEW"])
def test_a_state_that_only_a_person_can_end_is_not_touched(town: Town, status: str) -> None:
    left_in(town, status)

    with pytest.raises(DeployError, match=status):
        again(town)


def test_change_sets_that_a_killed_run_left_are_taken_away(town: Town) -> None:
    again(town)
    stack(town).sets["arn:left"] = {"name": "studiogate-apply-x", "status": "CREATE_COMPLETE"}
    stack(town).sets["arn:hers"] = {"name": "hers", "status": "CREATE_COMPLETE"}
    town.hooks.fails[KEY.name, "Vpc"] = ["no"]

    with pytest.raises(StackFailed):
        again(town, "10.1.0.0/16")
    assert ("delete_change_set" in {one[2] for one in town.calls}) is True
    assert "arn:left" not in stack(town).sets


def test_a_stack_with_our_name_and_anothers_tags_is_not_ours(town: Town) -> None:
    again(town)
    stack(town).tags = {"studiogate:landscape": "another", "studiogate:environment": "demo"}

    with pytest.raises(PlanRefused, match="not of this landscape"):
        again(town)


def test_what_holds_data_refuses_to_be_deleted_also_when_a_run_died_before_it_said_so(
    town: Town,
) -> None:
    made(world_of(town), wanted(keeps=("Vpc",)))
    assert stack(town).protected
    stack(town).protected = False

    made(world_of(town), wanted(keeps=("Vpc",)))

    assert stack(town).protected


def test_losing_data_is_refused_unless_it_is_named(town: Town) -> None:
    made(world_of(town), wanted(keeps=("Vpc",)))
    other = wanted("10.9.0.0/16", keeps=("Vpc",))

    with pytest.raises(PlanRefused, match=f"{KEY}/Vpc"):
        made(world_of(town), other)
    assert stack(town).parameters["Cidr"] == "10.0.0.0/16"

    assert made(world_of(town), other, allowed=frozenset({f"{KEY}/Vpc"})).became == "changed"


def test_a_failed_update_says_what_failed_and_leaves_the_stack_as_it_was(town: Town) -> None:
    again(town)
    town.hooks.fails[KEY.name, "Vpc"] = ["The CIDR '10.1.0.0/8' is invalid."]

    with pytest.raises(StackFailed, match=r"Vpc .*The CIDR '10.1.0.0/8' is invalid"):
        again(town, "10.1.0.0/8")
    assert stack(town).parameters["Cidr"] == "10.0.0.0/16"


def test_named_roles_are_declared_to_cloudformation(town: Town) -> None:
    role = template("role", 'Resources:\n  R: {Type: "AWS::IAM::Role"}\n')
    one = Wanted(Stack(StackKey(HUB, "studiogate-r"), role, {}), {}, TAGS)

    assert made(world_of(town), one).became == "created"


def test_what_cloudformation_makes_no_change_set_of_is_told_in_its_words(town: Town) -> None:
    bad = Wanted(Stack(KEY, GATEWAY, {}), {"VpcId": "x"}, TAGS)

    with pytest.raises(Exception, match=r"Parameters: \[BundleBucket, BundleKey\] must have"):
        made(world_of(town), bad)


def test_somebody_who_is_interrupted_waits_no_more(town: Town) -> None:
    town.hooks.looks = 50
    world = world_of(town)
    world.halt.set()

    with pytest.raises(DeployError, match="interrupted"):
        made(world, wanted())
    assert stack(town).status == "CREATE_IN_PROGRESS"


def test_a_stack_that_takes_too_long_is_left_to_the_next_run(town: Town) -> None:
    town.hooks.looks = 10_000

    with pytest.raises(DeployError, match="still at work"):
        made(world_of(town, stack_s=30.0), wanted())


def test_throttling_is_given_up_when_it_lasts(town: Town) -> None:
    town.refuses[HUB, "describe_stacks"] = [throttled("DescribeStacks")] * 10_000

    with pytest.raises(Exception, match="Rate exceeded"):
        made(world_of(town, throttled_s=20.0), wanted())


def test_every_state_of_the_table_is_one_cloudformation_has() -> None:
    known = set(model("cloudformation").shape_for("StackStatus").enum)
    told = {one: call_for(Standing(KEY, "id", one)) for one in known}

    assert {one for one, call in told.items() if call is Call.STUCK} == {
        "UPDATE_FAILED", "IMPORT_ROLLBACK_FAILED",
    }  # fmt: skip
    assert {one for one, call in told.items() if call is Call.WAIT} == {
        one for one in known if one.endswith("_IN_PROGRESS") and one != "REVIEW_IN_PROGRESS"
    }


def test_a_template_is_large_by_its_bytes_and_not_by_its_letters() -> None:
    body = "Resources: {}\n# " + "é" * 26_000

    assert is_large(Stack(KEY, template("large", body), {}))
    assert not issubclass(StackFailed, Locked)
