"""What a single value of the landscape may be: names, ids, addresses; each says what is wrong.

The alphabets are AWS's (`names`), but for names of the landscape itself.
"""

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from studiogate import names


def _account(value: str) -> str:
    if not names.is_account(value):
        raise ValueError("an account id is 12 digits, in quotes so that YAML keeps it as text")
    return value


def _profile(value: str) -> str:
    if not names.is_profile(value):
        raise ValueError(
            "a Studio profile is 1 to 63 letters, digits and inner hyphens "
            "(no dot, underscore or @)"
        )
    return value


def _person(value: str) -> str:
    if not names.is_person(value):
        raise ValueError(
            "a sign-in name is 2 to 64 letters, digits and _+=,.@- and does not start with aws:"
        )
    return value


def _written(value: object) -> object:
    # A bare number is a valid address to Python (10 is 0.0.0.10), and never what was meant.
    if isinstance(value, int | float):
        raise PydanticCustomError("written", "an address has dots: 10.100.0.0/16 or 10.0.0.2")
    return value


AccountId = Annotated[
    str,
    AfterValidator(_account),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{12}$"}),
]
Profile = Annotated[
    str,
    AfterValidator(_profile),
    WithJsonSchema({"type": "string", "pattern": "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"}),
]
PersonName = Annotated[str, AfterValidator(_person)]
NAME_PATTERN = r"^[a-z0-9](-?[a-z0-9]){0,39}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""A word of the landscape: lower case letters, digits, single inner hyphens, at most 40."""


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Providers = Annotated[
    tuple[Name, ...],
    BeforeValidator(_one_or_more),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": NAME_PATTERN},
                {
                    "type": "array",
                    "items": {"type": "string", "pattern": NAME_PATTERN},
                    "minItems": 1,
                },
            ]
        }
    ),
]
"""Names of idps: one, or a list of them."""

Cidr = Annotated[
    IPv4Network,
    BeforeValidator(_written),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"}),
]
Address = Annotated[
    IPv4Address,
    BeforeValidator(_written),
    WithJsonSchema({"type": "string", "format": "ipv4"}),
]
Contact = Annotated[
    str, Field(min_length=2, max_length=120, pattern=r"^[^\s<>](?:[ -~]*[^\s<>])?$")
]
"""A name or an address people are told to turn to; shown as plain text."""

ZoneId = Annotated[str, Field(pattern=r"^[a-z]{2,6}[0-9]-az[0-9]{1,2}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$")]


SharedEndpoint = Literal[
    "sagemaker.runtime",
    "ecr.api",
    "ecr.dkr",
    "logs",
    "kms",
    "lambda",
    "elasticfilesystem",
    "redshift",
    "redshift-data",
    "redshift-serverless",
]
"""A service that notebooks use beside Studio, by the end of AWS's name for it."""

BucketName = Annotated[
    str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$", min_length=3, max_length=63)
]
"""A bucket of Amazon S3, without the dots that break TLS to it (S3 User Guide, "General purpose
bucket naming rules")."""

WarehouseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_+.@-]{0,63}$")]
"""A name in Redshift: lower case, a letter first, at most 64."""
