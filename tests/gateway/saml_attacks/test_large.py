"""Large messages cost little, whoever refuses them: the form, the parser, or the grammar."""

import logging
import tracemalloc

import pytest

from tests.kit.saml_attacks import Case, fields, form
from tests.kit.saml_attacks_all import meant
from tests.kit.saml_attacks_input import LARGE, OVERSIZE, surrounded
from tests.kit.saml_attacks_room import defects, gate, kept, leaks, signed_in, written
from tests.kit.saml_idp import Raw, attribute, encoded

XS = "http://www.w3.org/2001/XMLSchema"
XSI = f"{XS}-instance"
MOST_BYTES = 24 * 1024 * 1024
"""Of Python's own, for one message of at most 400 KB; a form of 5 MB is not kept either."""


@pytest.mark.parametrize("case", [pytest.param(one, id=one.name) for one in LARGE + OVERSIZE])
async def test_s3_18_a_large_message_is_refused_for_little(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = gate()
    post = case.hostile(place.scene)
    caplog.clear()
    tracemalloc.start()

    answer = await place.answer(post)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MOST_BYTES
    (record,) = place.house.ledger.sign_ins
    assert (answer.status_code, record.reason) in {(413, "saml-form"), *meant(case)}
    assert record.outcome == "refused"
    assert "set-cookie" not in answer.headers
    assert defects(caplog) == []
    texts = (written(caplog), kept(place.house), answer.text, str(answer.headers))
    assert leaks(post, "\n".join(texts)) == []


@pytest.mark.parametrize("case", [pytest.param(one, id=one.name) for one in OVERSIZE])
async def test_s3_18_nothing_of_what_is_too_large_is_parsed(case: Case) -> None:
    place = gate()

    answer = await place.answer(case.hostile(place.scene))

    assert answer.status_code in {400, 413}
    assert [record.reason for record in place.house.ledger.sign_ins] == ["saml-form"]


@pytest.mark.parametrize(
    "typed", [False, True], ids=["plain values", "each value with its own namespaces"]
)
async def test_a_message_as_large_as_many_groups_make_it_signs_in(*, typed: bool) -> None:
    place = gate()
    with_types = f' xmlns:xs="{XS}" xmlns:xsi="{XSI}" xsi:type="xs:string"' if typed else ""
    groups = "".join(
        f"<saml:AttributeValue{with_types}>group-{number:04d}-of-the-directory</saml:AttributeValue>"
        for number in range(600)
    )
    attributes = Raw(
        f"<saml:AttributeStatement>{attribute('username', 'user-lob-a')}"
        f"{attribute('domain-id', 'd-forecasting')}"
        f'<saml:Attribute Name="groups">{groups}</saml:Attribute></saml:AttributeStatement>'
    )

    answer = await place.answer(form(place.scene.xml(attributes=attributes)))

    assert signed_in(answer)


async def test_as_many_namespaces_as_may_be_declared_are_read() -> None:
    place = gate()

    # The tag declares two of its own.
    answer = await place.answer(form(surrounded(30)(place.scene)))

    assert signed_in(answer)


async def test_a_further_field_of_any_length_below_the_limit_says_nothing() -> None:
    place = gate()
    value = encoded(place.scene.xml())

    answer = await place.answer(fields(("x", "y" * 8000), ("SAMLResponse", value)))

    assert signed_in(answer)
