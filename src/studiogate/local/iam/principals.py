"""Whom policies name: nobody who is not there, and never somebody else of the same name.

IAM, KMS and S3 look up every role and user that a policy names when they take it, and keep who
that is and not how they are called.  So what named somebody who was deleted shows an id that
nobody has any more, and a role made again under the same name is a stranger (IAM User Guide,
"AWS JSON policy elements: Principal").
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Service
from studiogate.local.iam import entities

Rewrite = Callable[[Callable[[str], str]], None]
"""Gives every policy that is kept somewhere to a function, and keeps what that gives."""

_NAMED = re.compile(r"arn:[\w-]+:iam::[0-9]{12}:(role|user)/.+", re.ASCII)
_ID = re.compile(r"A(ROA|IDA)[A-Z0-9]{12,124}", re.ASCII)
_FAILED = 300

_TAKING: Mapping[tuple[str, str], str] = {
    ("iam", "CreateRole"): "AssumeRolePolicyDocument",
    ("iam", "UpdateAssumeRolePolicy"): "PolicyDocument",
    ("kms", "CreateKey"): "Policy",
    ("kms", "PutKeyPolicy"): "Policy",
}
_DELETING = {"DeleteRole": "RoleName", "DeleteUser": "UserName"}


def strangers(text: object) -> list[str]:
    """The principals in a policy that are no role and no user of anybody's.

    None in a text that is no policy: whoever takes it says that.
    """
    return [one for one in _principals(_document(text)) if not _exists(one)]


def invalid_principal(name: str) -> ApiError:
    """IAM's refusal."""
    return ApiError("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{name}"')


class Acquainted:
    """IAM or KMS that knows whom a policy names.  Implements `local.call.Service`."""

    def __init__(self, inner: Service, elsewhere: Sequence[Rewrite] = ()) -> None:
        """Look before `inner` answers; policies are kept here and `elsewhere`."""
        self._inner = inner
        self._kept: tuple[Rewrite, ...] = (_rewrite_trust, _rewrite_keys, *elsewhere)

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions of `call`.

        Raises:
            ApiError: the operation is not offered.
        """
        return self._inner.needed(call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: a policy names somebody who is not there; or as AWS would.
        """
        taken = _TAKING.get((call.service, call.operation))
        if taken is not None and (absent := strangers(call.params.get(taken))):
            raise invalid_principal(absent[0]) if call.service == "iam" else _invalid_in_key()
        going = _going(call)
        answer = await self._inner.answer(call)
        if going is not None and answer.status < _FAILED:
            for rewrite in self._kept:
                rewrite(lambda text: _without(text, *going))
        return answer


def _invalid_in_key() -> ApiError:
    return ApiError(
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    )


def _going(call: ApiCall) -> tuple[str, str] | None:
    """The ARN and the id of whom `call` deletes."""
    key = _DELETING.get(call.operation) if call.service == "iam" else None
    name = str(call.params.get(key)) if key else None
    for one in _roles_and_users([call.account]) if name else ():
        if one.name == name and (key == "RoleName") == (":role/" in one.arn):
            return str(one.arn), str(one.id)
    return None


def _roles_and_users(accounts: Iterable[str]) -> Iterator[Any]:
    for account in accounts:
        backend = entities.backend(account)
        if backend is not None:
            yield from list(backend.roles.values())
            yield from list(backend.users.values())


def _exists(name: str) -> bool:
    if not (_NAMED.fullmatch(name) or _ID.fullmatch(name)):
        return True
    return any(name in {one.arn, one.id} for one in _roles_and_users(list(iam_backends)))


def _document(text: object) -> Any:
    if isinstance(text, str):
        with suppress(ValueError):
            return json.loads(text)
    return None


def _elements(document: Any) -> Iterator[dict[str, Any]]:
    """Every `Principal` and `NotPrincipal` that names somebody of AWS's."""
    rows = document.get("Statement", []) if isinstance(document, dict) else []
    for row in rows if isinstance(rows, list) else [rows]:
        for element in ("Principal", "NotPrincipal") if isinstance(row, dict) else ():
            found = row.get(element)
            if isinstance(found, dict) and "AWS" in found:
                yield found


def _principals(document: Any) -> Iterator[str]:
    for element in _elements(document):
        names = element["AWS"]
        yield from map(str, names if isinstance(names, list) else [names])


def _without(text: str, arn: str, id_: str) -> str:
    """The policy in `text` with an id where it named `arn`; the same text where it does not."""
    if arn not in text and "\\" not in text:
        return text  # most name somebody else: thousands need not be read for one
    document = _document(text)
    if arn not in _principals(document):
        return text
    for element in _elements(document):
        names = element["AWS"]
        many = names if isinstance(names, list) else [names]
        kept = [id_ if one == arn else one for one in many]
        element["AWS"] = kept if isinstance(names, list) else kept[0]
    return json.dumps(document)


def _rewrite_trust(change: Callable[[str], str]) -> None:
    for account in list(iam_backends):
        for role in list(iam_backends[account]["aws"].roles.values()):
            role.assume_role_policy_document = change(role.assume_role_policy_document)


def _rewrite_keys(change: Callable[[str], str]) -> None:
    for account in list(kms_backends):
        for backend in list(kms_backends[account].values()):
            for key in list(backend.keys.values()):
                key.policy = change(key.policy)
