"""S3-18: what must not sign anybody in, over HTTP, one fault at a time."""

import logging

import pytest

from tests.kit.saml_attacks import Case
from tests.kit.saml_attacks_all import CASES, meant
from tests.kit.saml_attacks_oracle import agreed, opinion
from tests.kit.saml_attacks_room import defects, gate, kept, leaks, signed_in, written

each = pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{group}: {case.name}") for group, case in CASES]
)


def test_s3_18_there_are_sixty_variants_and_many_more_and_no_two_have_one_name() -> None:
    names = [f"{group}: {case.name}" for group, case in CASES]

    assert len(names) >= 400
    assert len(set(names)) == len(names)
    assert {f"XSW{number}" for number in range(1, 9)} <= {
        case.name.partition(":")[0] for _, case in CASES
    }


@each
async def test_s3_18_an_attack_is_refused_recorded_once_and_leaves_nothing_behind(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = gate()
    post = case.hostile(place.scene)
    caplog.clear()

    answer = await place.answer(post)

    (record,) = place.house.ledger.sign_ins
    assert (answer.status_code, record.reason) in meant(case)
    assert record.outcome == "refused"
    assert record.person is None or answer.status_code == 403
    other = opinion(post, place.scene.idp)
    assert other is None or agreed(record.reason, other)
    assert not {"set-cookie", "location"} & set(answer.headers)
    assert defects(caplog) == []
    assert place.house.aws.asked == []
    said = (written(caplog), kept(place.house), answer.text, str(answer.headers))
    assert leaks(post, "\n".join(said)) == []


@each
async def test_s3_18_the_same_message_without_the_fault_signs_in(case: Case) -> None:
    place = gate()

    post = case.repaired(place.scene)

    answer = await place.answer(post)

    other = opinion(post, place.scene.idp)
    assert other is not None
    assert other.good
    (record,) = place.house.ledger.sign_ins
    assert (answer.status_code, record.outcome, record.reason) == (303, "done", "ok")
    assert (record.person, record.idp) == ("user-lob-a", "workforce")
    assert signed_in(answer)
