"""Properties of the signature check, without a server."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign
from studiogate.local.call import Caller
from studiogate.local.front.protocols import Received
from studiogate.local.front.refusals import Unauthenticated
from studiogate.local.front.signature import Signatures, claim_of

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADA = Caller(
    kind="user",
    account="222222222222",
    arn="arn:aws:iam::222222222222:user/ada",
    user_id="AIDAEXAMPLE",
    name="ada",
    access_key="AKIAIOSFODNN7EXAMPLE",
    secret_key="a secret of the test",
)
SIGNATURES = Signatures({ADA.access_key: ADA}.get, lambda: NOW)

texts = st.text("abcXYZ019 -_.~", max_size=12)
bodies = st.binary(max_size=60)
extras = st.dictionaries(st.sampled_from(["x-one", "x-two", "content-type"]), texts)
queries = st.lists(st.tuples(texts, texts), max_size=3).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
)


def signed(body: bytes, extra: Mapping[str, str], query: str) -> Received:
    url = f"http://127.0.0.1:4566/?{query}" if query else "http://127.0.0.1:4566/"
    made = sign(
        WireRequest("POST", url, extra, body),
        Credentials(ADA.access_key, ADA.secret_key),
        service="sts",
        region="eu-west-1",
        now=NOW,
    )
    return Received("POST", "/", query, made.headers, body)


def signer(request: Received) -> Caller:
    return SIGNATURES.signer(request, claim_of(request))


@given(bodies, extras, queries)
def test_what_the_signer_signs_is_believed(
    body: bytes, extra: dict[str, str], query: str
) -> None:
    assert signer(signed(body, extra, query)) is ADA


@given(bodies, bodies, extras)
def test_another_body_is_not(body: bytes, other: bytes, extra: dict[str, str]) -> None:
    request = replace(signed(body, extra, ""), body=other)

    if other == body:
        assert signer(request) is ADA
    else:
        with pytest.raises(Unauthenticated):
            signer(request)


@given(bodies, st.sampled_from(["host", "x-amz-date", "content-type", "x-one"]), texts)
def test_another_header_is_not(body: bytes, name: str, text: str) -> None:
    request = signed(body, {"x-one": "1", "content-type": "text/plain"}, "")
    changed = {**request.headers, name: text + "!"}

    with pytest.raises(Unauthenticated):
        signer(replace(request, headers=changed))


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_another_signature_is_not(place: int, digit: str) -> None:
    request = signed(b"", {}, "")
    header = request.headers["authorization"]
    at = len(header) - 64 + place
    forged = header[:at] + digit + header[at + 1 :]

    if forged != header:
        with pytest.raises(Unauthenticated):
            signer(replace(request, headers={**request.headers, "authorization": forged}))


@given(st.text(max_size=80))
def test_no_authorization_breaks_the_reader(header: str) -> None:
    request = Received("POST", "/", "", {"authorization": header}, b"")

    with pytest.raises(Unauthenticated):
        claim_of(request)
