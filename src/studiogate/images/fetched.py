"""What is inside an image that was not built here: fetched and looked at, where that can be.

Of an image that AWS built, or that somebody pushed, the Dockerfile was checked at most.  It is
looked at before a version is made of it; a machine that cannot says so, and publishes.  What is
a version already is not fetched again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from studiogate.errors import ImageError
from studiogate.images.inside.checked import checked
from studiogate.images.parts import Builder, Fault
from studiogate.images.published.repository import Repository
from studiogate.images.publishing import Source, is_published
from studiogate.landscape.image import Image

CHECKED: Final = "checked"
NOT_CHECKED: Final = "not looked at"
AS_BEFORE: Final = "as before"

Judge = Callable[[str, Sequence[Fault]], None]
"""Is told of an image and its faults; raises if it is not to be published."""


@dataclass(slots=True)
class Fetched:
    """The images that `source` finds, each content of which is looked at once.

    A `publishing.Source` itself.
    """

    source: Source
    image: Image
    worker: Callable[[], Builder]
    """The builder of this machine; an ImageError where there is none."""

    judge: Judge
    today: date
    why_not: str = ""
    """Why nobody looked, where nobody could."""

    _seen: set[str] = field(default_factory=set)

    @property
    def said(self) -> str:
        """`checked` or `not looked at`; `as before` of what was published everywhere."""
        if self.why_not:
            return NOT_CHECKED
        return CHECKED if self._seen else AS_BEFORE

    def __call__(self, repository: Repository) -> tuple[str, bool]:
        """As `source` has it, looked at.

        Raises:
            ImageError: it is not there, or could not be built.
            AwsError: AWS refused, or did not answer.
        """
        digest, pushed = self.source(repository)
        if not self.why_not and not is_published(repository, self.image, digest):
            content = {digest, repository.source_of(digest) or digest}
            if self._seen.isdisjoint(content):
                self._look(repository, digest)
            self._seen |= content
        return digest, pushed

    def _look(self, repository: Repository, digest: str) -> None:
        uri, tell = repository.by_digest(digest), repository.account.world.tell
        login = repository.login()
        try:
            worker = self.worker()
            tell(f"{worker.name} fetches {uri}")
            with worker.pulled(uri, login=login, tell=tell) as built:
                faults = checked(worker, built, self.image, today=self.today, tell=tell)
        except ImageError as error:
            self.why_not = str(error)
        else:
            self.judge(uri, faults)
