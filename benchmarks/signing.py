"""What a signature costs, as a ratio to botocore's in the same run.

Run it as `python benchmarks/signing.py`; the ratio is what to watch, the times drift with the
machine.  `new key` is a person's first request: their credentials are new, so the signing key
has to be derived; `kept key` is every one after it.
"""

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign

ROUNDS = 7
CALLS = 2000
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TOKEN = "t" * 800
REQUEST = WireRequest(
    "POST",
    "https://api.sagemaker.eu-west-1.amazonaws.com/",
    {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "SageMaker.CreatePresignedDomainUrl",
        "user-agent": "studiogate",
    },
    b'{"DomainId":"d-abcdefghijkl","UserProfileName":"user-lob-a","ExpiresInSeconds":20}',
)
NUMBERS = itertools.count()


def ours(secret: str) -> None:
    keys = Credentials("AKIA", secret, TOKEN)
    sign(REQUEST, keys, service="sagemaker", region="eu-west-1", now=NOW)


def theirs(secret: str) -> None:
    request = AWSRequest(REQUEST.method, REQUEST.url, dict(REQUEST.headers), REQUEST.body)
    keys = BotoCredentials("AKIA", secret, TOKEN)
    SigV4Auth(keys, "sagemaker", "eu-west-1").add_auth(request)


def cpu_us(call: Callable[[], object]) -> float:
    """Median over rounds of the CPU microseconds of one `call`."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(CALLS):
            call()
        rounds.append((time.process_time() - started) / CALLS * 1e6)
    return sorted(rounds)[ROUNDS // 2]


def main() -> None:
    botocore = cpu_us(lambda: theirs("secret"))
    kept = cpu_us(lambda: ours("secret"))
    new = cpu_us(lambda: ours(f"secret{next(NUMBERS)}"))
    print(f"botocore  {botocore:6.1f} µs")
    print(f"kept key  {kept:6.1f} µs   {botocore / kept:.1f} times as fast")
    print(f"new key   {new:6.1f} µs   {botocore / new:.1f} times as fast")


if __name__ == "__main__":
    main()
