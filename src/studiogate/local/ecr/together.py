"""The emulated ECR put together: what its API and its registry keep between them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studiogate.local.call import Caller
from studiogate.local.ecr.blobs import LARGEST, Blobs
from studiogate.local.ecr.downloads import Downloads
from studiogate.local.ecr.store import Registries
from studiogate.local.ecr.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Ecr:
    """Repositories and images, whose tokens there are, and addresses of layers."""

    registries: Registries
    tokens: Tokens
    downloads: Downloads


def ecr(
    folder: Path,
    clock: Callable[[], datetime],
    lookup: Callable[[str], Caller | None],
    *,
    largest_layer: int = LARGEST,
) -> Ecr:
    """An ECR with nothing in it, whose blobs are below `folder`, which is its own alone.

    `lookup` says whose an access key is: `SessionStore.lookup`.
    """
    blobs = Blobs(folder, clock, largest=largest_layer)
    return Ecr(Registries(blobs, clock), Tokens(lookup, clock), Downloads(clock))
