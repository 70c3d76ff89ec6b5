"""The folders of an owner's apps: made closed, furnished once, put away rather than deleted."""

import secrets
from pathlib import Path

from studiogate.local.sagemaker.model import Owner
from studiogate.local.studio.welcome import Notebooks, furnish


def place(state: Path, domain_id: str, owner: Owner) -> Path:
    """Where everything of a profile's or a space's apps is kept."""
    return state / domain_id / owner.kind / owner.name


def prepare(home: Path, run: Path, notebooks: Notebooks) -> None:
    """Make an app's home and the folder of this start, closed to everybody else.

    A home is furnished only when it is new: later its owner may have put a link where we
    would write, and we may be root.
    """
    new = not home.exists()
    for folder in (home, run):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    run.parent.chmod(0o711)
    if new:
        furnish(home, notebooks)


def put_away(state: Path, domain_id: str, owner: Owner) -> None:
    """Put an owner's homes where no app reaches them; people may still want their files."""
    here = place(state, domain_id, owner)
    if here.exists():
        left = state / "left"
        left.mkdir(mode=0o700, exist_ok=True)
        here.rename(left / f"{domain_id}-{owner.kind}-{owner.name}-{secrets.token_hex(4)}")
