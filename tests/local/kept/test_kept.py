"""Services kept by moto behind our own policies: keys, logs, alarms, file systems, secrets."""

import json
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, deny, policy, root_of, trusting


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def acting(org: World, service: str, *statements: dict[str, Any]) -> tuple[Any, str]:
    trust = policy(trusting(root_of(LOB_A)))
    arn = org.role(LOB_A, trust=trust, can=policy(*statements) if statements else None)
    return org.client(service, org.assume(arn, org.founded.explorers[LOB_A])), arn


def key(org: World, **more: Any) -> tuple[Any, str]:
    kms = org.admin(LOB_A, "kms")
    return kms, str(kms.create_key(**more)["KeyMetadata"]["Arn"])


class TestKeys:
    def test_what_is_sealed_is_opened_by_who_may(self, org: World) -> None:
        kms, arn = key(org)
        alias = f"alias/{org.name('key')}"
        kms.create_alias(AliasName=alias, TargetKeyId=arn)
        sealed = kms.encrypt(KeyId=alias, Plaintext=b"secret")["CiphertextBlob"]
        other, _ = acting(
            org, "kms", allow("kms:Decrypt", on=f"{arn[:-1]}{0 if arn[-1] != chr(48) else 1}")
        )
        may, _ = acting(org, "kms", allow("kms:Decrypt", on=arn))

        assert may.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
        with pytest.raises(ClientError) as caught:
            other.decrypt(CiphertextBlob=sealed)
        code, message = refusal(caught)
        assert code == "AccessDeniedException"
        assert "because no identity-based policy allows the kms:Decrypt action" in message

    def test_only_the_keys_policy_lets_anybody_in(self, org: World) -> None:
        _, role = acting(org, "kms", allow("kms:*"))
        only = {
            "Effect": "Allow",
            "Principal": {"AWS": [role, f"arn:aws:iam::{LOB_A}:user/explorer"]},
            "Action": ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
            "Resource": "*",
        }
        kms, arn = key(org, Policy=policy(only))

        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled"
        with pytest.raises(ClientError) as caught:
            kms.encrypt(KeyId=arn, Plaintext=b"x")  # an administrator
        assert "because no resource-based policy allows the kms:Encrypt" in refusal(caught)[1]

    def test_a_key_waits_before_it_is_gone_and_does_nothing_more(self, org: World) -> None:
        kms, arn = key(org)
        for days in (1, 31):
            with pytest.raises(ClientError) as caught:
                kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=days)
            assert refusal(caught)[0] == "ValidationException"

        kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)

        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"
        more: dict[str, dict[str, Any]] = {
            "encrypt": {"Plaintext": b"x"},
            "schedule_key_deletion": {},
            "enable_key": {},
        }
        for operation, given in more.items():
            with pytest.raises(ClientError) as caught:
                getattr(kms, operation)(KeyId=arn, **given)
            assert refusal(caught)[0] == "KMSInvalidStateException"
        kms.cancel_key_deletion(KeyId=arn)
        with pytest.raises(ClientError) as caught:
            kms.encrypt(KeyId=arn, Plaintext=b"x")
        assert refusal(caught)[0] == "DisabledException"

    def test_keys_of_other_accounts_and_no_keys_are_not_found(self, org: World) -> None:
        _, arn = key(org)
        kms = org.admin(LOB_B, "kms")

        for name in (arn, "alias/no", "12345678-1234-1234-1234-123456789012"):
            with pytest.raises(ClientError) as caught:
                kms.describe_key(KeyId=name)
            assert refusal(caught)[0] == "NotFoundException"

    def test_a_policy_nobody_can_read_is_not_taken(self, org: World) -> None:
        kms, arn = key(org)

        with pytest.raises(ClientError) as caught:
            kms.put_key_policy(KeyId=arn, PolicyName="default", Policy='{"Statement": 7}')

        assert refusal(caught)[0] == "MalformedPolicyDocumentException"


