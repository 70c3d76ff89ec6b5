"""What is offered of the services that moto keeps and the product barely touches.

Everything moto has would be more than anybody here has looked at; so these are named.  What is
not in the list is refused by its name.
"""

from collections.abc import Mapping

OFFERED: Mapping[str, frozenset[str]] = {
    "elasticfilesystem": frozenset(
        {
            "CreateFileSystem",
            "CreateMountTarget",
            "DeleteFileSystem",
            "DeleteMountTarget",
            "DescribeFileSystems",
            "DescribeMountTargetSecurityGroups",
            "DescribeMountTargets",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        }
    ),
    "kms": frozenset(
        {
            "CancelKeyDeletion",
            "CreateAlias",
            "CreateKey",
            "Decrypt",
            "DeleteAlias",
            "DescribeKey",
            "DisableKey",
            "DisableKeyRotation",
            "EnableKey",
            "EnableKeyRotation",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateRandom",
            "GetKeyPolicy",
            "GetKeyRotationStatus",
            "ListAliases",
            "ListKeyPolicies",
            "ListKeys",
            "ListResourceTags",
            "PutKeyPolicy",
            "ScheduleKeyDeletion",
            "TagResource",
            "UntagResource",
            "UpdateAlias",
            "UpdateKeyDescription",
        }
    ),
    "logs": frozenset(
        {
            "CreateLogGroup",
            "CreateLogStream",
            "DeleteLogGroup",
            "DeleteLogStream",
            "DeleteMetricFilter",
            "DeleteRetentionPolicy",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "DescribeMetricFilters",
            "FilterLogEvents",
            "GetLogEvents",
            "ListTagsForResource",
            "PutLogEvents",
            "PutMetricFilter",
            "PutRetentionPolicy",
            "TagResource",
            "UntagResource",
        }
    ),
    "monitoring": frozenset(
        {
            "DeleteAlarms",
            "DescribeAlarms",
            "DescribeAlarmsForMetric",
            "DisableAlarmActions",
            "EnableAlarmActions",
            "GetMetricData",
            "GetMetricStatistics",
            "ListMetrics",
            "ListTagsForResource",
            "PutMetricAlarm",
            "PutMetricData",
            "SetAlarmState",
            "TagResource",
            "UntagResource",
        }
    ),
    "secretsmanager": frozenset(
        {
            "CreateSecret",
            "DeleteResourcePolicy",
            "DeleteSecret",
            "DescribeSecret",
            "GetRandomPassword",
            "GetResourcePolicy",
            "GetSecretValue",
            "ListSecretVersionIds",
            "ListSecrets",
            "PutResourcePolicy",
            "PutSecretValue",
            "RestoreSecret",
            "TagResource",
            "UntagResource",
            "UpdateSecret",
            "UpdateSecretVersionStage",
        }
    ),
}
"""Signing name to operations."""
