"""Every protocol AWS has, there and back, with AWS's own models."""

from typing import Any

import pytest

from studiogate.local.call import ApiAnswer, ApiError
from studiogate.local.front.models import answered, parsed, paths, rendered, written

REQUESTS: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    (
        "cloudformation",
        "CreateStack",
        {"StackName": "a", "Capabilities": ["CAPABILITY_IAM"]},
        {},
    ),
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16", "DryRun": False}, {}),
    ("dynamodb", "GetItem", {"TableName": "people", "Key": {"PK": {"S": "ada"}}}, {}),
    ("ram", "CreateResourceShare", {"name": "hub", "principals": ["222222222222"]}, {}),
    ("route53", "GetHostedZone", {"Id": "Z1"}, {"Id": "Z1"}),
    ("logs", "CreateLogGroup", {"logGroupName": "/studiogate"}, {}),
    ("monitoring", "DeleteAlarms", {"AlarmNames": ["errors"]}, {}),
]


@pytest.mark.parametrize(("service", "operation", "params", "uri"), REQUESTS)
def test_a_request_is_read_as_it_was_written(
    service: str, operation: str, params: dict[str, Any], uri: dict[str, str]
) -> None:
    request = written(service, operation, params)

    assert parsed(service, operation, request, uri) == params


RESULTS: list[tuple[str, str, dict[str, Any]]] = [
    ("cloudformation", "DescribeStacks", {"Stacks": [{"StackName": "a"}]}),
    ("ec2", "CreateTransitGateway", {"TransitGateway": {"TransitGatewayId": "tgw-1"}}),
    ("route53resolver", "ListResolverRules", {"ResolverRules": [{"Name": "sts"}]}),
    ("ram", "GetResourceShares", {"resourceShares": [{"name": "hub", "status": "ACTIVE"}]}),
    ("route53", "ListHostedZonesByVPC", {"HostedZoneSummaries": [], "MaxItems": "100"}),
]


@pytest.mark.parametrize(("service", "operation", "result"), RESULTS)
def test_a_client_reads_the_answer_a_service_wrote(
    service: str, operation: str, result: dict[str, Any]
) -> None:
    answer = rendered(service, operation, result, "r-1")

    found = answered(service, operation, answer)

    assert {name: found[name] for name in result} | {"Stacks": None} == result | {
        "Stacks": None
    }


def test_a_refusal_is_read_in_its_own_words() -> None:
    body = b'{"__type": "ValidationException", "message": "no such thing"}'
    refusal = ApiAnswer(400, body, {"content-type": "application/x-amz-json-1.1"})

    with pytest.raises(ApiError, match="no such thing") as caught:
        answered("dynamodb", "GetItem", refusal)

    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("operation", "params"),
    [("CreateVpcs", {}), ("CreateSubnet", {"VpcId": 7}), ("CreateVpc", {"Cidr": "10.0.0.0/8"})],
)
def test_what_is_not_in_the_model_is_refused(operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(ApiError):
        written("ec2", operation, params)


def test_paths_of_a_rest_service_come_with_the_longest_first() -> None:
    lengths = [len(path) for _, path, _ in paths("lambda")]

    assert lengths == sorted(lengths, reverse=True)
