"""`studiogate apply`, `destroy` and `status`: what they say, and what they ask before."""

from pathlib import Path

import pytest
import typer

from studiogate.cli import apply, destroy, status
from studiogate.cli.app import main
from studiogate.cli.destroy import by_hand, document, refuse_unless_meant
from studiogate.deploy.applying import Applied
from studiogate.deploy.destroying import Destroyed
from studiogate.deploy.ending.residue import Left, Residue, Unseen
from studiogate.deploy.ending.toll import Toll
from studiogate.deploy.looking.checks import Check
from studiogate.deploy.looking.drift import Drift
from studiogate.deploy.looking.status import StackStatus, Status
from studiogate.deploy.plan import Plan, Rows
from studiogate.foundation.stacks import StackKey
from studiogate.landscape.read import read
from tests.kit.starting import EXAMPLE

KEY = StackKey("222222222222", "studiogate-studio")
PLAN = Plan("acme", "demo", ())


def test_an_apply_with_nothing_to_do_says_so() -> None:
    done = Applied(PLAN, {KEY: "nothing"}, rows=(Rows("studiogate-people", 0, 0, 9),))

    assert apply.summary(done) == "Nothing to do: 1 stacks are as they should be."


def test_an_apply_counts_what_it_did() -> None:
    done = Applied(
        PLAN,
        {KEY: "created", StackKey("1", "a"): "changed", StackKey("1", "b"): "nothing"},
        deleted=(StackKey("1", "c"),),
        rows=(Rows("studiogate-people", 2, 1, 9),),
    )

    assert apply.summary(done) == (
        "1 stacks created, 1 changed, 1 deleted, 1 as they were. "
        "studiogate-people: 2 written, 1 removed."
    )


def test_destroy_wants_the_landscapes_name_and_no_other() -> None:
    refuse_unless_meant("acme", "acme")

    with pytest.raises(typer.BadParameter, match="nothing was touched"):
        refuse_unless_meant("acme", "yes")


def test_destroy_does_not_choose_what_becomes_of_home_directories(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["destroy", str(EXAMPLE), "--yes", "acme"]) == 2
    assert "--efs" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["apply", "destroy", "status"])
def test_a_landscape_that_is_not_there_is_complained_of_before_anybody_is_asked(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--efs", "keep"] if command == "destroy" else []

    assert main([command, str(tmp_path / "none.yaml"), *more]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_the_report_of_a_destroy_tells_what_is_left_kept_going_and_unseen() -> None:
    residue = Residue(
        (
            Left(KEY.account, "file system", "fs-1", "kept"),
            Left(KEY.account, "key", "k-1", "going", "will be deleted 2030-01-08"),
            Left(KEY.account, "VPC", "vpc-1", "left"),
        ),
        (Unseen(KEY.account, "role", "iam:ListRoles: denied", "Ask for it."),),
    )
    done = Destroyed((KEY,), residue)

    shown = destroy.page(done)

    assert "! left  222222222222  VPC vpc-1" in shown
    assert "kept    222222222222  file system fs-1" in shown
    assert "? 222222222222: role could not be looked at: iam:ListRoles: denied" in shown
    assert "Nothing is left" not in shown
    assert document(done)["ok"] is False
    assert document(done)["residue"][0]["state"] == "kept"


def test_a_clean_destroy_says_that_nothing_is_left() -> None:
    assert "Nothing is left" in destroy.page(Destroyed((), Residue(())))


def test_s3_27_what_only_a_providers_administrator_can_remove_is_told() -> None:
    lines = by_hand(read(EXAMPLE.read_text(encoding="utf-8"), source="two-lobs.yaml"))

    assert "  corporate: the client 5studiogatedemoportal01" in lines
    assert "  corporate: the SCIM connection, with the token it was given" in lines
    assert "  workforce: the SAML application with audience urn:studiogate:acme:demo" in lines


def test_status_counts_what_is_well_and_tells_the_rest_with_its_remedy() -> None:
    drifted = Drift("Role", "AWS::IAM::Role", "MODIFIED", ("/Policies: expected a, is b",))
    found = Status(
        (
            StackStatus(StackKey("1", "a"), "CREATE_COMPLETE", ok=True),
            StackStatus(
                KEY, "CREATE_COMPLETE", ok=False, drifted=(drifted,), remedy="Undo it."
            ),
        ),
        (
            Check("lob-a", "its VPC is attached", ok=True, found="available"),
            Check("lob-a", "rule Sts is asked", ok=False, found="not", remedy="Run apply."),
            Check("lob-b", "share", ok=None, found="denied", remedy="Ask for it."),
        ),
    )
    shown = status.page(found)

    assert "✓ 1 stacks are as they should be" in shown
    assert "✗ 222222222222/studiogate-studio: CREATE_COMPLETE" in shown
    assert "/Policies: expected a, is b" in shown
    assert "✗ rule Sts is asked: not" in shown
    assert "? share: denied" in shown
    assert status.document(found)["ok"] is False


def test_where_no_stack_stands_none_is_praised_and_none_is_about_to_go() -> None:
    missing = StackStatus(KEY, "missing", ok=False, remedy="Run `studiogate apply`.")

    assert status.page(Status((missing,), ())).startswith("✗ 222222222222/studiogate-studio")
    assert "for ever" not in destroy._told(Toll((), (), ()), "keep", "keep")
