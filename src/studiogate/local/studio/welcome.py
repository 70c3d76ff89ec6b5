"""What an app finds in its home: who it is, a first notebook, and settings that stay silent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studiogate.local.studio.seat import Seat

METADATA = Path("ml/metadata/resource-metadata.json")
"""Below `/opt`: where a Studio app reads who it is (S1-31)."""

_ANNOUNCEMENTS = Path(
    ".jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
)

_HELLO = """\
# Welcome

This notebook runs in an emulated SageMaker Studio, as the profile you were sent to.
Run the cells to see who you are, on this side and to AWS.
"""

_WHO = """\
import json, os, pathlib

place = os.environ.get("STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")
json.loads(pathlib.Path(place).read_text())
"""

_AWS = """\
try:
    import boto3
except ImportError:
    print("boto3 is not installed here: pip install boto3")
else:
    print(boto3.client("sts").get_caller_identity()["Arn"])
"""


def metadata(seat: Seat) -> dict[str, str]:
    """What the metadata file says; no profile where an app is shared by several people."""
    facts: dict[str, str | None] = {
        "AppType": seat.app.type,
        "DomainId": seat.domain.id,
        "UserProfileName": seat.profile,
        "SpaceName": seat.space,
        "ResourceArn": seat.app.arn,
        "ResourceName": seat.app.name,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def metadata_text(seat: Seat) -> str:
    """The metadata file, word for word."""
    return json.dumps(metadata(seat), indent=1) + "\n"


def write_metadata(seat: Seat, view: Path) -> Path:
    """Write the metadata file below `view`, readable by everybody; where it is."""
    file = view / METADATA
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(metadata_text(seat), encoding="utf-8")
    for path in (file, *file.parents[: len(METADATA.parts)]):
        path.chmod(0o644 if path == file else 0o755)
    return file


Notebooks = Mapping[str, dict[str, Any]]
"""By file name, notebooks as Jupyter keeps them."""


def furnish(home: Path, more: Notebooks) -> None:
    """Put the first notebooks and the settings into a home that is new and still ours.

    `more` are those beside the welcome.
    """
    _write(home / "welcome.ipynb", _notebook())
    for name, content in more.items():
        _write(home / name, content)
    _write(home / _ANNOUNCEMENTS, {"checkForUpdates": False, "fetchNews": "false"})


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _notebook() -> dict[str, Any]:
    code: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    return {
        "cells": [
            {"cell_type": "markdown", "id": "hello", "metadata": {}, "source": _HELLO},
            {**code, "id": "who", "source": _WHO},
            {**code, "id": "aws", "source": _AWS},
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
