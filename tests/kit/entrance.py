"""Every way to sign in at once, built as production builds it, asking nobody."""

from studiogate.aws.wire.call import Credentials, Transport
from studiogate.aws.wire.calls import Wire
from studiogate.aws.wire.tables import Tables
from studiogate.gateway.entrance import SignInRoom, Stores, build
from studiogate.gateway.ports import Clock
from studiogate.gateway.providers import IdpSettings, SamlSettings
from studiogate.gateway.settings import Settings
from studiogate.gateway.told import Secret
from tests.kit.aws_transport import ScriptedTransport
from tests.kit.given_credentials import GivenCredentials
from tests.kit.marks import MemoryMarks

CORPORATE = IdpSettings("corporate", "https://idp.acme.example", "studiogate")
WORKFORCE = SamlSettings("workforce", "urn:studiogate:acme:demo")
EVERY_WAY = Settings(
    region="eu-west-1",
    origins=frozenset({"https://studio.acme.example"}),
    idps={CORPORATE.name: CORPORATE},
    saml={WORKFORCE.name: WORKFORCE},
    scim_tokens={CORPORATE.name: Secret(b"a token nobody shows in this test, long")},
    cookie_keys=(Secret(b"k" * 32),),
    ledger="stdout",
)


def tables(transport: Transport, clock: Clock) -> Tables:
    """Tables over `transport`, signed as nobody in particular."""
    nobody = GivenCredentials(Credentials("k", "s"))
    return Tables(Wire(transport, region="eu-west-1", source=nobody, clock=clock))


def whole_room(clock: Clock, settings: Settings = EVERY_WAY) -> SignInRoom:
    """The room of `settings`, whose every question to the world fails the test."""
    silent = ScriptedTransport()
    return build(settings, silent, clock, Stores(MemoryMarks(clock), tables(silent, clock)))
