"""What this machine lets root do to keep apps apart: asked of the machine, not of our code."""

import subprocess

from studiogate.local.studio import cell


def can(script: str) -> bool:
    """Whether this machine lets root do `script` in a mount namespace of its own.

    A container may not, and a root that is no mount point cannot be sealed.
    """
    apart = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--", "sh", "-c", script]
    return subprocess.run(apart, capture_output=True, check=False).returncode == 0


APART = cell.Way.OWN_VIEW in cell.ways() and can("true")
SEALED = APART and can("mount -o remount,bind,ro /")
