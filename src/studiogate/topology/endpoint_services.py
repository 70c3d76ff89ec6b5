"""The AWS services that have an endpoint in the hub, as AWS names them (S2-14 to S2-20).

Note the two spellings: Studio's own service starts with `aws.sagemaker`, not `com.amazonaws`
(SageMaker Developer Guide, "Connect to Studio through an interface VPC endpoint").
"""

STS = "com.amazonaws.{region}.sts"
SAGEMAKER_API = "com.amazonaws.{region}.sagemaker.api"
STUDIO = "aws.sagemaker.{region}.studio"
EXECUTE_API = "com.amazonaws.{region}.execute-api"
DYNAMODB = "com.amazonaws.{region}.dynamodb"

SERVICES = (STS, SAGEMAKER_API, STUDIO, EXECUTE_API, DYNAMODB)
"""Every service that has an endpoint in the hub."""

GATEWAY_TYPE = frozenset({DYNAMODB})
"""Endpoints that are a route, not an interface with an address (S2-18)."""
