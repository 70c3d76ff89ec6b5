"""The gateway and xmlsec agree about every signature, or the gateway is stricter and says why.

That they do for each attack, and for each message that is not one, is asserted with the attacks.
"""

import asyncio
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kit.saml_attacks import Post, form
from tests.kit.saml_attacks_all import CASES
from tests.kit.saml_attacks_oracle import NOT_GOOD, STRICTER, agreed, opinion
from tests.kit.saml_attacks_room import Gate, gate, signed_in


async def verdict(place: Gate, post: Post) -> tuple[bool, str]:
    """Whether somebody was signed in, and the reason that was recorded."""
    answer = await place.answer(post)
    return signed_in(answer), place.house.ledger.sign_ins[-1].reason


async def test_the_two_have_enough_to_agree_about() -> None:
    found: Counter[str] = Counter()
    place = gate()
    for _, case in CASES:
        post = case.hostile(place.scene)
        other = opinion(post, place.scene.idp)
        if other is None or not other.signatures:
            continue
        signed, reason = await verdict(place, post)
        assert not signed
        if reason in NOT_GOOD:
            found["bad for both"] += 1
        elif reason in STRICTER and other.good:
            found["stricter"] += 1
        elif other.good:
            found["good for both, wrong otherwise"] += 1

    assert min(found.values()) >= 15
    assert len(found) == 3


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    at=st.floats(0, 1, exclude_max=True),
    new=st.sampled_from(" \n<>&\"'/=#:_-.aAzZ09+\0é"),
    how=st.sampled_from(["instead", "before", "away"]),
    sign=st.sampled_from([("assertion",), ("response",), ("assertion", "response")]),
)
def test_s3_18_whatever_one_character_does_the_two_agree(
    at: float, new: str, how: str, sign: tuple[str, ...]
) -> None:
    place = gate()
    text = place.scene.xml(sign=sign)
    where = int(at * len(text))
    behind = text[where:] if how == "before" else text[where + 1 :]
    changed = text[:where] + ("" if how == "away" else new) + behind
    post = form(changed)
    other = opinion(post, place.scene.idp)

    said = asyncio.run(verdict(place, post))

    if said[0]:
        assert other is not None
        assert other.good
        assert place.house.ledger.sign_ins[-1].person == "user-lob-a"
    elif other is not None:
        assert agreed(said[1], other), (said, other)
