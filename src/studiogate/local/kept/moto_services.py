"""The services whose objects moto keeps: what is offered, and in which account it is done."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.cognitoidp.models import cognitoidp_backends
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.responses import DynamoHandler
from moto.ec2.responses import EC2Response
from moto.efs.responses import EFSResponse
from moto.iam.responses import IamResponse
from moto.kms.responses import KmsResponse
from moto.logs.responses import LogsResponse
from moto.organizations.responses import OrganizationsResponse
from moto.secretsmanager.responses import SecretsManagerResponse

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed
from studiogate.local.front.app import OPEN_OPERATIONS
from studiogate.local.front.models import operations
from studiogate.local.front.refusals import not_offered
from studiogate.local.front.regions import NOBODY, hold_region
from studiogate.local.kept import hanging, held, quotas, rules
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.offered import OFFERED
from studiogate.local.kept.resources import NEEDED

_RESPONSES: Mapping[str, Any] = {
    "cognito-idp": CognitoIdpResponse,
    "dynamodb": DynamoHandler,
    "ec2": EC2Response,
    "elasticfilesystem": EFSResponse,
    "iam": IamResponse,
    "kms": KmsResponse,
    "logs": LogsResponse,
    "monitoring": CloudWatchResponse,
    "organizations": OrganizationsResponse,
    "secretsmanager": SecretsManagerResponse,
}

# What moto has, and we cannot answer for.  Statements of PartiQL name their tables in a
# language of their own, imports and exports reach S3, and nobody here would read the resource
# policy of a table.  The landscape says which accounts there are; moto would make one whose
# administrator can do nothing, and close one whose keys still work.
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {
            "BatchExecuteStatement",
            "DeleteResourcePolicy",
            "ExecuteStatement",
            "ExecuteTransaction",
            "ExportTableToPointInTime",
            "GetResourcePolicy",
            "ImportTable",
            "PutResourcePolicy",
        }
    ),
    "organizations": frozenset(
        {
            "CloseAccount",
            "CreateAccount",
            "CreateOrganization",
            "DeleteOrganization",
            "RemoveAccountFromOrganization",
        }
    ),
}


class MotoService:
    """One service kept by moto.  Implements `local.call.Service`."""

    def __init__(self, name: str, app: MotoApp) -> None:
        """Offer `name`, a signing name.

        Raises:
            KeyError: a service this emulation does not take from moto.
        """
        self._response = _RESPONSES[name]
        self._name = name
        self._app = app

    @cached_property
    def operations(self) -> frozenset[str]:
        """Every operation that AWS has, moto implements, and we can decide about."""
        methods = frozenset(method_names_from_class(self._response))
        names = OFFERED.get(self._name) or operations(self._name)
        known = {name for name in names if camelcase_to_underscores(name) in methods}
        return frozenset(known) - _LEFT_OUT.get(self._name, frozenset())

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions of `call`; none for what AWS lets everybody call.

        Raises:
            ApiError: the operation is not offered.
        """
        if call.operation not in self.operations:
            raise not_offered(call)
        hold_region(call)
        if self._name == "cognito-idp" and call.operation in OPEN_OPERATIONS:
            return ()
        return NEEDED[self._name](call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """What moto answers.

        Raises:
            ApiError: the operation is not offered in this way, or moto failed.
        """
        _refuse_dry_run(call)
        quotas.hold(call)
        held.hold(call)
        hanging.hold(call)
        rules.hold(call)
        if (own := held.ANSWERS.get((call.service, call.operation))) is not None:
            return own(call)
        answer = await self._app.answer(
            held.plain(call), account=call.account or _pool_account(call)
        )
        return rules.told(call, answer)


def _refuse_dry_run(call: ApiCall) -> None:
    """Answer EC2's "would it be allowed?" without doing it; moto would, for some operations."""
    if call.service == "ec2" and str(call.params.get("DryRun", "")).lower() == "true":
        raise ApiError(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
            status=412,
        )


def _pool_account(call: ApiCall) -> str:
    """The account whose user pool has the client that an unsigned call names."""
    client = call.params.get("ClientId")
    if client is None:
        return NOBODY
    for account, backends in list(cognitoidp_backends.items()):
        backend = backends[call.region]
        if any(client in pool.clients for pool in list(backend.user_pools.values())):
            return str(account)
    raise ApiError("ResourceNotFoundException", f"User pool client {client} does not exist.")
