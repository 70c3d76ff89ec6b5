"""The list of warehouses that a notebook may read: a file, written when its app starts.

The lifecycle configuration of the domain writes it, from what `apply` knows.  A notebook reads
it at every `connect`, so that a list that was written again counts without a new kernel.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from studiogate import names
from studiogate.errors import NoSuchWarehouse, NotSetUp

VARIABLE: Final = "STUDIOGATE_WAREHOUSES"
"""Environment variable with the path of the list, in place of the usual one."""

USUAL: Final = (".studiogate", "warehouses.json")
"""Where the list is, below the person's home."""

VERSION: Final = 1

_ROLE: Final = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:iam::(?P<account>[0-9]{12}):role/[\w+=,.@/{}-]+\Z", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One warehouse of the list."""

    title: str
    """What the landscape calls it."""

    kind: Literal["cluster", "workgroup"]
    name: str
    """What its account calls it: cluster identifier, or workgroup name."""

    account: str
    database: str
    groups: tuple[str, ...]
    role: str
    """ARN of the reader role; on serverless it holds `{profile}`, a role for each person."""

    host: str | None = None
    """Where it answers, if not where its account says: a Redshift-managed VPC endpoint."""

    port: int | None = None

    def role_arn(self, profile: str) -> str:
        """ARN of the role that `profile` reads it with."""
        return self.role.replace("{profile}", profile)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every warehouse a notebook may read, by name."""

    region: str
    warehouses: Mapping[str, Listed]

    def of(self, title: str) -> Listed:
        """The warehouse called `title`.

        Raises:
            NoSuchWarehouse: there is none; the message names those that there are.
        """
        if title in self.warehouses:
            return self.warehouses[title]
        there = ", ".join(sorted(self.warehouses)) or "none"
        raise NoSuchWarehouse(
            f"no warehouse called {title!r} is open to this notebook; there is: {there}",
            remedy=(
                "Use one of those. If yours is missing, ask the platform team to add your line "
                "of business to its readers; then stop this app and start it again."
            ),
            reason="no-such-warehouse",
        )


def place(environ: Mapping[str, str], home: Path) -> Path:
    """Where the list is, for a process with `environ` of whoever lives in `home`."""
    return Path(environ.get(VARIABLE) or home.joinpath(*USUAL))


def settings(path: Path) -> Settings:
    """What the file at `path` lists.

    Raises:
        NotSetUp: there is no such file, or it is not a list that this version can read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise NotSetUp(
            f"there is no list of warehouses at {path}",
            remedy=(
                "The domain's lifecycle configuration writes it when an app starts: see "
                "~/.studiogate/install.log for why it did not. If there is no such log, the "
                "configuration is not attached: ask the platform team to run `studiogate "
                "apply`."
            ),
            reason="no-list",
        ) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise _unreadable(path, str(exc)) from exc
    try:
        return parsed(json.loads(text))
    except (ValueError, RecursionError) as exc:
        raise _unreadable(path, str(exc)) from exc


def parsed(document: Any) -> Settings:
    """What a list says, once it is JSON.

    Raises:
        ValueError: it is no list of warehouses; the message names the key.
    """
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ValueError(f"it is not a list of version {VERSION}")
    listed = document.get("warehouses")
    if not isinstance(listed, dict):
        raise ValueError("'warehouses' is missing")  # noqa: TRY004 - a value in a file
    return Settings(
        region=_text(document, "region"),
        warehouses={title: _listed(title, entry) for title, entry in listed.items()},
    )


def _listed(title: str, entry: Any) -> Listed:
    if not isinstance(entry, dict):
        raise ValueError(f"{title!r} is not a table")  # noqa: TRY004 - a value in a file
    kind = _text(entry, "kind")
    if kind not in {"cluster", "workgroup"}:
        raise ValueError(f"{title!r} is neither a cluster nor a workgroup, but {kind!r}")
    account, role = _text(entry, "account"), _text(entry, "role_arn")
    if not names.is_account(account) or not _ROLE.match(role):
        raise ValueError(f"{title!r} has an account or a role_arn that is none")
    return Listed(
        title=title,
        kind="cluster" if kind == "cluster" else "workgroup",
        name=_text(entry, "name"),
        account=account,
        database=_text(entry, "database"),
        groups=_texts(entry, "groups"),
        role=role,
        host=_text(entry, "host") if "host" in entry else None,
        port=_port(entry.get("port")),
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key!r} is missing, or no text")
    return value


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"{key!r} is no list of texts")
    return tuple(value)


def _port(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value < 65536:  # noqa: PLR2004 - TCP's ports
        raise ValueError("'port' is no port")
    return value


def _unreadable(path: Path, what: str) -> NotSetUp:
    return NotSetUp(
        f"the list of warehouses at {path} cannot be read: {what}",
        remedy=(
            "It is written anew when the app starts: stop this app and start it again. If it "
            "stays so, see ~/.studiogate/install.log."
        ),
        reason="list-unreadable",
    )
