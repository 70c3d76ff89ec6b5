"""The table of AWS's error texts: what each can mean, and how to see whether it is so."""

import re
from dataclasses import dataclass

from studiogate.reach.aws_errors.checks import Check, missed, named, public, refused, ruled
from studiogate.reach.trace import Layer


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a text can mean; without a check only `look` helps."""

    what: str
    check: Check | None = None
    look: str = ""


@dataclass(frozen=True, slots=True)
class Error:
    """One of AWS's texts."""

    says: str
    """AWS's words, as people see them."""

    pattern: re.Pattern[str]
    who: str
    """Who says it, and when."""

    meanings: tuple[Meaning, ...]


def _error(says: str, pattern: str, who: str, *meanings: Meaning) -> Error:
    return Error(says, re.compile(pattern, re.IGNORECASE), who, meanings)


_OTHER_CONTEXT = Meaning(
    "AWS holds other policies, or saw another endpoint, than the landscape says",
    look="`studiogate verify --live` reads what AWS holds; CloudTrail has the call, with "
    "vpcEndpointId and sourceIPAddress.",
)
_REVOKED = Meaning(
    "the person was revoked: a Deny on their source identity ends every session",
    look="The roles' inline policies called revoked-PERSON, and REVOKED in the people table.",
)
_NOT_THE_GATEWAY = Meaning(
    "somebody called who is not the gateway: the console, a script, another role",
    look="userIdentity of the call in CloudTrail.  Only the presign role opens Studio, and an "
    "execution role its own profile.",
)

