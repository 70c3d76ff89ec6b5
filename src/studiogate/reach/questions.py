"""What the policies are asked about one opening: the requests AWS would see, in their order.

Four calls: the browser invokes the private API, the gateway becomes the presign role, the role
makes the URL, and the browser uses it as that same role.  Condition keys are those AWS sets
(IAM User Guide, "AWS global condition context keys"); what depends on an organisation nobody
declares, as `aws:PrincipalOrgID`, is left out, which every condition on it sees.
"""

from dataclasses import dataclass

from studiogate import names
from studiogate.landscape.model import INTERNET
from studiogate.policy.documents import ASSUME, PRESIGN, opening_session_policy
from studiogate.policy.doors import authorizer_policy
from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ANONYMOUS, ContextValue, Principal, Request
from studiogate.reach.arrival import arrival_keys
from studiogate.reach.estate import Holder
from studiogate.reach.world import World
from studiogate.topology.attached import api_arn
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STS, STUDIO

STAGE = "prod"
"""The stage of the private API; its policy covers every stage."""

INVOKE = "execute-api:Invoke"

_SESSION = "studiogate"
"""Name of the gateway's own role session; no policy of ours tells one from another."""

_Context = dict[str, ContextValue]


@dataclass(frozen=True, slots=True)
class Opening:
    """One person on the way into one domain, as the gateway would go about it."""

    person: str
    profile: str
    lob: str
    account: str
    """Where the presign role of the person's own lob is."""

    domain: str
    domain_id: str
    owner: str
    """The account the domain is in: the same, unless the domain is another lob's."""

    @property
    def foreign(self) -> bool:
        """Whether the domain is in an account the person's lob does not have."""
        return self.owner != self.account


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and the policies that have a say in it."""

    layers: Layers
    request: Request
    authorizer: Policy | None = None
    """For a call of the private API: what the authorizer returns for the person's token."""


def opening(world: World, person: str, domain: str) -> Opening | None:
    """How `person` would get into `domain`; `None` where there is no way to try.

    That is somebody without a lob or a profile, and a domain that is not there yet.
    """
    landscape, studio = world.landscape, world.studios.get(domain)
    lob, profile = landscape.people[person].lob, landscape.profile_of(person)
    if lob is None or profile is None or studio is None:
        return None
    return Opening(
        person=person,
        profile=profile,
        lob=lob,
        account=landscape.accounts[landscape.lobs[lob].account],
        domain=domain,
        domain_id=studio.domain_id,
        owner=studio.account,
    )


def invoking(world: World, person: str, network: str, *, private: bool) -> Question | None:
    """The browser's call of the private API; `None` where its policy was never read.

    It is the published path of the person (S2-38): what an authorizer allows them.  `private`
    says whether the call comes through the endpoint.

    Raises:
        KeyError: it would come through an endpoint that is not there.
    """
    if world.estate.api is None:
        return None
    hub, api = world.landscape.hub_account, api_arn(world.landscape, world.ids)
    context = {**_always(world, hub), **_arriving(world, network, EXECUTE_API, private=private)}
    return Question(
        Layers(
            resource=world.estate.api, endpoint=_door_policy(world, EXECUTE_API, seen=private)
        ),
        Request(INVOKE, f"{api}/{STAGE}/GET/{person}", ANONYMOUS, context, hub),
        parse(
            authorizer_policy(api_arn=api, stage=STAGE, person=person),
            kind=Kind.IDENTITY,
            name="what the authorizer returned",
        ),
    )


def assuming(world: World, way: Opening) -> tuple[Question, ...]:
    """The gateway becoming the presign role: one question for each permission it takes.

    Raises:
        KeyError: the gateway, the role, an endpoint or a guardrail is not in the estate.
    """
    gateway, role = _gateway(world), world.presigners[way.account]
    context: _Context = {
        **_always(world, way.account),
        **_by(gateway),
        **_from_hub(world, STS),
        "sts:RoleSessionName": way.person,
        "sts:SourceIdentity": way.person,
        "sts:ExternalId": names.external_id(
            world.landscape.name, world.landscape.environment, way.lob
        ),
        "aws:TagKeys": (names.PROFILE_TAG,),
        f"aws:RequestTag/{names.PROFILE_TAG}": way.profile,
    }
    layers = world.estate.layers(
        gateway,
        service="sts",
        owner=way.account,
        endpoint=_door_policy(world, STS),
        resource=role.trust,
    )
    who = _session(gateway, _SESSION)
    return tuple(
        Question(layers, Request(action, role.arn, who, context, way.account))
        for action in ASSUME
    )


