"""What this end of the protocol can do: RFC 7644, section 4; RFC 7643, sections 5 to 7."""

from collections.abc import Sequence
from typing import Any, Final

from studiogate.gateway.scim.filters import CORE, ENTERPRISE
from studiogate.gateway.scim.patch import Json
from studiogate.gateway.scim.shown import MOST_ON_A_PAGE, ROOT

_SCHEMAS: Final = "urn:ietf:params:scim:schemas:core:2.0:"


def provider_config() -> Json:
    """The answer of `/ServiceProviderConfig`."""
    return {
        "schemas": [f"{_SCHEMAS}ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_ON_A_PAGE},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token for each provider, given by the platform team.",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig"},
    }


def resource_types() -> list[Json]:
    """The answers of `/ResourceTypes`."""
    user = _type("User", [{"schema": ENTERPRISE, "required": False}])
    return [user, _type("Group", [])]


def schemas() -> list[Json]:
    """The answers of `/Schemas`: the attributes that mean something here."""
    return [
        _schema(f"{CORE}User", "User", _USER),
        _schema(f"{CORE}Group", "Group", _GROUP),
        _schema(ENTERPRISE, "EnterpriseUser", _ENTERPRISE),
    ]


def _type(name: str, extensions: Sequence[Json]) -> Json:
    return {
        "schemas": [f"{_SCHEMAS}ResourceType"],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "schema": f"{CORE}{name}",
        "schemaExtensions": list(extensions),
        "meta": {"resourceType": "ResourceType", "location": f"{ROOT}/ResourceTypes/{name}"},
    }


def _schema(id_: str, name: str, attributes: Sequence[Json]) -> Json:
    return {
        "schemas": [f"{_SCHEMAS}Schema"],
        "id": id_,
        "name": name,
        "attributes": list(attributes),
        "meta": {"resourceType": "Schema", "location": f"{ROOT}/Schemas/{id_}"},
    }


def _attribute(name: str, kind: str = "string", **facts: Any) -> Json:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **facts,
    }


def _complex(name: str, *parts: Json, several: bool = False, **facts: Any) -> Json:
    return _attribute(name, "complex", multiValued=several, subAttributes=list(parts), **facts)


_VALUE: Final = _attribute("value")
_USER: Final = (
    _attribute("userName", required=True, uniqueness="server"),
    _attribute("externalId", caseExact=True),
    _attribute("displayName"),
    _attribute("active", "boolean"),
    _complex("name", *map(_attribute, ("formatted", "familyName", "givenName"))),
    _complex(
        "emails", _VALUE, _attribute("type"), _attribute("primary", "boolean"), several=True
    ),
    _complex("groups", _VALUE, _attribute("display"), several=True, mutability="readOnly"),
)
_GROUP: Final = (
    _attribute("displayName", required=True, uniqueness="server"),
    _attribute("externalId", caseExact=True),
    _complex("members", _VALUE, several=True),
)
_ENTERPRISE: Final = tuple(
    map(_attribute, ("employeeNumber", "costCenter", "organization", "division", "department"))
)
