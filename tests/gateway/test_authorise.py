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
groups = st.sampled_from(["ml-lob-a", "ml-lob-b", "everybody"])
people = st.none() | st.builds(
    PersonRow,
    person=names,
    lob=st.sampled_from([None, "lob-a", "lob-b"]),
    profile=st.sampled_from([None, "ada", "bad_profile"]),
    idps=st.sampled_from([None, ("corporate",), ("workforce",), ("workforce", "corporate")]),
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
    groups=st.lists(groups, max_size=2, unique=True).map(tuple),
)
said = st.none() | st.frozensets(groups, max_size=3)
places = st.sampled_from([OFFICE_IP, "203.0.113.9", NOWHERE, "::1"])


def decided(person: PersonRow | None, lob: LobRow | None, **more: object) -> Grant | Refusal:
    facts = {"domain": None, "source_ip": OFFICE_IP, "now": NOW} | more
    identity = facts.pop("identity", IDENTITY)
    try:
        return authorise(person, lob, identity, **facts)  # type: ignore[arg-type]  # a table
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
        assert person.idps is None or IDENTITY.idp in person.idps
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


ADA = PersonRow("user-lob-a", "lob-a", None)
GROUPED = replace(LOB_A, groups=("ml-lob-a", "ml-leads"))


@pytest.mark.parametrize(
    ("lob", "said", "opens"),
    [
        pytest.param(GROUPED, frozenset({"ml-leads", "x"}), True, id="in one of the groups"),
        pytest.param(GROUPED, frozenset({"ml-lob-b"}), False, id="in another lob's group"),
        pytest.param(GROUPED, frozenset({"ML-LOB-A"}), False, id="a group in capitals"),
        pytest.param(GROUPED, frozenset(), False, id="in no group any more"),
        pytest.param(GROUPED, None, True, id="a provider that tells no groups"),
        pytest.param(LOB_A, frozenset(), True, id="a lob without groups"),
    ],
)
def test_groups_of_the_provider_confirm_the_lob_of_the_directory(
    *, lob: LobRow, said: frozenset[str] | None, opens: bool
) -> None:
    answer = decided(ADA, lob, identity=replace(IDENTITY, groups=said))

    assert isinstance(answer, Grant) is opens
    if isinstance(answer, Refusal):
        assert (answer.reason, answer.contact) == ("not-in-group", lob.owner)
        assert "sign in again" in answer.remedy


@given(people, lobs, said, places)
def test_groups_narrow_and_never_widen(
    person: PersonRow | None, lob: LobRow | None, said: frozenset[str] | None, place: str
) -> None:
    without = decided(person, lob, source_ip=place)

    answer = decided(person, lob, source_ip=place, identity=replace(IDENTITY, groups=said))

    assert answer == without or isinstance(answer, Refusal)


def test_asvs_6_8_1_only_the_providers_of_the_row_are_believed() -> None:
    both = replace(ADA, idps=("workforce", "corporate"))
    other = replace(ADA, idps=("workforce",))

    assert isinstance(decided(both, LOB_A), Grant)
    refusal = decided(other, LOB_A)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.recorded) == ("unknown-person", "wrong-idp")


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