class TestLogs:
    def test_a_group_is_made_kept_and_deleted(self, org: World) -> None:
        logs, name = org.admin(LOB_A, "logs"), f"/studiogate/{org.name('group')}"
        logs.create_log_group(logGroupName=name, tags={"a": "b"})
        logs.put_retention_policy(logGroupName=name, retentionInDays=365)

        (found,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]

        assert found["retentionInDays"] == 365
        with pytest.raises(ClientError) as caught:
            logs.put_retention_policy(logGroupName=name, retentionInDays=2)
        assert refusal(caught)[0] == "InvalidParameterException"
        with pytest.raises(ClientError) as caught:
            logs.create_log_group(logGroupName=name)
        assert refusal(caught)[0] == "ResourceAlreadyExistsException"
        logs.delete_log_group(logGroupName=name)

    def test_a_group_is_sealed_with_a_key_that_lets_logs_in(self, org: World) -> None:
        name = f"/studiogate/{org.name('group')}"
        kms, arn = key(org)
        logs = org.admin(LOB_A, "logs")

        with pytest.raises(ClientError) as caught:
            logs.create_log_group(logGroupName=name, kmsKeyId=arn)
        assert "is not allowed to be used with LogGroup" in refusal(caught)[1]
        mine = f"arn:aws:logs:{REGION}:{LOB_A}:log-group:{name}"
        lets = {
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
            "Action": ["kms:Encrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": mine}},
        }
        account = {
            "Effect": "Allow",
            "Principal": {"AWS": root_of(LOB_A)},
            "Action": "kms:*",
            "Resource": "*",
        }
        kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=policy(account, lets))
        logs.create_log_group(logGroupName=name, kmsKeyId=arn)
        with pytest.raises(ClientError):
            logs.create_log_group(logGroupName=f"{name}-other", kmsKeyId=arn)

    def test_permission_is_for_one_group(self, org: World) -> None:
        name = f"/studiogate/{org.name('group')}"
        arn = f"arn:aws:logs:{REGION}:{LOB_A}:log-group:{name}:*"
        logs, _ = acting(org, "logs", allow("logs:CreateLogGroup", on=arn))

        logs.create_log_group(logGroupName=name)

        with pytest.raises(ClientError) as caught:
            logs.create_log_group(logGroupName=f"{name}-other")
        assert refusal(caught)[0] == "AccessDeniedException"


class TestAlarms:
    ALARM: ClassVar[dict[str, Any]] = {
        "MetricName": "5XXError",
        "Namespace": "AWS/ApiGateway",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }

    def test_an_alarm_is_made_and_found(self, org: World) -> None:
        watch, name = org.admin(LOB_A, "cloudwatch"), org.name("alarm")

        watch.put_metric_alarm(AlarmName=name, **self.ALARM)

        (found,) = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert found["Threshold"] == 1
        assert org.admin(LOB_B, "cloudwatch").describe_alarms()["MetricAlarms"] == []
        watch.delete_alarms(AlarmNames=[name])
        assert watch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []

    def test_permission_is_for_each_alarm_named(self, org: World) -> None:
        arn = f"arn:aws:cloudwatch:{REGION}:{LOB_A}:alarm:mine"
        watch, _ = acting(org, "cloudwatch", allow("cloudwatch:*", on=arn))

        watch.put_metric_alarm(AlarmName="mine", **self.ALARM)

        with pytest.raises(ClientError) as caught:
            watch.delete_alarms(AlarmNames=["mine", "other"])
        assert refusal(caught)[0] == "AccessDeniedException"


