"""The shape of a token: one spelling, read one way."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studiogate.errors import NotSignedIn
from studiogate.gateway.signin.shape import (
    compact,
    from_base64url,
    strict_object,
    to_base64url,
)
from studiogate.gateway.signin.why import Why
from tests.kit.signin_idp import b64

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@PATIENT
@given(st.binary(max_size=100))
def test_every_bytes_has_one_spelling(raw: bytes) -> None:
    assert from_base64url(to_base64url(raw)) == raw


@PATIENT
@given(st.text(alphabet="ABCDwxyz0189-_=+/ \n", max_size=12))
def test_any_other_spelling_is_refused(text: str) -> None:
    try:
        raw = from_base64url(text)
    except ValueError:
        return

    assert to_base64url(raw) == text


@PATIENT
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_any_object_is_read_as_everybody_reads_it(facts: dict[str, Any]) -> None:
    assert strict_object(json.dumps(facts).encode()) == facts


@PATIENT
@given(st.text(max_size=200))
def test_noise_is_refused_with_a_code_we_know(noise: str) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        compact(noise)

    assert refusal.value.recorded in set(Why)


@PATIENT
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_noise_in_the_right_form_is_refused_with_a_code_we_know(
    header: bytes, payload: bytes
) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        compact(f"{b64(header)}.{b64(payload)}.{b64(b'signature')}")

    assert refusal.value.recorded in set(Why)


def test_codes_are_words_with_hyphens() -> None:
    assert "token-expired" in set(Why)
    assert all(code.replace("-", "").isalpha() and code.islower() for code in Why)


def test_a_refused_header_is_refused_every_time() -> None:
    token = f"{b64(json.dumps({'alg': 'none', 'kid': 'k'}).encode())}.e30.AA"

    for _ in range(2):
        with pytest.raises(NotSignedIn) as refusal:
            compact(token)
        assert refusal.value.recorded == Why.TOKEN_ALGORITHM
