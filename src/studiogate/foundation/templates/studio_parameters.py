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
    "NameOfDomain": _Told(_ONE, "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "Name of a Studio domain."),
    "VpcCidr": _Told(_ONE, _CIDR, "Addresses of the VPC its apps run in."),
    "WarehouseCidr": _Told(_ONE, _CIDR, "Addresses of a VPC with a warehouse to read."),
    "LandingUri": _Told(
        _ONE, "(studio::|app:[A-Za-z]+:).{0,1000}", "Where a person lands, as app:JupyterLab:."
    ),
    "ConnectUrl": _Told(
        _ONE, r"https://\S+", "The Posit Connect server that people publish to."
    ),
    "PackageManagerUrl": _Told(
        _ONE, r"https://\S+", "The Posit Package Manager that R packages come from."
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
        r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@-]+(\$\{aws:SourceIdentity\})?",
        "Roles that notebooks become to read warehouses.",
    ),
    "BucketArns": _Told(
        _LIST, r"arn:[a-z-]+:s3:::[a-z0-9-]{3,63}", "Buckets that notebooks use."
    ),
    "ObjectArns": _Told(
        _LIST, r"arn:[a-z-]+:s3:::[a-z0-9-]{3,63}/\*", "Everything in those buckets."
    ),
    "LibraryBucket": _Told(
        _ONE, "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "The bucket that the notebook library is in."
    ),
    "LibraryKey": _Told(
        _ONE, r"library/[0-9a-f]{12,32}\.zip", "Where in it; another library has another key."
    ),
    "ClusterName": _Told(_ONE, "[a-z](-?[a-z0-9]){0,62}", "Name of the cluster."),
    "WorkgroupName": _Told(_ONE, "[a-z0-9-]{3,64}", "Name of the workgroup."),
    "WorkgroupId": _Told(_ONE, "[0-9a-f-]{36}", "What the ARN of the workgroup ends in."),
    "Database": _Told(_ONE, "[a-z][a-z0-9_+.@-]{0,63}", "The database it is made with."),
    "NodeType": _Told(_ONE, r"(ra3|rg|dc2)\.[a-z0-9]+", "What its nodes are."),
    "Nodes": _Told(_ONE, "[1-9][0-9]{0,2}", "How many nodes it has."),
    "BaseRpus": _Told(_ONE, "[1-9][0-9]{0,3}", "Its base capacity, in RPUs."),
    "SecurityGroupIds": _Told(
        _LIST, "sg-[0-9a-f]{8,17}", "Who comes in: the doors of the warehouses that are in it."
    ),
    "Reader": _Told(_ONE, "[0-9]{12}", "An account whose notebooks read it."),
    "ReaderVpcIds": _Told(_LIST, "vpc-[0-9a-f]{8,17}", "The VPCs those are in."),
    "EndpointName": _Told(_ONE, "[a-z](-?[a-z0-9]){0,29}", "Name of the endpoint."),
    "Producer": _Told(_ONE, "[0-9]{12}", "The account the cluster is in."),
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
