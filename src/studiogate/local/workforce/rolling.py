"""The page on which an administrator rolls the certificate over, step by step."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from studiogate.local.workforce.accounts import Account
from studiogate.local.workforce.certificates import Certificates, OutOfTurn, Phase
from studiogate.local.workforce.house import House, Session

STEPS: Mapping[str, Callable[[Certificates], None]] = {
    "publish": Certificates.publish,
    "switch": Certificates.switch,
    "retire": Certificates.retire,
}
_NEXT: Mapping[Phase, str] = {
    Phase.SETTLED: "publish",
    Phase.PUBLISHED: "switch",
    Phase.SWITCHED: "retire",
}

Publish = Callable[[bytes], None]
"""Puts the metadata where whoever trusts the provider finds it."""


def certificates(house: House, request: Request) -> Response:
    """`GET /certificates`: what is published, what signs, and the step that is next."""
    known = house.session(request)
    if known is None:
        return RedirectResponse("/", status_code=303)
    session, account = known
    if not account.administrator:
        return _not_theirs(house)
    return house.pages.page(
        "certificates.html",
        account=account,
        form=session.form,
        signing=house.certificates.signing,
        published=house.certificates.published,
        next=_NEXT[house.certificates.phase],
    )


def stepping(publish: Publish) -> Callable[[House, Request, Session, Account], Response]:
    """`POST /certificates/{step}`: take one step, and `publish` the metadata that follows."""

    def step(house: House, request: Request, _: Session, account: Account) -> Response:
        if not account.administrator:
            return _not_theirs(house)
        do = STEPS.get(request.path_params["step"])
        if do is None:
            return house.pages.complaint("There is no such step", "Go back.", status=404)
        try:
            do(house.certificates)
        except OutOfTurn:
            return house.pages.complaint(
                "This step is not the next one",
                "Somebody has taken a step since you saw the page. Look at it again.",
                status=409,
            )
        publish(house.published(house.registered))
        return RedirectResponse("/certificates", status_code=303)

    return step


def _not_theirs(house: House) -> Response:
    return house.pages.complaint(
        "This is for administrators", "Your account is not one of theirs.", status=403
    )
