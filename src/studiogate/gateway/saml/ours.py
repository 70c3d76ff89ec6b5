"""What we publish about ourselves: the metadata a provider is set up with.

It holds no key, because we sign nothing and nothing is encrypted for us: an assertion travels
over TLS to a private address and holds no secret.  Source: saml-metadata-2.0-os §2.4.4.
"""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from studiogate.gateway.saml.asking import POST
from studiogate.gateway.saml.reading import METADATA, PROTOCOL

MEDIA_TYPE = "application/samlmetadata+xml"
_FORMATS = (
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
)


def described(entity_id: str, places: Sequence[str]) -> bytes:
    """The metadata of the gateway `entity_id`, whose consumer services are `places`.

    The first of them is where a provider posts that is not told another.
    """
    formats = "".join(f"<md:NameIDFormat>{each}</md:NameIDFormat>" for each in _FORMATS)
    services = "".join(
        f'<md:AssertionConsumerService Binding="{POST}" Location={quoteattr(place)} '
        f'index="{index}" isDefault="{"true" if index == 0 else "false"}"/>'
        for index, place in enumerate(places)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID={quoteattr(entity_id)}>'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{PROTOCOL}" '
        'AuthnRequestsSigned="false" WantAssertionsSigned="true">'
        f"{formats}{services}</md:SPSSODescriptor></md:EntityDescriptor>\n"
    ).encode()
