"""Draw the picture of reach that the README shows, from the example's own landscape.

Run as `python -m tools.reach_picture` (`make docs`); a test compares the committed picture with
what this would draw.
"""

import sys
from pathlib import Path

from studiogate.landscape.read import read
from studiogate.reach.picture.page import svg
from studiogate.reach.table import table
from studiogate.reach.world import world

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "reach.svg"
_EXAMPLE = ROOT / "examples" / "two-lobs.yaml"


def drawn() -> str:
    """The picture, as `studiogate reach --svg` draws it."""
    return svg(table(world(read(_EXAMPLE.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
    sys.stderr.write(f"wrote {PICTURE.relative_to(ROOT)}\n")
