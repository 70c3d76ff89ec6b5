"""What an answer with status 200 must hold, taken out of it.

An answer that lacks it raises `Unreadable`, another ValueError or a KeyError; whoever asked
turns that into an `AwsError`.  Nothing here gives an empty value for a missing one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from studiogate.aws.wire.call import Credentials, WireAnswer
from studiogate.aws.wire.xml import leaves
from studiogate.foundation.directory import Item

_UNMET = b"ConditionalCheckFailedException"
_CANCELLED = b"TransactionCanceledException"


class Unreadable(ValueError):
    """An answer without what was asked for, or with it in another shape."""


def item(answer: WireAnswer) -> Item | None:
    """The item of a GetItem; `None` where DynamoDB says there is none by leaving it out."""
    found = _object(answer).get("Item")
    return None if found is None else _typed(found)


def batch(answer: WireAnswer) -> tuple[dict[str, list[Item]], bool]:
    """The items of a BatchGetItem by table, and whether some keys were not processed."""
    found = _object(answer)
    listed = {
        table: [_typed(one) for one in some] for table, some in found["Responses"].items()
    }
    return listed, bool(found.get("UnprocessedKeys"))


def page(answer: WireAnswer) -> tuple[list[Item], Item | None]:
    """The items of a Scan, and where the next begin."""
    found = _object(answer)
    following = found.get("LastEvaluatedKey")
    items = [_typed(one) for one in found["Items"]]
    return items, None if following is None else _typed(following)


def cancelled(answer: WireAnswer) -> bool:
    """Whether `answer` says that conditions of a transaction did not hold, and no more."""
    if answer.status != HTTPStatus.BAD_REQUEST or _CANCELLED not in answer.body:
        return False
    codes = {one.get("Code") for one in _object(answer).get("CancellationReasons", [])}
    return bool(codes) and codes <= {"None", "ConditionalCheckFailed"}


def transacted(answer: WireAnswer) -> bool:
    """Whether a TransactWriteItems was done, of an answer that is 200 or `cancelled`."""
    return answer.status == HTTPStatus.OK


def _typed(found: Any) -> Item:
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise Unreadable("an item is not typed JSON")
    return found


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a PutItem with a condition."""

    done: bool
    there: Item | None
    """The item that was there already, where the condition was not met."""


def unmet(answer: WireAnswer) -> bool:
    """Whether `answer` says that the condition of a PutItem was not met."""
    return answer.status == HTTPStatus.BAD_REQUEST and _UNMET in answer.body


def put(answer: WireAnswer) -> Put:
    """What a PutItem did, of an answer that is 200 or `unmet`."""
    return Put(done=answer.status == HTTPStatus.OK, there=item(answer))


def authorized_url(answer: WireAnswer) -> str:
    """The URL of a CreatePresignedDomainUrl; the errors never quote it."""
    url = _object(answer)["AuthorizedUrl"]
    if not isinstance(url, str) or not url:
        raise Unreadable("AuthorizedUrl is empty")
    return url


def with_status(member: str) -> Callable[[WireAnswer], Mapping[str, Any]]:
    """Reads the whole answer to a Describe; one that has no status in `member` is none."""

    def read(answer: WireAnswer) -> Mapping[str, Any]:
        found = _object(answer)
        if not found[member]:
            raise Unreadable(f"{member} is empty")
        return found

    return read


def listed(member: str) -> Callable[[WireAnswer], list[Mapping[str, Any]]]:
    """Reads the objects that an answer lists under `member`."""

    def read(answer: WireAnswer) -> list[Mapping[str, Any]]:
        found = _object(answer)[member]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Unreadable(f"{member} is not a list of objects")
        return found

    return read


def role_credentials(answer: WireAnswer) -> Credentials:
    """The credentials of an AssumeRole: all four parts, or none."""
    found = leaves(answer.body)
    at = "AssumeRoleResponse/AssumeRoleResult/Credentials"
    return credentials(
        found[f"{at}/AccessKeyId"],
        found[f"{at}/SecretAccessKey"],
        found[f"{at}/SessionToken"],
        found[f"{at}/Expiration"],
    )


def container_credentials(answer: WireAnswer) -> Credentials:
    """The credentials that ECS or EKS gives a container (ECS Developer Guide)."""
    found = _object(answer)
    return credentials(
        found["AccessKeyId"], found["SecretAccessKey"], found["Token"], found["Expiration"]
    )


def credentials(
    access_key: object, secret_key: object, token: object, expiration: object
) -> Credentials:
    """Temporary credentials of four texts, none of which may be missing or empty."""
    if not (isinstance(access_key, str) and isinstance(secret_key, str)):
        raise Unreadable("the keys are not text")
    if not (isinstance(token, str) and access_key and secret_key and token):
        raise Unreadable("a part of the credentials is empty")
    return Credentials(access_key, secret_key, token, _aware(str(expiration)))


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise Unreadable("Expiration has no time zone")
    return moment


def _object(answer: WireAnswer) -> dict[str, Any]:
    found = json.loads(answer.body)
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    return found
