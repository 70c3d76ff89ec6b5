"""`studiogate render`: every template as a file."""

from pathlib import Path
from typing import Annotated

import typer

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import show
from studiogate.foundation.composed import composed
from studiogate.foundation.render import ORDER, files


def render(
    file: Annotated[Path, typer.Argument(help="The landscape to render.")] = Path(
        "landscape.yaml"
    ),
    *,
    out: Annotated[Path, typer.Option(help="The folder to write to; made if it is not there.")],
) -> None:
    """Write every CloudFormation template, and what each is told, as files."""
    written = 0
    for path, text in files(composed(landscape_of(file))):
        _write(out / path, text)
        written += 1
    show(f"{written} files in {out}; {out / ORDER} says in which order they stand.")


def _write(there: Path, text: str) -> None:
    try:
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
        raise typer.BadParameter(f"{there}: {why}") from error
