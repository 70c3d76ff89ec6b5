"""The application with real ports, whichever process serves it: a server or a function.

The two differ in what carries calls to AWS, in who says where a request comes from, and in who
counts.  Nothing else is theirs to choose.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.types import ASGIApp

from studiogate.audit.ledger import FileLedger, StreamLedger, TableLedger
from studiogate.aws.wire.call import Transport
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.sources import from_environment
from studiogate.aws.wire.tables import Tables
from studiogate.gateway.app import create_app
from studiogate.gateway.directory import Named, TableDirectory
from studiogate.gateway.entrance import SignInRoom, Stores
from studiogate.gateway.entrance import build as build_signin
from studiogate.gateway.looks import AwsLooks
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.owners import Owners
from studiogate.gateway.ports import Clock, Counts, Ledger, Ports, Source
from studiogate.gateway.presign import AwsStudio
from studiogate.gateway.reach_source import LandscapeReach
from studiogate.gateway.settings import Settings
from studiogate.gateway.window import StudioWindow

TABLE = "table:"
"""How a `ledger` that is a DynamoDB table begins."""

_STDOUT = 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What differs by the process that serves."""

    transport: Transport
    clock: Clock
    source_of: Callable[[Request], Source]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Assembled:
    """The application with real ports, and how to let go of what they hold."""

    app: ASGIApp
    close: Callable[[], Awaitable[None]]


def assembled(
    settings: Settings, environ: Mapping[str, str], around: Surroundings
) -> Assembled:
    """The application as `settings` describe it; credentials come from where `environ` says.

    Connects to nothing yet.

    Raises:
        SettingsError: the environment names no credentials.
    """
    wire = Wire(
        around.transport,
        region=settings.region,
        source=from_environment(environ, around.transport, around.clock),
        clock=around.clock,
        endpoints=settings.endpoints,
        observe=around.counts.aws_call,
    )
    marks = TableMarks(Tables(wire), around.clock, settings.signins_table)
    stores = Stores(marks, Tables(wire))
    room = build_signin(settings, around.transport, around.clock, stores)
    app = create_app(
        _ports(settings, around, wire, marks, room), room.routes, metrics=around.counts
    )

    async def close() -> None:
        await room.close()
        await around.transport.close()

    return Assembled(room.wrap(app), close)


def _ports(
    settings: Settings, around: Surroundings, wire: Wire, marks: TableMarks, room: SignInRoom
) -> Ports:
    clock, tables = around.clock, Tables(wire)
    named = Named(
        people=settings.people_table, lobs=settings.lobs_table, signins=settings.signins_table
    )
    return Ports(
        sign_in=room.sign_in,
        directory=TableDirectory(tables, marks, clock, named=named, contact=settings.contact),
        marks=marks,
        owners=Owners(marks, clock, contact=settings.contact),
        studio=AwsStudio(
            wire,
            region=settings.region,
            clock=clock,
            studio_url=settings.studio_url,
            contact=settings.contact,
        ),
        looks=AwsLooks(wire, region=settings.region, clock=clock, contact=settings.contact),
        window=StudioWindow(
            around.transport, room.sealer, clock, str(settings.studio_endpoint or "")
        ),
        reach=LandscapeReach(settings.landscape),
        ledger=_ledger(settings.ledger, tables),
        clock=clock,
        source_of=around.source_of,
        origins=settings.origins,
        idps=labels(settings),
        contact=settings.contact,
        sign_out_token=room.csrf_token,
    )


def _ledger(where: str, tables: Tables) -> Ledger:
    if where == "stdout":
        return StreamLedger(_STDOUT)
    if where.startswith(TABLE):
        return TableLedger(tables, where.removeprefix(TABLE))
    return FileLedger(Path(where))


def labels(settings: Settings) -> dict[str, str]:
    """What the portal calls each way to sign in, by the name of the provider."""
    oidc = {name: idp.label or name for name, idp in settings.idps.items()}
    return oidc | {name: idp.label or name for name, idp in settings.saml.items()}
