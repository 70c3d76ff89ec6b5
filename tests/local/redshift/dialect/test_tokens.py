"""SQL in tokens: nothing is lost, and what is text stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.redshift.dialect.reading import literal
from studiogate.local.redshift.dialect.tokens import joined, tokens
from tests.kit.redshift_sql import SQL


@given(SQL)
def test_joined_tokens_are_the_text(sql: str) -> None:
    assert joined(tokens(sql)) == sql


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("'it''s'", ["string"]),
        (r"'it\'s'", ["string"]),
        (r"'a\\' b", ["string", "space", "word"]),
        ("E'a' x'ff'", ["string", "space", "string"]),
        ("$$ ' $$ $a$ $$ $a$", ["dollar", "space", "dollar"]),
        ("$1::int", ["parameter", "mark", "word"]),
        ("/* a /* b */ c */ d", ["comment", "space", "word"]),
        ("-- '\nx", ["comment", "space", "word"]),
        ('"a""b"', ["name"]),
        ("'never ends", ["string"]),
        ("/* never /* ends */", ["comment"]),
        ("1.5e3 .5 7", ["number", "space", "number", "space", "number"]),
        ("a\u00a0b", ["word"]),
        ("copy🎁", ["word"]),
        ("4WHEN", ["number", "word"]),
        ("größe", ["word"]),
    ],
)  # fmt: skip
def test_a_token_is_of_its_kind(sql: str, kinds: list[str]) -> None:
    found = [token.kind for token in tokens(sql)]
    assert found == kinds


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_literal_of_ours_is_one_string_whatever_is_in_it(text: str) -> None:
    (only,) = tokens(literal(text))
    assert only.kind == "string"
