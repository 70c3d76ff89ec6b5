"""From a sign-in name to the names somebody has behind the front door, and what those may be.

A person signs in under one name, owns a Studio profile of another, and reads a warehouse as a
database user called like the profile: Studio hands the profile on as the notebook's source
identity, and the reader role lets nobody be another database user than that.  So a profile has
to be a name in three alphabets at once, and two people may share it in none of them.

Plain values in, plain values out: whoever enters people needs no landscape to ask.
"""

import re
from dataclasses import dataclass
from typing import Literal

from studiogate import names

Part = Literal["name", "local-part"]
"""What of the sign-in name a profile is made from: all of it, or what is before the `@`."""

LONGEST = 63
"""Characters of a profile (SageMaker API reference, CreateUserProfile)."""

SHORTEST = 2
"""Characters of a source identity, at least (STS API reference, AssumeRole)."""

_OTHERS = re.compile(r"[^a-z0-9]+")
_DATABASE_USER = re.compile(r"[a-z][a-z0-9_+.@-]{0,63}\Z")

# Amazon Redshift Database Developer Guide, "Reserved words", without those that hold an
# underscore, which no profile does; and PUBLIC, which GetClusterCredentials names beside them.
_RESERVED = frozenset({
    "aes128", "aes256", "all", "allowoverwrite", "analyse", "analyze", "and", "any",
    "array", "as", "asc", "authorization", "az64", "backup", "between", "binary",
    "blanksasnull", "both", "bytedict", "bzip2", "case", "cast", "check", "collate",
    "column", "constraint", "create", "credentials", "cross", "default", "deferrable",
    "deflate", "defrag", "delta", "delta32k", "desc", "disable", "distinct", "do", "else",
    "emptyasnull", "enable", "encode", "encrypt", "encryption", "end", "except", "explicit",
    "false", "for", "foreign", "freeze", "from", "full", "globaldict256", "globaldict64k",
    "grant", "group", "gzip", "having", "identity", "ignore", "ilike", "in", "initially",
    "inner", "intersect", "interval", "into", "is", "isnull", "join", "leading", "left",
    "like", "limit", "localtime", "localtimestamp", "lun", "luns", "lzo", "lzop", "minus",
    "mostly16", "mostly32", "mostly8", "natural", "new", "not", "notnull", "null", "nulls",
    "off", "offline", "offset", "oid", "old", "on", "only", "open", "or", "order", "outer",
    "overlaps", "parallel", "partition", "percent", "permissions", "pivot", "placing",
    "primary", "raw", "readratio", "recover", "references", "rejectlog", "resort",
    "respect", "restore", "right", "select", "similar", "snapshot", "some", "sysdate",
    "system", "table", "tag", "tdes", "text255", "text32k", "then", "timestamp", "to",
    "top", "trailing", "true", "truncatecolumns", "union", "unique", "unnest", "unpivot",
    "user", "using", "verbose", "wallet", "when", "where", "with", "without", "public",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unfit:
    """A name that does not serve."""

    why: str
    """What is wrong with it, as the rest of a sentence that begins with the name."""

    remedy: str


def derived(person: str, *, part: Part = "name", prefix: str = "") -> str | Unfit:
    """The Studio profile made from the sign-in name `person`, or why there is none.

    In lower case, because Studio does not tell capitals; whatever a profile cannot have becomes
    one hyphen; `prefix` comes first.  Nothing is cut off, and no number is added: two people
    whose names become one are told apart by whoever enters them, never by who came first.
    """
    local, at, rest = person.partition("@")
    if part == "local-part" and at and (not local or "@" in rest):
        return Unfit("is no e-mail address: it begins with an @, or has two", _BY_HAND)
    words = _OTHERS.sub("-", (local if part == "local-part" else person).lower()).strip("-")
    profile = f"{prefix}{words}"
    if not words:
        return Unfit("has neither a letter nor a digit to make a profile from", _BY_HAND)
    if len(profile) > LONGEST:
        why = f"makes a profile of {len(profile)} characters, and {LONGEST} is the most"
        return Unfit(why, _BY_HAND)
    if not names.is_profile(profile):
        return Unfit("makes no Studio profile with this prefix", _BY_HAND)
    return profile if len(profile) >= SHORTEST else Unfit("makes too short a profile", _BY_HAND)


def unfit_for_studio(profile: str) -> Unfit | None:
    """Why `profile` cannot be somebody's in Studio and in what their notebooks do, if so."""
    if not names.is_profile(profile):
        return Unfit("cannot be a Studio profile", _BY_HAND)
    if len(profile) < SHORTEST:
        return Unfit(
            "one character is too short: what a notebook does could not carry its name",
            "Give the profile two characters or more.",
        )
    return None


def unfit_for_database(profile: str) -> Unfit | None:
    """Why `profile` cannot be a database user of a Redshift cluster, if so.

    A letter first and no reserved word (Redshift API reference, GetClusterCredentials, DbUser);
    lower case, because Redshift folds names, and the name asked for has to be, letter by
    letter, the source identity.
    """
    if is_reserved(profile):
        return Unfit("is a reserved word of Redshift", "Give the profile another name.")
    if _DATABASE_USER.match(profile) is None:
        return Unfit(
            "cannot be a database user",
            "Give the profile a letter first and no capitals, as Redshift needs it.",
        )
    return None


def is_reserved(name: str) -> bool:
    """Whether `name` is a word of Redshift's own, which no user and no group can be called."""
    return name in _RESERVED


_BY_HAND = "Give them a `profile:` of their own."
