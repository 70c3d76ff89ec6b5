"""What a Lambda function of ours may do beside its work: live in a VPC, and write its log.

Sources: Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"
(the actions, and why the function's own code is denied them) and "Sending Lambda function logs
to CloudWatch Logs".
"""

from typing import Any

from studiogate import names
from studiogate.policy.documents import exact, owner, policy_document, table_arns
from studiogate.policy.language import Document

FUNCTION_POLICY = "studiogate-function"
"""Name of the inline policy `function_policy` is."""

RECORD_POLICY = "studiogate-record"
"""Name of the inline policy `record_policy` is."""

_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


def function_policy(*, region: str, account: str, function: str) -> Document:
    """What Lambda needs of the role of `function`, and what its code does not get with it.

    Lambda makes network interfaces with the function's role, so the role must be allowed to;
    the same calls out of the function itself carry `lambda:SourceFunctionArn`, and are denied.
    """
    owner(account)
    arn = function_arn(region, account, exact("function", function))
    return policy_document(
        {
            "Sid": "WriteOwnLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn(region, account, log_group(function))}:*",
        },
        {
            "Sid": "LambdaPutsItIntoTheVpc",
            "Effect": "Allow",
            "Action": list(_INTERFACES),
            # Interfaces have no name before they are there, and Describe has no resources.
            "Resource": "*",
        },
        {
            "Sid": "NotTheFunctionItself",
            "Effect": "Deny",
            "Action": list(_INTERFACES),
            "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": arn}},
        },
    )


def record_policy(*, region: str, account: str, table: str) -> Document:
    """What the gateway may do to its record: put rows, and neither read nor change them."""
    return policy_document(record_statement(region=region, account=account, table=table))


def record_statement(*, region: str, account: str, table: str) -> dict[str, Any]:
    """The one statement of `record_policy`."""
    return {
        "Sid": "KeepTheRecord",
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": table_arns(region, account, [table]),
    }


def function_arn(region: str, account: str, function: str) -> str:
    """ARN of a function."""
    return f"arn:{names.partition(region)}:lambda:{region}:{account}:function:{function}"


def log_group(function: str) -> str:
    """The log group of a function, where Lambda looks for it unless told otherwise."""
    return f"/aws/lambda/{function}"


def log_group_arn(region: str, account: str, group: str) -> str:
    """ARN of a log group, without the streams."""
    return f"arn:{names.partition(region)}:logs:{region}:{account}:log-group:{group}"
