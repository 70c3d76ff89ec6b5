"""STS: sessions that are worth what the policies say, and no more.

AssumeRole, GetCallerIdentity and GetSessionToken; every other operation is refused by name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Caller, Needed
from studiogate.local.front.protocols import WIRES
from studiogate.local.front.refusals import not_offered
from studiogate.local.front.rendering import query_answer
from studiogate.local.iam import assume_role, entities, limits
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.reading import read
from studiogate.local.iam.sessions import NewSession, SessionStore
from studiogate.policy.language import Kind, Policy

_TOKEN_S, _TOKEN_MOST_S, _TOKEN_ROOT_S = 43_200, 129_600, 3_600


class StsService:
    """Implements `local.call.Service`."""

    def __init__(self, sessions: SessionStore, policies: LivePolicies) -> None:
        self._sessions = sessions
        self._policies = policies
        self._answers: Mapping[str, Callable[[ApiCall, Caller], dict[str, Any]]] = {
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": _who,
            "GetSessionToken": self._session_token,
        }

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions of `call`.

        Raises:
            ApiError: not offered; parameters out of range; or a call no permission helps.
        """
        caller = call.signer
        if call.operation not in self._answers:
            raise not_offered(call)
        if call.operation == "AssumeRole":
            if caller.kind == "root":
                raise ApiError(
                    "AccessDenied", "Roles may not be assumed by root accounts.", status=403
                )
            return assume_role.needed_for(assume_role.asked_in(call.params), caller)
        if call.operation == "GetSessionToken" and caller.token is not None:
            raise ApiError(
                "AccessDenied",
                "Cannot call GetSessionToken with session credentials",
                status=403,
            )
        return (Needed(f"sts:{call.operation}", "*"),)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        result = self._answers[call.operation](call, call.signer)
        return query_answer(WIRES["sts"], call.operation, result, call.request_id)

    def _assume_role(self, call: ApiCall, caller: Caller) -> dict[str, Any]:
        asked = assume_role.asked_in(call.params)
        role = entities.role_by_arn(asked.role_arn)
        if role is None:
            raise ApiError("AccessDenied", f"{asked.role_arn} is not there.", status=403)
        chained = caller.kind == "assumed-role"
        tags, transitive = assume_role.session_tags(asked, caller)
        percent = assume_role.packed_percent(asked)
        session = self._sessions.of_role(
            NewSession(
                role=role,
                session_name=asked.session_name,
                lives_s=assume_role.lifetime(
                    asked,
                    longest_of_role_s=int(role.max_session_duration or assume_role.DEFAULT_S),
                    chained=chained,
                ),
                source_identity=assume_role.source_identity(asked, caller),
                tags=tags,
                transitive_tags=transitive,
                session_policies=self._session_policies(asked, role.account_id),
                chained=chained,
            )
        )
        return {
            "Credentials": _credentials(session),
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
            "PackedPolicySize": percent,
            "SourceIdentity": session.source_identity,
        }

    def _session_policies(
        self, asked: assume_role.Asked, account: str
    ) -> tuple[Policy, ...] | None:
        found: list[Policy] = []
        if asked.policy is not None:
            found.append(assume_role.inline_policy(asked.policy))
        for arn in asked.policy_arns:
            text = self._policies.managed(account, arn)
            if text is None:
                raise ApiError(
                    "MalformedPolicyDocument", f"{arn} is not a policy of the role's."
                )
            found.append(read(text, kind=Kind.SESSION, name=arn))
        return tuple(found) or None

    def _session_token(self, call: ApiCall, caller: Caller) -> dict[str, Any]:
        given = limits.Parameters(call.params)
        lives_s = given.seconds("DurationSeconds", assume_role.LEAST_S, _TOKEN_MOST_S)
        given.done()
        if caller.kind == "root":
            lives_s = min(lives_s or _TOKEN_ROOT_S, _TOKEN_ROOT_S)
        session = self._sessions.of_caller(caller, lives_s=lives_s or _TOKEN_S)
        return {"Credentials": _credentials(session)}


def _who(_: ApiCall, caller: Caller) -> dict[str, Any]:
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}


def _credentials(session: Caller) -> dict[str, Any]:
    expires = session.expires_at
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "SessionToken": session.token,
        "Expiration": None if expires is None else expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
