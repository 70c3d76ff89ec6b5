"""The landscape file a command is given: where text comes from before it is judged."""

from pathlib import Path

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.document import LARGEST_BYTES
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read


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
    problem = None
    try:
        with file.open("rb") as opened:
            # One byte more than allowed is enough to be refused; a device never ends.
            return opened.read(LARGEST_BYTES + 1).decode("utf-8-sig")
    except FileNotFoundError:
        problem = "there is no such file", "Name the landscape: `studiogate check FILE`."
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text", "Save it as UTF-8."
    except OSError as error:
        problem = (error.strerror or "it cannot be read").lower(), "Make it readable to you."
    what, remedy = problem
    raise LandscapeError([Problem(where=str(file), what=what, remedy=remedy)])
