"""The same hostile tokens at the other door, where a function judges them: the same verdicts."""

import json
from collections.abc import Iterator

import pytest

from studiogate.gateway.function.authorizer import Unauthorized, authorizer
from studiogate.gateway.function.entry import Handler
from tests.kit.function import asked, blocking
from tests.kit.jwt_attacks import Forge, Group, Shown, bearing
from tests.kit.jwt_attacks_all import GROUPS
from tests.kit.jwt_attacks_site import logged
from tests.kit.signin_idp import FakeIdp

JUDGED = [group for group in GROUPS if any(one.status == 401 for one in group.attacks)]


@pytest.fixture
def handlers(idp: FakeIdp) -> Iterator[list[Handler]]:
    """A place to keep a function in; each that is made has asked nobody for keys."""
    with blocking() as transport:
        provider = {
            "issuer": idp.issuer,
            "client_id": idp.client_id,
            "username_claim": "cognito:username",
        }
        told = {"STUDIOGATE_IDPS": json.dumps({"corporate": provider})}
        yield [authorizer(told, clock=idp.clock, transport=transport) for _ in range(40)]


def ask(handler: Handler, shown: Shown) -> object:
    """What the function says to a request for `GET /user-lob-a`, or the error it ends with."""
    several: dict[str, list[str]] = {}
    for name, value in shown.headers:
        several.setdefault(name, []).append(value)
    return handler(asked("user-lob-a", headers=several), None)


@pytest.mark.parametrize("group", [pytest.param(group, id=group.name) for group in JUDGED])
def test_s4_05_s2_07_a_function_lets_none_of_them_in_either(
    idp: FakeIdp, handlers: list[Handler], canary: FakeIdp, group: Group
) -> None:
    published = idp.published
    for attack in group.attacks:
        idp.published = attack.keys() if attack.keys is not None else published
        handler = handlers.pop() if attack.keys is not None else handlers[0]
        token = attack.make(Forge(idp, canary.url))
        with logged() as seen, pytest.raises(Unauthorized) as refused:
            ask(handler, attack.show(token))

        assert str(refused.value) == "Unauthorized"
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
        assert seen.leaks(token) == [], attack.name
        assert seen.reasons[-1] in attack.reasons | {"bearer-malformed"}, attack.name
    assert sum(canary.hits.values()) == 0


@pytest.mark.parametrize("group", [pytest.param(group, id=group.name) for group in JUDGED])
def test_what_is_like_them_and_good_is_its_person(
    idp: FakeIdp, handlers: list[Handler], group: Group
) -> None:
    idp.published = group.keys() if group.keys is not None else idp.published

    said = ask(handlers[0], bearing(group.control(Forge(idp))))

    assert isinstance(said, dict)
    assert said["principalId"] == "user-lob-a"
