"""Where templates go that are too large to be sent: a bucket in each account that has one.

CloudFormation takes 51,200 bytes with a call, and 1 MB from S3, where it reads as whoever
calls.  The hub's account has the artifacts bucket for it; any other has a bucket of its own, so
that nobody reads or writes across accounts (decision 30).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from studiogate.foundation.stacks import Stack, StackKey, is_large
from studiogate.foundation.templates.large_templates import large_templates

NAME = "studiogate-templates"


def shelf_key(account: str) -> StackKey:
    """The stack of the bucket in `account`, which is not the hub's."""
    return StackKey(account, NAME)


def with_shelves(stacks: Iterable[Stack], hub: str) -> Iterator[Stack]:
    """`stacks`, each large one after the bucket that its template goes into.

    `hub` is the account of the artifacts bucket, which stands before all else.
    """
    kept = tuple(stacks)
    large = {one.key for one in kept if one.key.account != hub and is_large(one)}
    for account in dict.fromkeys(one.key.account for one in kept if one.key in large):
        yield Stack(shelf_key(account), large_templates(), {})
    for one in kept:
        first = (shelf_key(one.key.account),) if one.key in large else ()
        yield replace(one, after=(*one.after, *first)) if first else one
