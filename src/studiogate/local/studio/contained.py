"""Starts one app from the file system of its custom image, in a container of its own.

The app listens at port 8888 of a network of its own; the front comes to it by a unix socket, as
to every app.  Of this machine it reaches what its environment names: the credentials of its
role, the endpoints of its network, and the databases that answer there.
"""

import asyncio
import secrets
import shutil
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from studiogate.errors import StartError
from studiogate.local.containers.container import Container, Wanted, give, started
from studiogate.local.containers.relay import Relay
from studiogate.local.sagemaker.images.offered import Offer
from studiogate.local.sagemaker.model import JUPYTERLAB
from studiogate.local.studio import rooms
from studiogate.local.studio.image import authorities
from studiogate.local.studio.image_app import PORT, ImageApp
from studiogate.local.studio.kinds import KINDS
from studiogate.local.studio.last_words import last_words
from studiogate.local.studio.running_image import Manner, Unpacked, manner, unable
from studiogate.local.studio.scripts import MAY_TAKE_S, not_run
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.upstream import Upstream
from studiogate.local.studio.welcome import METADATA, Notebooks, metadata_text

ANSWERS_WITHIN_S = 120.0
_ASK_EVERY_S = 0.05
_OURS = "/opt/.sagemakerinternal"
"""Reserved for SageMaker in every image (the same page)."""

_LOCAL = frozenset({"127.0.0.1", "localhost"})

# Runs each script, then becomes the app; a script that fails is named in the log.
_SCRIPTS_FIRST = """
mark=$1; shift
with=$(command -v bash || command -v sh)
while [ "$1" != -- ]; do
    "$with" "$1" || { code=$?; echo "$mark $1 $code"; exit 1; }
    shift
done
shift; exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the organisation gives apps."""

    environment_of: Callable[[Seat], Mapping[str, str]]
    """What the app needs of AWS: its credentials, the region, the endpoints."""

    ended: Callable[[Mapping[str, str]], None] = lambda _: None
    """Told what an app was given, once that app ends."""

    databases: Callable[[Seat], Collection[int]] = lambda _: ()
    """Ports of this machine at which the app's network finds databases, as they are now."""

    notebooks: Callable[[Seat], Notebooks] = lambda _: {}
    """Those in a new home beside the welcome."""

    extra_ca: Path | None = None
    """A PEM file of authorities that apps trust beside the world's."""


