"""Programs that `tools/setup test-packages` unpacks below `.tools` and does not install."""

from pathlib import Path

_TOOLS = Path(__file__).parents[2] / ".tools"

BUSYBOX = _TOOLS / "busybox-static" / "bin" / "busybox"
"""Whole in one file, so that an image can be made of it alone."""

DEBIAN_REGISTRY = _TOOLS / "docker-registry" / "usr" / "bin" / "docker-registry"
"""A registry that is not ours."""