ERRORS: tuple[Error, ...] = (
    _error(
        "Auth token containing insufficient permissions",
        r"auth token containing insufficient permissions",
        "Studio, when a URL or a session is used and the policies of its maker say no",
        Meaning(
            "Studio's name has a public answer there, so the browser went past the endpoint",
            public(Layer.STUDIO_DNS),
        ),
        Meaning("a policy says no to this browser's network", ruled(Layer.USE)),
        Meaning(
            "the URL was carried to another network than this one",
            look="The source address in the gateway's record, beside the one the browser has.",
        ),
        _REVOKED,
        _OTHER_CONTEXT,
    ),
    _error(
        "Invalid or Expired Auth Token",
        r"invalid or expired auth token",
        "Studio, for a URL that is late, used or unknown, and for a session that is over",
        Meaning(
            "the URL was opened too late, or twice: it works once",
            look="The seconds between the gateway's record and the first request; "
            "domains.NAME.url_expires_s.  Mail and chat scanners use a URL up.",
        ),
        Meaning(
            "the session is over",
            look="domains.NAME.session_s, counted from the record of the opening.",
        ),
        Meaning("the profile is not there", missed(Layer.CREATE, "profile")),
        Meaning(
            "the way to Studio is broken, so the URL aged on it",
            refused(Layer.STUDIO_ROUTE),
        ),
    ),
    _error(
        "User: anonymous is not authorized to perform: execute-api:Invoke",
        r"anonymous is not authorized to perform:? execute-api:invoke",
        "API Gateway, where the private API's policy does not allow the call",
        Meaning(
            "the API's name has a public answer there, so the call went past the endpoint",
            public(Layer.API_DNS),
        ),
        Meaning("the API's resource policy says no", ruled(Layer.API_POLICY)),
        Meaning(
            "another VPC's endpoint for API Gateway took the call",
            look="Whether the VPC has an execute-api endpoint with private DNS of its own: it "
            "takes every API's name over.",
        ),
        Meaning(
            "the policy was changed, but the stage was not deployed again",
            look="API Gateway uses the policy of the last deployment.",
        ),
    ),
    _error(
        "User is not authorized to access this resource with an explicit deny",
        r"not authorized to access this resource",
        "API Gateway, with the authorizer's answer in hand",
        Meaning("the API's policies say no to the own path", ruled(Layer.API_POLICY)),
        Meaning(
            "the path is not of the person the token is for",
            look="The path, beside the name in the token: everybody has their own alone.",
        ),
    ),
    _error(
        "Unauthorized",
        r"^\W*(?:message\W+)?(?:401\W+)?unauthorized\W*$",
        "API Gateway, before anything else is asked: no token, or not one of ours",
        Meaning(
            "the token is missing, over, or of another issuer or audience",
            look="The idp's issuer and client_id in the landscape, beside the token's iss and "
            "aud; the clock.",
        ),
    ),
    _error(
        "Forbidden",
        r"^\W*(?:message\W+)?(?:403\W+)?forbidden(?:exception)?\W*$",
        "API Gateway, for a name or a stage it does not serve there",
        Meaning(
            "the API's name has a public answer there, and a private API has no public side",
            public(Layer.API_DNS),
        ),
        Meaning(
            "the Host header or the stage is not the API's",
            look="The URL: API-ID.execute-api.REGION.amazonaws.com/STAGE/….",
        ),
    ),
    _error(
        "User: … is not authorized to perform: sts:AssumeRole on …",
        r"not authorized to perform:? sts:(?:assumerole|setsourceidentity|tagsession)",
        "STS, to the gateway, when it becomes the presign role",
        Meaning("the kind of policy it names refuses", named(Layer.ROLE)),
        Meaning("another policy refuses the gateway", ruled(Layer.ROLE)),
        Meaning("the role is not there", missed(Layer.ROLE, "role")),
        _OTHER_CONTEXT,
    ),
    _error(
        "User: … is not authorized to perform: sagemaker:CreatePresignedDomainUrl on …",
        r"not authorized to perform:? sagemaker:createpresigneddomainurl",
        "SageMaker, to whoever makes the URL",
        Meaning("the kind of policy it names refuses", named(Layer.CREATE)),
        Meaning("another policy refuses the presign role", ruled(Layer.CREATE)),
        _NOT_THE_GATEWAY,
        _REVOKED,
        _OTHER_CONTEXT,
    ),
    _error(
        "… with an explicit deny in a … policy; … because no … policy allows the … action",
        r"explicit deny in an? |because no [\w\s-]+ allows",
        "any service; the end of its text names the kind of policy that refused",
        Meaning(
            "the kind of policy it names refuses",
            named(Layer.API_POLICY, Layer.ROLE, Layer.CREATE, Layer.USE),
        ),
        _NOT_THE_GATEWAY,
        _REVOKED,
        _OTHER_CONTEXT,
    ),
    _error(
        "ResourceNotFound",
        r"resource ?not ?found|does not exist",
        "SageMaker, when a URL is made",
        Meaning("the profile is not there", missed(Layer.CREATE, "profile")),
        Meaning("the Studio domain is not there", missed(Layer.GRANT, "Studio domain")),
        Meaning(
            "it was deleted, or never made",
            look="`studiogate doctor` compares the profiles there with the landscape.",
        ),
    ),
    _error(
        "… the authentication mode equals IAM",
        r"authentication mode (?:equals|is)",
        "SageMaker, when a URL is asked of a domain that signs people in by itself",
        Meaning("the domain's AuthMode is not IAM", missed(Layer.CREATE, "AuthMode")),
        Meaning(
            "the domain was made outside the landscape, with AuthMode SSO",
            look="DescribeDomain.  The mode of a domain cannot be changed: make another.",
        ),
    ),
    _error(
        "Rate exceeded",
        r"throttl|rate exceeded|too many requests",
        "any service, when it is asked too often: no permission is lacking",
        Meaning(
            "many openings at once, or a client that retries without waiting",
            look="The gateway's metrics; it tries again by itself.  Then Service Quotas.",
        ),
    ),
    _error(
        "timed out",
        r"timed?[ _]?out|could not connect|name_not_resolved|could not resolve|unreachable",
        "the client: nobody answered",
        Meaning("the API's name has no answer that leads to it", refused(Layer.API_DNS)),
        Meaning("there is no way to the API's endpoint", refused(Layer.API_ROUTE)),
        Meaning("Studio's name has no answer that leads to it", refused(Layer.STUDIO_DNS)),
        Meaning("there is no way to Studio's endpoint", refused(Layer.STUDIO_ROUTE)),
        Meaning("the gateway does not get to STS", refused(Layer.ROLE)),
        Meaning("the gateway does not get to the SageMaker API", refused(Layer.CREATE)),
    ),
)
"""Every text that is known; the first that fits counts."""
