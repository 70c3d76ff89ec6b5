"""What belongs to domains, listed: profiles and spaces are asked for in the same words."""

from collections.abc import Iterable
from typing import TypeVar

from studiogate.local.call import ApiCall
from studiogate.local.sagemaker.model import Profile, Space
from studiogate.local.sagemaker.paging import page

_Member = TypeVar("_Member", Profile, Space)


def members(
    things: Iterable[_Member], call: ApiCall, *, part: str
) -> tuple[list[_Member], dict[str, str]]:
    """The page of `things` that `call` asks for, and the `NextToken` to add, if any.

    Only those of the caller's place, of `DomainIdEquals` if given, whose name holds `part`
    whatever its case; by creation, or by change where `SortBy` says so.
    """
    asked, place, part = call.params, call.place, part.casefold()
    by_change = asked.get("SortBy") == "LastModifiedTime"
    mine = [
        thing
        for thing in things
        if thing.place == place
        and asked.get("DomainIdEquals") in {None, thing.domain_id}
        and part in thing.name.casefold()
    ]
    return page(
        mine,
        asked,
        key=lambda thing: (
            (thing.modified if by_change else thing.created).isoformat(),
            f"{thing.domain_id}/{thing.name}",
        ),
    )
