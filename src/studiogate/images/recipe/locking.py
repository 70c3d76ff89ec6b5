"""From choices to pins: each download is had once, hashed, and not kept.

All or nothing: one that cannot be had ends it, and no Dockerfile is written of the others.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Protocol

from studiogate.errors import ImageError
from studiogate.images.parts import Told
from studiogate.images.recipe import registry
from studiogate.images.recipe.asking import answer
from studiogate.images.recipe.choices import Choices
from studiogate.images.recipe.pins import Pin, Pins
from studiogate.images.recipe.sources import Sources
from studiogate.images.recipe.writing import downloads

LARGEST_BYTES = 4 * 1024**3
"""Of one download; Workbench, the largest, is about half a gigabyte."""

SETTLED = timedelta(days=2)
"""How far back packages are taken: a day that has ended everywhere, so that it is whole."""

_CHUNK_BYTES = 1024 * 1024
_TOLD_EACH_BYTES = 64 * 1024 * 1024


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def pinned(
    choices: Choices,
    sources: Sources,
    *,
    today: date,
    tell: Told,
    digest_of: Callable[[str], str] = registry.digest_of,
) -> Pins:
    """Every pin of an image, as of `today`.

    Raises:
        ImageError: something could not be had; all of it is named.
    """
    tell(f"{choices.base}: asking for its digest")
    digest = digest_of(choices.base)
    urls = downloads(choices, sources)
    files: dict[str, Pin] = {}
    lost: list[ImageError] = []
    for number, url in enumerate(urls, 1):
        try:
            files[url] = _pin(url, f"{number} of {len(urls)}", today, tell)
        except ImageError as error:
            lost.append(error)
    if lost:
        raise _not_had(lost)
    return Pins(choices.base, digest, today - SETTLED, files)


def _pin(url: str, number: str, today: date, tell: Told) -> Pin:
    tell(f"{number}: {url}")
    with answer(url) as found:
        declared = found.headers.get("Content-Length")
        sum_, size = _hashed(found, url, tell)
    if declared is not None and declared != str(size):
        raise ImageError(f"{url} ended before its end", remedy="Run the command again.")
    return Pin(sum_, size, today)


def _hashed(stream: _Readable, url: str, tell: Told) -> tuple[str, int]:
    """SHA-256 and size of what `stream` has, no more of which is in memory than a chunk."""
    computed, size, told = sha256(), 0, 0
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            computed.update(chunk)
            size += len(chunk)
            if size > LARGEST_BYTES:
                raise ImageError(
                    f"{url} is larger than {LARGEST_BYTES // 1024**3} GiB",
                    remedy="See that the address is the one of a package.",
                )
            if size - told >= _TOLD_EACH_BYTES:
                told = size
                tell(f"{url}: {size // 1024**2} MiB")
    except OSError as error:
        raise ImageError(f"{url} broke off", remedy="Run the command again.") from error
    return computed.hexdigest(), size


def _not_had(lost: Sequence[ImageError]) -> ImageError:
    return ImageError(
        "\n".join(str(one) for one in lost),
        remedy="Nothing was written.  Run it where these are reached, or change what the "
        "recipe asks for: a version of R or Workbench, the base, `drivers: false`.",
    )
