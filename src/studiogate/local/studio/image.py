"""The Python of one app: fresh at every start, as an app's image is, and gone with the app.

What is installed on this machine stands in for the image, without studiogate itself: an app has
that from its lifecycle configuration or not at all (S1-28).  An app installs into an
environment of its own; the image is beside it and only read, so that nothing an app does to its
libraries reaches this machine's or another app's.

    env/      what the app installs, `python3` and `pip`; first on its path
    image/    a link to everything installed here
    jupyter/  tells JupyterLab to start kernels with that Python
"""

import compileall
import json
import shutil
import ssl
import sys
import sysconfig
import tempfile
import threading
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import certifi

from studiogate.errors import StartError

OURS = "studiogate"
"""No image has it; neither as files nor as what says that it is installed."""

_PIP = '#!/bin/sh\nexec "{python}" -m pip "$@"\n'
_KERNEL = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "metadata": {"debugger": True},
}


@dataclass(frozen=True, slots=True)
class Image:
    """Where one app has its Python."""

    programs: Path
    """`python3` and `pip`."""

    jupyter: Path
    """Where JupyterLab finds the kernel."""

    certificates: Path
    """Whom the app's programs trust."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead there."""
        return {
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
            "JUPYTER_PATH": str(self.jupyter),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "SSL_CERT_FILE": str(self.certificates),
        }


class Images:
    """Makes them; what takes long is made once, below `kept`."""

    def __init__(self, kept: Path, *, extra_ca: Path | None = None) -> None:
        """`extra_ca` is a PEM file of authorities that apps trust beside the world's own."""
        self._pip = kept / "pip"
        self._extra_ca = extra_ca
        self._one_at_a_time = threading.Lock()

    def make(self, run: Path) -> Image:
        """A fresh Python below `run`, the folder of one app.

        Raises:
            StartError: this Python has no `pip` to give.
        """
        env, image = run / "env", run / "image"
        venv.EnvBuilder(symlinks=True).create(env)
        libraries = Path(sysconfig.get_path("purelib", "venv", {"base": str(env)}))
        image.mkdir()
        for place in _installed():
            (image / place.name).symlink_to(place)
        (libraries / "image.pth").write_text(f"{image}\n", encoding="utf-8")
        if not (image / "pip").exists():
            shutil.copytree(self._pip_here(), libraries, dirs_exist_ok=True)
        python = env / "bin" / "python3"
        for name in ("pip", "pip3"):
            (env / "bin" / name).write_text(_PIP.format(python=python), encoding="utf-8")
            (env / "bin" / name).chmod(0o755)
        return Image(python.parent, _jupyter(run, python), self._certificates(run))

    def _pip_here(self) -> Path:
        """The folder of `pip` and its bytecode, as this Python brings it for environments."""
        with self._one_at_a_time:
            if not self._pip.exists():
                self._pip.parent.mkdir(parents=True, exist_ok=True)
                new = Path(tempfile.mkdtemp(dir=self._pip.parent))
                with zipfile.ZipFile(_bundled_pip()) as wheel:
                    wheel.extractall(new)
                compileall.compile_dir(new, quiet=2)
                new.rename(self._pip)
        return self._pip

    def _certificates(self, run: Path) -> Path:
        file = run / "certificates.pem"
        file.write_text(authorities(self._extra_ca), encoding="utf-8")
        return file


def authorities(extra_ca: Path | None) -> str:
    """Whom apps trust, as PEM: the world's authorities, this machine's, and the emulation's."""
    here = ssl.get_default_verify_paths().cafile
    sources = [certifi.where(), *([here] if here else []), extra_ca]
    texts = [Path(one).read_text("utf-8") for one in sources if one and Path(one).exists()]
    return "\n".join(texts)


def _installed() -> Iterator[Path]:
    """Everything that is installed here and that an image has.

    No `.pth`: such a file can put folders of ours on a path.
    """
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for folder in sorted(map(Path, places)):
        for place in sorted(folder.iterdir()):
            if (
                place.suffix != ".pth"
                and OURS not in place.name
                and place.name != "__pycache__"
            ):
                yield place


def _bundled_pip() -> Path:
    try:
        bundled = Path(str(files("ensurepip") / "_bundled"))
        return next(bundled.glob("pip-*.whl"))
    except (ModuleNotFoundError, StopIteration):
        raise StartError(
            "An app needs pip, and this Python brings none.",
            remedy=f"Install pip for {sys.executable}, or the package of ensurepip "
            "(python3-venv on Debian and Ubuntu).",
        ) from None


def _jupyter(run: Path, python: Path) -> Path:
    kernel = run / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, **_KERNEL}), encoding="utf-8")
    return run / "jupyter"
