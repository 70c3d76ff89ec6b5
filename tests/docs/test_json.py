"""The page of the JSON documents names every key there is, and none that is not."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studiogate.audit.revocation import Vital
from studiogate.cli import destroy, doctor, planned, status
from studiogate.cli.app import main
from studiogate.cli.findings import document
from studiogate.cli.images import changes, listing, publish, retire
from studiogate.cli.revocations import concluded
from studiogate.deploy.destroying import Destroyed
from studiogate.deploy.ending.residue import Left, Residue, Unseen
from studiogate.deploy.looking.checks import Check
from studiogate.deploy.looking.drift import Drift as Drifted
from studiogate.deploy.looking.status import StackStatus, Status
from studiogate.deploy.plan import (
    Act,
    Limit,
    Plan,
    ResourceChange,
    Rows,
    StackChange,
    Verb,
    objections,
)
from studiogate.deploy.unpropagated import RunningApp, Unpropagated
from studiogate.deploy.unseated import Seat, Unseated
from studiogate.foundation.stacks import StackKey
from studiogate.images.attached.changing import Change as Attaching
from studiogate.images.attached.changing import Changed
from studiogate.images.attached.settings import Pair
from studiogate.images.attached.spots import Spot, Studio
from studiogate.images.examined import Finding as Amiss
from studiogate.images.listing import ATTACHED, Row, Runs
from studiogate.images.parts import Fault as Wrong
from studiogate.images.places import Place
from studiogate.images.publishing import Published
from studiogate.images.retiring import Retired
from studiogate.landscape.model import INTERNET
from studiogate.probe.people import Drift
from studiogate.probe.warehouses import Finding as Fault
from studiogate.probe.warehouses import Judged, Way
from studiogate.reach.estate import Unread
from studiogate.reach.plain import plain
from studiogate.reach.table import table
from studiogate.reach.verify.compare import Change
from studiogate.reach.verify.findings import Finding, Outcome, Report, Weak, Witness
from studiogate.reach.world import world
from studiogate.revoke.report import Report as Run
from studiogate.revoke.sightings import Canary
from studiogate.revoke.step import Step
from tests.kit.revoke import NOW
from tests.kit.starting import EXAMPLE, ROOT
from tests.kit.verify import LANDSCAPE

PAGE = ROOT / "docs" / "reference" / "json.md"
AS_ELSEWHERE = {"decided": "steps[]", "faults[]": "steps[]", "gone[]": "waves[][]"}
"""Keys that hold what another holds; the page says so in words."""

FREE = {"keys"}
"""Objects whose keys are not ours."""

Said = list[dict[str, Any]]
ERROR = "Auth token containing insufficient permissions"
OPENING = ("user-lob-a", "forecasting", "--from", INTERNET, "--landscape", str(EXAMPLE))


def told(command: str) -> set[str]:
    """The keys that the page has for `command`."""
    (section,) = re.findall(
        rf"^## {re.escape(command)}\n(.*?)(?=^## |\Z)",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every key of a document, as the page writes it."""
    if isinstance(value, Mapping) and at.rpartition(".")[2] not in FREE:
        for name, inner in value.items():
            here = f"{at}.{name}" if at else str(name)
            yield from paths(inner, here)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield f"{at}[]"
        for inner in value:
            # A pair of names is one entry; lists of lists have no keys.
            yield from (one for one in paths(inner, f"{at}[]") if not one.endswith("[][]"))
        return
    if at:
        yield at


def keys(documents: Said) -> set[str]:
    """The keys of all of `documents` together, what is as elsewhere under that name."""
    found = {one for document in documents for one in paths(document)}
    for alias, other in AS_ELSEWHERE.items():
        alike = {one for one in found if one.startswith(f"{alias}.")}
        found -= {one for one in alike if one.replace(alias, other, 1) in found}
    return found


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main([*arguments, "--json"])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    return lambda *arguments: asked(capsys, *arguments)


