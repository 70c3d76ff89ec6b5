"""What names and passwords Redshift takes.

Sources: Redshift API Reference, CreateCluster and GetClusterCredentials; Redshift Serverless
API Reference, CreateNamespace.  Reserved words: Database Developer Guide, "Reserved words".
"""

import re

from studiogate.landscape import profiles
from studiogate.local.call import ApiError

LONGEST_NAME = 64
_IDENTIFIER = re.compile(r"[a-z](?:-?[a-z0-9])*\Z")
_USER = re.compile(r"[A-Za-z][A-Za-z0-9_+.@-]*\Z")
_GROUP = re.compile(r"[a-z][a-z0-9_+.@-]*\Z")
_DATABASE = re.compile(r"[a-z][a-z0-9_]*\Z")
_FORBIDDEN = frozenset("'\"\\/@")
_PASSWORD = range(8, 65)
_PRINTABLE = range(33, 127)


def is_identifier(name: str, *, most: int = 63) -> bool:
    """Whether `name` can be a cluster's: letters, digits and single hyphens within."""
    return len(name) <= most and _IDENTIFIER.match(name) is not None


def is_reserved(name: str) -> bool:
    """Whether `name` is a word of Redshift's own; `PUBLIC` is one, too."""
    return profiles.is_reserved(name.lower())


def is_user(name: str, *, most: int = LONGEST_NAME) -> bool:
    """Whether `name` can be asked for as a database user, or as a database."""
    return len(name) <= most and _USER.match(name) is not None and not is_reserved(name)


def is_group(name: str) -> bool:
    """Whether `name` can be a database group: in lower case, always (F-62)."""
    fits = len(name) <= LONGEST_NAME and _GROUP.match(name) is not None
    return fits and not is_reserved(name)


def is_new_database(name: str) -> bool:
    """Whether a cluster can be made with a database of that name."""
    fits = len(name) <= LONGEST_NAME and _DATABASE.match(name) is not None
    return fits and not is_reserved(name)


def is_master(name: str) -> bool:
    """Whether `name` can be an administrator's: in lower case, up to 128 characters."""
    return is_user(name, most=128) and name == name.lower()


def unfit_password(password: str) -> str | None:
    """What is wrong with an administrator's password; never the password itself."""
    if len(password) not in _PASSWORD:
        return "must be between 8 and 64 characters in length."
    if any(ord(one) not in _PRINTABLE or one in _FORBIDDEN for one in password):
        return "can be any printable ASCII character except ' \" \\ / @ or space."
    if not any(one.isupper() for one in password):
        return "must contain at least one upper case letter."
    if not any(one.islower() for one in password):
        return "must contain at least one lower case letter."
    return None if any(one.isdigit() for one in password) else "must contain one number."


def hold_password(parameter: str, password: str, *, code: str) -> None:
    """Return when `password` is one an administrator can have.

    Raises:
        ApiError: `code`, with what is wrong.
    """
    if (why := unfit_password(password)) is not None:
        raise ApiError(code, f"The parameter {parameter} is not a valid password: it {why}")
