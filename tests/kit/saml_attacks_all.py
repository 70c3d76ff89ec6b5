"""Every attack that is one message, by theme; and how the gateway says which check said no."""

from collections.abc import Mapping

from tests.kit.saml_attacks import Case, Family
from tests.kit.saml_attacks_conditions import (
    AUDIENCES,
    CONFIRMATIONS,
    DESTINATIONS,
    ISSUERS,
    RECIPIENTS,
)
from tests.kit.saml_attacks_input import BASE64, FORMS
from tests.kit.saml_attacks_names import SAID, SPELT, WISHES
from tests.kit.saml_attacks_providers import PROVIDERS
from tests.kit.saml_attacks_shape import SHAPE, STATUS
from tests.kit.saml_attacks_signature import SIGNATURE
from tests.kit.saml_attacks_times import TIMES
from tests.kit.saml_attacks_wrapping import WRAPPING
from tests.kit.saml_attacks_xml import ENCODINGS, ENTITIES

GROUPS: Mapping[str, tuple[Case, ...]] = {
    "wrapping": WRAPPING,
    "signature": SIGNATURE,
    "shape": SHAPE,
    "status": STATUS,
    "entities": ENTITIES,
    "encodings": ENCODINGS,
    "issuer": ISSUERS,
    "audience": AUDIENCES,
    "recipient": RECIPIENTS,
    "destination": DESTINATIONS,
    "confirmation": CONFIRMATIONS,
    "times": TIMES,
    "spelling": SPELT,
    "attributes": SAID,
    "wish": WISHES,
    "form": FORMS,
    "base64": BASE64,
    "providers": PROVIDERS,
}
CASES = tuple((group, case) for group, cases in GROUPS.items() for case in cases)

SAYS: Mapping[Family, tuple[int, frozenset[str]]] = {
    Family.INPUT: (400, frozenset({"saml-form", "saml-encoding"})),
    Family.XML: (400, frozenset({"saml-encoding", "saml-doctype", "saml-xml"})),
    Family.SHAPE: (400, frozenset({"saml-structure", "saml-encrypted", "saml-attribute"})),
    Family.NAME: (401, frozenset({"saml-person"})),
    Family.SIGNATURE: (401, frozenset({"saml-unsigned", "saml-algorithm", "saml-signature"})),
    Family.ISSUER: (401, frozenset({"saml-provider", "saml-issuer"})),
    Family.STATUS: (401, frozenset({"saml-status"})),
    Family.FOR_OTHERS: (
        401,
        frozenset({"saml-audience", "saml-recipient", "saml-destination"}),
    ),
    Family.CONFIRMATION: (
        401,
        frozenset({"saml-confirmation", "saml-statement", "saml-subject"}),
    ),
    Family.TIME: (
        401,
        frozenset({"saml-time", "saml-expired", "saml-not-yet", "saml-too-old"}),
    ),
    Family.REQUEST: (401, frozenset({"saml-request", "saml-request-repeated"})),
    Family.REPLAY: (401, frozenset({"saml-repeated"})),
    Family.FOREIGN: (403, frozenset({"not-your-domain"})),
}
"""What each family is answered, and the codes that may stand for it in the record."""


def meant(case: Case) -> set[tuple[int, str]]:
    """Every status and code that say what is wrong with `case`."""
    said = [SAYS[family] for family in case.families]
    return {(status, code) for status, codes in said for code in codes}
