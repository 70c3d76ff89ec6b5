"""A profile is whoever's opened it first; a namesake is refused until the name is released."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from studiogate.errors import AwsError, NotAllowed, Unreachable
from studiogate.foundation.owners import of_person, of_profile
from studiogate.gateway.owners import KEEPS, Owners
from studiogate.gateway.ports import Identity, Mark, Marked
from tests.kit.gateway import CONTACT, NOW, Clock, aws_error
from tests.kit.marks import MemoryMarks

ADA = Identity("ada@acme.example", "corporate", "sub-1", NOW + timedelta(hours=8), "session")
NAMESAKE = replace(ADA, subject="sub-2")


class Room:
    """Owners over marks in memory; another instance of the gateway is another `Owners`."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.marks = CountedMarks(self.clock)
        self.owners = self.instance()

    def instance(self) -> Owners:
        return Owners(self.marks, self.clock, contact=CONTACT)

    def hold(self, identity: Identity, lob: str = "lob-a", profile: str = "ada") -> None:
        asyncio.run(self.owners.hold(identity, lob, profile))

    def refused(
        self, identity: Identity, lob: str = "lob-a", profile: str = "ada"
    ) -> NotAllowed:
        with pytest.raises(NotAllowed) as found:
            self.hold(identity, lob, profile)
        return found.value

    def release(self, *marks: Mark) -> None:
        for mark in marks:
            del self.marks.there[mark.key]


class CountedMarks(MemoryMarks):
    """Marks in memory that say how often they were asked."""

    asked = 0

    async def found(self, *marks: Mark) -> Mapping[Mark, Marked]:
        self.asked += 1
        return await super().found(*marks)


@pytest.fixture
def room() -> Room:
    return Room()


def test_whoever_comes_first_is_the_owner_and_stays_it(room: Room) -> None:
    room.hold(ADA)
    room.hold(ADA)
    room.clock.forward(days=3650)
    room.hold(ADA)

    assert of_person("corporate", ADA.person).key in room.marks.there
    assert of_profile("lob-a", "ada").key in room.marks.there


def test_a_namesake_with_another_subject_is_refused(room: Room) -> None:
    room.hold(ADA)

    refusal = room.refused(NAMESAKE)

    assert (refusal.reason, refusal.recorded) == ("not-the-owner", "namesake")
    assert refusal.contact == CONTACT
    assert "studiogate people release" in refusal.remedy
    assert "sub-1" not in f"{refusal}{refusal.remedy}"


def test_f_24_another_name_does_not_get_the_profile_however_it_is_spelt(room: Room) -> None:
    room.hold(ADA)

    other = replace(ADA, person="ADA@acme.example", subject="sub-2")

    assert room.refused(other, profile="Ada").recorded == "namesake"


def test_a_name_given_to_somebody_else_does_not_open_a_new_profile_either(room: Room) -> None:
    room.hold(ADA)

    assert room.refused(NAMESAKE, profile="ada-2").recorded == "namesake"
    assert of_profile("lob-a", "ada-2").key not in room.marks.there


def test_whoever_is_refused_leaves_no_trace(room: Room) -> None:
    room.hold(ADA)
    before = dict(room.marks.there)

    room.refused(replace(ADA, person="bo", subject="sub-3"))

    assert room.marks.there == before


def test_the_same_person_by_another_provider_is_the_same_owner(room: Room) -> None:
    room.hold(ADA)

    room.hold(replace(ADA, idp="workforce", subject="unlike-any-sub"))

    assert room.refused(replace(ADA, idp="workforce")).recorded == "namesake"


def test_whoever_moves_to_another_lob_owns_a_profile_there_too(room: Room) -> None:
    room.hold(ADA)

    room.hold(ADA, lob="lob-b")

    assert room.refused(NAMESAKE, lob="lob-b").recorded == "namesake"


def test_after_a_release_the_next_who_comes_is_the_owner(room: Room) -> None:
    room.hold(ADA)
    room.refused(NAMESAKE)

    room.release(of_person("corporate", ADA.person))
    room.hold(NAMESAKE)

    room.owners = room.instance()
    assert room.refused(ADA).recorded == "namesake"


def test_a_no_is_never_remembered_and_a_yes_for_an_hour(room: Room) -> None:
    room.hold(ADA)
    asked = room.marks.asked

    room.hold(ADA)
    assert room.marks.asked == asked

    room.refused(NAMESAKE)
    room.refused(NAMESAKE)
    assert room.marks.asked == asked + 2

    room.clock.forward(seconds=KEEPS.total_seconds())
    room.hold(ADA)
    assert room.marks.asked == asked + 3


def test_a_yes_to_one_is_no_yes_to_another(room: Room) -> None:
    room.hold(ADA)

    room.refused(NAMESAKE)
    room.refused(replace(ADA, person="bo"))


def test_without_an_answer_of_the_marks_nobody_is_the_owner(room: Room) -> None:
    room.marks.fails = aws_error(Unreachable, "dynamodb:BatchGetItem")

    with pytest.raises(AwsError):
        room.hold(ADA)

    room.marks.fails = None
    room.hold(ADA)


def test_of_two_namesakes_at_once_one_is_the_owner(room: Room) -> None:
    class Late(MemoryMarks):
        """Marks whose reader sees nothing yet: as if another instance wrote meanwhile."""

        async def found(self, *marks: Mark) -> Mapping[Mark, Marked]:
            await super().found(*marks)
            return {}

        async def claim(self, mark: Mark, *, until: datetime, value: str = "") -> Marked | None:
            there = self.there.get(mark.key)
            if there is None:
                await self.make(mark, until=until, value=value)
            return there

    marks = Late(room.clock)
    first, second = (Owners(marks, room.clock) for _ in range(2))

    asyncio.run(first.hold(ADA, "lob-a", "ada"))
    with pytest.raises(NotAllowed):
        asyncio.run(second.hold(NAMESAKE, "lob-a", "ada"))
    asyncio.run(second.hold(ADA, "lob-a", "ada"))


def test_no_mark_shows_whose_it_is(room: Room) -> None:
    room.hold(ADA)

    said = f"{room.marks.there}{of_person('corporate', ADA.person)!r}"

    assert "sub-1" not in said
    assert ADA.person not in said
