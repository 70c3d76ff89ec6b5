"""A folder whose image has all that RStudio asks for, each a few lines of shell.

Its R, Python, Java and session components say of themselves what the real ones would, so that
they are run for it; what they are for they cannot do. It is built on nothing, from busybox: no
network is needed, and it is there in a second.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kit.containers import busybox_layer, write_context
from tests.kit.images_inside import VERSIONS

_R = """#!/bin/sh
case "$1" in
  --version) echo "$(basename "$0") version {version} (2025-06-13)" ;;
  -e) echo "$2" | grep -o '"[a-zA-Z0-9.]*"' | sed 's/"//g; s/^/loaded /' ;;
esac
"""
_SAYS = "#!/bin/sh\necho '{what}'\n"
_DOCKERFILE = """\
FROM scratch
ADD rootfs.tar /
COPY image /
ENV PATH=/usr/local/bin:/usr/bin:/bin \\
    RSTUDIO_CONNECT_URL="" \\
    RSTUDIO_PACKAGE_MANAGER_URL="https://packages.acme.example/cran/2026-02-02" \\
    RSTUDIO_FORCE_NON_ZERO_EXIT_CODE="1"
RUN ln -s /opt/R/{version}/bin/R /opt/R/{version}/bin/Rscript /usr/local/bin/
"""


def write_rstudio(folder: Path, *, session: str, r: Sequence[str] = ("4.5.1",)) -> Path:
    """`folder`, with a Dockerfile for Workbench `session` and versions of R, the first default."""
    shutil.rmtree(folder, ignore_errors=True)
    write_context(folder, _DOCKERFILE.format(version=r[0]), _files(session, r))
    (folder / "rootfs.tar").write_bytes(busybox_layer())
    return folder


def _files(session: str, r: Sequence[str]) -> Mapping[str, str]:
    python = json.dumps({"versions": VERSIONS, "broken": {}})
    components = "image/usr/lib/rstudio-server"
    return {
        f"{components}/VERSION": f"{session}\n",
        f"{components}/bin/rsession": _SAYS.format(what=f"{session} for Ubuntu Noble"),
        "image/usr/lib/x86_64-linux-gnu/libpng16.so.16": "",
        "image/usr/local/bin/java": _SAYS.format(what='openjdk version "21.0.4"'),
        "image/usr/local/bin/odbcinst": _SAYS.format(what="[PostgreSQL]"),
        "image/usr/local/bin/python3": _SAYS.format(what=python),
        "image/usr/local/bin/sudo": '#!/bin/sh\nexec "$@"\n',
        **{
            f"image/opt/R/{version}/bin/{name}": _R.format(version=version)
            for version in r
            for name in ("R", "Rscript")
        },
    }
