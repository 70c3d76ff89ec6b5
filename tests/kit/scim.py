"""A gateway that providers send people to, over tables in memory; and how they speak to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from studiogate import names
from studiogate.audit.signing_in import SigningIn
from studiogate.foundation.directory import Item, LobRow, PersonRow
from studiogate.gateway.directory import TableDirectory
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.scim.routes import Scim
from studiogate.gateway.scim.store import ScimTables
from studiogate.gateway.told import Secret
from tests.kit.gateway import HOST, LOBS, House
from tests.kit.scim_tables import MemoryTables

PEOPLE, LOB_ROWS, SENT = "studiogate-people", "studiogate-lobs", "studiogate-provisioned"
TOKENS = {
    "corporate": "corporate-scim-token-0123456789abcdef",
    "workforce": "workforce-scim-token-0123456789abcdef",
}
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ADA = "ada@acme.example"

ROWS = tuple(
    replace(row, groups=(f"ml-{row.lob}",)) if row.lob in {"lob-a", "lob-b"} else row
    for row in LOBS
)
Json = dict[str, Any]


@dataclass
class Town:
    """One gateway, its tables, and its record."""

    house: House = field(default_factory=House)
    tables: MemoryTables = field(default_factory=MemoryTables)
    given: ScimTables | None = None
    """Other tables than those in memory; see `fill`."""

    def __post_init__(self) -> None:
        for row in ROWS:
            self.enter_lob(row)
        tokens = {idp: Secret(token.encode()) for idp, token in TOKENS.items()}
        self.scim = Scim(tokens, self.given or self.tables, self.house.clock)
        clock = self.house.clock
        marks = TableMarks(self.tables, clock, names.SIGNINS_TABLE)
        self.app = self.house.app(
            self.scim.routes, directory=TableDirectory(self.tables, marks, clock), marks=marks
        )

    def enter_lob(self, row: LobRow) -> None:
        self.tables.of(LOB_ROWS)[row.lob] = row.item()

    async def fill(self) -> None:
        """Enter the lines of business into the tables that were given."""
        assert self.given is not None
        for row in ROWS:
            await self.given.put(LOB_ROWS, row.item())

    def enter(self, row: PersonRow, **more: Any) -> None:
        """A row as the landscape writes it."""
        self.tables.of(PEOPLE)[row.person] = row.item() | more

    def row(self, person: str = ADA) -> Item | None:
        return self.tables.of(PEOPLE).get(person)

    def lob_of(self, person: str = ADA) -> str | None:
        row = self.row(person)
        return None if row is None or "LOB" not in row else str(row["LOB"]["S"])

    def revoked(self, person: str = ADA) -> bool:
        return (self.row(person) or {}).get("REVOKED") == {"BOOL": True}

    @property
    def records(self) -> list[SigningIn]:
        return self.house.ledger.sign_ins

    async def as_person(
        self, person: str, path: str, *, idp: str = "corporate"
    ) -> httpx.Response:
        """What the gateway answers to `person`, who is signed in, by the rows as they are."""
        carried = httpx.ASGITransport(app=self.app)
        headers = {"host": HOST, "x-session": person, "x-idp": idp}
        async with httpx.AsyncClient(transport=carried, base_url=f"http://{HOST}") as client:
            return await client.get(path, headers=headers)

    def provider(self, idp: str = "corporate") -> "Provider":
        return Provider(self, idp)


class Provider:
    """An identity provider at work; each request goes through the whole application."""

    def __init__(
        self, town: Town, idp: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self._town = town
        own = {"host": HOST, "authorization": f"Bearer {TOKENS[idp]}"}
        self._headers = dict(own if headers is None else headers)

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"content-type": "application/scim+json"} if body is not None else {}
        carried = httpx.ASGITransport(app=self._town.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=carried, base_url=f"http://{HOST}") as client:
            return await client.request(
                method,
                f"/scim/v2{path}",
                content=content,
                headers=self._headers | sent | {k.replace("_", "-"): v for k, v in headers.items()},
            )  # fmt: skip

    async def get(self, path: str) -> Json:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def user(self, person: str = ADA, /, **attributes: Any) -> Json:
        """Somebody new, as created."""
        answer = await self.ask(
            "POST", "/Users", {"schemas": [USER], "userName": person} | attributes
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def group(self, name: str, *ids: str) -> Json:
        """A new group with members, as created."""
        members = [{"value": one} for one in ids]
        answer = await self.ask(
            "POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def patch(self, path: str, *operations: Json) -> httpx.Response:
        return await self.ask("PATCH", path, patch(*operations))


def patch(*operations: Json) -> Json:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}
