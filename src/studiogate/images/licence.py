"""Whether an account may run RStudio in Studio: its licence of Posit Workbench (S6-03).

Posit sells it, and AWS License Manager grants it to the account: it is then among the licences
the account has received (SageMaker Developer Guide, "Get an RStudio license").  Neither its
name nor its SKU is documented, so it is known by the words of the product: Posit Workbench was
called RStudio Workbench, and before that RStudio Server Pro.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studiogate.errors import AwsError
from studiogate.images.world import Account

NO_LICENCE: Final = "there is no licence of Posit Workbench that AWS License Manager granted"
REMEDY: Final = (
    "Buy Posit Workbench for Amazon SageMaker from Posit (sales@posit.co), tell them the "
    "account id, and accept the grant in AWS License Manager; a licence of an organisation has "
    "to be shared with the account. Until then, take `rstudio` out of its domains."
)
_PRODUCT: Final = re.compile(r"posit\W*workbench|rstudio", re.IGNORECASE)
_USABLE: Final = "AVAILABLE"
_ACCEPTED: Final = frozenset({None, "ACTIVE"})
_NEVER_USED: Final = "Service role not found"
"""Of License Manager's refusal in an account that never used it (`AuthorizationException`)."""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of Posit Workbench that an account has received."""

    name: str
    arn: str
    usable: bool
    """Whether it is available, and its grant was accepted."""

    said: str
    """What License Manager says of it: its status, and that of the grant."""


def licence_of(account: Account) -> Licence | None:
    """The licence of Posit Workbench in an account, one that can be used before others.

    `None` where there is none; a refusal is no answer, and is not taken for one.

    Raises:
        AwsError: License Manager refused, or did not answer.
    """
    try:
        found = account.listed(
            "license-manager", "list_received_licenses", "Licenses", about="licences"
        )
    except AwsError as error:
        if error.code.startswith("AuthorizationException") and _NEVER_USED in str(error):
            return None
        raise
    ours = [_licence(one) for one in found if _PRODUCT.search(_names(one))]
    return max(ours, key=lambda one: one.usable, default=None)


def _names(one: Mapping[str, Any]) -> str:
    return f"{one.get('ProductName', '')} {one.get('LicenseName', '')}"


def _licence(one: Mapping[str, Any]) -> Licence:
    granted = (one.get("ReceivedMetadata") or {}).get("ReceivedStatus")
    status = str(one.get("Status", ""))
    return Licence(
        name=str(one.get("ProductName") or one.get("LicenseName") or ""),
        arn=str(one["LicenseArn"]),
        usable=status == _USABLE and granted in _ACCEPTED,
        said=status if granted is None else f"{status}, grant {granted}",
    )
