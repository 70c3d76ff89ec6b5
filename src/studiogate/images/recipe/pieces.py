"""The pieces of a Dockerfile, one for each part that a recipe can have.

In the order of how seldom they change, so that a builder's cache serves.  A piece is lines; it
knows its addresses from `Sources` and its checksums from `Pins`.
"""

from studiogate.images.recipe.choices import Choices
from studiogate.images.recipe.pins import Pins
from studiogate.images.recipe.sources import Sources
from studiogate.images.recipe.text import FETCHED, KEPT, fetched, install, quoted, run, word
from studiogate.landscape.image_rules import GID, HOME, UID

PYTHON = "/opt/python"
R_SCRIPT = "packages.R"
REQUIREMENTS = "requirements.txt"
PORT = 8888
"""Where SageMaker looks whether an app is up (guide, "Custom image specifications")."""

JUPYTERLAB_PATH = "/jupyterlab/default"
CODE_EDITOR_PATH = "/codeeditor/default"
"""As addresses have it, and the `start-code-editor` of SageMaker Distribution: the application
in small letters.  The guide writes `CodeEditor/default`; `images check` takes either."""

_R_DEB = f"{FETCHED}/r.deb"
_WORKBENCH_DEB = f"{FETCHED}/workbench.deb"
_DRIVERS_DEB = f"{FETCHED}/drivers.deb"
_MICROMAMBA = f"{FETCHED}/micromamba"
_PIP = "--no-cache-dir --no-compile"
_USERADD = "--no-log-init --create-home --shell /bin/bash"
_CODE_EDITOR = "/opt/code-editor"
_USER = "sagemaker-user"

# Of Workbench and of R's packages: libcap2 is needed by Workbench and not declared by its
# package; the SageMaker guide asks for sudo, a JDK of 11 or newer and libpng.
_RSTUDIO_SYSTEM = (
    "ca-certificates",
    "curl",
    "default-jdk-headless",
    "git",
    "libcap2",
    "libcurl4-openssl-dev",
    "libpng-dev",
    "libsodium-dev",
    "libssl-dev",
    "libxml2-dev",
    "locales",
    "sudo",
    "zlib1g-dev",
)
_APP_SYSTEM = ("ca-certificates", "curl", "git", "sudo")
_PYTHON_SYSTEM = ("python3", "python3-venv")
# From Debian 12 on, unixodbc does not bring the program along that is called odbcinst.
_DRIVERS_SYSTEM = ("odbcinst", "unixodbc", "unixodbc-dev")


def head(choices: Choices, pins: Pins) -> list[str]:
    """FROM, labels and the language of what runs."""
    return [
        f"# {choices.name}: written by `studiogate images init`; what each download is, is in",
        "# checksums.lock.  A change by hand is kept, and `studiogate images check` judges it.",
        f"FROM {pins.pinned_base}",
        "",
        f"LABEL org.opencontainers.image.title={quoted(choices.title)} \\",
        f"    org.opencontainers.image.base.name={quoted(choices.base.partition('@')[0])} \\",
        f"    org.opencontainers.image.base.digest={quoted(pins.digest)} \\",
        f"    studiogate.image={quoted(choices.name)} \\",
        f"    studiogate.recipe={quoted(choices.kind)}",
        "",
        "ENV LANG=C.UTF-8",
    ]


def system(choices: Choices) -> list[str]:
    """The packages of the system that the other pieces need."""
    names = set(_RSTUDIO_SYSTEM if choices.kind == "rstudio" else _APP_SYSTEM)
    names |= set(_PYTHON_SYSTEM) if choices.python_packages else set()
    names |= set(_DRIVERS_SYSTEM) if choices.drivers else set()
    return ["# Packages of the system.", *run(install(sorted(names)))]


def versions_of_r(choices: Choices, pins: Pins, sources: Sources) -> list[str]:
    """Each R below /opt/R, where Workbench finds it; the first is the default, by links."""
    lines = [f"# R {', '.join(choices.r)}; the first is the default (S6-10, S6-11)."]
    for version in choices.r:
        url = sources.r_file(version, choices.release)
        lines += run([*fetched(url, _R_DEB, pins.sum_of(url)), *install([_R_DEB])])
    links = [
        f"ln -s /opt/R/{choices.r[0]}/bin/{one} /usr/local/bin/{one}" for one in _R_PROGRAMS
    ]
    return [*lines, *run([*links, "R --version", "Rscript --version"])]


_R_PROGRAMS = ("R", "Rscript")


def session(choices: Choices, pins: Pins, sources: Sources) -> list[str]:
    """Workbench, of the service's version, without a licence and without a server started."""
    url = sources.workbench_file(choices.session, choices.session_os)
    return [
        f"# Posit Workbench {choices.session}, for {choices.session_os}, brings the session.",
        "# Its version is the service's, or no session starts (S6-08, S6-09).",
        *run(
            [
                *fetched(url, _WORKBENCH_DEB, pins.sum_of(url)),
                "export RSTUDIO_INSTALL_NO_LICENSE_INITIALIZATION=1",
                *install([_WORKBENCH_DEB]),
                "test -x /usr/lib/rstudio-server/bin/rsession",
            ]
        ),
    ]


