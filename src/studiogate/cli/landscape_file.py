"""The landscape file a command is given: where text comes from before it is judged."""

from pathlib import Path

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.document import LARGEST_BYTES
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read

_NAME_IT = "Name the landscape; --help says whether as FILE or as --landscape FILE."
_NO_LANDSCAPE = (
    "examples/two-lobs.yaml is a whole one; docs/reference/landscape.md has every key."
)


def landscape_of(file: Path) -> Landscape:
    """The landscape in `file`.

    Raises:
        LandscapeError: the file cannot be read, or what it says is wrong.
    """
    return read(text_of(file), source=str(file))


def text_of(file: Path) -> str:
    """What `file` says, not judged.

    Raises:
        LandscapeError: the file cannot be read.
    """
    try:
        with file.open("rb") as opened:
            # One byte more than allowed is enough to be refused; a device never ends.
            return opened.read(LARGEST_BYTES + 1).decode("utf-8-sig")
    except FileNotFoundError:
        problem = "there is no such file", _NAME_IT
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text", "Save it as UTF-8."
    except IsADirectoryError:
        problem = "it is a directory", _NAME_IT
    except OSError as error:
        problem = (error.strerror or "it cannot be read").lower(), "Make it readable to you."
    what, remedy = problem
    raise LandscapeError(
        [Problem(where=str(file), what=what, remedy=remedy)], remedy=_NO_LANDSCAPE
    )
