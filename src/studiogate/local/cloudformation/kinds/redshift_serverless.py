"""Redshift Serverless: namespaces, which hold data, and the workgroups that compute for them.

A namespace leaves a last snapshot where its properties name one.  Source: CloudFormation
Template Reference, "Amazon Redshift Serverless"; Redshift Serverless API Reference.
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Look,
    Reader,
    State,
    Step,
    at,
    attribute,
    by,
    changing,
    ends,
    made_by,
    prop,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_GONE = words("ResourceNotFoundException")
_ADMINISTRATOR = (
    "AdminPasswordSecretKmsKeyId AdminUserPassword AdminUsername LogExports ManageAdminPassword"
)
_LAST = "FinalSnapshotName FinalSnapshotRetentionPeriod"
_COMPUTES = (
    "BaseCapacity ConfigParameters EnhancedVpcRouting MaxCapacity Port PricePerformanceTarget "
    "PubliclyAccessible SecurityGroupIds SubnetIds"
)
_STATE = State(
    at=at("status"), ready=words("AVAILABLE"), waiting=words("CREATING MODIFYING DELETING")
)


def _readers(of: str, names: str) -> dict[str, Reader]:
    """`Fn::GetAtt` has the members of an answer behind the kind's own word, in capitals."""
    return {f"{of}.{name}": at(_small(name)) for name in words(names)}


def _small(name: str) -> str:
    return ".".join(part[:1].lower() + part[1:] for part in name.split("."))


def _live(names: str) -> dict[str, Reader]:
    return {name: at(_small(name)) for name in words(names)}


def _tagging(arn: str) -> Step:
    return tagging(
        "TagResource",
        "UntagResource",
        who={"resourceArn": attribute(arn)},
        names=("tags", "tagKeys"),
    )


_NAMESPACE: Mapping[str, Any] = {"namespaceName": this}

NAMESPACE = ApiKind(
    name="AWS::RedshiftServerless::Namespace",
    service="redshift-serverless",
    properties=words(f"{_ADMINISTRATOR} {_LAST} DbName NamespaceName Tags"),
    required=words("NamespaceName"),
    replaced_by=words("NamespaceName"),
    fixed=words("DbName"),
    inert=words(_LAST),
    make=made_by("CreateNamespace", apart=_LAST, Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["namespace"]["namespaceName"]),
    looks=(
        Look(
            asks=by("GetNamespace", **_NAMESPACE),
            at=at("namespace"),
            gone=_GONE,
            attributes=_readers(
                "Namespace",
                "AdminPasswordSecretArn AdminUsername CreationDate DbName LogExports "
                "NamespaceArn NamespaceId NamespaceName Status",
            ),
            live=_live("AdminUsername DbName LogExports NamespaceName"),
            state=_STATE,
        ),
    ),
    steps=(
        changing("UpdateNamespace", _ADMINISTRATOR, **_NAMESPACE),
        _tagging("Namespace.NamespaceArn"),
    ),
    end=ends(
        by(
            "DeleteNamespace",
            finalSnapshotName=prop("FinalSnapshotName"),
            finalSnapshotRetentionPeriod=prop("FinalSnapshotRetentionPeriod"),
            **_NAMESPACE,
        )
    ),
    gone=_GONE,
    lingers=True,
)

_WORKGROUP: Mapping[str, Any] = {"workgroupName": this}

WORKGROUP = ApiKind(
    name="AWS::RedshiftServerless::Workgroup",
    service="redshift-serverless",
    properties=words(f"{_COMPUTES} NamespaceName Tags WorkgroupName"),
    required=words("WorkgroupName"),
    replaced_by=words("NamespaceName WorkgroupName"),
    make=made_by("CreateWorkgroup", Tags=tagged(pairs)),
    id=lambda answer, _: str(answer["workgroup"]["workgroupName"]),
    looks=(
        Look(
            asks=by("GetWorkgroup", **_WORKGROUP),
            at=at("workgroup"),
            gone=_GONE,
            attributes=_readers(
                "Workgroup",
                "BaseCapacity CreationDate Endpoint.Address Endpoint.Port EnhancedVpcRouting "
                "MaxCapacity NamespaceName PubliclyAccessible SecurityGroupIds Status "
                "SubnetIds WorkgroupArn WorkgroupId WorkgroupName",
            ),
            live=_live(
                "BaseCapacity EnhancedVpcRouting MaxCapacity NamespaceName Port "
                "PubliclyAccessible SecurityGroupIds SubnetIds WorkgroupName"
            ),
            state=_STATE,
        ),
    ),
    steps=(
        changing("UpdateWorkgroup", _COMPUTES, **_WORKGROUP),
        _tagging("Workgroup.WorkgroupArn"),
    ),
    end=ends(by("DeleteWorkgroup", **_WORKGROUP)),
    gone=_GONE,
    lingers=True,
)

KINDS = (NAMESPACE, WORKGROUP)