def creating(world: World, way: Opening) -> Question:
    """The presign role making the URL, from the hub, within the opening's session policy.

    Raises:
        KeyError: the role, the endpoint or a guardrail is not in the estate.
    """
    hub = world.landscape.gateway.network
    return _presigning(world, way, SAGEMAKER_API, hub, private=True)


def using(world: World, way: Opening, network: str, *, private: bool) -> Question:
    """The browser using the URL from `network`: asked of whoever made it, again and again.

    AWS asks the policies of the URL's maker at every request and frame (SageMaker API
    reference, CreatePresignedDomainUrl).  `private` says whether the browser comes through the
    Studio endpoint.

    Raises:
        KeyError: the role, the endpoint or a guardrail is not in the estate.
    """
    return _presigning(world, way, STUDIO, network, private=private)


def _presigning(
    world: World, way: Opening, service: str, network: str, *, private: bool
) -> Question:
    role, region = world.presigners[way.account], world.landscape.region
    context: _Context = {
        **_always(world, way.owner),
        **_by(role),
        **_arriving(world, network, service, private=private),
        "aws:SourceIdentity": way.person,
        f"aws:PrincipalTag/{names.PROFILE_TAG}": way.profile,
    }
    layers = world.estate.layers(
        role,
        service="sagemaker",
        owner=way.owner,
        session=(_session_policy(region, way),),
        endpoint=_door_policy(world, service, seen=private),
    )
    arn = names.profile_arn(region, way.owner, way.domain_id, way.profile)
    return Question(
        layers, Request(PRESIGN, arn, _session(role, way.person), context, way.owner)
    )


def _session_policy(region: str, way: Opening) -> Policy:
    # The gateway knows only the account of the person's own lob, whatever domain is asked for.
    document = opening_session_policy(
        region=region, account=way.account, domain_id=way.domain_id, profile=way.profile
    )
    return parse(document, kind=Kind.SESSION, name="session policy of the opening")


def _always(world: World, owner: str) -> _Context:
    return {
        "aws:RequestedRegion": world.landscape.region,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:ResourceAccount": owner,
    }


def _by(holder: Holder) -> _Context:
    # A session's tag stands over its role's of the same name, whatever the case.
    own = {k: v for k, v in holder.tags.items() if k.lower() != names.PROFILE_TAG.lower()}
    return {
        "aws:PrincipalArn": holder.arn,
        "aws:PrincipalAccount": holder.account,
        "aws:PrincipalType": "AssumedRole",
        **{f"aws:PrincipalTag/{key}": value for key, value in own.items()},
    }


def _session(holder: Holder, name: str) -> Principal:
    prefix = holder.arn.partition(":iam:")[0]
    arn = f"{prefix}:sts::{holder.account}:assumed-role/{holder.name}/{name}"
    return Principal("assumed-role", arn, holder.account, holder.arn)


def _gateway(world: World) -> Holder:
    if world.gateway is None:
        raise KeyError(names.GATEWAY_ROLE)
    return world.gateway


def _from_hub(world: World, service: str) -> _Context:
    return _arriving(world, world.landscape.gateway.network, service, private=True)


def _arriving(world: World, network: str, service: str, *, private: bool) -> _Context:
    if not private:
        return {**arrival_keys(world.landscape, INTERNET, vpce="", vpc="")}
    door = world.doors[service]
    return {**arrival_keys(world.landscape, network, vpce=door.id, vpc=door.vpc)}


def _door_policy(world: World, service: str, *, seen: bool = True) -> Policy | None:
    """What the endpoint lets through; `None` for what does not come through it."""
    return world.doors[service].policy if seen else None
