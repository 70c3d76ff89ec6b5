"""Secrets, given or made up.

A secret that is made up is never in a template; here it is asked for and handed on, and is in
no attribute and no log.  Source: CloudFormation Template Reference,
"AWS::SecretsManager::Secret".
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Turn,
    by,
    changing,
    ends,
    made_by,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import pairs, read_pairs, tagged, tagging

_OF_THE_TEMPLATE = words("GenerateStringKey SecretStringTemplate")


def _made_up(turn: Turn) -> Ask | None:
    rules = turn.wanted.get("GenerateSecretString")
    if rules is None:
        return None
    asked = {name: value for name, value in rules.items() if name not in _OF_THE_TEMPLATE}
    return Ask("GetRandomPassword", asked)


def _text(rules: Mapping[str, Any], password: str) -> str:
    """The password alone, or as one member of a JSON object."""
    if "GenerateStringKey" not in rules:
        return password
    whole = json.loads(rules.get("SecretStringTemplate", "{}"))
    return json.dumps({**whole, rules["GenerateStringKey"]: password})


def _token(_: Turn) -> str:
    """What SDKs add to a change of a secret, and the API wants: another for every request."""
    return str(uuid4())


def _create(turn: Turn) -> Ask:
    said = made_by("CreateSecret", apart="GenerateSecretString", Tags=tagged(pairs))(turn)
    params = {**said.params, "ClientRequestToken": _token(turn)}
    if turn.seen is not None:
        rules = turn.wanted["GenerateSecretString"]
        params["SecretString"] = _text(rules, turn.seen["RandomPassword"])
    return Ask("CreateSecret", params)


SECRET = ApiKind(
    name="AWS::SecretsManager::Secret",
    service="secretsmanager",
    properties=words("Description GenerateSecretString KmsKeyId Name SecretString Tags"),
    replaced_by=words("Name"),
    # On AWS another rule makes up another secret.  Here what is in use stays: a change of a
    # rule that silently ends every session is refused instead.
    fixed=words("GenerateSecretString"),
    called=("Name", 512),
    make_reading=_made_up,
    make=_create,
    id=lambda answer, _: str(answer["ARN"]),
    computed={"Id": this},
    looks=(
        Look(
            asks=by("DescribeSecret", SecretId=this),
            # One whose deletion has begun can still be described.
            at=lambda answer: None if answer.get("DeletedDate") else answer,
            gone=words("ResourceNotFoundException"),
            live={**reads("Description KmsKeyId Name"), "Tags": read_pairs()},
        ),
    ),
    steps=(
        changing(
            "UpdateSecret",
            "Description KmsKeyId SecretString",
            without={"Description": ""},
            SecretId=this,
            ClientRequestToken=_token,
        ),
        tagging("TagResource", "UntagResource", who={"SecretId": this}),
    ),
    end=ends(by("DeleteSecret", SecretId=this, ForceDeleteWithoutRecovery=True)),
    gone=words("ResourceNotFoundException"),
)

KINDS = (SECRET,)
