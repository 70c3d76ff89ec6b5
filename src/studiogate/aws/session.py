"""boto3 for administration: one client per account and service, roles assumed on the way.

The only module that imports boto3, and not for the opening: see `aws.wire`.  Its errors are the
same family as the wire's, from the same table.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError

from studiogate import __version__, names
from studiogate.aws.wire.errors import failure
from studiogate.errors import AwsError, Denied, Invalid, SettingsError, Unreachable

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_codebuild import CodeBuildClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_efs import EFSClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_license_manager import LicenseManagerClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_ram import RAMClient
    from mypy_boto3_redshift import RedshiftClient
    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient
    from mypy_boto3_redshift_serverless import RedshiftServerlessClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53resolver import Route53ResolverClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sts import STSClient

Service = Literal[
    "apigateway",
    "cloudformation",
    "codebuild",
    "cognito-idp",
    "dynamodb",
    "ec2",
    "ecr",
    "efs",
    "iam",
    "kms",
    "lambda",
    "license-manager",
    "logs",
    "organizations",
    "ram",
    "redshift",
    "redshift-data",
    "redshift-serverless",
    "route53",
    "route53resolver",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sts",
]

ADMIN_ROLE: Final = "OrganizationAccountAccessRole"
"""What Organizations makes in every account it creates, for the management account."""


_MAY_BECOME: Final = (
    "Ask as somebody who may become that role: --profile names an AWS profile, that of the "
    "management account if nothing else was set up; --role names another role."
)
_UNSIGNABLE: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
)
"""What boto3 raises when it has nothing to sign with, or what it had has run out."""


class Accounts:
    """Clients for every account of the organisation, made once each.

    `None` is the account of the credentials themselves, the management account.
    """

    def __init__(
        self,
        region: str,
        *,
        endpoint: str | None = None,
        profile: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        token: str | None = None,
        role: str = ADMIN_ROLE,
        operator: str = "studiogate",
        source_identity: str | None = None,
        patience_s: int = 60,
    ) -> None:
        """Speak to `region` with the keys given, or those of `profile`, or boto3's own search.

        `endpoint` is one address for every service in place of AWS's.  `operator` is who does
        it: the session name in every account, so that CloudTrail says so.  `source_identity`
        says it in a way that outlives role chaining, but only a role whose trust policy allows
        `sts:SetSourceIdentity` accepts it, and the one Organizations makes does not.
        `patience_s` is how many seconds one answer is waited for; it is asked for up to four
        times.

        Raises:
            SettingsError: the profile does not exist, or `operator` or `source_identity` has
                letters that STS does not take.
        """
        self._said = _said(operator, source_identity)
        self._region = region
        self._endpoint = endpoint
        self._role = role
        self._profile = profile
        self._patience_s = patience_s
        self._own = _session(
            region=region,
            profile=profile,
            access_key=access_key,
            secret_key=secret_key,
            token=token,
        )
        self._members: dict[str, boto3.Session] = {}
        self._clients: dict[tuple[str | None, str], Any] = {}
        self._making = threading.RLock()
        self._calls: Counter[str | None] = Counter()
        self._counting = threading.Lock()

    @property
    def calls(self) -> Mapping[str | None, int]:
        """How many requests were sent so far, by account; what was tried again counts again."""
        with self._counting:
            return dict(self._calls)

    @overload
    def client(
        self, account_id: str | None, service: Literal["apigateway"]
    ) -> "APIGatewayClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["cloudformation"]
    ) -> "CloudFormationClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["cognito-idp"]
    ) -> "CognitoIdentityProviderClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["dynamodb"]
    ) -> "DynamoDBClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["ec2"]) -> "EC2Client": ...
    @overload
    def client(self, account_id: str | None, service: Literal["efs"]) -> "EFSClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["iam"]) -> "IAMClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["kms"]) -> "KMSClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["lambda"]) -> "LambdaClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["logs"]
    ) -> "CloudWatchLogsClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["organizations"]
    ) -> "OrganizationsClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["ram"]) -> "RAMClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["redshift"]
    ) -> "RedshiftClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["redshift-data"]
    ) -> "RedshiftDataAPIServiceClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["redshift-serverless"]
    ) -> "RedshiftServerlessClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["route53"]
    ) -> "Route53Client": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["route53resolver"]
    ) -> "Route53ResolverClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["s3"]) -> "S3Client": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["sagemaker"]
    ) -> "SageMakerClient": ...
    @overload
    def client(
        self,
        account_id: str | None,
        service: Literal["secretsmanager"],
    ) -> Any: ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["codebuild"]
    ) -> "CodeBuildClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["ecr"]) -> "ECRClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["license-manager"]
    ) -> "LicenseManagerClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["sts"]) -> "STSClient": ...

    def client(self, account_id: str | None, service: Service) -> Any:
        """The client of `service` in an account; the role is assumed at the first call.

        Safe to share between threads, as boto3's clients are.

        Raises:
            ValueError: `account_id` is not 12 digits.
        """
        if account_id is not None and not names.is_account(account_id):
            raise ValueError(f"not an account id of 12 digits: {account_id!r}")
        key = (account_id, service)
        with self._making:  # sessions, unlike clients, are not safe to share
            if key not in self._clients:
                self._clients[key] = self._made(account_id, service)
            return self._clients[key]

    def forget(self, account_id: str) -> None:
        """Let go of an account's clients, which are a few megabytes; nobody may be using them.

        Whoever asks for one again gets a new one, which assumes the role anew.
        """
        with self._making:
            self._members.pop(account_id, None)
            for key in [key for key in self._clients if key[0] == account_id]:
                self._clients.pop(key).close()

    def _made(self, account_id: str | None, service: Service) -> Any:
        session = self._own if account_id is None else self._member(account_id)
        made = session.client(
            service,
            region_name=self._region,
            endpoint_url=self._endpoint,
            config=_config(self._patience_s, direct=self._endpoint is not None),
        )
        made.meta.events.register("before-send", lambda **_: self._count(account_id))
        return made

    def _count(self, account_id: str | None) -> None:
        with self._counting:
            self._calls[account_id] += 1

    def _member(self, account_id: str) -> boto3.Session:
        """The session in a member account, which assumes its role anew before it expires."""
        if account_id in self._members:
            return self._members[account_id]
        # For its addresses, not its keys: `endpoint_url` of a profile holds in every account.
        inner = botocore.session.Session(profile=self._profile)
        inner.register_component("data_loader", _models())
        provider = RoleProvider(lambda: self._assumed(account_id))
        inner.register_component("credential_provider", CredentialResolver([provider]))
        made = boto3.Session(botocore_session=inner, region_name=self._region)
        self._members[account_id] = made
        return made

    def _assumed(self, account_id: str) -> dict[str, str]:
        """Credentials of the role in `account_id`, with the names botocore has for them."""
        arn = names.role_arn(self._region, account_id, self._role)
        try:
            with calling("sts:AssumeRole", about=arn):
                answer = self.client(None, "sts").assume_role(RoleArn=arn, **self._said)
        except Denied as refused:
            refused.remedy = _MAY_BECOME  # what is mostly so: somebody asks who is not meant to
            raise
        keys = answer["Credentials"]
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "expiry_time": keys["Expiration"].isoformat(),
        }


def _said(operator: str, source_identity: str | None) -> dict[str, Any]:
    """Who does it, as AssumeRole takes it."""
    for name in (operator, source_identity or operator):
        _refuse_unless_session_name(name)
    named = {} if source_identity is None else {"SourceIdentity": source_identity}
    return {"RoleSessionName": operator, **named}


class RoleProvider(CredentialProvider):
    """Gives botocore the credentials of one role, and again when they run out."""

    METHOD = "studiogate-role"

    def __init__(self, assumed: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._assumed = assumed

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that are asked for at the first call, not now."""
        return DeferredRefreshableCredentials(self._assumed, self.METHOD)


