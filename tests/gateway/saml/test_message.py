"""The form and the XML in it: one spelling, one reading, and limits."""

import base64
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Malformed
from studiogate.gateway.saml.message import LARGEST_MESSAGE, read
from studiogate.gateway.saml.reading import MOST_TAGS, moment, parsed
from tests.kit.saml_room import SamlRoom

GOOD = base64.b64encode(b"<a/>").decode()


def form(*fields: tuple[str, str]) -> bytes:
    return urlencode(fields).encode()


@given(st.binary(min_size=1, max_size=2_000), st.text(max_size=100))
def test_s3_11_f_49_whatever_was_posted_is_read_in_either_order(raw: bytes, relay: str) -> None:
    text = base64.b64encode(raw).decode()
    fields = [("SAMLResponse", text), ("RelayState", relay), ("other", "x")]

    found = [read(form(*order)) for order in (fields, fields[::-1])]

    assert found[0] == found[1]
    assert (found[0].message, found[0].relay) == (raw, relay)
    assert raw.hex() not in repr(found[0])


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("width", [64, 76])
@given(raw=st.binary(min_size=60, max_size=400))
def test_base64_may_be_written_in_lines_as_in_mail(raw: bytes, width: int, end: str) -> None:
    text = base64.b64encode(raw).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]

    assert read(form(("SAMLResponse", end.join(lines)))).message == raw
    assert read(form(("SAMLResponse", end.join(lines) + end))).message == raw


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: f"{text[:75]}\n{text[75:]}", id="of another width"),
        pytest.param(lambda text: f"{text[:76]}\n{text[76:]}", id="one long last line"),
        pytest.param(lambda text: f"{text[:76]}\n\n{text[76:152]}", id="an empty line"),
        pytest.param(lambda text: f"{text[:76]}\r\n{text[76:152]}\n{text[152:]}", id="mixed"),
        pytest.param(lambda text: f"\n{text}", id="at the beginning"),
        pytest.param(lambda text: f"{text}\n", id="at the end of one line"),
    ],
)
def test_any_other_line_end_is_a_second_way_to_write_it(spoil: Callable[[str], str]) -> None:
    text = base64.b64encode(bytes(170)).decode()

    with pytest.raises(Malformed) as refused:
        read(form(("SAMLResponse", spoil(text))))
    assert refused.value.recorded == "saml-encoding"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"", "saml-form", id="empty"),
        pytest.param(form(("RelayState", "/")), "saml-form", id="no response"),
        pytest.param(form(("SAMLResponse", GOOD)) * 2, "saml-encoding", id="run together"),
        pytest.param(form(*[("SAMLResponse", GOOD)] * 2), "saml-form", id="twice"),
        pytest.param(form(("SAMLResponse", GOOD), ("RelayState", "/"), ("RelayState", "/")), "saml-form", id="two relay states"),
        pytest.param(form(("samlresponse", GOOD)), "saml-form", id="another case"),
        pytest.param(form(("SAMLResponse", "")), "saml-form", id="nothing in it"),
        pytest.param(form(("SAMLResponse", f" {GOOD}")), "saml-encoding", id="a space"),
        pytest.param(form(("SAMLResponse", f"{GOOD[:4]}\r\n{GOOD[4:]}")), "saml-encoding", id="a line break"),
        pytest.param(form(("SAMLResponse", "PGEvP-_=")), "saml-encoding", id="base64url"),
        pytest.param(form(("SAMLResponse", "PGEvPg=")), "saml-encoding", id="padding short"),
        pytest.param(form(("SAMLResponse", "PGEvPh==")), "saml-encoding", id="spare bits"),
        pytest.param(form(*[("x", "y")] * 20, ("SAMLResponse", GOOD)), "saml-form", id="many fields"),
        pytest.param(form(("SAMLResponse", base64.b64encode(b"x" * (LARGEST_MESSAGE + 1)).decode())), "saml-form", id="large"),
    ],
)  # fmt: skip
def test_s3_11_a_form_that_is_none_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(body)

    assert refused.value.recorded == why


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 10_000):
        yield body[at : at + 10_000]


FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_a_post_that_is_no_form_is_refused() -> None:
    room = SamlRoom()
    headers = {"content-type": "application/json"}

    answer = await room.browser().client.post(
        "/saml", content=form(("SAMLResponse", GOOD)), headers=headers
    )

    assert (answer.status_code, room.recorded) == (400, [("refused", "saml-form")])


@pytest.mark.parametrize(
    ("groups", "status", "reason"),
    [(2_000, 401, "saml-groups"), (900, 303, "ok"), (20_000, 400, "saml-form")],
)
async def test_a_message_may_be_larger_than_other_forms_up_to_its_limit(
    groups: int, status: int, reason: str
) -> None:
    room = SamlRoom()
    many = tuple(f"group-{number:04d}" + "x" * 60 for number in range(groups))
    attributes = {"username": ("user-lob-a",), "domain-id": ("d-forecasting",), "groups": many}
    body = urlencode(room.idp.form(attributes=attributes)).encode()

    answer = await room.browser().client.post("/saml", content=in_pieces(body), headers=FORM)

    assert len(body) > 64 * 1024
    assert answer.status_code == status
    assert [reason for _, reason in room.recorded] == [reason]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "saml-doctype", id="entity"),
        pytest.param(
            b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "saml-doctype", id="external"
        ),
        pytest.param(b"<a>&b;</a>", "saml-xml", id="unknown entity"),
        pytest.param(b"<a/><!-- x -->", "saml-structure", id="comment after"),
        pytest.param(b"<!-- x --><a/>", "saml-structure", id="comment before"),
        pytest.param(b"<a>x<!-- -->y</a>", "saml-structure", id="comment inside"),
        pytest.param(b"<a><?x y?></a>", "saml-structure", id="instruction"),
        pytest.param(b"\xef\xbb\xbf<a/>", "saml-encoding", id="byte order mark"),
        pytest.param("<a/>".encode("utf-16"), "saml-encoding", id="utf-16"),
        pytest.param(
            b'<?xml version="1.0" encoding="UTF-7"?><a/>', "saml-encoding", id="utf-7"
        ),
        pytest.param(b'<?xml version="1.1"?><a/>', "saml-encoding", id="xml 1.1"),
        pytest.param(b"<a>\xff</a>", "saml-encoding", id="not utf-8"),
        pytest.param(b"<a>\x00</a>", "saml-xml", id="nul"),
        pytest.param(b"<a/><b/>", "saml-xml", id="two roots"),
        pytest.param(b"<a>" * 9_000 + b"</a>" * 9_000, "saml-xml", id="deep"),
        pytest.param(b"<a>" + b"<b/>" * MOST_TAGS + b"</a>", "saml-form", id="wide"),
        pytest.param(b"gibberish", "saml-xml", id="text"),
    ],
)
def test_xml_that_could_be_read_in_two_ways_is_not_read(raw: bytes, why: str) -> None:
    with pytest.raises(Malformed) as refused:
        parsed(raw)

    assert refused.value.recorded == why
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or why == "saml-encoding"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        root = parsed(raw)
    except Malformed:
        return
    assert root.tag


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2030-01-01T12:00:00Z", "2030-01-01T12:00:00+00:00"),
        ("2030-01-01T12:00:00.123456789Z", "2030-01-01T12:00:00.123456+00:00"),
        ("2030-01-01T13:30:00+01:30", "2030-01-01T12:00:00+00:00"),
        ("2030-01-01T12:00:00", None),  # no zone
        ("2030-01-01 12:00:00Z", None),
        ("2030-01-01T12:00Z", None),
        ("2030-02-30T12:00:00Z", None),
        ("2030-01-01T24:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),  # before there is time
        ("2030-01-01T12:00:00Z\n", None),
        ("٢٠30-01-01T12:00:00Z", None),  # digits of another script
        ("", None),
        (None, None),
    ],
)
def test_a_moment_names_its_zone(text: str | None, iso: str | None) -> None:
    found = moment(text)

    assert (found.isoformat() if found else None) == iso
