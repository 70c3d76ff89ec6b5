"""What templates of domains, doors and roles are told, beside what those of networks are."""

from dataclasses import dataclass
from typing import Any

from troposphere import Parameter, Ref, Template

from studiogate.foundation.templates import network_parameters

_ONE, _LIST = "String", "CommaDelimitedList"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_CIDR = rf"{_OCTET}(\.{_OCTET}){{3}}/(3[0-2]|[12]?[0-9])"
_DOMAIN = "d-(-*[a-z0-9]){1,61}"
_ENDPOINT = "vpce-[0-9a-f]{8,17}"


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    pattern: str
    description: str


_KNOWN = {
    "DomainName": _Told(_ONE, "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "Name of a Studio domain."),
    "VpcCidr": _Told(_ONE, _CIDR, "Addresses of the VPC its apps run in."),
    "WarehouseCidr": _Told(_ONE, _CIDR, "Addresses of a VPC with a warehouse to read."),
    "LandingUri": _Told(
        _ONE, "(studio::|app:[A-Za-z]+:).{0,1000}", "Where a person lands, as app:JupyterLab:."
    ),
    "S3PrefixListId": _Told(
        _ONE,
        "pl-[0-9a-f]{8,17}",
        "AWS's prefix list of Amazon S3 in this Region, as com.amazonaws.REGION.s3.",
    ),
    "DomainId": _Told(_ONE, _DOMAIN, "A Studio domain of this account."),
    "Domain": _Told(_ONE, _DOMAIN, "A Studio domain of the landscape."),
    "OpensFrom": _Told(
        _LIST, _CIDR, "Where domains are used from, and the hub, where their URLs are made."
    ),
    "VpceSagemakerApi": _Told(_ONE, _ENDPOINT, "The endpoint through which URLs are made."),
    "VpceStudio": _Told(_ONE, _ENDPOINT, "The endpoint through which URLs are used."),
    "ExternalId": _Told(
        _ONE, "studiogate(:[a-z0-9-]+){3}", "What the gateway shows, against confused deputies."
    ),
    "ReaderRoleArns": _Told(
        _LIST,
        r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@-]+",
        "Roles that notebooks become to read warehouses.",
    ),
}


def told(template: Template, name: str, suffix: str | int = "") -> Any:
    """A reference to the parameter `name`, with `suffix` where there are several of a kind.

    The parameter is added where it is not there yet.

    Raises:
        KeyError: no template has such a parameter.
    """
    if name not in _KNOWN:
        return network_parameters.told(template, name, suffix)
    whole, known = f"{name}{suffix}", _KNOWN[name]
    if whole not in template.parameters:
        template.add_parameter(
            Parameter(
                whole,
                Type=known.kind,
                AllowedPattern=f"^{known.pattern}$",
                Description=known.description,
            )
        )
    return Ref(whole)
