"""What `studiogate plan` says, of an organisation in which nothing stands yet; and its page."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from studiogate.cli.app import main
from studiogate.cli.planned import document, page, summary
from studiogate.deploy.plan import (
    Act,
    Limit,
    Plan,
    Replaced,
    ResourceChange,
    Rows,
    StackChange,
    Verb,
    objections,
)
from studiogate.deploy.unpropagated import RunningApp
from studiogate.deploy.unseated import Seat, Unseated
from studiogate.foundation.stacks import StackKey
from studiogate.reach.verify.compare import Change
from tests.kit.formation_wire import Wired, wired
from tests.kit.starting import EXAMPLE

LOBS = [f"2222222222{number:02}" for number in range(20)]
DOMAIN = ResourceChange(
    "Domain1", "AWS::SageMaker::Domain", Act.MODIFY, Replaced.YES, ("DomainName",)
)
KEY = StackKey(LOBS[0], "studiogate-studio")


def plan_of(*waves: tuple[StackChange, ...], **more: Any) -> Plan:
    return Plan("acme", "demo", waves, **more)


def shown(plan: Plan, *allowed: str) -> str:
    console = Console(width=80, record=True, file=StringIO())
    console.print(page(plan, objections(plan, allowed)))
    return console.export_text()


def test_nothing_to_do_is_one_line() -> None:
    plan = plan_of((StackChange(KEY, Verb.NOTHING),))

    assert "nothing to do" in summary(plan)
    assert shown(plan).splitlines()[0].startswith("acme (demo): nothing to do")


def test_what_is_made_anew_and_loses_data_is_told_with_its_name_and_refused() -> None:
    plan = plan_of((StackChange(KEY, Verb.CHANGE, (DOMAIN,), loses=(f"{KEY}/Domain1",)),))

    page_ = shown(plan)

    assert "~ change studiogate-studio in 222222222200" in page_
    assert "~ Domain1 (AWS::SageMaker::Domain), made anew: DomainName" in page_
    assert f"--allow-replacement {KEY}/Domain1" in " ".join(page_.split())
    assert objections(plan, [f"{KEY}/Domain1"]) == ()
    assert objections(plan, [str(KEY)]) == ()
    assert objections(plan, [str(KEY)[:-1]]) != ()


def test_the_same_in_twenty_accounts_is_told_once_and_fits_80_columns() -> None:
    plan = plan_of(
        tuple(
            StackChange(StackKey(lob, "studiogate-studio"), Verb.CREATE, (DOMAIN,))
            for lob in LOBS
        )
    )

    lines = shown(plan).splitlines()

    assert sum("studiogate-studio" in one for one in lines) == 1
    assert "15 more" in " ".join(lines)
    assert max(map(len, lines)) <= 80


def test_access_rows_and_limits_stand_beside_the_stacks() -> None:
    plan = plan_of(
        (StackChange(KEY, Verb.CHANGE, (replace(DOMAIN, replaced=Replaced.NO),)),),
        rows=(Rows("studiogate-people", 2, 1, 40),),
        access=(Change("lob-a", ("ada",), (("fraud", "office"),), (("forecasting", "lab"),)),),
        limits=(Limit("VPCs per Region: 9 needed", hard=False, remedy="Ask for more."),),
    )

    page_ = shown(plan)

    assert "gains fraud from office" in page_
    assert "loses forecasting from lab" in page_
    assert "studiogate-people: 2 rows to write, 1 to remove, 40 stay" in page_
    assert "VPCs per Region" in page_
    assert document(plan, ())["ok"] is True


def test_s6_03_what_becomes_of_rstudio_is_told_with_the_apps_that_have_to_stop() -> None:
    ada, bo, cy = (Seat(one, "DISABLED", "R_STUDIO_USER") for one in ("ada", "bo", "cy"))
    app = RunningApp("profile ada", "JupyterLab/default", "2030-01-01T12:00:00+00:00")
    found = Unseated(KEY, "d-1", turned=True, seats=(ada, bo, cy), apps=(app,))

    page_ = shown(plan_of(unseated=(found,)))

    assert "ada, bo, cy: DISABLED becomes R_STUDIO_USER" in page_
    assert "! has to stop: JupyterLab/default of profile ada" in page_
    assert "d-1 takes no change of RStudio while apps run" in " ".join(page_.split())


def test_what_rstudio_is_told_and_a_server_that_does_not_run_are_in_the_plan() -> None:
    told = Unseated(KEY, "d-1", turned=False, told=True)
    unserved = Unseated(KEY, "d-2", turned=False, unserved=True)

    page_ = shown(plan_of(unseated=(told, unserved)))

    assert "What RStudio is told changes; no app may run meanwhile" in page_
    assert "RStudio's server does not run: it is made again" in page_


def test_a_limit_that_nobody_can_raise_and_a_strangers_stack_are_refused() -> None:
    plan = plan_of(limits=(Limit("Size: 9", hard=True, remedy="Smaller."),), foreign=(KEY,))

    assert [one.reason for one in objections(plan)] == ["over-quota", "not-ours"]


def test_a_name_has_no_power_over_the_terminal() -> None:
    plan = plan_of((StackChange(StackKey("1", "[red]\x1b[31mx"), Verb.DELETE),))

    assert "\x1b[31m" not in shown(plan)
    assert "[red]" in shown(plan)


@pytest.fixture(scope="module")
def org() -> Iterator[Wired]:
    with wired() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The example, but for an account that is not in the organisation."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = re.sub(r"warehouses:\n(?:  .*\n)+", "warehouses: {}\n", text)
    lines = [one for one in text.splitlines() if not one.lstrip().startswith("data:")]
    found = tmp_path / "landscape.yaml"
    found.write_text("\n".join(lines) + "\n", encoding="utf-8")
    metadata = tmp_path / "saml" / "workforce.xml"
    metadata.parent.mkdir()
    metadata.write_text("<EntityDescriptor/>", encoding="utf-8")
    return found


def test_a_plan_needs_what_the_landscape_names_beside_it(
    profile: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "saml" / "workforce.xml").unlink()

    code = main(["plan", str(file), "--profile", profile])

    said = capsys.readouterr().err
    assert code == 2
    assert "idps.workforce.metadata" in said
    assert "Download the provider's SAML metadata" in said


@pytest.fixture
def profile(org: Wired, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    keys = org.founded.management
    config = tmp_path / "config"
    config.write_text(
        f"[profile management]\nendpoint_url = {org.url}\n"
        f"aws_access_key_id = {keys.access_key}\naws_secret_access_key = {keys.secret_key}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.chdir(tmp_path)
    return "management"


def test_of_an_empty_organisation_everything_is_created_and_nothing_is_touched(
    org: Wired, profile: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(org.events)

    code = main(["plan", str(file), "--profile", profile, "--json"])

    found = json.loads(capsys.readouterr().out)
    verbs = {one["verb"] for wave in found["waves"] for one in wave}
    assert (code, found["ok"], verbs) == (0, True, {"create"})
    assert found["new"] is True
    assert {one["lob"] for one in found["access"]} == {"lob-a", "lob-b"}
    asked = {event.operation for event in org.events[before:]}
    reads = {
        "DescribeStacks",
        "DescribeManagedPrefixLists",
        "ListReceivedLicenses",
        "Scan",
    }
    assert asked == {"GetCallerIdentity", "AssumeRole", *reads}


def test_a_plan_that_breaks_a_promise_leaves_with_3_and_the_witness(
    profile: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promise = "  - {never: {person: user-lob-a, open: forecasting}}\n"
    file.write_text(file.read_text(encoding="utf-8") + promise, "utf-8")

    code = main(["plan", str(file), "--profile", profile])

    out = capsys.readouterr().out
    assert code == 3
    assert "Refused" in out
    assert "user-lob-a" in out
