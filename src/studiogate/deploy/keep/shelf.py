"""The artifacts bucket: bundles, large templates, the landscape as applied, and the lock.

In other accounts than the hub's there may be one for large templates alone (decision 30).
"""

from dataclasses import dataclass
from typing import Any, Final

from studiogate import names
from studiogate.aws.patience import asked
from studiogate.deploy.world import World
from studiogate.errors import Absent, AwsError
from studiogate.foundation.stacks import Stack, StackKey

ARTIFACTS: Final = "studiogate-artifacts"
"""Name of the stack that makes the bucket, in the shared-services account."""

_MOVED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
"""What S3 says when somebody wrote the object in the meantime (S3 User Guide, "Conditional
writes")."""

_GONE: Final = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})


@dataclass(frozen=True, slots=True)
class Kept:
    """An object, as it was read."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The bucket `bucket` in `account`."""

    world: World
    account: str
    bucket: str

    def read(self, key: str) -> Kept | None:
        """The object; `None` where there is none.

        Raises:
            AwsError: S3 refused, or did not answer; a refusal is never taken for absence.
        """
        try:
            found = self._asked(
                "s3:GetObject", key, lambda s3: _read(s3, Bucket=self.bucket, Key=key)
            )
        except Absent:
            return None
        return Kept(*found)

    def write(self, key: str, body: bytes) -> None:
        """Put an object, whatever is there.

        Raises:
            AwsError: S3 refused, or did not answer.
        """
        self._put(key, body)

    def write_if(self, key: str, body: bytes, *, etag: str | None) -> str | None:
        """The tag of the object that was put; `None` where it is not as it was.

        It must be the one with `etag`, or, for `None`, must not be there.

        Raises:
            AwsError: S3 refused, or did not answer.
        """
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            return self._put(key, body, **condition)
        except AwsError as error:
            if error.code in _MOVED or (etag is not None and error.code in _GONE):
                return None
            raise

    def holds(self, key: str) -> bool:
        """Whether the object is there.

        Raises:
            AwsError: S3 refused, or did not answer.
        """
        try:
            self._asked(
                "s3:GetObject", key, lambda s3: s3.head_object(Bucket=self.bucket, Key=key)
            )
        except AwsError as error:
            if error.code in _GONE:
                return False
            raise
        return True

    def template_url(self, stack: Stack, digest: str) -> str:
        """Where the template of `stack` is, which is put there if it is not.

        Raises:
            AwsError: S3 refused, or did not answer.
        """
        key = f"templates/{digest}.yaml"
        if not self.holds(key):
            self.write(key, stack.template.text.encode())
        suffix = names.dns_suffix(self.world.region)
        return f"https://{self.bucket}.s3.{self.world.region}.{suffix}/{key}"

    def _put(self, key: str, body: bytes, **condition: str) -> str:
        answer = self._asked(
            "s3:PutObject",
            key,
            lambda s3: s3.put_object(Bucket=self.bucket, Key=key, Body=body, **condition),
        )
        return str(answer["ETag"])

    def _asked(self, action: str, key: str, call: Any) -> Any:
        s3 = self.world.client(self.account, "s3")
        return asked(self.world, action, f"{self.bucket}/{key}", lambda: call(s3))


def artifacts_key(account: str) -> StackKey:
    """The stack of the bucket, in the shared-services account."""
    return StackKey(account, ARTIFACTS)


def _read(s3: Any, **which: str) -> tuple[bytes, str]:
    answer = s3.get_object(**which)
    with answer["Body"] as body:
        return body.read(), str(answer["ETag"])