class TestFileSystems:
    def test_a_file_system_goes_after_its_mount_targets(self, org: World) -> None:
        efs, ec2 = org.admin(LOB_A, "efs"), org.admin(LOB_A, "ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
        made = efs.create_file_system(CreationToken=org.name("fs"), Encrypted=True)
        name = made["FileSystemId"]
        target = efs.create_mount_target(FileSystemId=name, SubnetId=subnet)

        with pytest.raises(ClientError) as caught:
            efs.delete_file_system(FileSystemId=name)
        assert refusal(caught)[0] == "FileSystemInUse"
        with pytest.raises(ClientError) as caught:
            ec2.delete_subnet(SubnetId=subnet)
        assert refusal(caught)[0] == "DependencyViolation"
        efs.delete_mount_target(MountTargetId=target["MountTargetId"])
        efs.delete_file_system(FileSystemId=name)
        ec2.delete_subnet(SubnetId=subnet)
        with pytest.raises(ClientError) as caught:
            efs.describe_file_systems(FileSystemId=name)
        assert refusal(caught)[0] == "FileSystemNotFound"

    def test_permission_is_for_one_file_system(self, org: World) -> None:
        admin = org.admin(LOB_A, "efs")
        mine, other = (
            admin.create_file_system(CreationToken=org.name("fs"))["FileSystemId"]
            for _ in range(2)
        )
        arn = f"arn:aws:elasticfilesystem:{REGION}:{LOB_A}:file-system/{mine}"
        efs, _ = acting(org, "efs", allow("elasticfilesystem:*", on=arn))

        efs.describe_file_systems(FileSystemId=mine)

        with pytest.raises(ClientError) as caught:
            efs.delete_file_system(FileSystemId=other)
        assert refusal(caught)[0] == "AccessDeniedException"


class TestSecrets:
    def test_a_secret_is_kept_and_comes_back(self, org: World) -> None:
        vault, name = org.admin(LOB_A, "secretsmanager"), org.name("secret")
        drawn = vault.get_random_password(PasswordLength=43, ExcludePunctuation=True)
        arn = vault.create_secret(Name=name, SecretString=drawn["RandomPassword"])["ARN"]

        assert vault.get_secret_value(SecretId=arn)["SecretString"] == drawn["RandomPassword"]
        assert len(drawn["RandomPassword"]) == 43
        assert drawn["RandomPassword"].isalnum()
        vault.delete_secret(SecretId=name, RecoveryWindowInDays=7)
        with pytest.raises(ClientError) as caught:
            vault.get_secret_value(SecretId=name)
        assert refusal(caught)[0] == "InvalidRequestException"

    def test_a_name_and_an_arn_are_one_secret_to_the_policies(self, org: World) -> None:
        admin, name = org.admin(LOB_A, "secretsmanager"), org.name("secret")
        arn = admin.create_secret(Name=name, SecretString="s3cret")["ARN"]
        vault, _ = acting(
            org,
            "secretsmanager",
            allow("secretsmanager:*"),
            deny("secretsmanager:Get*", on=arn),
        )

        for which in (name, arn):
            with pytest.raises(ClientError) as caught:
                vault.get_secret_value(SecretId=which)
            assert "explicit deny" in refusal(caught)[1]
            assert "s3cret" not in refusal(caught)[1]

    def test_the_secrets_own_policy_counts(self, org: World) -> None:
        admin, name = org.admin(LOB_A, "secretsmanager"), org.name("secret")
        arn = admin.create_secret(Name=name, SecretString="s")["ARN"]
        vault, role = acting(org, "secretsmanager")
        said = {
            "Effect": "Allow",
            "Principal": {"AWS": role},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }

        with pytest.raises(ClientError):
            vault.get_secret_value(SecretId=arn)
        admin.put_resource_policy(SecretId=arn, ResourcePolicy=policy(said))
        assert vault.get_secret_value(SecretId=arn)["SecretString"] == "s"
        assert json.loads(admin.get_resource_policy(SecretId=arn)["ResourcePolicy"])

    def test_no_secret_is_in_the_trail(self, org: World) -> None:
        admin, name = org.admin(LOB_A, "secretsmanager"), org.name("secret")
        admin.create_secret(Name=name, SecretString="do-not-tell")

        assert "do-not-tell" not in repr(org.events)


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        (
            "kms",
            "create_grant",
            {"KeyId": "k", "GranteePrincipal": "p", "Operations": ["Encrypt"]},
        ),
        ("logs", "start_query", {"startTime": 0, "endTime": 1, "queryString": "fields"}),
        ("secretsmanager", "rotate_secret", {"SecretId": "s"}),
        ("efs", "create_access_point", {"ClientToken": "t", "FileSystemId": "fs-12345678"}),
    ],
)
def test_what_nobody_looked_at_is_refused_by_its_name(
    org: World, service: str, operation: str, given: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(org.admin(LOB_A, service), operation)(**given)

    assert "is not offered by this emulation" in refusal(caught)[1]
