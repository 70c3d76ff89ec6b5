"""Write the generated pages of `docs/reference`: what the code says about itself.

Run as `python -m tools.reference` (`make docs`); a test compares the committed pages with what
this would write.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from studiogate.cli import reference as command_line
from studiogate.landscape import reference as landscape
from tools import http_page, permissions_page, reasons_page, settings_page

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "landscape.md": landscape.reference,
    "cli.md": command_line.reference,
    "settings.md": settings_page.reference,
    "http.md": http_page.reference,
    "reasons.md": reasons_page.reference,
    "permissions.md": permissions_page.reference,
}
"""Name of each page, and what makes it."""


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
        sys.stderr.write(f"wrote docs/reference/{name}\n")
