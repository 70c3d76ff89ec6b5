"""Whose notebook this is: a Studio profile, which is source identity and database user too.

SageMaker writes it into every app of a profile's own (requirement S1-31).  An app of a shared
space belongs to nobody, so nobody can be signed in to a database from it: it is refused, and
never taken for some default.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from studiogate import names
from studiogate.errors import NotSetUp

VARIABLE: Final = "STUDIOGATE_METADATA"
"""Environment variable with the path of the metadata, in place of SageMaker's own."""

USUAL: Final = "/opt/ml/metadata/resource-metadata.json"
"""Where SageMaker puts it (SageMaker Developer Guide, "Get notebook and app metadata")."""

_DATABASE_USER: Final = re.compile(r"[a-z][a-z0-9-]{1,62}\Z", re.ASCII)


def place(environ: Mapping[str, str]) -> Path:
    """Where the metadata is, for a process with `environ`."""
    return Path(environ.get(VARIABLE) or USUAL)


def profile(path: Path) -> str:
    """The Studio user profile that the app belongs to, as the metadata at `path` says.

    Raises:
        NotSetUp: it says none, as in a shared space; or it cannot be read; or what it says
            cannot be a source identity and a database user, as it must be.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise NotSetUp(
            f"there is no {path}, so this is not an app of SageMaker Studio",
            remedy="Run this in a notebook of your Studio domain.",
            reason="no-profile",
        ) from exc
    except (OSError, ValueError, RecursionError) as exc:
        raise NotSetUp(
            f"{path} cannot be read: {exc}",
            remedy="SageMaker writes it when an app starts: stop this app and start it again.",
            reason="profile-unreadable",
        ) from exc
    return as_database_user(_named(said, path))


def _named(said: Any, path: Path) -> str:
    """`UserProfileName`, which an app of a shared space does not have."""
    named = said.get("UserProfileName") if isinstance(said, dict) else None
    if not isinstance(named, str) or not named:
        raise NotSetUp(
            f"{path} names no user profile: this app is of a shared space, which is nobody's",
            remedy=(
                "Open the notebook in a private space of your own: a warehouse is read in "
                "one's own name only."
            ),
            reason="no-profile",
        )
    return named


def as_database_user(named: str) -> str:
    """`named`, a profile, as the database user of the same name.

    Raises:
        NotSetUp: it is not in the alphabet that profiles, source identities (STS, two letters
            at least) and database users (lower case, a letter first; Redshift API reference,
            GetClusterCredentials) have in common, or means everybody.
    """
    fits = names.is_profile(named) and _DATABASE_USER.match(named)
    if not fits or named == "public":
        raise NotSetUp(
            f"the profile {named!r} cannot be a database user",
            remedy=(
                "Database users have 2 to 63 lower-case letters, digits and hyphens, a letter "
                "first, and are not `public`. Ask the platform team for a profile of such a "
                "name."
            ),
            reason="not-a-user",
        )
    return named
