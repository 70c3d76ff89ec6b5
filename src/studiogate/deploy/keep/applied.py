"""The landscape as it was applied last, kept in the artifacts bucket.

It says what reach is coming from, and which accounts a lob that is no longer declared was in.
No password of a demo person is in it.
"""

import json
from typing import Any, Final

from studiogate.deploy.keep.shelf import Shelf
from studiogate.errors import DeployError, LandscapeError
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read

OBJECT: Final = "landscape.yaml"


def text_of(landscape: Landscape) -> str:
    """`landscape` as a file that `read` reads, without anybody's password."""
    said: dict[str, Any] = landscape.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        exclude={"people": {"__all__": {"demo_password"}}},
    )
    # JSON, which YAML 1.2 contains: no word of it can be taken for a number or a yes.
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def keep(shelf: Shelf, landscape: Landscape) -> None:
    """Keep `landscape` as the one that is applied.

    Raises:
        AwsError: S3 refused, or did not answer.
    """
    shelf.write(OBJECT, text_of(landscape).encode())


def applied(shelf: Shelf) -> Landscape | None:
    """The landscape that was applied last; `None` where none was.

    Raises:
        DeployError: what is kept is no landscape that this studiogate can read.
        AwsError: S3 refused, or did not answer.
    """
    there = shelf.read(OBJECT)
    if there is None:
        return None
    where = f"s3://{shelf.bucket}/{OBJECT}"
    try:
        return read(there.body.decode(), source=where)
    except (LandscapeError, UnicodeDecodeError) as error:
        raise DeployError(
            f"{where}, the landscape as it was applied last, cannot be read: "
            f"{str(error).partition(chr(10))[0]}",
            remedy=(
                "Apply with the studiogate that wrote it, or delete the object: then nobody is"
                " told who loses access."
            ),
        ) from error
