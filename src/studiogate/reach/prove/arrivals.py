"""The ways a request reaches AWS, and which network keys each of them brings.

The keys are not independent, so the ways are modelled and not the keys:

| arrival  | aws:SourceIp | aws:SourceVpce | aws:SourceVpc | aws:VpcSourceIp | via a service |
|----------|--------------|----------------|---------------|-----------------|---------------|
| internet | address      |                |               |                 | no            |
| endpoint |              | id             | its VPC       | address         | no            |
| console  |              |                | id            |                 | no            |
| service  | the service's|                |               |                 | yes           |

`console` is the AWS console through private access; `service` is an AWS service on the caller's
behalf.  Source: IAM User Guide, "AWS global condition context keys"; SageMaker Developer Guide,
"Control access to Studio with VPC endpoints".
"""

from dataclasses import dataclass

SOURCE_IP = "aws:sourceip"
CLIENT_IP = "aws:vpcsourceip"
VPCE = "aws:sourcevpce"
VPC = "aws:sourcevpc"
VIA = "aws:viaawsservice"

NETWORK = frozenset({SOURCE_IP, CLIENT_IP, VPCE, VPC, VIA})
"""The keys an arrival decides; in lower case, as all keys here."""

_OF_DOORS = frozenset(
    {"aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:sourcevpcarn"}
)
"""Facts about an endpoint: nothing else brings them."""

SPELLED = {
    SOURCE_IP: "aws:SourceIp",
    CLIENT_IP: "aws:VpcSourceIp",
    VPCE: "aws:SourceVpce",
    VPC: "aws:SourceVpc",
    VIA: "aws:ViaAWSService",
}
"""As AWS writes them."""

MANY = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    }
)
"""AWS's own keys that hold several values; its other keys hold one."""

_TAGS = ("resourcetag/", "requesttag/", "principaltag/")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way."""

    name: str
    lacks: frozenset[str]
    """Keys it never brings."""

    address: str | None
    """The key of its address."""

    doors: bool = False
    """Whether it comes through an endpoint, known or not."""

    vpc: bool = False
    """Whether it brings a VPC without an endpoint."""

    via: bool = False
    """Whether a service asks."""


INTERNET = Arrival("internet", frozenset({VPCE, VPC, CLIENT_IP}) | _OF_DOORS, SOURCE_IP)
ENDPOINT = Arrival("endpoint", frozenset({SOURCE_IP}), CLIENT_IP, doors=True)
CONSOLE = Arrival("console", frozenset({SOURCE_IP, VPCE, CLIENT_IP}), None, vpc=True)
SERVICE = Arrival("service", INTERNET.lacks, SOURCE_IP, via=True)

ARRIVALS = (INTERNET, ENDPOINT, CONSOLE, SERVICE)


def holds_many(key: str, *, sets: bool) -> bool:
    """Whether `key` may have several values; `sets` says that a set operator asks about it.

    Tags and AWS's own keys are known.  A service's own key is taken at the word of whoever
    asks about it with a set operator.
    """
    if key.startswith("aws:"):
        return key in MANY
    return sets and not key.partition(":")[2].startswith(_TAGS)
