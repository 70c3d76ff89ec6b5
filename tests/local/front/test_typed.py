"""What CloudFormation takes for a value becomes what the API's model asks for, and no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.call import ApiError
from studiogate.local.front.models import typed, written


@pytest.mark.parametrize(
    ("service", "operation", "said", "meant"),
    [
        ("ec2", "CreateVpc", {"DryRun": "true"}, {"DryRun": True}),
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            {"IpPermissions": [{"FromPort": "443", "IpProtocol": -1}]},
            {"IpPermissions": [{"FromPort": 443, "IpProtocol": "-1"}]},
        ),
        ("logs", "CreateLogGroup", {"LogGroupName": "a"}, {"logGroupName": "a"}),
        (
            "apigateway",
            "CreateStage",
            {"Variables": {"Port": 443, "TLS": True}},
            {"variables": {"Port": "443", "TLS": "true"}},
        ),
        ("monitoring", "PutMetricAlarm", {"Threshold": "1.5"}, {"Threshold": 1.5}),
        ("lambda", "UpdateFunctionCode", {"ZipFile": "PK"}, {"ZipFile": b"PK"}),
    ],
)
def test_a_value_takes_the_form_of_the_model(
    service: str, operation: str, said: dict[str, Any], meant: dict[str, Any]
) -> None:
    assert typed(service, operation, said) == meant


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("CreateVpc", {"DryRun": "yes"}),
        ("CreateVpc", {"CidrBlock": {"Ref": "Cidr"}}),
        ("CreateVpc", {"Cidr": "10.0.0.0/16"}),
        ("CreateSubnet", {"VpcId": ["vpc-1"]}),
    ],
)
def test_what_is_no_form_of_it_stays_and_is_refused(
    operation: str, said: dict[str, Any]
) -> None:
    assert typed("ec2", operation, said) == said
    with pytest.raises(ApiError):
        written("ec2", operation, typed("ec2", operation, said))


@given(
    st.fixed_dictionaries(
        {"TableName": st.text(), "DeletionProtectionEnabled": st.booleans()},
        optional={
            "Tags": st.lists(st.fixed_dictionaries({"Key": st.text(), "Value": st.text()}))
        },
    )
)
def test_what_has_the_form_already_keeps_it(params: dict[str, Any]) -> None:
    assert typed("dynamodb", "UpdateTable", params) == params
