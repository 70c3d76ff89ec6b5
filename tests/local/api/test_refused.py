"""What API Gateway says itself: its own words, or those the API was given."""

import json
from typing import Any

import pytest

from studiogate.foundation.templates.refusals import PROBLEMS
from studiogate.local.api import refused
from studiogate.local.api.refused import FORBIDDEN, UNANSWERED, UNAUTHORIZED, Refused, answer


def said(one: Refused, **responses: Any) -> tuple[int, Any, dict[str, str]]:
    found = answer(one, responses, request_id="r-1")
    return found.status, json.loads(found.body), dict(found.headers)


@pytest.mark.parametrize(
    ("one", "status", "words", "kind"),
    [
        (UNAUTHORIZED, 401, {"message": "Unauthorized"}, "UnauthorizedException"),
        (UNANSWERED, 500, {"message": None}, "AuthorizerFailureException"),
        (FORBIDDEN, 403, {"message": "Forbidden"}, "ForbiddenException"),
        (
            refused.UNDECLARED,
            403,
            {"message": "Missing Authentication Token"},
            "MissingAuthenticationTokenException",
        ),
        (refused.denied("No."), 403, {"Message": "No."}, "AccessDeniedException"),
    ],
)
def test_without_words_of_the_api_they_are_awss(
    one: Refused, status: int, words: dict[str, str], kind: str
) -> None:
    assert said(one) == (status, words, {"x-amzn-ErrorType": kind})


def test_a_template_is_filled_in_and_headers_are_as_declared() -> None:
    response = {
        "statusCode": "418",
        "responseParameters": {"gatewayresponse.header.WWW-Authenticate": "'Bearer'"},
        "responseTemplates": {
            "application/json": '{"a":$context.error.messageString,"b":"$context.requestId",'
            '"c":"$context.error.responseType"}'
        },
    }

    status, words, headers = said(refused.denied('a "quoted" word'), ACCESS_DENIED=response)

    assert status == 418
    assert words["a"] == 'a "quoted" word'
    assert (words["b"], words["c"]) == ("r-1", "ACCESS_DENIED")
    assert headers["WWW-Authenticate"] == "Bearer"


def test_words_for_every_refusal_of_a_family_are_used_where_there_are_no_others() -> None:
    own = {"responseTemplates": {"application/json": '{"own":1}'}}
    all_of_them = {"responseTemplates": {"application/json": '{"all":1}'}}

    assert said(UNAUTHORIZED, DEFAULT_4XX=all_of_them)[1] == {"all": 1}
    assert said(UNAUTHORIZED, DEFAULT_4XX=all_of_them, UNAUTHORIZED=own)[1] == {"own": 1}
    assert said(UNANSWERED, DEFAULT_4XX=all_of_them)[1] == {"message": None}
    # Where no API is, there is nobody who could have chosen words.
    assert said(FORBIDDEN, DEFAULT_4XX=all_of_them)[1] == {"message": "Forbidden"}


def test_what_our_template_says_has_only_variables_that_are_known() -> None:
    text = json.dumps(list(PROBLEMS.values()))

    assert set(refused.VARIABLE.findall(text)) <= refused.KNOWN