class ImageLauncher:
    """Starts apps of custom images."""

    def __init__(
        self,
        state: Path,
        sockets: Path,
        unpacked: Unpacked,
        around: Surroundings,
        *,
        answers_within_s: float = ANSWERS_WITHIN_S,
    ) -> None:
        """Keep homes below `state`, beside those of other apps; `sockets` has a short path."""
        self._state = state
        self._sockets = sockets
        self._unpacked = unpacked
        self._around = around
        self._answers_within_s = answers_within_s

    async def launch(self, seat: Seat, image: Offer) -> ImageApp:
        """The seat's app, once it answers.

        Raises:
            StartError: the image cannot be had or run, or its app did not answer, and why.
        """
        pulled, root = await self._unpacked.of(image, seat.domain.place.region)
        how = manner(image, pulled, seat.app.type)
        if not how.argv:
            raise unable(image, "Neither it nor its configuration says what is to be run.")
        place = rooms.place(self._state, seat.domain.id, seat.app.owner)
        # In Studio a space runs one application, whose volume is its alone.
        within = place if seat.app.type == JUPYTERLAB else place / seat.app.type.lower()
        home, log = within / "home", within / "app.log"
        run = self._sockets / secrets.token_hex(8)
        given = self._around.environment_of(seat)
        mark = secrets.token_hex(8)
        try:
            reaches = _refuse_own_port(ports_of(given))
            books = self._around.notebooks(seat)
            await asyncio.to_thread(rooms.prepare, home, run, books)
            await asyncio.to_thread(give, home, how.uid, how.gid)
            log.unlink(missing_ok=True)
            wanted = self._wanted(seat, how, root, given, home=home, mark=mark)
            container = await started(wanted, log=log, reaches=reaches)
            app = await self._reached(container, run, given)
        except BaseException:
            self._around.ended(given)
            await asyncio.to_thread(shutil.rmtree, run, ignore_errors=True)
            raise
        try:
            await self._answers(app, seat, image, log=log, mark=mark)
        except BaseException:
            await app.stop()
            raise
        app.follow(lambda: self._around.databases(seat))
        return app

    async def _reached(
        self, container: Container, run: Path, given: Mapping[str, str]
    ) -> ImageApp:
        """The container with a way to its port."""
        upstream = Upstream(run / "app.sock", None)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(str(upstream.socket))
            upstream.socket.chmod(0o600)
            relay = Relay(listening, lambda: container.space.connected(PORT))
            await relay.begin()
        except BaseException:
            listening.close()
            await container.stop()
            raise
        return ImageApp(container, relay, upstream, run, lambda: self._around.ended(given))

    def _wanted(
        self,
        seat: Seat,
        how: Manner,
        root: Path,
        given: Mapping[str, str],
        *,
        home: Path,
        mark: str,
    ) -> Wanted:
        scripts = {
            f"{_OURS}/lifecycle-{number}.sh": one.script.decode("utf-8", "surrogateescape")
            for number, one in enumerate(seat.lifecycles)
        }
        first = ("/bin/sh", "-c", _SCRIPTS_FIRST, "sh", mark, *scripts, "--") if scripts else ()
        certificates = f"{_OURS}/certificates.pem"
        return Wanted(
            root,
            (*first, *how.argv),
            {
                **how.environment,
                **given,
                "AWS_ACCOUNT_ID": seat.domain.place.account,
                "AWS_EC2_METADATA_DISABLED": "true",
                "SAGEMAKER_APP_TYPE": seat.app.type,
                "SSL_CERT_FILE": certificates,
                **({"SAGEMAKER_SPACE_NAME": seat.space} if seat.space else {}),
            },
            how.uid,
            how.gid,
            how.folder,
            (home, how.home),
            {
                f"/opt/{METADATA}": metadata_text(seat),
                certificates: authorities(self._around.extra_ca),
                **scripts,
            },
        )

    async def _answers(
        self, app: ImageApp, seat: Seat, image: Offer, *, log: Path, mark: str
    ) -> None:
        """Return once the app answers where Studio asks it."""
        kind = KINDS[seat.app.type]
        may_take_s = self._answers_within_s + MAY_TAKE_S * len(seat.lifecycles)
        deadline = asyncio.get_running_loop().time() + may_take_s
        while not await app.answers(kind):
            late = asyncio.get_running_loop().time() > deadline
            if app.alive and not late:
                await asyncio.sleep(_ASK_EVERY_S)
                continue
            said = await asyncio.to_thread(last_words, log)
            _refuse_script(seat, said, mark)
            where = " or ".join(f"{base}{kind.alive}" for base in kind.bases)
            why = (
                f"It passed no health check at port {PORT}, {where}, in {may_take_s:.0f} s."
                if app.alive
                else f"Its program ended, exit code {await app.container.ended()}."
            )
            raise unable(image, f"{why} {_quoted(said)}")


def _refuse_own_port(ports: set[int]) -> set[int]:
    """`ports`, which the app reaches by the same numbers, and so not the one it listens at.

    Raises:
        StartError: an endpoint of the organisation is there.
    """
    if PORT in ports:
        raise StartError(
            f"Port {PORT} of this machine is one of the organisation's endpoints, and an app "
            "of a custom image has to listen there itself.",
            remedy="Start the organisation from another port: `studiogate up --port`.",
        )
    return ports


def ports_of(given: Mapping[str, str]) -> set[int]:
    """The ports of this machine that an environment names."""
    found = (urlsplit(value) for value in given.values() if value.startswith("http"))
    return {one.port for one in found if one.hostname in _LOCAL and one.port}


def _refuse_script(seat: Seat, said: list[str], mark: str) -> None:
    for line in said:
        if line.startswith(mark):
            _, file, code = line.split()
            number = int(file.rpartition("-")[2].removesuffix(".sh"))
            raise not_run(seat.lifecycles[number], int(code), MAY_TAKE_S)


def _quoted(said: list[str]) -> str:
    return f"Its last words: {' / '.join(said)}" if said else "It printed nothing."
