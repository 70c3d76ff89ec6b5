"""The identity provider's addresses: what a browser, an application and a verifier can ask.

The documents under `/{pool}/.well-known/` are those `cognito-idp.REGION.amazonaws.com` serves;
everything else is what a user pool's own domain serves.  The issuer stays the one of the
landscape, whatever address this listens at.
"""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studiogate.local.idp import grants, visit
from studiogate.local.idp.house import House
from studiogate.local.idp.pool import SCOPES, Pool
from studiogate.local.sites.routes import at, site, waits

_LOST = (
    "There is nothing here",
    "This is where people sign in. Begin at the application you want to use.",
)


def idp_site(pool: Pool, *, base: str, name: str, onward: Iterable[str] = ()) -> Starlette:
    """The site of `pool`, reached by browsers at `base` (`http://localhost:PORT`).

    `name` is whose provider the pages say it is.  `onward` are the origins a sign-in may be
    redirected to after the application's callback, such as Studio's: the browser asks the
    sign-in page's policy about each of them.
    """
    house = House(pool, base=base, name=name, onward=onward)
    routes = [
        Route("/{pool}/.well-known/openid-configuration", at(house, discovery)),
        Route("/{pool}/.well-known/jwks.json", at(house, jwks)),
        Route("/oauth2/authorize", at(house, visit.authorize)),
        Route("/login", waits(house, visit.step(visit.login)), methods=["POST"]),
        Route("/continue", waits(house, visit.step(visit.proceed)), methods=["POST"]),
        Route("/new-password", waits(house, visit.step(visit.new_password)), methods=["POST"]),
        Route("/saml2/idpresponse", waits(house, _from_provider), methods=["POST"]),
        Route("/oauth2/token", waits(house, grants.token), methods=["POST"]),
        Route("/oauth2/revoke", waits(house, grants.revoke), methods=["POST"]),
        Route("/oauth2/userInfo", at(house, grants.user_info), methods=["GET", "POST"]),
        Route("/logout", at(house, visit.logout)),
    ]

    return site(house, routes, lost=_LOST, style="idp.css", https=house.https)


def discovery(house: House, request: Request) -> Response:
    """What a relying party must know, as OpenID Connect Discovery 1.0 writes it.

    As Cognito has it, the keys are on the issuer's host and the rest on the pool's own domain.
    """
    if request.path_params["pool"] != house.pool.pool.id:
        return _no_pool(request)
    base = house.base
    return JSONResponse(
        {
            "issuer": house.pool.issuer,
            "authorization_endpoint": f"{base}/oauth2/authorize",
            "token_endpoint": f"{base}/oauth2/token",
            "userinfo_endpoint": f"{base}/oauth2/userInfo",
            "revocation_endpoint": f"{base}/oauth2/revoke",
            "end_session_endpoint": f"{base}/logout",
            "jwks_uri": f"{house.pool.issuer}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": list(SCOPES),
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


def jwks(house: House, request: Request) -> Response:
    """The keys tokens are verified with."""
    if request.path_params["pool"] != house.pool.pool.id:
        return _no_pool(request)
    return JSONResponse(house.pool.pool.keys.published())


def _no_pool(request: Request) -> Response:
    name = request.path_params["pool"]
    words = {"message": f"User pool {name} does not exist."}
    return JSONResponse(words, 404, {"x-amzn-errortype": "ResourceNotFoundException"})


async def _from_provider(house: House, request: Request) -> Response:
    from studiogate.local.idp import federated  # noqa: PLC0415 - loads XML signatures

    return await federated.arrive(house, request)
