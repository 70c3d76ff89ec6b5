"""Makes the notebook's library, for people who deploy by other means than `apply`.

    python -m tools.notebook_library

Writes it below `dist/`, under the key `apply` would give it.  With `requirements` it writes the
list of libraries anew, from the lock.
"""

import re
import subprocess
import sys
from pathlib import Path

from studiogate.deploy.bundle import uv
from studiogate.deploy.notebook_library import BUILT_ON, built, recipe

ROOT = Path(__file__).parents[1]
LISTED = ROOT / "src" / "studiogate" / "deploy" / "library.txt"

LACKING = ("asn1crypto", BUILT_ON, "scramp")
"""The driver, and what it needs that an image may lack."""

_BLOCK = re.compile(r"\n(?=\S)")


def requirements() -> str:
    """What the lock says of the libraries that an image lacks, with hashes."""
    command = [uv(), "export", "--frozen", "--quiet", "--no-dev", "--no-emit-project"]
    command += ["--no-header", "--no-annotate"]
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    blocks = [one for one in _BLOCK.split(done.stdout) if one.startswith(_names())]
    return "\n".join(one.rstrip("\n") for one in blocks) + "\n"


def write() -> Path:
    """Where the library was written."""
    wanted = recipe()
    path = ROOT / "dist" / wanted.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(built(wanted))
    return path


def _names() -> tuple[str, ...]:
    return tuple(f"{one}==" for one in LACKING)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["requirements"]:
            LISTED.write_text(requirements(), encoding="utf-8")
            sys.stderr.write(f"wrote {LISTED.relative_to(ROOT)}\n")
        case []:
            sys.stderr.write(f"wrote {write().relative_to(ROOT)}\n")
        case _:
            sys.exit(__doc__)
