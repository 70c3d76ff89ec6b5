"""A provider that is trusted speaks for another one."""

from collections.abc import Sequence

from tests.kit.saml_attacks import Case, Family, Scene, told
from tests.kit.saml_attacks_signed import Signing, rsa_of, signed, with_certificate
from tests.kit.saml_idp import BOTH, ENTITY, OF_ASSERTION, OF_RESPONSE, PLACE

_WRONG = (Family.SIGNATURE, Family.ISSUER, Family.SHAPE)
_PARTNER = "https://partner.example/saml"


def _by_partner(*, outside: str, within: str, sign: Sequence[str] = OF_ASSERTION) -> Case:
    """A case of a message by the partner that names `outside` and `within` as issuers."""

    def text(scene: Scene) -> bytes:
        said = scene.said(issuer=outside, assertion_issuer=within)
        return scene.partner.response(said, sign=sign)

    def short(issuer: str) -> str:
        return "the other" if issuer == ENTITY else "itself"

    name = f"{' and '.join(sign)} by another provider, as {short(outside)} and {short(within)}"
    return told(name, text, _WRONG)


def _divided(*, response_by_partner: bool) -> Case:
    """A case of a message of which each provider has signed a part."""

    def text(scene: Scene) -> str:
        inner, outer = scene.idp, scene.partner
        if not response_by_partner:
            inner, outer = outer, inner
        said = scene.said(issuer=outer.entity, assertion_issuer=inner.entity)
        return outer.signed(
            said.response(inner.signed(said.assertion(place=PLACE)), place=PLACE)
        )

    which = "response" if response_by_partner else "assertion"
    return told(f"only the {which} by another provider", text, _WRONG)


def _with_certificate_of_the_other(scene: Scene) -> str:
    how = Signing(key_info=with_certificate(scene.idp))
    return signed(scene, how, key=rsa_of(scene.partner))


PROVIDERS = (
    *(
        _by_partner(outside=outside, within=within, sign=sign)
        for sign in (OF_ASSERTION, OF_RESPONSE, BOTH)
        for outside, within in ((ENTITY, ENTITY), (_PARTNER, ENTITY), (ENTITY, _PARTNER))
    ),
    _divided(response_by_partner=True),
    _divided(response_by_partner=False),
    told("by another provider, with the certificate of the other", _with_certificate_of_the_other, _WRONG),
)  # fmt: skip
