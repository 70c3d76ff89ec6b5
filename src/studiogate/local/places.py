"""Where things are in the emulated world, as the landscape file says now.

Offices and VPCs are facts of that world, so the file is followed while it runs: a network that
joins gets its doors, and a domain that joins has its apps in the network it names.  What is
there already stays where it is; nothing moves under people's feet.
"""

from pathlib import Path

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.local.listeners import Listener, Listeners, joining


class Places:
    """The landscape as it is now, and the address of every door."""

    def __init__(self, landscape: Landscape, known: Listeners) -> None:
        self.landscape = landscape
        self.known: dict[tuple[str, str], Listener] = dict(known)

    def network_of(self, domain: str) -> str:
        """The network of `domain`'s apps; the hub for a domain that was made by hand."""
        declared = self.landscape.domains.get(domain)
        wanted = declared.network if declared else self.landscape.gateway.network
        here = {network for _, network in self.known}
        return wanted if wanted in here else self.landscape.gateway.network

    def follow(self, landscape: Landscape) -> Listeners:
        """Take `landscape` for what is; the doors of its new networks, which nobody serves yet.

        Raises:
            LandscapeError: it moves what stands: a network there already, the hub, the Region.
        """
        if moved := _moved(self.landscape, landscape):
            what = "this moved while the organisation runs"
            remedy = "Stop it and start it again: `make down`, `make up`."
            raise LandscapeError([Problem(moved, what, remedy)])
        new = joining(landscape, self.known)
        self.landscape = landscape
        self.known |= new
        return new


class Followed:
    """A landscape file, read again when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = self._stamp()

    def news(self) -> Landscape | None:
        """The landscape, if the file has changed since it was last asked for.

        Raises:
            LandscapeError: it has changed into something that is not sound.
        """
        stamp = self._stamp()
        if stamp is None or stamp == self._seen:
            return None
        self._seen = stamp
        return read(self._file.read_text(encoding="utf-8-sig"), source=str(self._file))

    def _stamp(self) -> tuple[int, int] | None:
        """What changes with the file; `None` while it is not there, as editors leave it."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


def _moved(before: Landscape, after: Landscape) -> str | None:
    if before.region != after.region or before.gateway != after.gateway:
        return "gateway" if before.region == after.region else "region"
    for name, network in before.networks.items():
        found = after.networks.get(name)
        if found is None or (found.kind, found.cidrs) != (network.kind, network.cidrs):
            return f"networks.{name}"
    return None
