"""One-time tickets and the sessions they leave, over every order of asking."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.call import Place
from studiogate.local.sagemaker.landing import BASE, landing
from studiogate.local.sagemaker.tickets import Ticket, Tickets, Useless
from studiogate.local.studio.hosts import Named, cross_site, named
from studiogate.local.studio.sessions import AmbiguousSessionError, Sessions
from tests.kit.studio import LOB_A, REGION, HandClock, caller


def ticket(clock: HandClock, *, domain: str = "d-1", lives_s: int = 20) -> Ticket:
    return Ticket(
        caller=caller(),
        place=Place(LOB_A, REGION),
        domain_id=domain,
        profile="ada",
        space=None,
        landing="studio::",
        expires_at=clock() + timedelta(seconds=lives_s),
        session_s=1800,
    )


def test_looking_uses_nothing_and_redeeming_uses_it_up() -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    made = ticket(clock)
    token = tickets.issue(made)

    assert [tickets.look(token), tickets.look(token)] == [made, made]
    assert tickets.redeem(token) == made
    assert [tickets.redeem(token), tickets.look(token)] == [Useless.USED, Useless.USED]


def test_a_late_ticket_is_expired_and_a_guess_unknown() -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    token = tickets.issue(ticket(clock))
    clock.forward(20)

    assert tickets.redeem(token) is Useless.EXPIRED
    assert tickets.redeem("guess") is Useless.UNKNOWN
    assert tickets.redeem("") is Useless.UNKNOWN


@given(st.lists(st.sampled_from(["issue", "redeem", "look", "wait"]), max_size=40))
def test_no_order_of_events_opens_a_ticket_twice_or_late(events: list[str]) -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    until = {}
    opened = []
    for event in events:
        if event == "issue":
            made = ticket(clock)
            until[tickets.issue(made)] = made.expires_at
        elif event == "wait":
            clock.forward(7)
        elif event == "look":
            for token in until:
                tickets.look(token)
        else:
            for token, end in until.items():
                if isinstance(tickets.redeem(token), Ticket):
                    assert clock() < end
                    opened.append(token)

    assert len(opened) == len(set(opened))


def test_no_token_and_no_key_is_shown_by_accident() -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    token = tickets.issue(ticket(clock))

    assert token not in repr(vars(tickets))
    assert "not-a-secret" not in repr(ticket(clock))


def test_a_session_ends_on_time_and_its_cookie_counts_only_under_its_own_name() -> None:
    clock = HandClock()
    sessions = Sessions(clock)
    session, value = sessions.begin(ticket(clock))
    right = {"studio-session-d-1": value}

    assert sessions.of(right.items(), Named()) is session
    assert sessions.of(right.items(), Named("d-1", REGION)) is session
    assert sessions.of(right.items(), Named("d-1", "us-east-1")) is None
    assert sessions.of(right.items(), Named("d-2", REGION)) is None
    assert sessions.of([("studio-session-d-2", value)], Named()) is None
    assert sessions.of([("session", value)], Named()) is None
    clock.forward(1800)
    assert sessions.of(right.items(), Named()) is None


def test_sessions_of_two_domains_are_never_guessed_between() -> None:
    clock = HandClock()
    sessions = Sessions(clock)
    cookies = {
        f"studio-session-{domain}": sessions.begin(ticket(clock, domain=domain))[1]
        for domain in ("d-1", "d-2")
    }

    with pytest.raises(AmbiguousSessionError):
        sessions.of(cookies.items(), Named())
    found = sessions.of(cookies.items(), Named("d-2", REGION))
    assert found is not None
    assert found.ticket.domain_id == "d-2"


@pytest.mark.parametrize(
    ("host", "meaning"),
    [
        ("d-1a.studio.eu-west-1.localhost:8443", Named("d-1a", "eu-west-1")),
        ("D-1A.Studio.eu-west-1.LOCALHOST", Named("d-1a", "eu-west-1")),  # DNS folds case
        ("localhost:1", Named()),
        ("127.0.0.1", Named()),
        ("[::1]:80", Named()),
        ("", None),
        ("d-1.studio.eu-west-1.localhost.evil.example", None),
        ("d-1.studio.eu-west-1.sagemaker.aws", None),  # not a suffix of this front
        ("studio.eu-west-1.localhost", None),
        ("127.0.0.1.evil.example", None),
        ("x@127.0.0.1", None),
        ("127.0.0.1/..", None),
        ("[::1", None),
        ("127.0.0.1\n", None),
    ],
)
def test_what_a_host_name_means(host: str, meaning: Named | None) -> None:
    assert named(host, {"localhost"}) == meaning


@pytest.mark.parametrize(
    ("method", "origin", "fetch_site", "refused"),
    [
        ("GET", "https://evil.example", "cross-site", False),  # SameSite keeps the cookie home
        ("POST", "", "", False),  # a program
        ("POST", "http://h:1", "same-origin", False),
        ("POST", "http://h:1", "", False),
        ("POST", "", "none", False),
        ("POST", "http://h:2", "", True),
        ("POST", "https://h:1", "", True),
        ("DELETE", "null", "", True),
        ("PUT", "", "same-site", True),
        ("PATCH", "http://h:1", "cross-site", True),
    ],
)
def test_who_may_change_something(
    method: str, origin: str, fetch_site: str, *, refused: bool
) -> None:
    assert (
        cross_site(method, scheme="http", host="h:1", origin=origin, fetch_site=fetch_site)
        is refused
    )


@given(st.text(max_size=60))
def test_no_landing_place_leaves_the_app(path: str) -> None:
    found = landing(f"app:JupyterLab:{path}")

    if found is not None:
        assert found.location.startswith(f"{BASE}/")
        assert "/../" not in f"{found.location}/"
        assert found.location.isascii()
        assert not set(found.location) & set("\r\n \\?#")
