"""What the guard costs on every Studio request and frame, beside the bare decision.

Run as `python benchmarks/guard.py`.  Prints microseconds of processor time, and the ratio to
`decide` alone over the same policies: the rest is reading live policies and condition keys.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from moto.iam.models import iam_backends

from studiogate.landscape.model import Landscape
from studiogate.local.call import Arrival, Needed
from studiogate.local.iam.accounts import MANAGEMENT, found_organisation
from studiogate.local.iam.context import question
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import NewSession, SessionStore
from studiogate.policy.evaluate import Layers, decide

REGION, LOB = "eu-west-1", "222222222222"
ROUNDS = 5_000
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def each_us(act: Callable[[], object]) -> float:
    """Processor time of one call, after a warm-up."""
    for _ in range(ROUNDS // 10):
        act()
    began = process_time()
    for _ in range(ROUNDS):
        act()
    return (process_time() - began) / ROUNDS * 1e6


def main() -> None:
    """Found an organisation in memory, and ask one question many times."""
    network = {"hub": {"kind": "vpc", "account": "lob-a", "cidr": "10.0.0.0/16"}}
    idp = {"kind": "oidc", "issuer": "https://idp.example", "client_id": "portal"}
    landscape = Landscape.model_validate(
        {
            "name": "bench",
            "environment": "demo",
            "region": REGION,
            "accounts": {"lob-a": LOB},
            "networks": network,
            "idps": {"corporate": idp},
        }
    )
    found_organisation(landscape)
    role = iam_backends[LOB]["aws"].create_role(
        "Presign", "{}", "/", None, "", [], max_session_duration="3600"
    )
    action = "sagemaker:CreatePresignedDomainUrl"
    profile = f"arn:aws:sagemaker:{REGION}:{LOB}:user-profile/d-abc123def456/ada"
    only = {"StringEquals": {"aws:SourceVpce": ["vpce-api", "vpce-studio"]}}
    said = {"Effect": "Allow", "Action": action, "Resource": profile, "Condition": only}
    role.policies["open"] = json.dumps({"Version": "2012-10-17", "Statement": [said]})

    policies = LivePolicies(Organisation(MANAGEMENT))
    guard = Guard(policies, lambda: NOW)
    caller = SessionStore(lambda: NOW).of_role(NewSession(role, "ada", 3600))
    arrival = Arrival("office", "192.168.10.7", {"aws:SourceVpce": "vpce-studio"})
    needed = Needed(action, profile)
    request = question(
        caller,
        needed,
        arrival=arrival,
        region=REGION,
        organisation=policies.organisation,
        now=NOW,
    )
    layers = Layers(identity=policies.identity(caller), scps=policies.scps(caller))
    floor = each_us(lambda: decide(layers, request))
    whole = each_us(lambda: guard.check(caller, needed, arrival=arrival, region=REGION))
    print(f"decide alone {floor:.1f} µs · guard {whole:.1f} µs · ratio {whole / floor:.1f}")


if __name__ == "__main__":
    main()