def same(command: str, documents: Said) -> None:
    """A list is told by itself, or by what is in it."""
    found = keys(documents)
    lists = {one for one in found if one.endswith("[]")}
    objects = {one.rpartition(".")[0] for one in found if "." in one}
    page = told(command)
    bare = {one.removesuffix("[]") for one in lists}
    assert found - bare - objects - page == set(), "not on the page"
    assert page - found == set(), "on the page, and nowhere else"


def test_check(ask: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(EXAMPLE.read_text("utf-8").replace("lob: lob-a", "lob: lob-x"), "utf-8")

    same("`check`", [ask("check", str(EXAMPLE)), ask("check", str(wrong))])


def test_why(ask: Callable[..., dict[str, Any]]) -> None:
    same("`why`", [ask("why", *OPENING)])


def test_why_of_an_error(ask: Callable[..., dict[str, Any]]) -> None:
    everybody = ("--landscape", str(EXAMPLE))
    documents = [ask("why", "--error", ERROR, *which) for which in (OPENING, everybody)]

    same("`why --error`", documents)


def test_reach(ask: Callable[..., dict[str, Any]]) -> None:
    found = table(world(LANDSCAPE))
    large = replace(found, domains=found.domains * 10_000)

    same("`reach`", [ask("reach", str(EXAMPLE)), plain(large)])


def test_verify() -> None:
    report = Report(
        findings=(
            Finding(
                "outside", "domain forecasting", "Nobody.", Outcome.BROKEN, why=("it is large",),
                witnesses=(Witness("role a", "opens", "b", "from c", {"aws:x": "1"}, ("by",)),),
            ),
        ),
        weaknesses=(Weak(("role a",), "p", "r", "$", "what", "remedy", None),),
        unread=(Unread("where", "what", "remedy"),),
        notes=("not read",),
    )  # fmt: skip
    way = ("forecasting", "office")
    change = Change("lob-a", ("ada",), (way,), (way,))

    plainly: dict[str, Any] = json.loads(json.dumps(document(report, [change])))
    same("`verify`", [plainly])


def test_revoke_and_restore(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    seen = Canary("lob-a", "forecasting", "ada", Vital.ALIVE, "302", "sealed")
    for second in range(3):
        seen.note(second, Vital.REFUSED, "403")
    after = Canary("lob-a", "forecasting", "ada", Vital.REFUSED, "an explicit deny")
    dead = Run(
        "revoke", "ada", NOW, "sam", canaries=[seen], fresh=[after], decision="revoked",
        steps=[Step("directory", "refuse", "done")], notes=["a note"], apps=["an app"],
    )  # fmt: skip
    failed = Run(
        "revoke", "ada", NOW, "sam", silences=["no gateway"],
        steps=[Step("lob-a", "end", "failed", "no", "Ask.", by_aws=True)],
    )  # fmt: skip
    documents = []
    for run in (dead, failed):
        concluded(run, tmp_path / "record.jsonl", as_json=True)
        documents.append(json.loads(capsys.readouterr().out))

    same("`revoke` and `restore`", documents)


def test_doctor() -> None:
    drift = Drift("ada", "table", "what", "remedy")
    way = Way("sales", "lob", "domain", "region", "1", "2", reaches=True, said="it does")
    fault = Fault("sales", "where", "what", "remedy")
    amiss = Amiss("lab", "where", "what", "remedy")

    same("`doctor`", [doctor.document([drift], Judged((way,), (fault,)), [amiss])])


def test_people(ask: Callable[..., dict[str, Any]]) -> None:
    same("`people list`", [ask("people", "list", "--landscape", str(EXAMPLE))])


STACK = StackKey("222222222222", "studiogate-studio")


def plainly(value: Any) -> dict[str, Any]:
    """As it arrives at a program."""
    arrived: dict[str, Any] = json.loads(json.dumps(value))
    return arrived


def test_plan() -> None:
    resource = ResourceChange("Domain1", "AWS::SageMaker::Domain", Act.MODIFY, what=("Name",))
    change = StackChange(STACK, Verb.CHANGE, (resource,), ("ApiId",), (str(STACK),))
    way = ("forecasting", "office")
    running = RunningApp("profile ada", "JupyterLab/default", "2030-01-01T12:00:00+00:00")
    seat = Seat("ada", "DISABLED", "R_STUDIO_USER")
    plan = Plan(
        "acme", "demo", ((change,),), gone=(change,),
        rows=(Rows("studiogate-people", 1, 0, 2),),
        access=(Change("lob-a", ("ada",), (way,), (way,)),),
        limits=(Limit("too many", hard=True, remedy="fewer"),),
        unpropagated=(Unpropagated(STACK, "d-1", "DISABLED", (running,)),),
        unseated=(Unseated(STACK, "d-1", turned=True, seats=(seat,), apps=(running,)),),
        foreign=(STACK,), notes=("a note",),
    )  # fmt: skip

    same("`plan`", [plainly(planned.document(plan, objections(plan)))])


def test_what_breaks_a_plan_has_the_keys_that_verify_gives_it() -> None:
    finding = Finding(
        "lob", "the landscape", "Nobody.", Outcome.BROKEN,
        witnesses=(Witness("ada", "opens", "fraud", "from office", {}, ()),),
    )  # fmt: skip
    plan = Plan("acme", "demo", (), broken=(finding,))

    broken = keys([{"findings": planned.document(plan, ())["broken"]}])
    findings = keys([{"findings": document(Report((finding,), (), (), ()), None)["findings"]}])
    assert broken == findings


def test_status() -> None:
    drifted = Drifted("Role", "AWS::IAM::Role", "MODIFIED", ("/Policies: …",))
    stack = StackStatus(STACK, "CREATE_COMPLETE", ok=False, drifted=(drifted,), remedy="undo")
    found = Status((stack,), (Check("lob-a", "what", ok=None, found="no", remedy="ask"),))

    same("`status`", [plainly(status.document(found))])


def test_destroy() -> None:
    left = Left("222222222222", "file system", "fs-1", "kept")
    unseen = Unseen("222222222222", "key", "denied", "ask")
    done = Destroyed((STACK,), Residue((left,), (unseen,)))

    same("`destroy`", [plainly(destroy.document(done))])


def test_images_check(ask: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ubuntu\nCOPY . /\n", encoding="utf-8")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    documents = [ask("images", "check", str(one)) for one in (tmp_path, tmp_path / "good")]

    assert [one["ok"] for one in documents] == [False, True]
    advice = {one.replace("advice[]", "faults[]") for one in keys(documents)}
    assert advice - {"advice"} == told("`images check`") - {"advice[]"}


def test_images_publish() -> None:
    done = Published(
        "lob-a", "1", "studiogate/lab", "sha256:1", 1, is_new=True, pushed=True, done=("made",)
    )
    wrong = Wrong("user", "the configuration", "what", "remedy")

    same("`images publish`", [plainly(publish.document([done], [wrong]))])


STUDIO = Studio("lob-a", "1", "forecasting", "d-1")


def test_images_attach_detach_and_rollback() -> None:
    pair = Pair("lab", "lab", 1)
    change = Attaching(Spot(STUDIO, "JupyterLabAppSettings"), "lab", None, pair)
    done = Changed(change, 1, (pair,), (pair,))

    document = plainly(changes.document([done], ["a remark"]))
    same("`images attach`, `images detach` and `images rollback`", [document])


def test_images_list() -> None:
    row = Row(
        "lab", "Studio image", "Lab", "lob-a", "forecasting", None, shared=False,
        status=ATTACHED, version=1, newest=2, digest="sha256:1", runs=(Runs("ada", 1, NOW),),
    )  # fmt: skip

    same("`images list`", [plainly(listing.document([row]))])


def test_images_retire() -> None:
    done = Retired(Place("lob-a", "1", ("forecasting",)), ("version 1",), ("image lab",))

    same("`images retire`", [plainly(retire.document([done]))])


def test_costs(ask: Callable[..., dict[str, Any]]) -> None:
    same("`costs`", [ask("costs", str(EXAMPLE))])
