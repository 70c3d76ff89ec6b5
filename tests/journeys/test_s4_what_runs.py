"""S4-17: the portal says what is starting and what runs, as the person who looks may see it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from studiogate.names import PRESIGN_ROLE
from tests.kit.organisation import Organisation
from tests.kit.revocation import Suspect, Switch, forbidden, suspect
from tests.kit.waiting import awaited

LOB_A = "222222222222"
STARTING, RUNNING = "JupyterLab has been starting for ", "JupyterLab has been running for "
NOTHING_RUNS = ""
LOOKS = {"sagemaker:ListApps", "sagemaker:ListSpaces"}
NUMBERS = count(1)


@pytest.fixture
def vera(acme: Organisation) -> Iterator[Suspect]:
    """Somebody new each time: names and profiles are kept for whoever had them first."""
    number = next(NUMBERS)
    with suspect(acme, f"vera.visits-{number}", f"vera-{number}", "lob-a") as one:
        yield one


@pytest.fixture
def switch(acme: Organisation, clean_environment: dict[str, str], tmp_path: Path) -> Switch:
    return Switch(acme, clean_environment, tmp_path / "revocations.jsonl")


def portal(one: Suspect) -> httpx.Response:
    return one.acme.ask("/", one.token, accept="text/html")


def said(one: Suspect) -> str:
    """What the portal says of their apps; it always shows the door."""
    page = portal(one)
    assert page.status_code == 200, page.text
    assert 'href="/open/forecasting"' in page.text
    found = [words for words in (STARTING, RUNNING) if words in page.text]
    assert page.text.count("JupyterLab has been") == len(found) <= 1
    return found[0] if found else NOTHING_RUNS


def until(one: Suspect, wanted: Callable[[str], bool]) -> list[str]:
    """Look until the portal says what is `wanted`; everything it said, without repeats."""
    heard: list[str] = []

    def heard_it() -> bool:
        now = said(one)
        if heard[-1:] != [now]:
            heard.append(now)
        return wanted(now)

    awaited(heard_it, pause_s=0.2)
    return heard


def opened(one: Suspect) -> None:
    """Begin their app, as following the URL does."""
    answer = one.ask()
    assert answer.status_code == 302, answer.text
    assert one.acme.browse(answer.headers["location"]).status_code == 302


def looks(one: Suspect) -> list[dict[str, Any]]:
    """The calls by which the gateway looked at their apps."""
    calls = [call for call in one.acme.calls() if call.get("action") in LOOKS]
    return [call for call in calls if call.get("source_identity") == one.name]


def test_s4_17_what_was_opened_is_seen_to_start_and_then_to_run(vera: Suspect) -> None:
    before = said(vera)
    opened(vera)

    heard = until(vera, lambda words: words == RUNNING)

    assert before == NOTHING_RUNS
    # A look that AWS does not answer in time says nothing, at any time; quick apps just run.
    assert [words for words in heard if words != NOTHING_RUNS] in (
        [STARTING, RUNNING],
        [RUNNING],
    )


def test_s4_17_a_look_is_the_persons_own_call_from_the_gateways_network(vera: Suspect) -> None:
    said(vera)

    calls = looks(vera)

    # Where somebody's app runs in a space, the spaces are looked at, too.
    assert [call["action"] for call in calls][:1] == ["sagemaker:ListApps"]
    for look in calls:
        assert look["caller"].endswith(f":assumed-role/{PRESIGN_ROLE}/{vera.name}")
        assert look["vpce"] == vera.acme.endpoint("sagemaker.api")["VpcEndpointId"]
        assert "error" not in look


def test_s4_17_where_looking_is_forbidden_the_doors_stay(vera: Suspect) -> None:
    opened(vera)
    until(vera, lambda words: words == RUNNING)

    with forbidden(vera.acme, LOB_A, "sagemaker:ListApps"):
        until(vera, lambda words: words == NOTHING_RUNS)


def test_s2_20_nobody_who_was_cut_off_looks_at_what_still_runs(
    switch: Switch, vera: Suspect
) -> None:
    opened(vera)
    until(vera, lambda words: words == RUNNING)

    ran = switch.revoke(vera.name)
    cut_off = portal(vera)
    # Their row as if nobody had revoked them: what is left is what AWS refuses.
    vera.move("lob-a")
    heard = until(vera, lambda words: words == NOTHING_RUNS)

    assert (ran.code, ran.answer["verdict"]) == (0, "dead"), ran
    assert cut_off.status_code == 403
    assert "JupyterLab" not in cut_off.text
    assert set(heard) <= {RUNNING, NOTHING_RUNS}
    assert vera.apps("lob-a") == ["InService"]
    assert looks(vera)[-1]["error"].startswith("AccessDenied")