def paged(client: Any, operation: str, items: str, **params: Any) -> Iterator[Any]:
    """Every one of `items` in the answers to `operation`, over all pages.

    `operation` is spelled as boto3's method, `items` as the key of the answer:
    `paged(iam, "list_roles", "Roles")`.

    Raises:
        KeyError: the answer has no such key; a misspelt key must not look like "none".
    """
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**params):
            yield from page[items]
    else:
        yield from getattr(client, operation)(**params)[items]


@contextmanager
def calling(action: str, *, about: str = "") -> Iterator[None]:
    """Turn what boto3 raises inside into the `AwsError` it stands for.

    `action` is the IAM action, as `iam:CreateRole`; a role that has to be assumed on the way
    is reported as `sts:AssumeRole`.

    Raises:
        AwsError: AWS refused or did not answer.
        SettingsError: there are no credentials to sign with.
    """
    try:
        yield
    except ClientError as exc:
        raise _refused(exc, action, about) from exc
    except ParamValidationError as exc:
        raise Invalid(
            f"{action}: {exc}",
            remedy="Correct the parameter named; AWS was not asked.",
            action=action,
            about=about,
        ) from exc
    except _UNSIGNABLE as exc:
        raise _no_credentials() from exc
    except (NoConnection, HTTPClientError) as exc:
        raise _unanswered(exc, action, about) from exc
    except ResponseParserError as exc:
        raise _unreadable(exc, action, about) from exc
    except BotoCoreError as exc:
        raise AwsError(
            f"{action}: {exc}",
            remedy="See the message of boto3; studiogate does not know this one.",
            action=action,
            about=about,
        ) from exc


