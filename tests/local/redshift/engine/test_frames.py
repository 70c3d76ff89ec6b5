"""Messages are read as they were written, and nothing else is read at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.redshift.engine import frames
from studiogate.local.redshift.engine.frames import Broken

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(WORDS.filter(bool), WORDS, max_size=6))
@settings(deadline=None)
def test_a_first_message_is_read_as_it_was_written(given: dict[str, str]) -> None:
    assert frames.start_up_parameters(frames.start_up(given)[8:]) == given


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_bytes_are_a_first_message_or_broken(body: bytes) -> None:
    try:
        found = frames.start_up_parameters(body)
    except Broken:
        return

    assert frames.start_up(found)[8:] == body


@given(
    st.lists(st.tuples(st.sampled_from([b"Q", b"D", b"Z"]), st.binary(max_size=30))),
    st.binary(max_size=4),
)
@settings(deadline=None)
def test_messages_are_split_where_they_end(
    messages: list[tuple[bytes, bytes]], rest: bytes
) -> None:
    data = b"".join(frames.frame(*message) for message in messages)

    assert frames.split(data + rest) == (messages, rest)


def test_a_nul_never_ends_a_string_early() -> None:
    with pytest.raises(Broken):
        frames.text("ada\0superuser")


def test_an_error_keeps_its_fields() -> None:
    ((kind, body),), _ = frames.split(frames.error("no such thing", "42P01", severity="FATAL"))

    assert kind == b"E"
    assert frames.fields(body) == {"S": "FATAL", "C": "42P01", "M": "no such thing"}
