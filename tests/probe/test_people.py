"""Every way in which a person can differ, and that one who does not is not named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studiogate.foundation.directory import LobRow, PersonRow
from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.probe.people import Drift, Known, Unreadable, drift

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
IDS = {"forecasting": "d-aaa", "fraud": "d-bbb"}
ADA = "ada.lovelace@acme.example"
PEOPLE, LOBS, POOL = "studiogate-people", "studiogate-lobs", "user pool corporate"
BOTH = "idp: [corporate, workforce]"
TEXT = EXAMPLE.read_text(encoding="utf-8")
TWO_IDPS = read(TEXT)
ACME = TWO_IDPS.model_copy(
    update={
        "idps": {"corporate": TWO_IDPS.idps["corporate"]},
        "people": {
            name: one.model_copy(update={"idp": None}) for name, one in TWO_IDPS.people.items()
        },
    }
)
"""With one idp that everybody is of, as most organisations have."""

Change = Callable[[Known], Known]


def as_declared(landscape: Landscape = ACME) -> Known:
    """Everything exactly as the landscape says."""
    return Known(
        pools={"corporate": dict.fromkeys(landscape.people, True)},
        people={row.person: row for row in person_rows(landscape)},
        lobs={row.lob: row for row in lob_rows(landscape, IDS)},
        profiles={"d-aaa": {"user-lob-a", "ada"}, "d-bbb": {"user-lob-b"}},
    )


def users(**changed: bool | None) -> Change:
    """The pool with users enabled, disabled, or (`None`) not there."""

    def change(known: Known) -> Known:
        merged = {**known.pools["corporate"], **changed}
        kept = {name: is_on for name, is_on in merged.items() if is_on is not None}
        return replace(known, pools={"corporate": kept})

    return change


def row(name: str, found: PersonRow | Unreadable | None) -> Change:
    """The table with this row of `name`, or with none."""

    def change(known: Known) -> Known:
        rest = {key: value for key, value in known.people.items() if key != name}
        return replace(known, people=rest if found is None else {**rest, name: found})

    return change


def lob(name: str, found: LobRow | Unreadable | None) -> Change:
    """The table with this row of the lob, or with none."""

    def change(known: Known) -> Known:
        rest = {key: value for key, value in known.lobs.items() if key != name}
        return replace(known, lobs=rest if found is None else {**rest, name: found})

    return change


def profiles(domain_id: str, *found: str) -> Change:
    """The domain with exactly these profiles."""
    return lambda known: replace(known, profiles={**known.profiles, domain_id: set(found)})


def no_domain(domain_id: str) -> Change:
    return lambda known: replace(
        known,
        profiles={key: value for key, value in known.profiles.items() if key != domain_id},
    )


def told(found: list[Drift]) -> list[tuple[str, str, str]]:
    return [(one.person, one.where, one.what) for one in found]


LOB_B = PersonRow("user-lob-b", "lob-b", "user-lob-b")
EXTERNAL_ID = "studiogate:acme:demo:lob-b"
ROW_B = LobRow("lob-b", "333333333333", EXTERNAL_ID, ())

CASES: list[tuple[str, Change, list[tuple[str, str, str]]]] = [
    ("nothing differs", lambda known: known, []),
    (
        "not in the pool",
        users(**{"user-lob-b": None}),
        [("user-lob-b", POOL, "there is no such user")],
    ),
    (
        "disabled in the pool",
        users(**{"user-lob-b": False}),
        [("user-lob-b", POOL, "the user is disabled")],
    ),
    (
        "in the pool in other letters",
        users(**{"user-lob-b": None, "User-Lob-B": True}),
        [
            (
                "user-lob-b",
                POOL,
                "there is no such user; there is 'User-Lob-B', which is another name",
            ),
            ("User-Lob-B", POOL, "the landscape does not name this user"),
        ],
    ),
    (
        "not in the table",
        row("user-lob-b", None),
        [("user-lob-b", PEOPLE, "there is no row")],
    ),
    (
        "a row nobody can read",
        row("user-lob-b", Unreadable("UNTIL needs a time zone")),
        [("user-lob-b", PEOPLE, "the row cannot be read: UNTIL needs a time zone")],
    ),
    (
        "another lob in the row",
        row("user-lob-b", replace(LOB_B, lob="lob-a")),
        [("user-lob-b", PEOPLE, "LOB is 'lob-a', and the landscape says 'lob-b'")],
    ),
    (
        "no lob in the row",
        row("user-lob-b", replace(LOB_B, lob=None)),
        [("user-lob-b", PEOPLE, "LOB is not given, and the landscape says 'lob-b'")],
    ),
    (
        "another profile in the row",
        row("user-lob-b", replace(LOB_B, profile="User-lob-b")),
        [
            (
                "user-lob-b",
                PEOPLE,
                "PROFILE is 'User-lob-b', and the landscape says 'user-lob-b'",
            )
        ],
    ),
    ("the published row of two columns", row("user-lob-b", replace(LOB_B, profile=None)), []),
    (
        "the published row, where the profile has another name",
        row(ADA, PersonRow(ADA, "lob-a", None)),
        [(ADA, PEOPLE, f"PROFILE is '{ADA}', and the landscape says 'ada'")],
    ),
    (
        "another idp in the row",
        row("user-lob-b", replace(LOB_B, idps=("workforce",))),
        [
            (
                "user-lob-b",
                PEOPLE,
                "IDP is 'workforce', and the landscape says not given",
            )
        ],
    ),
    (
        "revoked, for a time and altogether",
        row(
            "user-lob-b",
            replace(LOB_B, revoked=True, until=datetime(2030, 1, 31, 18, tzinfo=UTC)),
        ),
        [
            (
                "user-lob-b",
                PEOPLE,
                "access ends at 2030-01-31T18:00:00+00:00, which the landscape does not say",
            ),
            ("user-lob-b", PEOPLE, "access is revoked, which the landscape does not say"),
        ],
    ),
    (
        "an administrator nobody declared",
        row("user-lob-b", replace(LOB_B, administrator=True)),
        [
            (
                "user-lob-b",
                PEOPLE,
                "ADMINISTRATOR is True, and the landscape says otherwise",
            )
        ],
    ),
    (
        "no row of the lob",
        lob("lob-b", None),
        [("user-lob-b", LOBS, "there is no row of lob-b")],
    ),
    (
        "a row of the lob nobody can read",
        lob("lob-b", Unreadable("DOMAINS does not hold what apply writes")),
        [
            (
                "user-lob-b",
                LOBS,
                "the row of lob-b cannot be read: DOMAINS does not hold what apply writes",
            )
        ],
    ),
    (
        "another account in the row of the lob, for everybody in it",
        lob("lob-a", LobRow("lob-a", "333333333333", "x")),
        [
            (
                person,
                LOBS,
                "the account of lob-a is '333333333333', and the landscape says '222222222222'",
            )
            for person in ("user-lob-a", ADA)
        ],
    ),
    (
        "no external id in the row of the lob",
        lob("lob-b", replace(ROW_B, external_id=None)),
        [
            (
                "user-lob-b",
                LOBS,
                f"the external id of lob-b is not given, and the landscape says '{EXTERNAL_ID}'",
            )
        ],
    ),
    (
        "no domain in the row of the lob",
        lob("lob-b", ROW_B),
        [("user-lob-b", LOBS, "the row of lob-b does not name the domain fraud")],
    ),
    (
        "no domain under the id",
        no_domain("d-bbb"),
        [
            (
                "user-lob-b",
                "domain fraud",
                "there is no such domain under the id that the directory gives",
            )
        ],
    ),
    (
        "no profile",
        profiles("d-bbb"),
        [("user-lob-b", "domain fraud", "there is no profile 'user-lob-b'")],
    ),
    (
        "a profile in other letters",
        profiles("d-aaa", "user-lob-a", "Ada"),
        [
            (
                ADA,
                "domain forecasting",
                "there is no profile 'ada'; there is 'Ada', which is another name",
            ),
            ("Ada", "domain forecasting", "the profile is nobody's of lob-a in the landscape"),
        ],
    ),
    (
        "a profile of somebody of another lob",
        profiles("d-bbb", "user-lob-b", "ada"),
        [("ada", "domain fraud", "the profile is nobody's of lob-b in the landscape")],
    ),
    (
        "a stranger in the table and in the pool",
        lambda known: row("zoe", PersonRow("zoe", "lob-a", "ada"))(
            users(zoe=True, bob=False)(known)
        ),
        [
            ("bob", POOL, "the landscape does not name this user"),
            ("zoe", PEOPLE, "the landscape does not name this person"),
            ("zoe", POOL, "the landscape does not name this user"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), [pytest.param(*rest, id=name) for name, *rest in CASES]
)
def test_s2_28_each_difference_is_named_per_person_and_nothing_else_is(
    change: Change, expected: list[tuple[str, str, str]]
) -> None:
    found = drift(ACME, change(as_declared()))

    assert told(found) == expected
    assert all(one.remedy for one in found)


def test_people_come_in_the_order_of_the_landscape_and_strangers_after_them_by_name() -> None:
    nothing = Known(
        pools={"corporate": {"zoe": True, "bob": True}}, people={}, lobs={}, profiles={}
    )

    people = list(dict.fromkeys(one.person for one in drift(ACME, nothing)))

    assert people == [*ACME.people, "bob", "zoe"]


def landscape(text: str, *changes: tuple[str, str]) -> Landscape:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read(text)


def test_somebody_whom_another_provider_may_know_is_not_missed_in_the_pool() -> None:
    there = {"user-lob-b": False, "sam-security": True}
    known = replace(as_declared(TWO_IDPS), pools={"corporate": there})

    assert told(drift(TWO_IDPS, known)) == [("user-lob-b", POOL, "the user is disabled")]


def test_somebody_of_another_provider_alone_is_not_looked_for_in_the_pool() -> None:
    theirs = f"profile: user-lob-b, {BOTH}"
    for idp, missed in (("workforce", []), ("corporate", ["user-lob-b"])):
        two = landscape(TEXT, (theirs, f"profile: user-lob-b, idp: {idp}"))
        users = dict.fromkeys(two.people.keys() - {"user-lob-b"}, True)
        known = replace(as_declared(two), pools={"corporate": users})

        assert [one.person for one in drift(two, known)] == missed


def test_where_no_provider_is_a_pool_only_the_other_places_are_compared() -> None:
    known = replace(as_declared(), pools={})

    assert drift(ACME, known) == []


def test_somebody_without_a_lob_has_no_profile_to_be_missed() -> None:
    guest = ACME.people["sam-security"].model_copy(update={"administrator": False})
    with_guest = ACME.model_copy(update={"people": {**ACME.people, "guest": guest}})

    assert drift(with_guest, as_declared(with_guest)) == []
    missed = replace(as_declared(with_guest), people=as_declared().people)
    assert told(drift(with_guest, missed)) == [("guest", PEOPLE, "there is no row")]
