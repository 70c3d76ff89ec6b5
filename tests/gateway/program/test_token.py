"""The command line's token: what it carries, and everything that ends it."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.audit.signing_in import Deed, Result
from studiogate.errors import NotSignedIn
from studiogate.gateway.ports import Identity, Kind
from studiogate.gateway.program.allowance import (
    PREFIX,
    allowance_of,
    allowed,
    is_program_token,
    program_identity,
)
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.told import Secret
from tests.kit.gateway import NOW, Clock
from tests.kit.program_room import ADA, IDPS, Browser, ProgramHouse, bearing, redeemed, token_of

names = st.text(min_size=1, max_size=64)
identities = st.builds(
    Identity,
    person=names,
    idp=st.sampled_from(IDPS),
    subject=names,
    until=st.integers(1, 8 * 3600).map(lambda s: NOW + timedelta(seconds=s)),
    way=st.just("session"),
    at=st.none() | st.integers(0, 3600).map(lambda s: NOW - timedelta(seconds=s)),
    groups=st.none() | st.frozensets(names, max_size=4),
    session=names,
    at_provider=st.none() | names,
)


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([Secret(b"k" * 32)])


@given(identities)
def test_a_token_is_the_session_it_was_made_from_with_an_id_of_its_own(who: Identity) -> None:
    sealer = Sealer([Secret(b"k" * 32)])
    yes = allowed(who, browser="192.0.2.1")

    found = program_identity(sealer, Clock(), yes.token(sealer), idps=IDPS)

    assert found.way == "program"
    assert found.session == yes.sid != who.session
    assert (found.person, found.idp, found.subject) == (who.person, who.idp, who.subject)
    assert (found.until, found.at) == (who.until, who.at)
    assert (found.groups, found.at_provider) == (who.groups, who.at_provider)
    assert allowance_of(yes.facts()) == yes


def token_for(sealer: Sealer) -> str:
    until = NOW + timedelta(hours=1)
    who = Identity(ADA, "corporate", "sub", until, "session", session="sid")
    return allowed(who, browser="192.0.2.1").token(sealer)


def test_a_token_of_another_key_purpose_or_byte_is_nobody(sealer: Sealer) -> None:
    good = token_for(sealer)
    session = PREFIX + sealer.sealed("session", {"s": "x", "p": ADA})
    wrong = [
        good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in (8, 20, 90)
    ]
    wrong += [good[:-4], good + "AAAA", PREFIX, session, good * 20]

    for token in (*wrong, token_for(Sealer([Secret(b"o" * 32)]))):
        with pytest.raises(NotSignedIn) as refusal:
            program_identity(sealer, Clock(), token, idps=IDPS)
        assert refusal.value.recorded == "program-seal"
        assert is_program_token(token)


def test_a_token_ends_with_its_session_and_with_its_provider(sealer: Sealer) -> None:
    clock = Clock()
    token = token_for(sealer)

    with pytest.raises(NotSignedIn, match="not signed in") as foreign:
        program_identity(sealer, clock, token, idps=["workforce"])
    clock.forward(hours=1)
    with pytest.raises(NotSignedIn) as over:
        program_identity(sealer, clock, token, idps=IDPS)

    assert foreign.value.recorded == "session-idp"
    assert over.value.recorded == "program-over"


def test_a_token_lasts_as_long_as_what_is_left_of_the_session(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    for _ in range(20):  # kept alive, as a browser in use is
        home.house.clock.forward(minutes=20)
        ada.headers = {**ada.headers, **home.used(ada.headers)}

    said = redeemed(program, ada.allowed()).json()

    assert said["expires_in"] == 8 * 3600 - 20 * 20 * 60


def test_the_command_line_signs_itself_out_at_once_and_for_good(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    token = token_of(redeemed(program, ada.allowed()))
    other = token_of(redeemed(program, ada.allowed()))

    answer = program.post("/api/signout", headers=bearing(token))

    assert (answer.status_code, answer.content) == (204, b"")
    assert program.get("/api/me", headers=bearing(token)).status_code == 401
    assert program.get("/api/me", headers=bearing(other)).status_code == 200
    assert ada.look("/").status_code == 200
    record = home.house.ledger.sign_ins[-1]
    assert (record.deed, record.outcome, record.person) == (Deed.SIGN_OUT, Result.DONE, ADA)


def test_a_cookie_signs_no_command_line_out(home: ProgramHouse, ada: Browser) -> None:
    answer = ada.post("/api/signout", {})

    assert answer.status_code == 401
    assert home.refusals == ["program-seal"]
    assert ada.look("/device").status_code == 200


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        (Kind.SUBJECT, ("corporate", f"sub-{ADA}")),
        (Kind.AT_PROVIDER, ("corporate", "sid-at-provider")),
    ],
)
def test_whatever_ends_the_person_or_the_providers_session_ends_the_token(
    home: ProgramHouse, program: httpx.Client, kind: Kind, of: tuple[str, ...]
) -> None:
    browser = Browser(program, home.signed_in(at_provider="sid-at-provider"))
    token = token_of(redeemed(program, browser.allowed()))
    home.house.clock.forward(minutes=1)

    home.mark(kind, *of)

    assert program.get("/api/me", headers=bearing(token)).status_code == 401


def test_a_session_from_before_the_end_makes_no_token_after_it(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    code = ada.allowed()
    home.house.clock.forward(seconds=1)
    home.mark(Kind.SUBJECT, "corporate", f"sub-{ADA}")
    home.house.clock.forward(seconds=1)

    assert redeemed(program, code).json() == {"error": "invalid_grant"}


def test_groups_are_those_of_the_session(
    home: ProgramHouse, program: httpx.Client, ada: Browser
) -> None:
    token = token_of(redeemed(program, ada.allowed()))

    found = program_identity(home.sealer, home.house.clock, token, idps=IDPS)

    assert found.groups == frozenset({"ml-lob-a"})


def test_no_token_is_in_a_repr() -> None:
    yes = allowed(
        Identity(ADA, "corporate", "sub", NOW, "session", session="SECRET"), browser="192.0.2.1"
    )

    assert "SECRET" not in repr(yes)
    assert yes.sid not in repr(yes)
