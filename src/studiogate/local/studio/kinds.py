"""The applications of Studio that run behind this front, and where each is in the browser."""

from dataclasses import dataclass

from studiogate.local.sagemaker.landing import BASE, EDITOR_BASE, RSTUDIO_BASE
from studiogate.local.sagemaker.model import CODE_EDITOR, JUPYTERLAB, RSESSION


@dataclass(frozen=True, slots=True)
class Kind:
    """An application."""

    type: str
    """AppType of the SageMaker API."""

    title: str
    what: str
    bases: tuple[str, ...]
    """Paths under a domain's host name below which the app itself answers."""

    begins: str
    """Where a person begins."""

    own: str
    """What it starts without a custom image, in words; empty where that is not here."""

    alive: str = "/"
    """Below its base, what answers once the app does."""


JUPYTER = Kind(
    JUPYTERLAB,
    "JupyterLab",
    "Notebooks, terminals and files.",
    (BASE,),
    f"{BASE}/lab",
    "This machine’s Python",
    "/api/status",
)
EDITOR = Kind(
    CODE_EDITOR,
    "Code Editor",
    "An editor for whole projects, on Code-OSS.",
    (EDITOR_BASE, "/CodeEditor/default"),
    f"{EDITOR_BASE}/",
    "",
)
SESSIONS = Kind(
    RSESSION,
    "RStudio",
    "Sessions of R, by Posit Workbench.",
    (),
    RSTUDIO_BASE,
    "",
)
KINDS = {kind.type: kind for kind in (JUPYTER, EDITOR, SESSIONS)}
"""By AppType."""


def moved(path: str, base: str | None) -> str | None:
    """Where `path` is in an app that answers at `base`; `None` where it is there already."""
    kind = served_at(path)
    if kind is None or base is None or path == base or path.startswith(f"{base}/"):
        return None
    named = next(one for one in kind.bases if path == one or path.startswith(f"{one}/"))
    return base + path.removeprefix(named)


def served_at(path: str) -> Kind | None:
    """The application whose app answers at `path`; `None` where none does."""
    for kind in (JUPYTER, EDITOR):
        if any(path == base or path.startswith(f"{base}/") for base in kind.bases):
            return kind
    return None
