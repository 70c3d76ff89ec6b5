"""The decision, pure: what holds whatever the rows, the time and the place."""

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import NotSignedIn, Refusal
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.gateway.authorise import APPS, NOWHERE, Wish, authorise, network_of
from studiogate.gateway.ports import Grant, Identity
from tests.kit.gateway import LOB_A, NOW, OFFICE, OFFICE_IP

IDENTITY = Identity("user-lob-a", "corporate", "sub-1", NOW + timedelta(hours=1), "session")

names = st.sampled_from(["user-lob-a", "user-lob-b", "USER-LOB-A", "no_profile", "x"])
maybe_times = st.none() | st.integers(-7200, 86400).map(lambda s: NOW + timedelta(seconds=s))
people = st.none() | st.builds(
    PersonRow,
    person=names,
    lob=st.sampled_from([None, "lob-a", "lob-b"]),
    profile=st.sampled_from([None, "ada", "bad_profile"]),
    idp=st.sampled_from([None, "corporate", "workforce"]),
    until=maybe_times,
    revoked=st.booleans(),
)
rows = st.builds(
    DomainRow,
    name=st.sampled_from(["forecasting", "churn"]),
    domain_id=st.sampled_from(["d-one", "d-two"]),
    opens_from=st.sampled_from([OFFICE, {}, {"all": ("0.0.0.0/0",)}]),
)
lobs = st.none() | st.builds(
    LobRow,
    lob=st.sampled_from(["lob-a", "lob-b"]),
    account=st.sampled_from([None, "222222222222"]),
    external_id=st.sampled_from([None, "external"]),
    domains=st.lists(rows, max_size=2, unique_by=lambda row: row.name).map(tuple),
)
places = st.sampled_from([OFFICE_IP, "203.0.113.9", NOWHERE, "::1"])


def decided(person: PersonRow | None, lob: LobRow | None, **more: object) -> Grant | Refusal:
    facts = {"domain": None, "source_ip": OFFICE_IP, "now": NOW} | more
    try:
        return authorise(person, lob, IDENTITY, **facts)  # type: ignore[arg-type]  # a table
    except Refusal as refusal:
        return refusal


@given(people, lobs, st.sampled_from([None, "forecasting", "nope"]), places)
def test_whoever_gets_a_grant_has_every_right_to_it(
    person: PersonRow | None, lob: LobRow | None, domain: str | None, place: str
) -> None:
    answer = decided(person, lob, domain=domain, source_ip=place)

    if isinstance(answer, Grant):
        assert person is not None
        assert lob is not None
        row = next(row for row in lob.domains if row.name == answer.domain)
        cidrs = [ip_network(cidr) for cidrs in row.opens_from.values() for cidr in cidrs]
        assert person.person == IDENTITY.person == answer.person
        assert person.idp in {None, IDENTITY.idp}
        assert not person.revoked
        assert person.until is None or person.until - NOW >= timedelta(seconds=answer.session_s)
        assert 1800 <= answer.session_s <= row.session_s
        assert (person.lob, answer.account) == (lob.lob, lob.account)
        assert domain in {None, row.name}
        assert domain is not None or len(lob.domains) == 1
        assert any(ip_address(place) in cidr for cidr in cidrs)
        assert place != NOWHERE


@given(people, lobs, places)
def test_revoking_never_opens_anything(
    person: PersonRow | None, lob: LobRow | None, place: str
) -> None:
    if person is not None:
        answer = decided(replace(person, revoked=True), lob, source_ip=place)
        assert isinstance(answer, Refusal)


@given(people, lobs, places)
def test_a_refusal_always_says_what_to_do(
    person: PersonRow | None, lob: LobRow | None, place: str
) -> None:
    answer = decided(person, lob, source_ip=place)

    if isinstance(answer, Refusal):
        assert answer.remedy
        assert answer.reason


def test_a_sign_in_that_is_over_is_no_sign_in() -> None:
    over = replace(IDENTITY, until=NOW)

    with pytest.raises(NotSignedIn) as refused:
        authorise(
            PersonRow("user-lob-a", "lob-a", None),
            LOB_A,
            over,
            domain=None,
            source_ip=OFFICE_IP,
            now=NOW,
        )

    assert refused.value.recorded == "sign-in-expired"


def test_a_lob_row_of_another_lob_is_as_good_as_none() -> None:
    answer = decided(PersonRow("user-lob-a", "lob-b", None), LOB_A)

    assert isinstance(answer, Refusal)
    assert answer.reason == "lob-missing"


@pytest.mark.parametrize(("app", "landing"), APPS.items())
def test_an_app_becomes_a_landing_uri(app: str, landing: str) -> None:
    answer = decided(PersonRow("user-lob-a", "lob-a", None), LOB_A, wish=Wish(app=app))

    assert isinstance(answer, Grant)
    assert answer.landing == landing


@pytest.mark.parametrize(
    ("until", "session_s"),
    [
        (None, 28800),
        (NOW + timedelta(hours=9), 28800),
        (NOW + timedelta(hours=2), 7200),
        (NOW + timedelta(seconds=1800), 1800),
        (NOW + timedelta(seconds=1799), None),
    ],
)
def test_a_session_is_cut_to_the_persons_end(
    until: datetime | None, session_s: int | None
) -> None:
    answer = decided(PersonRow("user-lob-a", "lob-a", None, until=until), LOB_A)

    assert getattr(answer, "session_s", None) == session_s


@pytest.mark.parametrize(
    ("place", "network"),
    [
        ("192.168.10.1", "office"),
        ("10.0.0.1", "vpn"),
        ("2001:db8::1", "vpn"),
        ("192.168.11.1", None),
        (NOWHERE, None),
    ],
)
def test_the_network_is_the_first_that_holds_the_address(
    place: str, network: str | None
) -> None:
    opens_from = {
        "office": ("192.168.10.0/24",),
        "vpn": ("10.0.0.0/8", "192.168.10.0/24", "2001:db8::/32"),
    }

    assert network_of(opens_from, place) == network


def test_the_unknown_address_is_nowhere_even_if_everywhere_is_allowed() -> None:
    assert network_of({"all": ("0.0.0.0/0",)}, NOWHERE) is None


def test_somebody_without_a_lob_is_told_so_even_where_their_name_is_no_profile() -> None:
    identity = replace(IDENTITY, person="guest@acme.example")
    row = PersonRow("guest@acme.example", None, None)

    with pytest.raises(Refusal) as refused:
        authorise(row, None, identity, domain="forecasting", source_ip=OFFICE_IP, now=NOW)

    assert refused.value.reason == "no-lob"
