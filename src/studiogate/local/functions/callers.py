"""The policy of a function: one statement for each permission that is added.

Statements are written as Lambda writes them (Developer Guide, "Using resource-based policies
for Lambda").
"""

import json
import re
from collections.abc import Callable
from typing import Any

from studiogate.errors import PolicyError
from studiogate.local.call import ApiCall
from studiogate.local.functions.backend import Backend
from studiogate.local.functions.store import (
    Answer,
    Function,
    Functions,
    Name,
    absent,
    conflict,
    wrong,
)
from studiogate.local.functions.store import named as meant
from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind, Policy, parse

_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:([a-z0-9-]+):([0-9]{12}):function:([a-zA-Z0-9_-]+)(?::([^:]+))?\Z"
)
_STATEMENT_ID = re.compile(r"[a-zA-Z0-9_-]{1,100}\Z")


def add_permission(backend: Backend, call: ApiCall) -> Answer:
    """Let somebody do something with a function."""
    asked, at = call.params, meant(call)
    found = backend.functions.get(at)
    found.of(at.qualifier)
    sid = asked["StatementId"]
    if not _STATEMENT_ID.match(sid):
        raise wrong("The statement id is made of letters, digits, - and _.")
    statements = found.statements.setdefault(at.qualifier, {})
    if sid in statements:
        raise conflict(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
    statement = _statement(call, at)
    try:
        parse(_document([statement]), kind=Kind.RESOURCE, name=at.name)
    except PolicyError as exc:
        raise wrong("The provided principal was invalid. Please check the principal.") from exc
    statements[sid] = statement
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


def _statement(call: ApiCall, at: Name) -> dict[str, Any]:
    asked = call.params
    conditions: dict[str, dict[str, str]] = {}
    for name, operator, key in (
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ):
        if name in asked:
            conditions.setdefault(operator, {})[key] = asked[name]
    return {
        "Sid": asked["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(asked["Principal"]),
        "Action": asked["Action"],
        "Resource": at.qualified,
        **({"Condition": conditions} if conditions else {}),
    }


def _principal(said: str) -> Any:
    if said == "*":
        return "*"
    if said.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return {"Service": said}
    if re.fullmatch(r"[0-9]{12}", said):
        return {"AWS": f"arn:aws:iam::{said}:root"}
    return {"AWS": said}


def remove_permission(backend: Backend, call: ApiCall) -> Answer:
    """Take a statement away."""
    at, sid = meant(call), call.params["StatementId"]
    statements = backend.functions.get(at).statements.get(at.qualifier, {})
    if sid not in statements:
        raise absent(f"Statement {sid} is not found in resource policy.")
    del statements[sid]
    return {}


def get_policy(backend: Backend, call: ApiCall) -> Answer:
    """The whole policy of a function."""
    at = meant(call)
    found = backend.functions.get(at)
    statements = _statements(found, at.qualifier)
    if not statements:
        raise absent("The resource you requested does not exist.")
    revision = found.configuration["RevisionId"]
    return {"Policy": json.dumps(_document(statements)), "RevisionId": revision}


def _statements(found: Function, qualifier: str | None) -> list[dict[str, Any]]:
    return list(found.statements.get(qualifier, {}).values())


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "default", "Statement": statements}


def policies_of(functions: Functions) -> Callable[[str], Policy | None]:
    """From the ARN of a function, or of a version of it, to its policy."""

    def find(arn: str) -> Policy | None:
        found = _ARN.match(arn)
        if found is None:
            return None
        function = functions.find(Name(found[2], found[1], found[3]))
        statements = [] if function is None else _statements(function, found[4])
        if not statements:
            return None
        text = json.dumps(_document(statements))
        return read(text, kind=Kind.RESOURCE, name=f"function {found[3]}")

    return find
