"""The AWS services that have an endpoint in the hub, as AWS names them (S2-14 to S2-20).

Note the two spellings: Studio's own service starts with `aws.sagemaker`, not `com.amazonaws`
(SageMaker Developer Guide, "Connect to Studio through an interface VPC endpoint").
"""

from collections.abc import Iterator

from studiogate.landscape.model import Landscape

STS = "com.amazonaws.{region}.sts"
SAGEMAKER_API = "com.amazonaws.{region}.sagemaker.api"
STUDIO = "aws.sagemaker.{region}.studio"
EXECUTE_API = "com.amazonaws.{region}.execute-api"
DYNAMODB = "com.amazonaws.{region}.dynamodb"

SERVICES = (STS, SAGEMAKER_API, STUDIO, EXECUTE_API, DYNAMODB)
"""What an opening needs: every hub has an endpoint for each."""

GATEWAY_TYPE = frozenset({DYNAMODB})
"""Endpoints that are a route, not an interface with an address (S2-18)."""

_SHARED = {
    "sagemaker.runtime": ("sagemaker", "runtime.sagemaker"),
    "ecr.api": ("ecr", "api.ecr"),
    "ecr.dkr": ("ecr", "dkr.ecr"),
    "logs": ("logs", "logs"),
    "kms": ("kms", "kms"),
    "lambda": ("lambda", "lambda"),
    "elasticfilesystem": ("elasticfilesystem", "elasticfilesystem"),
    "redshift": ("redshift", "redshift"),
    "redshift-data": ("redshift-data", "redshift-data"),
    "redshift-serverless": ("redshift-serverless", "redshift-serverless"),
    "license-manager": ("license-manager", "license-manager"),
}
"""By the word of the landscape: the prefix of its actions, and what its hosts begin with."""

IAM_PREFIX = {f"com.amazonaws.{{region}}.{one}": prefix for one, (prefix, _) in _SHARED.items()}
"""By service, for what notebooks use beside Studio: the prefix of its actions in IAM."""

HOST = {f"com.amazonaws.{{region}}.{one}": host for one, (_, host) in _SHARED.items()}
"""By service: what comes before the Region in its host; for images, of each registry's host."""

WILDCARD = frozenset({STUDIO, "com.amazonaws.{region}.ecr.dkr"})
"""Services whose hosts have a part of their own before that: a domain, or a registry."""


LICENCES = "com.amazonaws.{region}.license-manager"
"""Where Posit Workbench asks for its licence (SageMaker Developer Guide, "RStudio in VPC-Only
mode")."""

_OF_CLUSTERS = ("redshift", "redshift-data")
_OF_WORKGROUPS = ("redshift-serverless", "redshift-data")


def shared_services(landscape: Landscape) -> tuple[str, ...]:
    """What notebooks use beside Studio and has an endpoint in the hub, too (S2-21, S3-15).

    Who reads a warehouse reaches the APIs that let them in, whether or not the landscape lists
    them (F-63); so does RStudio, which opens nothing without its licence (S6-03).
    """
    rstudio = any(domain.rstudio is not None for domain in landscape.domains.values())
    licence = ("license-manager",) if rstudio else ()
    wanted = dict.fromkeys((*landscape.shared_endpoints, *_for_readers(landscape), *licence))
    return tuple(f"com.amazonaws.{{region}}.{one}" for one in wanted)


def readers_services(landscape: Landscape) -> tuple[str, ...]:
    """Those of them that are there for readers of warehouses, and for nobody else."""
    found = dict.fromkeys(_for_readers(landscape))
    alone = (one for one in found if one not in landscape.shared_endpoints)
    return tuple(f"com.amazonaws.{{region}}.{one}" for one in alone)


def _for_readers(landscape: Landscape) -> Iterator[str]:
    with_domains = {domain.lob for domain in landscape.domains.values()}
    for one in landscape.warehouses.values():
        if one.readable and not with_domains.isdisjoint(one.readers):
            yield from _OF_CLUSTERS if one.cluster is not None else _OF_WORKGROUPS


def hub_services(landscape: Landscape) -> tuple[str, ...]:
    """Every service that has an endpoint in the hub of `landscape`."""
    return (*SERVICES, *shared_services(landscape))
