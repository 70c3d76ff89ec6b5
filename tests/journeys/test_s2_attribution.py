"""S2: one opening is two calls with the person's name on both, over the right endpoints."""

from tests.kit.organisation import Organisation


def test_s2_08_s2_11_s2_12_s2_17_s2_18_s2_19_s3_24_s4_08_an_opening_is_the_persons_own_and_comes_by_the_endpoints(
    acme: Organisation,
) -> None:
    with acme.colleague("traced") as token:
        before = len(acme.gateway_calls())
        assert acme.ask("/traced", token).status_code == 302
        made = {event["action"]: event for event in acme.gateway_calls()[before:]}

    assume, presign = made["sts:AssumeRole"], made["sagemaker:CreatePresignedDomainUrl"]
    assert assume["resource"].endswith(":role/PresignedUrlGenerator")
    assert made["dynamodb:BatchGetItem"]["vpce"] == acme.endpoint(".dynamodb")["VpcEndpointId"]
    assert assume["vpce"] == acme.endpoint(".sts")["VpcEndpointId"]
    assert presign["vpce"] == acme.endpoint(".sagemaker.api")["VpcEndpointId"]
    assert presign["caller"].endswith(":assumed-role/PresignedUrlGenerator/traced")
    assert presign["source_identity"] == "traced"
    assert presign["resource"].endswith("/traced")


def test_s2_08_a_refused_request_reaches_no_aws_account(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    acme.ask("/user-lob-a", token)  # so that the provider's keys are known
    before = len(acme.gateway_calls())

    acme.ask("/user-lob-b", token)
    acme.ask("/user-lob-a", "forged." + token)

    assert acme.gateway_calls()[before:] == []


def test_a_warm_opening_asks_who_it_is_and_for_the_url(acme: Organisation) -> None:
    token = acme.token("user-lob-a")
    acme.ask("/user-lob-a", token)
    before = len(acme.gateway_calls())

    for _ in range(5):
        assert acme.ask("/user-lob-a", token).status_code == 302

    made = [event["action"] for event in acme.gateway_calls()[before:]]
    assert made.count("sagemaker:CreatePresignedDomainUrl") == 5
    assert made.count("sts:AssumeRole") == 0
    assert made.count("dynamodb:BatchGetItem") == 5
    assert len(made) <= 11  # the line of business may have been asked for again
