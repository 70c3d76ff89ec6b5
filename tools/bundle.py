"""Makes the gateway's bundle, for people who deploy by other means than `apply`.

    python -m tools.bundle [arm64 | x86_64]

Writes it below `dist/`, under the key `apply` would give it.  With `requirements` in place of a
processor it writes the list of libraries anew, from the lock.
"""

import subprocess
import sys
from pathlib import Path

from studiogate.deploy.bundle import Machine, Target, built, here, recipe, uv

ROOT = Path(__file__).parents[1]
LISTED = ROOT / "src" / "studiogate" / "deploy" / "function.txt"

PRUNED = (
    *("aiohttp", "prometheus-client", "uvicorn"),
    *("pydantic", "ruamel-yaml"),
    "pycparser",
    *("boto3", "numpy", "pandas", "pyarrow", "redshift-connector"),
)
"""For servers; for landscapes; for compiling what is compiled already; and for notebooks."""


def requirements() -> str:
    """What the lock says a function needs, with hashes."""
    pruned = [word for name in PRUNED for word in ("--prune", name)]
    command = [uv(), "export", "--frozen", "--quiet", "--no-dev", "--no-emit-project"]
    command += ["--extra", "gateway", "--no-header", "--no-annotate", *pruned]
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def write(machine: Machine) -> Path:
    """Where the bundle for `machine` was written."""
    wanted = recipe(Target(here(), machine))
    path = ROOT / "dist" / wanted.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(built(wanted))
    return path


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["requirements"]:
            LISTED.write_text(requirements(), encoding="utf-8")
            sys.stderr.write(f"wrote {LISTED.relative_to(ROOT)}\n")
        case [] | ["arm64"]:
            sys.stderr.write(f"wrote {write('arm64').relative_to(ROOT)}\n")
        case ["x86_64"]:
            sys.stderr.write(f"wrote {write('x86_64').relative_to(ROOT)}\n")
        case _:
            sys.exit(__doc__)
