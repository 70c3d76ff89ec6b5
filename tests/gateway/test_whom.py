"""Whom a refused person is told to ask: somebody who can help, and never a stranger's owner."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Absent, Busy, Denied, Refusal
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway.authorise import authorise
from studiogate.gateway.pages.render import linked
from studiogate.gateway.ports import Identity
from studiogate.gateway.whom import owner, platform
from tests.kit.gateway import (
    CONTACT,
    ELSEWHERE_IP,
    LOB_A,
    NOW,
    OFFICE,
    OFFICE_IP,
    OWNER_A,
    OWNER_B,
    House,
    Stage,
    aws_error,
    bearer,
    session,
)


@pytest.mark.parametrize(
    ("person", "path", "reason", "whom"),
    [
        ("user-lob-a", "/open/fraud", "not-your-domain", OWNER_A),
        ("user-lob-a", "/open/no-such", "not-your-domain", OWNER_A),
        ("revoked", "/open/forecasting", "revoked", OWNER_A),
        ("expired", "/open/forecasting", "expired", OWNER_A),
        ("nearly-expired", "/open/forecasting", "expires-too-soon", OWNER_A),
        ("no_profile", "/open/forecasting", "no-profile", CONTACT),
        ("stranger", "/open/forecasting", "unknown-person", CONTACT),
        ("of-workforce", "/open/forecasting", "unknown-person", CONTACT),
        ("no-lob", "/open/forecasting", "no-lob", CONTACT),
        ("sam-security", "/open/forecasting", "no-lob", CONTACT),
        ("of-gone-lob", "/open/forecasting", "lob-missing", CONTACT),
        ("of-homeless", "/open/forecasting", "lob-without-account", CONTACT),
        ("of-unkeyed", "/open/forecasting", "lob-without-account", CONTACT),
        ("of-bare", "/of-bare", "lob-without-domain", CONTACT),
    ],
)
def test_a_refusal_names_who_can_help(
    gateway: httpx.Client, person: str, path: str, reason: str, *, whom: str
) -> None:
    problem = gateway.get(path, headers=bearer(person)).json()

    assert problem["reason"] == reason
    assert problem["contact"] == whom
    assert whom in problem["remedy"]


def test_who_is_in_the_wrong_place_is_told_the_networks_and_whom_to_ask(
    house: House, gateway: httpx.Client
) -> None:
    house.source_ip = ELSEWHERE_IP

    problem = gateway.get("/open/forecasting", headers=bearer("user-lob-a")).json()

    assert problem["remedy"] == (
        "Connect to one of these networks and try again: office. "
        f"If it should open from where you are, ask {OWNER_A}."
    )


def test_a_stranger_s_domain_and_one_that_is_not_there_look_alike_and_name_ones_own_owner(
    gateway: httpx.Client,
) -> None:
    theirs, nobodys = (
        gateway.get(path, headers=bearer("user-lob-a")).text
        for path in ("/open/fraud", "/open/fraux")
    )

    assert theirs.replace("fraud", "fraux") == nobodys
    assert OWNER_B not in theirs


def test_somebody_of_another_provider_looks_like_nobody(gateway: httpx.Client) -> None:
    wrong, unknown = (
        gateway.get("/open/forecasting", headers=bearer(person)).json()
        for person in ("of-workforce", "stranger")
    )

    assert wrong == unknown


@pytest.mark.parametrize(
    ("fails", "status"),
    [(aws_error(Denied), 502), (aws_error(Busy), 503), (RuntimeError("x"), 500)],
)
def test_a_failure_of_ours_names_the_platform_team_and_an_incident(
    house: House, gateway: httpx.Client, fails: Exception, status: int
) -> None:
    house.aws.fails["assume_role"] = [fails] * 3  # type: ignore[list-item]  # of any kind

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    problem = answer.json()
    assert (answer.status_code, problem["contact"]) == (status, CONTACT)
    assert f"tell {CONTACT} incident {problem['incident']}" in problem["remedy"]


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ({}, "domain-missing"),
        ({"AuthMode": "SSO"}, "domain-not-iam"),
        ({"AuthMode": "IAM", "Status": "Updating"}, "domain-not-ready"),
        ({"AuthMode": "IAM", "Status": "InService"}, "profile-missing"),
    ],
)
def test_what_is_not_finished_in_aws_names_the_platform_team(
    house: House, gateway: httpx.Client, domain: dict[str, str], reason: str
) -> None:
    house.aws.fails["presign"] = [aws_error(Absent, "sagemaker:CreatePresignedDomainUrl")]
    if domain:
        house.aws.domains["d-forecasting"] = domain

    problem = gateway.get("/open/forecasting", headers=bearer("user-lob-a")).json()

    assert (problem["reason"], problem["contact"]) == (reason, CONTACT)
    assert CONTACT in problem["remedy"]


@pytest.mark.parametrize(
    ("person", "path"),
    [("bad", "/open/forecasting"), ("user-lob-a", "/no/such"), ("user-lob-a", "/user-lob-b")],
)
def test_where_nobody_can_help_nobody_is_named(
    gateway: httpx.Client, person: str, path: str
) -> None:
    problem = gateway.get(path, headers=bearer(person)).json()

    assert "contact" not in problem
    assert "@" not in problem["remedy"]


def test_an_owner_nobody_named_is_stood_in_for_by_the_platform_team(
    house: House, gateway: httpx.Client
) -> None:
    house.directory.lobs["lob-a"] = replace(LOB_A, owner=None)

    problem = gateway.get("/open/fraud", headers=bearer("user-lob-a")).json()

    assert problem["contact"] == CONTACT


def test_where_nobody_has_an_address_the_words_say_who_they_are(
    house: House, stage: Stage, gateway: httpx.Client
) -> None:
    house.directory.lobs["lob-a"] = replace(LOB_A, owner=None)
    stage.app = house.app(contact=None)

    problem = gateway.get("/open/fraud", headers=bearer("user-lob-a")).json()

    assert problem["remedy"].endswith("ask the owner of your line of business.")
    assert "contact" not in problem


def test_the_owner_is_named_or_else_the_platform_team_or_else_what_they_are() -> None:
    unowned = replace(LOB_A, owner=None)

    assert str(owner(LOB_A, CONTACT)) == OWNER_A
    assert str(owner(unowned, CONTACT)) == CONTACT
    assert str(owner(None, None)) == "the owner of your line of business"
    assert str(platform(None)) == "the platform team"


names = st.sampled_from(["user-lob-a", "nobody"])
people = st.none() | st.builds(
    PersonRow,
    person=names,
    lob=st.sampled_from([None, "lob-a", "lob-b"]),
    profile=st.sampled_from([None, "bad_profile"]),
    idps=st.sampled_from([None, ("workforce",)]),
    until=st.none() | st.integers(-9, 9999).map(lambda s: NOW + timedelta(seconds=s)),
    revoked=st.booleans(),
)
domains = st.builds(
    DomainRow,
    name=st.sampled_from(["forecasting", "churn"]),
    domain_id=st.just("d-one"),
    opens_from=st.sampled_from([OFFICE, {}]),
)
lobs = st.none() | st.builds(
    LobRow,
    lob=st.sampled_from(["lob-a", "lob-b"]),
    account=st.sampled_from([None, "222222222222"]),
    external_id=st.just("external"),
    domains=st.lists(domains, max_size=1).map(tuple),
    owner=st.sampled_from([None, OWNER_A]),
)


@given(people, lobs, st.sampled_from([None, "forecasting", "x"]), st.none() | st.just(CONTACT))
def test_whoever_is_named_is_in_the_sentence_and_is_one_of_the_two(
    person: PersonRow | None, lob: LobRow | None, domain: str | None, contact: str | None
) -> None:
    refusal = refused(person, lob, domain, contact)

    if refusal is not None:
        own = lob is not None and person is not None and lob.lob == person.lob
        assert refusal.contact is None or refusal.contact in refusal.remedy
        assert refusal.contact in {None, contact, lob.owner if lob and own else None}
        assert OWNER_A not in refusal.remedy or refusal.contact == OWNER_A


def refused(
    person: PersonRow | None, lob: LobRow | None, domain: str | None, contact: str | None
) -> Refusal | None:
    until = NOW + timedelta(hours=1)
    identity = Identity("user-lob-a", "corporate", "s", until, "session")
    try:
        authorise(
            person, lob, identity, domain=domain, source_ip=OFFICE_IP, now=NOW, contact=contact
        )
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (
            "a.b+c@acme.example",
            'Ask <a href="mailto:a.b%2Bc@acme.example">a.b+c@acme.example</a>.',
        ),
        ("Sam of Security", "Ask Sam of Security."),
        ("https://evil.example", "Ask https://evil.example."),
        ("a@b?bcc=c@d.example", "Ask a@b?bcc=c@d.example."),
        ("x@acme.example\nBcc: y", "Ask x@acme.example\nBcc: y."),
        ('"><b>@acme.example', "Ask &#34;&gt;&lt;b&gt;@acme.example."),
        (None, "Ask None."),
    ],
)
def test_only_what_looks_like_an_address_becomes_a_link_and_nothing_becomes_markup(
    contact: str | None, said: str
) -> None:
    assert str(linked(f"Ask {contact}.", contact)) == said


def test_what_stands_in_backticks_is_shown_as_code_and_nothing_in_it_becomes_markup() -> None:
    said = linked("Run `studiogate <b>`, or ask a@acme.example.", "a@acme.example")

    assert str(said) == (
        'Run <code class="mono">studiogate &lt;b&gt;</code>, or ask '
        '<a href="mailto:a@acme.example">a@acme.example</a>.'
    )
    assert str(linked("one ` alone", None)) == "one ` alone"


def test_the_page_has_the_link_and_the_same_words(gateway: httpx.Client) -> None:
    answer = gateway.get("/open/fraud", headers=session("user-lob-a"))

    assert f'ask <a href="mailto:{OWNER_A}">{OWNER_A}</a>.' in answer.text


def test_an_owner_with_markup_in_the_name_is_text(house: House, gateway: httpx.Client) -> None:
    house.directory.lobs["lob-a"] = replace(LOB_A, owner="<img src=x>@acme.example")

    answer = gateway.get("/open/fraud", headers=session("user-lob-a"))

    assert "<img" not in answer.text
    assert "&lt;img src=x&gt;@acme.example" in answer.text


@pytest.mark.parametrize(
    ("person", "whom"),
    [("of-bare", "the owner of your line of business"), ("no-lob", "the platform team")],
)
def test_a_portal_that_knows_no_address_says_who_it_is(
    house: House, stage: Stage, gateway: httpx.Client, person: str, whom: str
) -> None:
    stage.app = house.app(contact=None)

    assert f"Ask {whom} to " in gateway.get("/", headers=session(person)).text


@pytest.mark.parametrize(
    ("person", "whom"), [("of-bare", CONTACT), ("no-lob", CONTACT), ("of-gone-lob", CONTACT)]
)
def test_a_portal_with_nothing_to_open_says_whom_to_ask(
    gateway: httpx.Client, person: str, whom: str
) -> None:
    answer = gateway.get("/", headers=session(person))

    assert f'<a href="mailto:{whom}">{whom}</a>' in answer.text
