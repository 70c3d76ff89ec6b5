"""The rules that inputs of many operations share: names, ARNs, tags, pages.

Patterns, lengths, ranges and words are facts of the SageMaker service model (botocore,
2017-07-24).
"""

from collections.abc import Mapping

from studiogate.local.sagemaker.checks import Fields, Items, Number, Rule, Text

NAME = Text(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", most=63)
ROLE = Text(r"arn:aws[a-z\-]*:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+", 20, 2048)
TAG_KEY = Text(r"[\w \u00a0.:/=+\-@]*", 1, 128)
_TAG = Fields(
    {"Key": TAG_KEY, "Value": Text(r"[\w \u00a0.:/=+\-@]*", most=256)}, ("Key", "Value")
)
TAGS = Items(_TAG, most=50)
TOKEN = Text(most=8192)
PAGE: Mapping[str, Rule] = {"NextToken": TOKEN, "MaxResults": Number(1, 100)}
ORDER = Text(words=("Ascending", "Descending"))
CAPITAL_SWITCH = Text(words=("ENABLED", "DISABLED"))

IMAGE_NAME = Text(r"[a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62}", 1, 63)
IMAGE_VERSION = Number(0)
IMAGE_ARN = Text(
    r"arn:aws(-[\w]+)*:sagemaker:.+:[0-9]{12}:image/[a-zA-Z0-9]([-.]?[a-zA-Z0-9])*", most=256
)
IMAGE_VERSION_ARN = Text(
    r"(arn:aws(-[\w]+)*:sagemaker:.+:[0-9]{12}:image-version/"
    r"[a-z0-9]([-.]?[a-z0-9])*/[0-9]+|None)",
    most=256,
)
