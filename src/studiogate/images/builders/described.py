"""An image's configuration, as the three builders show it: read, never guessed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.errors import ImageError
from studiogate.images.parts import Configuration


def read_json(text: str, *, said_by: str) -> Any:
    """The document in `text`.

    Raises:
        ImageError: it is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise unreadable(said_by) from error


def from_config(document: Any, *, said_by: str) -> Configuration:
    """The configuration in an image's own document (OCI image specification, and Docker's).

    Raises:
        ImageError: it is no such document.
    """
    if not isinstance(document, Mapping):
        raise unreadable(said_by)
    history = (
        str(entry.get("created_by", ""))
        for entry in document.get("history") or ()
        if isinstance(entry, Mapping)
    )
    return configuration(
        str(document.get("architecture", "")),
        str(document.get("os", "")),
        document.get("config"),
        history,
    )


def from_inspect(
    document: Any, history: Iterable[str] | None = None, *, said_by: str
) -> Configuration:
    """The configuration in what `docker|podman image inspect` prints: a list of one.

    podman's holds the history; Docker's does not, so that it is given.

    Raises:
        ImageError: it is no such document.
    """
    match document:
        case [Mapping() as image]:
            pass
        case _:
            raise unreadable(said_by)
    own = (str(entry.get("created_by", "")) for entry in image.get("History") or ())
    return configuration(
        str(image.get("Architecture", "")),
        str(image.get("Os", "")),
        image.get("Config"),
        own if history is None else history,
    )


def configuration(
    architecture: str, system: str, settings: Any, history: Iterable[str]
) -> Configuration:
    """The configuration of these parts; `settings` is the document's `config`."""
    said: Mapping[str, Any] = settings if isinstance(settings, Mapping) else {}
    pairs = (str(entry).partition("=") for entry in said.get("Env") or ())
    return Configuration(
        architecture=architecture,
        os=system,
        user=str(said.get("User") or ""),
        entrypoint=tuple(map(str, said.get("Entrypoint") or ())),
        command=tuple(map(str, said.get("Cmd") or ())),
        environment={name: value for name, _, value in pairs},
        ports=tuple(sorted(map(str, said.get("ExposedPorts") or ()))),
        labels={str(key): str(value) for key, value in (said.get("Labels") or {}).items()},
        history=tuple(history),
    )


def unreadable(said_by: str) -> ImageError:
    """What is raised when a builder says of an image what cannot be read."""
    return ImageError(
        f"{said_by} says of the image what cannot be read",
        remedy="Build the image again; if it stays so, name another builder with --with.",
    )
