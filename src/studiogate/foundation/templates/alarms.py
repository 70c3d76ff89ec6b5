"""What somebody has to be told: openings that fail, wait, or meet a limit of AWS's."""

from collections.abc import Mapping
from dataclasses import dataclass

from troposphere import AWS_NO_VALUE, Equals, If, Not, Parameter, Ref, Template
from troposphere.cloudwatch import Alarm, MetricDimension

from studiogate import names
from studiogate.foundation.templates.api import STAGE
from studiogate.foundation.templates.tables import TABLES

SLOW_MS = 3000
"""A request in a hundred that takes longer: what a person waits for a page before a reload."""

_PERIOD_S = 60
_TOLD = "HasAlarmTopic"


@dataclass(frozen=True, slots=True)
class _Watched:
    what: str
    metric: str
    namespace: str
    dimensions: Mapping[str, str]
    threshold: int = 0
    statistic: str | None = "Sum"
    extended: str | None = None


def alarms(template: Template, *, api_name: str) -> None:
    """An alarm for each, put into `template`; they tell a topic if the stack is told one."""
    template.add_parameter(
        Parameter(
            "AlarmTopicArn",
            Type="String",
            Default="",
            AllowedPattern="^(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+)?$",
            Description="The SNS topic that alarms are sent to; none, where it is left out.",
        )
    )
    template.add_condition(_TOLD, Not(Equals(Ref("AlarmTopicArn"), "")))
    for logical, one in _watched(api_name).items():
        template.add_resource(_alarm(logical, one))


def _watched(api_name: str) -> dict[str, _Watched]:
    api = {"ApiName": api_name, "Stage": STAGE}
    functions = {"Gateway": names.GATEWAY_FUNCTION, "Authorizer": names.AUTHORIZER_FUNCTION}
    return {
        "ApiFails": _Watched("requests end in a 5xx", "5XXError", "AWS/ApiGateway", api),
        "ApiIsSlow": _Watched(
            "one request in a hundred takes too long",
            "Latency",
            "AWS/ApiGateway",
            api,
            SLOW_MS,
            None,
            "p99",
        ),
        **{
            f"{logical}{metric}": _Watched(
                f"the function {name}: {metric.lower()}",
                metric,
                "AWS/Lambda",
                {"FunctionName": name},
            )
            for logical, name in functions.items()
            for metric in ("Errors", "Throttles")
        },
        **{
            f"{logical}{what}Throttled": _Watched(
                f"{what.lower()}s of {name} are throttled",
                f"{what}ThrottleEvents",
                "AWS/DynamoDB",
                {"TableName": name},
            )
            for logical, (name, keys) in TABLES.items()
            # The directory is only ever read, and the record only ever written.
            for what in (["Read"] if len(keys) == 1 else ["Write"])
        },
    }


def _alarm(logical: str, one: _Watched) -> Alarm:
    told = If(_TOLD, [Ref("AlarmTopicArn")], Ref(AWS_NO_VALUE))
    how = (
        {"Statistic": one.statistic}
        if one.statistic is not None
        else {"ExtendedStatistic": one.extended}
    )
    return Alarm(
        logical,
        AlarmDescription=f"studiogate: {one.what}",
        Namespace=one.namespace,
        MetricName=one.metric,
        Dimensions=[
            MetricDimension(Name=name, Value=value) for name, value in one.dimensions.items()
        ],
        Period=_PERIOD_S,
        EvaluationPeriods=5,
        DatapointsToAlarm=2,
        Threshold=one.threshold,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=told,
        OKActions=told,
        **how,
    )
