"""Start scripts that are nobody's are taken away; those that somebody needs are not."""

from dataclasses import replace

import pytest

from studiogate.deploy.applying import apply
from studiogate.deploy.destroying import End, destroy
from studiogate.deploy.ending.kinds import Mine
from studiogate.deploy.ending.scripts import sweep
from studiogate.deploy.judging import Judge
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.stack.standing import tags_of
from studiogate.foundation.stacks import Stack
from studiogate.landscape.model import Landscape
from tests.kit.deploy import LOB_A, Town, acme, composed, template, wish_of, world_of
from tests.kit.deploy_services import SCRIPT_ARN, FakeDomain, FakeSageMaker

ACME, JUDGE = acme(), Judge()
OURS = tags_of(ACME)


@pytest.fixture
def town() -> Town:
    town = Town()
    apply(world_of(town), wish_of(ACME, judge=JUDGE), show=lambda _plan: None)
    return town


def studio_of(town: Town) -> tuple[FakeSageMaker, FakeDomain]:
    there = town.sagemaker[LOB_A]
    (domain,) = there.domains.values()
    return there, domain


def test_a_script_that_no_domain_names_goes_and_others_stay(town: Town) -> None:
    there, domain = studio_of(town)
    there.scripts = {
        "studiogate-1-new": dict(OURS),
        "studiogate-editor-new": dict(OURS),
        "studiogate-shared-new": dict(OURS),
        "studiogate-1-old": dict(OURS),
        "studiogate-1-running": dict(OURS),
        "studiogate-of-another": {"studiogate:landscape": "another"},
        "theirs": dict(OURS),
    }
    domain.scripts = [f"{SCRIPT_ARN}studiogate-1-new"]
    editor = {"LifecycleConfigArn": f"{SCRIPT_ARN}studiogate-editor-new"}
    domain.users = {
        "ExecutionRole": "role",
        "CodeEditorAppSettings": {"DefaultResourceSpec": editor},
    }
    domain.shared = {
        "JupyterLabAppSettings": {"LifecycleConfigArns": [f"{SCRIPT_ARN}studiogate-shared-new"]}
    }
    there.run_by_apps = {"studiogate-1-running"}

    sweep(Mine(world_of(town), LOB_A, OURS))

    assert set(there.scripts) == {
        "studiogate-1-new",
        "studiogate-editor-new",
        "studiogate-shared-new",
        "studiogate-1-running",
        "studiogate-of-another",
        "theirs",
    }


def test_apply_takes_away_what_an_app_held_when_it_was_replaced(town: Town) -> None:
    there, _ = studio_of(town)
    there.scripts = {"studiogate-1-old": dict(OURS)}
    script = template(
        "script", 'Resources:\n  R: {Type: "AWS::SageMaker::StudioLifecycleConfig"}\n'
    )

    def with_script(landscape: Landscape) -> tuple[Stack, ...]:
        first = next(one for one in composed(landscape) if one.key.account == LOB_A)
        more = Stack(replace(first.key, name="studiogate-started"), script, {})
        return (*composed(landscape), more)

    wish = wish_of(ACME, judge=JUDGE, compose=with_script)
    apply(world_of(town), wish, show=lambda _plan: None)
    assert set(there.scripts) == {"studiogate-1-old"}, "no stack had a script before"
    apply(world_of(town), wish, show=lambda _plan: None)

    assert there.scripts == {}


def test_s1_35_destroy_leaves_none_and_tells_of_one_that_stays(town: Town) -> None:
    there, _ = studio_of(town)
    there.scripts = {"studiogate-1-old": dict(OURS), "studiogate-1-held": dict(OURS)}
    there.run_by_apps = {"studiogate-1-held"}

    holder = Holder("arn:aws:iam::999999999999:user/ada", "here", "w1")
    done = destroy(world_of(town), End(ACME, composed, holder, efs="delete"))

    assert set(there.scripts) == {"studiogate-1-held"}
    (left,) = [one for one in done.residue.things if one.kind == "start script"]
    assert (left.id, left.state) == ("studiogate-1-held", "left")
