"""S3-07: a provider vouches for whom it likes; who is let in is said by the directory."""

from datetime import timedelta

import pytest

from tests.kit.saml_attacks import Scene, form, username
from tests.kit.saml_attacks_room import Gate, gate, signed_in


def by_partner(there: Scene, person: str) -> str:
    entity = there.partner.entity
    said = there.said(issuer=entity, assertion_issuer=entity, attributes=username(person))
    return there.partner.response(said).decode()


@pytest.mark.parametrize(
    "person",
    [
        "revoked",
        "expired",
        "no-lob",
        "of-gone-lob",
        "nobody-entered",
        "USER-LOB-A",
        "user-lob-b",
    ],
)
async def test_s3_07_whoever_the_directory_does_not_let_in_gets_no_session(person: str) -> None:
    place = gate()

    answer = await place.answer(form(place.scene.xml(attributes=username(person))))

    assert answer.status_code == 403
    assert not signed_in(answer)
    (record,) = place.house.ledger.sign_ins
    assert (record.outcome, record.person, record.idp) == ("refused", person, "workforce")
    assert place.house.aws.asked == []


async def test_another_provider_does_not_vouch_for_somebody_who_is_bound_to_one() -> None:
    place = gate()

    theirs = await place.answer(form(by_partner(place.scene, "of-workforce")))
    own = await place.answer(form(place.scene.xml(attributes=username("of-workforce"))))

    assert (theirs.status_code, signed_in(theirs)) == (403, False)
    assert signed_in(own)


async def test_the_session_is_of_the_provider_that_signed() -> None:
    place = gate()

    await place.answer(form(by_partner(place.scene, "user-lob-a")))

    (record,) = place.house.ledger.sign_ins
    assert (record.outcome, record.person, record.idp) == ("done", "user-lob-a", "partner")


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param(timedelta(days=-900), timedelta(seconds=-1), id="over"),
        pytest.param(timedelta(seconds=1), timedelta(days=900), id="not yet"),
    ],
)
async def test_s3_18_a_certificate_of_another_time_proves_nothing(
    since: timedelta, until: timedelta
) -> None:
    place = gate()
    now = place.house.clock()
    other = place.scene.idp.certificate(since=now + since, until=now + until)
    published = {"workforce": place.scene.idp.metadata(other)}
    there = Gate(place.house, place.scene, published=published)

    answer = await there.answer(form(place.scene.xml()))

    assert (answer.status_code, signed_in(answer)) == (401, False)


async def test_s3_18_one_entity_twice_is_believed_in_neither_name() -> None:
    place = gate()
    document = place.scene.idp.metadata()
    there = Gate(
        place.house, place.scene, published={"workforce": document, "partner": document}
    )

    answer = await there.answer(form(place.scene.xml()))

    assert (answer.status_code, signed_in(answer)) == (401, False)
