"""The files of an image's folder, as texts: pure, so that the same choices write the same."""

from collections.abc import Mapping

from studiogate.images.recipe import pieces
from studiogate.images.recipe.choices import Choices
from studiogate.images.recipe.pins import LOCK, Pins, lock_text, sum_of_text
from studiogate.images.recipe.sources import Sources


def downloads(choices: Choices, sources: Sources) -> tuple[str, ...]:
    """Addresses of everything that the Dockerfile downloads by itself, in its order."""
    if choices.kind == "codeeditor":
        return (sources.micromamba,)
    if choices.kind == "jupyterlab":
        return ()
    return (
        *(sources.r_file(one, choices.release) for one in choices.r),
        sources.workbench_file(choices.session, choices.session_os),
        *((sources.drivers_file(),) if choices.drivers else ()),
    )


def dockerfile(choices: Choices, pins: Pins, sources: Sources) -> str:
    """The Dockerfile of an image.

    Raises:
        ImageError: `pins` lacks one of the downloads.
    """
    made = [pieces.head(choices, pins), pieces.system(choices)]
    if choices.kind == "rstudio":
        made += [
            pieces.versions_of_r(choices, pins, sources),
            pieces.session(choices, pins, sources),
            pieces.drivers(choices, pins, sources),
            pieces.python(choices, pins, sources),
            pieces.packages_of_r(choices),
            pieces.rstudio_settings(choices, _manager(choices, pins, sources)),
        ]
    else:
        made += [
            pieces.person(),
            pieces.code_editor(pins, sources) if choices.kind == "codeeditor" else [],
            pieces.python(choices, pins, sources),
            pieces.served(choices),
        ]
    return "\n\n".join("\n".join(piece) for piece in made if piece) + "\n"


def files(choices: Choices, pins: Pins, sources: Sources) -> Mapping[str, str]:
    """Every file of the folder by its name, the lock last: it says what the others are."""
    written = {"Dockerfile": dockerfile(choices, pins, sources)}
    if choices.r_packages:
        written[pieces.R_SCRIPT] = _r_script(choices, _manager(choices, pins, sources))
    if choices.python_packages:
        written[pieces.REQUIREMENTS] = "".join(f"{one}\n" for one in choices.python_packages)
    copied = [one for one in (pieces.R_SCRIPT, pieces.REQUIREMENTS) if one in written]
    written[".dockerignore"] = "".join(["*\n", *(f"!{one}\n" for one in copied)])
    written["README.md"] = _readme(choices)
    sums = {name: sum_of_text(text) for name, text in written.items()}
    locked = Pins(pins.base, pins.digest, pins.snapshot, pins.files, sums)
    return {**written, LOCK: lock_text(locked)}


def _manager(choices: Choices, pins: Pins, sources: Sources) -> str:
    declared = choices.package_manager_url
    return sources.r_packages(choices.release, pins.snapshot, declared=declared)


def _r_script(choices: Choices, manager: str) -> str:
    """An R program that installs its packages, and fails where one of them is missing.

    Package Manager gives packages built for the system to an R that says what it is.
    """
    names = ",\n  ".join(f'"{one}"' for one in choices.r_packages)
    return f"""\
# Installs these packages, or those that it is given as arguments.
wanted <- c(
  {names}
)
given <- commandArgs(trailingOnly = TRUE)
if (length(given) > 0L) wanted <- given

is <- paste(getRversion(), R.version["platform"], R.version["arch"], R.version["os"])
options(
  repos = c(CRAN = "{manager}"),
  HTTPUserAgent = sprintf("R/%s R (%s)", getRversion(), is)
)
install.packages(wanted)

missing <- setdiff(wanted, rownames(installed.packages()))
if (length(missing) > 0L) stop("not installed: ", paste(missing, collapse = ", "))
"""


def _readme(choices: Choices) -> str:
    """One screen: what is here, and the commands of an image's life."""
    about = {
        "rstudio": f"R {', '.join(choices.r)} with Posit Workbench {choices.session}",
        "jupyterlab": "JupyterLab",
        "codeeditor": "Code Editor",
    }[choices.kind]
    return f"""\
# {choices.name}

{about}, on {choices.release.says}.

| file | what |
|---|---|
| `Dockerfile` | how it is built |
| `{LOCK}` | what each download is, by its checksum; and how these files were written |
| `{pieces.R_SCRIPT}`, `{pieces.REQUIREMENTS}` | packages of R and of Python, where it has any |

```sh
studiogate images check {choices.name}      # what is wrong with it, before anything is built
studiogate images build {choices.name}
studiogate images publish {choices.name}
studiogate images attach {choices.name}
studiogate images lock {choices.name}       # newer packages: pins everything anew
```

Downloads, the base, and packages of R and Python are those of the lock.  Packages of the system
are those of the day on which it is built.
"""
