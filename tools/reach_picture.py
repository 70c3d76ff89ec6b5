"""Draw the pictures of reach and of the landscape, from the example's own landscape.

Run as `python -m tools.reach_picture` (`make docs`); a test compares the committed pictures
with what this would draw.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from studiogate.landscape.read import read
from studiogate.reach.map.page import svg as map_svg
from studiogate.reach.map.sites import mapped
from studiogate.reach.picture.page import svg as picture_svg
from studiogate.reach.table import table
from studiogate.reach.world import world

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
_EXAMPLE = ROOT / "examples" / "two-lobs.yaml"


def drawn() -> Mapping[str, str]:
    """Every picture by its file's name, as `studiogate reach --svg` and `draw` draw them."""
    known = world(read(_EXAMPLE.read_text(encoding="utf-8")))
    whole = table(known)
    return {"reach.svg": picture_svg(whole), "landscape.svg": map_svg(mapped(known, whole))}


if __name__ == "__main__":
    for name, picture in drawn().items():
        (PICTURES / name).write_text(picture, encoding="utf-8")
        sys.stderr.write(f"wrote {(PICTURES / name).relative_to(ROOT)}\n")
