"""Filters and paths: what providers write is read, everything else is refused, and fast."""

import json
import string
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Malformed
from studiogate.gateway.scim.filters import (
    ENTERPRISE,
    LONGEST,
    MOST_TERMS,
    Path,
    Term,
    filter_of,
    holds,
    path,
)

ADA: dict[str, Any] = {
    "id": "0f" * 16,
    "userName": "ada@acme.example",
    "externalId": "AbC",
    "active": True,
    "name": {"familyName": "Lovelace"},
    "emails": [
        {"value": "ada@acme.example", "type": "work", "primary": True},
        {"value": "ada@home.example", "type": "home"},
    ],
    ENTERPRISE: {"department": "Engines"},
}


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ('userName eq "ada@acme.example"', True),
        ('USERNAME EQ "ADA@acme.example"', True),  # neither names nor userName mind case
        ('userName eq "bob@acme.example"', False),
        ('externalId eq "AbC"', True),
        ('externalId eq "abc"', False),  # externalId does (RFC 7643, 3.1)
        ("active eq true", True),
        ('active eq "True"', True),
        ("active eq false", False),
        ("nickName eq null", True),
        ("userName eq null", False),
        ('active eq true and userName eq "ada@acme.example"', True),
        ('active eq true And userName eq "bob@acme.example"', False),
        ('emails eq "ada@home.example"', True),
        ('emails.value eq "ada@home.example"', True),
        ('emails[type eq "work"].value eq "ada@acme.example"', True),
        ('emails[type eq "work"].value eq "ada@home.example"', False),
        ('emails[type eq "work" and primary eq true].value eq "ada@acme.example"', True),
        ('name.familyName eq "lovelace"', True),
        ('userName.value eq "ada@acme.example"', False),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@acme.example"', True),
        (f'{ENTERPRISE}:department eq "engines"', True),
        (f'{ENTERPRISE}:userName eq "ada@acme.example"', False),
    ],
)
def test_a_filter_holds_or_not(text: str, *, true: bool) -> None:
    assert holds(filter_of(text), ADA) is true


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "userName",
        "userName eq",
        "userName pr",
        'userName co "a"',
        'userName sw "a"',
        'userName ne "a"',
        'not (userName eq "a")',
        '(userName eq "a")',
        'userName eq "a" or userName eq "b"',
        'userName eq "a" and',
        'userName eq "a"and userName eq "b"',
        'userName eq "a" userName eq "b"',
        'userName eq "a',
        "userName eq 'a'",
        "userName eq a",
        "userName eq 1",
        r'userName eq "\x"',
        r'userName eq "\ud800"',
        'userName eq "a\nb"',
        'userName\teq "a"',
        'user name eq "a"',
        'a.b.c eq "x"',
        'emails[type eq "work" eq "a"',
        'emails[emails[type eq "x"] eq "y"] eq "z"',
        'emails[] eq "x"',
        "emails[" * 300,
        '"' * 500,
        'userName eq "' + "\\" * 601 + '"',
        " and ".join(['a eq "b"'] * (MOST_TERMS + 1)),
        'userName eq "' + "a" * LONGEST + '"',
    ],
)
def test_whatever_is_not_eq_and_and_is_an_invalid_filter(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        filter_of(text)

    assert refused.value.reason == "scim-filter"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("active", Path("active")),
        ("name.familyName", Path("name", "familyName")),
        ('members[value eq "x"]', Path("members", None, (Term(Path("value"), "x"),))),
        (
            'emails[type eq "wo]rk"].value',
            Path("emails", "value", (Term(Path("type"), "wo]rk"),)),
        ),
        (ENTERPRISE, Path("", extension=ENTERPRISE)),
        (ENTERPRISE.lower() + ":manager.value", Path("manager", "value", (), ENTERPRISE)),
        ("urn:ietf:params:scim:schemas:core:2.0:Group:members", Path("members")),
        ("urn:acme:2.0:User:badge", Path("badge", extension="urn:acme:2.0:User")),
        ("members.$ref", Path("members", "$ref")),
    ],
)
def test_a_path_is_read(text: str, wanted: Path) -> None:
    assert path(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.b.c", "a[", "a]", "a[b]", "a b", "/active", "a..b", "1a", 'a[b eq "c"]]', "a" * 3000],
)  # fmt: skip
def test_a_text_that_is_no_path_is_an_invalid_path(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        path(text)

    assert refused.value.reason == "scim-path"


names = st.text(string.ascii_letters, min_size=1, max_size=12).filter(
    lambda name: name.lower() not in {"and", "eq", "true", "false", "null"}
)
values = st.text(max_size=30) | st.booleans()


@given(st.lists(st.tuples(names, values), min_size=1, max_size=5))
def test_what_is_written_as_a_filter_is_read_as_it_was_meant(
    terms: list[tuple[str, str | bool]],
) -> None:
    text = " and ".join(f"{name} eq {json.dumps(value)}" for name, value in terms)

    assert filter_of(text) == tuple(Term(Path(name), value) for name, value in terms)


@given(st.text(st.sampled_from('ab. "[]\\eqand()tru'), max_size=200))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    terms, reason = 1, "scim-filter"
    try:
        terms = len(filter_of(text))
    except Malformed as refused:
        reason = refused.reason

    assert 1 <= terms <= MOST_TERMS
    assert reason == "scim-filter"


@pytest.mark.parametrize(
    "bomb",
    [
        'a[b eq "' + "\\\\" * 1000,
        'a["' * 600,
        "a" * 2000,
        "urn:" * 500,
        "urn:a" + "-" * 2000,
        'a eq "b" ' + "and " * 400,
        ("a." * 1000),
        'a[b eq "c"' * 150,
    ],
)
def test_no_filter_takes_long_to_refuse(bomb: str) -> None:
    began = time.process_time()

    with pytest.raises(Malformed):
        filter_of(bomb)

    assert time.process_time() - began < 0.5
