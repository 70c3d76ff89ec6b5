"""What is deployed of this very package, made once and kept: the next run only reads it.

Kept by its key, which says everything that is in it, so what is kept is never out of date.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from studiogate.deploy import notebook_library
from studiogate.deploy.applying import Bundle
from studiogate.deploy.bundle import Target, built, here, recipe


def bundle_here(kept: Path | None = None) -> Bundle:
    """The bundle of the gateway's functions; made when somebody wants its body.

    `kept` is the folder bundles are kept in, the user's cache by default.
    """
    target = Target(here())
    wanted = recipe(target)
    told = {
        "BundleKey": wanted.key,
        "BundleRuntime": target.runtime,
        "BundleArchitecture": target.machine,
    }
    folder = kept or _cache()
    return Bundle(
        key=wanted.key, told=told, body=lambda: _body(wanted.key, folder, lambda: built(wanted))
    )


def library_here(kept: Path | None = None) -> Bundle:
    """The library that notebooks install; made when somebody wants its body.

    `kept` is the folder it is kept in, the user's cache by default.
    """
    wanted = notebook_library.recipe()
    folder = kept or _cache()
    return Bundle(
        key=wanted.key,
        told={"LibraryKey": wanted.key},
        body=lambda: _body(wanted.key, folder, lambda: notebook_library.built(wanted)),
    )


def _cache() -> Path:
    """Where programs keep what they can make again (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(given) if given.startswith("/") else Path.home() / ".cache"
    return root / "studiogate"


def _body(key: str, folder: Path, make: Callable[[], bytes]) -> bytes:
    """What has `key`; read if it is kept.

    Raises:
        DeployError: it is not there and cannot be made.
    """
    path = folder / key
    if path.is_file():
        return path.read_bytes()
    body = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, whoever else makes the same at the same time.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as new:
        new.write(body)
    Path(new.name).replace(path)
    return body
