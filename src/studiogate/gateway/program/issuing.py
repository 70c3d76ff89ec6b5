"""What the command line itself asks for: a token, a code for a device, and to be signed out.

There is one program and it has no secret, so nothing here says who it is: a code's verifier,
or the device code, says that it is the one that began.  Refusals are those of OAuth 2.0 (RFC
6749 §5.2, RFC 8628 §3.5), which tell a program what to do next; the record has the check that
said no.  To wait is neither a yes nor a no, and is not recorded.
"""

from collections.abc import Awaitable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studiogate.audit.signing_in import Deed
from studiogate.errors import NotAllowed, NotSignedIn, Refusal
from studiogate.gateway.authorise import admit
from studiogate.gateway.origin import own
from studiogate.gateway.ports import Clock, Kind, Mark, Ports, Source
from studiogate.gateway.prefix import outward
from studiogate.gateway.program.allowance import WAY, Allowance
from studiogate.gateway.program.codes import Codes
from studiogate.gateway.program.devices import INTERVAL, LASTS, Devices, Waits
from studiogate.gateway.program.form import sent
from studiogate.gateway.program.letters import spaced
from studiogate.gateway.program.tries import Tries
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.noted import Note, noted
from studiogate.gateway.signin.why import Why, refused, unfinished

BY_CODE = "authorization_code"
BY_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

_ERRORS: Mapping[str, str] = {
    Why.PROGRAM_REQUEST.value: "invalid_request",
    Why.PROGRAM_GRANT_TYPE.value: "unsupported_grant_type",
    Why.DEVICE_OVER.value: "expired_token",
    Why.DEVICE_DENIED.value: "access_denied",
}
"""Error code for each check that said no; for every other one the grant is not good."""

_NOT_GOOD = "invalid_grant"
_UNKEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Issuing:
    """The three routes of the command line."""

    def __init__(self, sealer: Sealer, codes: Codes, devices: Devices, clock: Clock) -> None:
        self._sealer = sealer
        self._codes = codes
        self._devices = devices
        self._clock = clock
        self._tries = Tries(clock)

    async def token(self, request: Request) -> Response:
        """POST /api/token: a token for a code, or for a device that was allowed."""
        said = await sent(request) or {}
        if said.get("grant_type") == BY_DEVICE:
            return await self._by_device(request, said.get("device_code", ""))
        return await _answered(self._by_code(request, said))

    async def device(self, request: Request) -> Response:
        """POST /api/device: two codes, one to show and one to ask with."""
        marks = _ports(request).marks
        source: Source = request.state.source
        await self._tries.one_more_code(source.ip, marks)
        begun = await self._devices.begun(source.ip, marks)
        return JSONResponse(
            {
                "device_code": begun.device_code,
                "user_code": spaced(begun.user_code),
                "verification_uri": own(request) + outward(request, "/device"),
                "expires_in": int(LASTS.total_seconds()),
                "interval": int(INTERVAL.total_seconds()),
            },
            headers=_UNKEPT,
        )

    async def sign_out(self, request: Request) -> Response:
        """POST /api/signout: end the token that is shown; 204.  A cookie ends nothing here."""
        async with noted(request, WAY, deed=Deed.SIGN_OUT) as note:
            ports = _ports(request)
            identity = await ports.sign_in.who(request)
            if identity.way != WAY or identity.session is None:
                raise refused(Why.PROGRAM_SEAL)
            note.idp, note.person = identity.idp, identity.person
            ended = Mark(Kind.SESSION, (identity.session,))
            await ports.marks.make(ended, until=identity.until)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _by_code(self, request: Request, said: Mapping[str, str]) -> Response:
        async with noted(request, WAY) as note:
            if not said.keys() >= {"grant_type"}:
                raise unfinished(Why.PROGRAM_REQUEST)
            if said["grant_type"] != BY_CODE:
                raise unfinished(Why.PROGRAM_GRANT_TYPE)
            if not said.keys() >= {"code", "code_verifier", "redirect_uri"}:
                raise unfinished(Why.PROGRAM_REQUEST)
            allowance = self._codes.opened(
                said["code"],
                verifier=said["code_verifier"],
                redirect_uri=said["redirect_uri"],
            )
            await _still_good(request, allowance, note)
            await self._codes.used_up(allowance, _ports(request).marks)
            return self._given(allowance)

    async def _by_device(self, request: Request, device_code: str) -> Response:
        marks = _ports(request).marks
        heard = await self._devices.polled(device_code, marks)
        if isinstance(heard, Waits):
            return _error(heard.value)
        return await _answered(self._heard(request, heard))

    async def _heard(self, request: Request, heard: Allowance | Why) -> Response:
        async with noted(request, WAY) as note:
            if isinstance(heard, Why):
                raise unfinished(heard)
            await _still_good(request, heard, note)
            if not await self._devices.used_up(heard, _ports(request).marks):
                raise unfinished(Why.DEVICE_USED)
            return self._given(heard)

    def _given(self, allowance: Allowance) -> Response:
        """The token, as RFC 6749 §5.1 says it, and whom it acts for."""
        left = allowance.identity.until - self._clock()
        return JSONResponse(
            {
                "access_token": allowance.token(self._sealer),
                "token_type": "Bearer",
                "expires_in": int(left.total_seconds()),
                "person": allowance.identity.person,
            },
            headers=_UNKEPT,
        )


async def _still_good(request: Request, allowance: Allowance, note: Note) -> None:
    """Return if whoever allowed it may still come in, and their session has not ended.

    Raises:
        NotSignedIn: the session is over, or was ended.
        NotAllowed: they were revoked, or are in the directory no more.
        AwsError: that is not known.
    """
    ports, identity = _ports(request), allowance.identity
    note.idp, note.person = identity.idp, identity.person
    note.about = f"allowed from {allowance.browser}"
    row = await ports.directory.standing(identity)
    lob = await ports.directory.lob(row.lob) if row and row.lob else None
    admit(row, lob, identity, now=ports.clock(), contact=ports.contact)


async def _answered(given: Awaitable[Response]) -> Response:
    """What is `given`, or the error a program is told in its place.

    What AWS or we could not do is no refusal, and is shown as everywhere.
    """
    try:
        return await given
    except NotSignedIn as refusal:
        return _error(_ERRORS.get(refusal.recorded, _NOT_GOOD))
    except NotAllowed as refusal:
        return _error(_NOT_GOOD, refusal)


def _error(code: str, refusal: Refusal | None = None) -> Response:
    said = {"error": code}
    if refusal is not None:
        said["error_description"] = _plain(f"{refusal}. {refusal.remedy}")
    return JSONResponse(said, status_code=HTTPStatus.BAD_REQUEST, headers=_UNKEPT)


def _plain(text: str) -> str:
    """`text` in the characters a description may have (RFC 6749 §5.2)."""
    return "".join(one if " " <= one <= "~" and one not in '"\\' else "'" for one in text)


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports
