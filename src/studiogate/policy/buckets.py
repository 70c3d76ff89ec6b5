"""What notebooks do with the buckets of their line of business, and with no others (S1-07).

The published execution role has every bucket and every object, or none; ours has those that the
landscape names (F-33).  Source: Service Authorization Reference, "Amazon S3".
"""

from collections.abc import Sequence

from studiogate import names
from studiogate.policy.documents import exact, policy_document, some
from studiogate.policy.language import Document

ON_BUCKET = ("s3:GetBucketLocation", "s3:ListBucket")
"""Actions on a bucket."""

ON_OBJECTS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:PutObject",
)
"""Actions on what is in it."""


def buckets_policy(*, buckets: Sequence[str], objects: Sequence[str]) -> Document:
    """What an execution role may do: list `buckets`, by ARN; read, write, delete `objects`.

    Raises:
        PolicyError: there are none.
    """
    return policy_document(
        {
            "Sid": "SeeBuckets",
            "Effect": "Allow",
            "Action": list(ON_BUCKET),
            "Resource": some("buckets", buckets),
        },
        {
            "Sid": "UseObjects",
            "Effect": "Allow",
            "Action": list(ON_OBJECTS),
            "Resource": list(objects),
        },
    )


def buckets_policy_of(region: str, names_of_buckets: Sequence[str]) -> Document:
    """The same for buckets by name.

    Raises:
        PolicyError: there are none, or a name is a pattern.
    """
    arns = [bucket_arn(region, exact("buckets", one)) for one in names_of_buckets]
    return buckets_policy(buckets=arns, objects=[inside(arn) for arn in arns])


def bucket_arn(region: str, bucket: str) -> str:
    """ARN of a bucket, which names neither Region nor account."""
    return f"arn:{names.partition(region)}:s3:::{bucket}"


def inside(arn: str) -> str:
    """Everything in a bucket."""
    return f"{arn}/*"