def drivers(choices: Choices, pins: Pins, sources: Sources) -> list[str]:
    """Posit's professional ODBC drivers, known to unixODBC by their names."""
    if not choices.drivers:
        return []
    url = sources.drivers_file()
    return [
        "# The professional drivers, and their names for unixODBC (S6-12).",
        *run(
            [
                *fetched(url, _DRIVERS_DEB, pins.sum_of(url)),
                *install([_DRIVERS_DEB]),
                "cp /opt/rstudio-drivers/odbcinst.ini.sample /etc/odbcinst.ini",
                "odbcinst -q -d",
            ]
        ),
    ]


def python(choices: Choices, pins: Pins, sources: Sources) -> list[str]:
    """Python in a folder of its own, with the packages of a day."""
    if not choices.python_packages:
        return []
    kept = f"{KEPT}/{REQUIREMENTS}"
    index = word(sources.python_packages(pins.snapshot))
    lines = [
        "# Python and its packages, as they were on the day of the lock (S6-13).",
        f"COPY {REQUIREMENTS} {kept}",
        *run(
            [
                f"python3 -m venv {PYTHON}",
                f"{PYTHON}/bin/pip install {_PIP} --index-url {index} -r {kept}",
                *_theirs(choices),
            ]
        ),
        f"ENV PATH={PYTHON}/bin:$PATH",
    ]
    reticulate = [f"ENV RETICULATE_PYTHON={PYTHON}/bin/python"]
    return lines + (reticulate if choices.kind == "rstudio" else [])


def _theirs(choices: Choices) -> list[str]:
    """Whoever uses an app may install into its Python, and so may what runs when it starts.

    pip has nowhere else to install to: an environment knows no packages of a user.
    """
    return [] if choices.kind == "rstudio" else [f"chown -R {UID}:{GID} {PYTHON}"]


def packages_of_r(choices: Choices) -> list[str]:
    """Packages of R: all of them for the default R, and what SageMaker needs for the others."""
    kept = f"{KEPT}/{R_SCRIPT}"
    others = [f"/opt/R/{one}/bin/Rscript {kept} reticulate" for one in choices.r[1:]]
    return [
        "# Packages of R, as they were on the day of the lock (S6-13).",
        f"COPY {R_SCRIPT} {kept}",
        *run([f"Rscript {kept}", *others]),
    ]


def rstudio_settings(choices: Choices, manager: str) -> list[str]:
    """What SageMaker wants an RStudio image to say (guide, "Custom RStudio image …")."""
    return [
        "# SageMaker asks for defaults of these; the domain's own settings override them.",
        f"ENV RSTUDIO_CONNECT_URL={quoted(choices.connect_url)} \\",
        f"    RSTUDIO_PACKAGE_MANAGER_URL={quoted(manager)} \\",
        '    RSTUDIO_FORCE_NON_ZERO_EXIT_CODE="1"',
    ]


def person() -> list[str]:
    """The user that apps run as; who had its number in the base goes."""
    return [
        f"# The user that SageMaker runs apps as: {UID}, of group {GID}.",
        *run(
            [
                f"there=$(getent passwd {UID} | cut -d: -f1)",
                'if [ -n "$there" ]; then userdel --remove "$there"; fi',
                f"getent group {GID} || groupadd --gid {GID} {_USER}",
                f"useradd {_USERADD} --uid {UID} --gid {GID} --home-dir {HOME} {_USER}",
            ]
        ),
    ]


def code_editor(pins: Pins, sources: Sources) -> list[str]:
    """Code Editor from conda-forge, installed by micromamba, which does not stay."""
    url = sources.micromamba
    channel = f"--override-channels --channel {word(sources.conda)}"
    editor = f"sagemaker-code-editor={word(sources.code_editor)}"
    return [
        f"# Code Editor {sources.code_editor}, of conda-forge; it finds its node by the PATH.",
        f"ENV PATH={_CODE_EDITOR}/bin:$PATH",
        *run(
            [
                *fetched(url, _MICROMAMBA, pins.sum_of(url)),
                f"chmod 0755 {_MICROMAMBA}",
                f"export MAMBA_ROOT_PREFIX={FETCHED}/mamba",
                f"{_MICROMAMBA} create --yes --prefix {_CODE_EDITOR} {channel} {editor}",
                "sagemaker-code-editor --help > /dev/null",
            ]
        ),
    ]


def served(choices: Choices) -> list[str]:
    """How the app is started: where SageMaker looks for it, without a password of its own."""
    started = _EDITOR_STARTED if choices.kind == "codeeditor" else _LAB_STARTED
    arguments = ", ".join(f'"{one}"' for one in started)
    return [
        "# SageMaker signs people in, and asks on this port and path whether the app is up.",
        f"EXPOSE {PORT}",
        f"USER {UID}:{GID}",
        f"WORKDIR {HOME}",
        f"ENTRYPOINT [{arguments}]",
    ]


_LAB_STARTED = (
    f"{PYTHON}/bin/jupyter-lab",
    "--ServerApp.ip=0.0.0.0",
    f"--ServerApp.port={PORT}",
    f"--ServerApp.base_url={JUPYTERLAB_PATH}",
    "--IdentityProvider.token=",
    "--ServerApp.allow_origin=*",
)
_EDITOR_STARTED = (
    f"{_CODE_EDITOR}/bin/sagemaker-code-editor",
    "--host",
    "0.0.0.0",  # noqa: S104 - SageMaker looks for the app from outside its container
    "--port",
    str(PORT),
    "--without-connection-token",
    "--base-path",
    CODE_EDITOR_PATH,
)
