"""The emulated License Manager, as far as RStudio's licence is looked for in it (S6-03).

Whoever buys Posit Workbench for SageMaker gets a licence that AWS grants to the account; it is
then among those the account has received (SageMaker Developer Guide, "Get an RStudio license").
Which accounts have one is told from outside.  What the licence is called, and its SKU, AWS does
not document; the ones here are made up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from studiogate import names
from studiogate.local.call import ApiCall, ApiError, Needed
from studiogate.local.front.modelled import ModelledService, Operation

_NAME: Final = "Posit Workbench (RStudio) on Amazon SageMaker"
_SKU: Final = sha256(b"made up: RStudio Workbench on SageMaker").hexdigest()
_ISSUER: Final = {"Name": "Posit Software, PBC", "KeyFingerprint": "aws:made-up:issuer:posit"}
_SELLER: Final = "999999999999"
"""Account of a seller that is nobody's here."""

_FILTERS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "ProductSKU": lambda one: str(one["ProductSKU"]),
    "Status": lambda one: str(one["Status"]),
    "Fingerprint": lambda one: str(one["Issuer"]["KeyFingerprint"]),
    "IssuerName": lambda one: str(one["Issuer"]["Name"]),
    "Beneficiary": lambda one: str(one["Beneficiary"]),
}
"""Those ListReceivedLicenses supports (API Reference), and what each compares."""

Has = Callable[[str], bool]
"""Whether an account, by its id, has a licence of Posit Workbench."""


@dataclass(frozen=True, slots=True)
class Licences:
    """Who has a licence."""

    has: Has
    since: datetime

    def received(self, account: str, region: str) -> tuple[Mapping[str, Any], ...]:
        """The licences that an account has received, as the API shows them."""
        if not self.has(account):
            return ()
        digest = sha256(f"licence of {account}".encode()).hexdigest()[:32]
        began = self.since.strftime("%Y-%m-%dT%H:%M:%SZ")
        partition = names.partition(region)
        licence: dict[str, Any] = {
            "LicenseArn": f"arn:{partition}:license-manager::{_SELLER}:license:l-{digest}",
            "LicenseName": _NAME,
            "ProductName": _NAME,
            "ProductSKU": _SKU,
            "Issuer": _ISSUER,
            "HomeRegion": "us-east-1",
            "Status": "AVAILABLE",
            "Validity": {"Begin": began},
            "Beneficiary": account,
            "Entitlements": [{"Name": "Users", "MaxCount": 100, "Unit": "Count"}],
            "ConsumptionConfiguration": {"RenewType": "None"},
            "CreateTime": began,
            "Version": "1",
        }
        return (licence,)


def _on_all(_: Licences, call: ApiCall) -> Sequence[Needed]:
    return (Needed(f"license-manager:{call.operation}", "*"),)


def _on_one(_: Licences, call: ApiCall) -> Sequence[Needed]:
    # The ARN names the seller's account; the grant makes the licence one of the account's own.
    arn = call.params["LicenseArn"]
    return (Needed("license-manager:GetLicense", arn, owner=call.account),)


def _list_received(licences: Licences, call: ApiCall) -> Mapping[str, Any]:
    """The licences an account received, of those asked for."""
    for one in call.params.get("Filters") or ():
        if one.get("Name") not in _FILTERS or len(one.get("Values") or ()) != 1:
            raise ApiError(
                "InvalidParameterValueException",
                f"The filter {one.get('Name')} is not one of {', '.join(_FILTERS)}, with one "
                "value.",
            )
    arns = call.params.get("LicenseArns") or ()
    found = [
        {**one, "ReceivedMetadata": {"ReceivedStatus": "ACTIVE", "GrantType": "BuyerGrant"}}
        for one in licences.received(call.account, call.region)
        if (not arns or one["LicenseArn"] in arns) and _passes(one, call.params)
    ]
    return {"Licenses": found}


def _passes(licence: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    filters = asked.get("Filters") or ()
    return all(_FILTERS[one["Name"]](licence) == one["Values"][0] for one in filters)


def _get(licences: Licences, call: ApiCall) -> Mapping[str, Any]:
    """One licence, by its ARN."""
    for one in licences.received(call.account, call.region):
        if one["LicenseArn"] == call.params["LicenseArn"]:
            return {"License": one}
    raise ApiError("InvalidParameterValueException", "License not found")


OPERATIONS: Mapping[str, Operation[Licences]] = {
    "ListReceivedLicenses": Operation(
        _on_all,
        _list_received,
        frozenset({"LicenseArns", "Filters", "MaxResults"}),
    ),
    "GetLicense": Operation(_on_one, _get, frozenset({"LicenseArn"})),
}


def licence_service(licences: Licences) -> ModelledService[Licences]:
    """The emulated License Manager."""
    return ModelledService(
        "license-manager", licences, OPERATIONS, unknown="InvalidParameterValueException"
    )
