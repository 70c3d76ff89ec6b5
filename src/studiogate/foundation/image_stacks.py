"""The stacks of custom images: one in the account of each lob that has any."""

from collections.abc import Iterator

from studiogate.foundation.stacks import Stack, StackKey
from studiogate.foundation.templates.images import images
from studiogate.landscape.model import Landscape
from studiogate.topology.attached import lob_account
from studiogate.topology.image_roles import published

NAME = "studiogate-images"


def image_stacks(landscape: Landscape) -> Iterator[Stack]:
    """Every stack of this kind; none of them waits for another, or is waited for."""
    for lob in published(landscape):
        yield Stack(StackKey(lob_account(landscape, lob), NAME), images(), {})