def _refused(exc: ClientError, action: str, about: str) -> AwsError:
    error = exc.response.get("Error", {})
    answer = exc.response.get("ResponseMetadata", {})
    return failure(
        error.get("Code", ""),
        error.get("Message", ""),
        status=answer.get("HTTPStatusCode", 0),
        action=action,
        about=about,
    )


def _unanswered(exc: BotoCoreError, action: str, about: str) -> Unreachable:
    return Unreachable(
        f"{action}: {exc}",
        remedy=(
            "Check that the endpoint's name resolves here, that there is a route to it, and "
            "that its security group lets this machine in on port 443."
        ),
        action=action,
        about=about,
    )


def _unreadable(exc: ResponseParserError, action: str, about: str) -> AwsError:
    """Only the first line of what boto3 says: the others are the answer, of any size."""
    return AwsError(
        f"{action}: what answered is not AWS: {str(exc).partition(chr(10))[0]}",
        remedy="Look at proxies on the way, and at the endpoint's address.",
        action=action,
        about=about,
    )


def _no_credentials() -> SettingsError:
    return SettingsError(
        "boto3 found no credentials to sign with, or only some that have run out",
        remedy=(
            "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with "
            "`aws sso login`."
        ),
    )


def _refuse_unless_session_name(name: str) -> None:
    if not names.is_person(name):
        raise SettingsError(
            "the operator's name cannot be a role session name",
            remedy="Use 2 to 64 ASCII letters, digits or any of _+=,.@-",
        )


def _session(
    *,
    region: str,
    profile: str | None,
    access_key: str | None,
    secret_key: str | None,
    token: str | None,
) -> boto3.Session:
    if (access_key is None) != (secret_key is None):
        raise _no_credentials()  # boto3 would search elsewhere, and sign as somebody else
    inner = botocore.session.Session(profile=profile)
    inner.register_component("data_loader", _models())
    try:
        inner.get_scoped_config()  # where there is no such profile, this says so
        return boto3.Session(
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            botocore_session=inner,
            region_name=region,
        )
    except ProfileNotFound as exc:
        raise SettingsError(
            "AWS_PROFILE, or the profile asked for, is not in the AWS configuration",
            remedy="`aws configure list-profiles` lists those there are; AWS_CONFIG_FILE names "
            "their file, where it is not ~/.aws/config.",
        ) from exc


@cache
def _models() -> Loader:
    """What reads AWS's models, which are large: once, not once for each account."""
    return create_loader()


def _config(patience_s: int, *, direct: bool) -> Config:
    """Bounded patience; an endpoint given by address is asked past any proxy."""
    return Config(
        connect_timeout=5,
        read_timeout=patience_s,
        retries={"mode": "standard", "max_attempts": 4},
        user_agent_extra=f"studiogate/{__version__}",
        proxies={} if direct else None,
    )
