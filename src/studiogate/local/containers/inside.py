"""Paths of an image's root, followed as the image's own programs would: never out of it.

A path of a layer may lead through symbolic links that an earlier layer made (`lib -> usr/lib`),
absolute ones among them.  Each is followed within the root.  Nothing runs there meanwhile, so
what was looked at stays as it is.
"""

from collections import deque
from pathlib import Path, PurePosixPath

_MOST_LINKS = 40
"""Linux follows no more in one path (path_resolution(7))."""

_DEEPEST = 256
"""Folders within folders; what is deeper could hardly be taken away again."""


class EscapeError(Exception):
    """A path that would lead out of the root, or nowhere."""


def parts(name: str) -> tuple[str, ...]:
    """The names that `name`, of an archive, is made of; an absolute one begins at the root.

    Raises:
        EscapeError: it climbs.
    """
    found = tuple(part for part in PurePosixPath(name).parts if part not in {"/", "//", "."})
    if ".." in found:
        raise EscapeError(f"the path {name!r} climbs")
    return found


def place(root: Path, name: str) -> Path:
    """Where `name` lies, its folders followed within `root`; itself it is not followed.

    Raises:
        EscapeError: it climbs, is the root itself, lies too deep, or its links lead round in a
            circle.
    """
    *above, last = parts(name) or (None,)
    if last is None:
        raise EscapeError(f"the path {name!r} is the root itself")
    folder = _followed(root, deque(str(one) for one in above))
    if len(folder.parts) - len(root.parts) >= _DEEPEST:
        raise EscapeError(f"a path lies below {_DEEPEST} folders or more")
    return folder / last


def _followed(root: Path, wanted: deque[str]) -> Path:
    at, links = root, 0
    while wanted:
        part = wanted.popleft()
        if part == "..":
            at = at.parent if at != root else root
            continue
        step = at / part
        if not step.is_symlink():
            at = step
            continue
        links += 1
        if links > _MOST_LINKS:
            raise EscapeError("symbolic links lead round in a circle")
        target = PurePosixPath(step.readlink())
        at = root if target.is_absolute() else at
        wanted.extendleft(reversed([one for one in target.parts if one not in {"/", "//"}]))
    return at
