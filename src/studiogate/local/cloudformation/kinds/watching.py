"""What tells people: alarms, and the topics they are told through.

Source: CloudFormation Template Reference, "AWS::CloudWatch::Alarm" and "AWS::SNS::Topic".
"""

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Asking,
    Look,
    Turn,
    anew,
    at,
    attribute,
    by,
    each,
    ends,
    made_by,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_SAYS = (
    "ActionsEnabled AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm "
    "Dimensions EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic "
    "InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic "
    "Threshold ThresholdMetricId TreatMissingData Unit"
)


def _whole() -> Asking:
    """The call that says an alarm; it is always said as a whole."""
    put = made_by("PutMetricAlarm", Tags=tagged(pairs))

    def ask(turn: Turn) -> Ask:
        named = {"AlarmName": turn.id} if turn.id else {}
        said = {**put(turn).params, **named}
        if turn.id:
            said.pop("Tags", None)
        return Ask("PutMetricAlarm", said)

    return ask


ALARM = ApiKind(
    name="AWS::CloudWatch::Alarm",
    service="monitoring",
    properties=words(f"{_SAYS} AlarmName Tags"),
    replaced_by=words("AlarmName"),
    called=("AlarmName", 255),
    make=_whole(),
    new=True,
    id=lambda _, turn: str(turn.wanted["AlarmName"]),
    looks=(
        Look(
            asks=by("DescribeAlarms", AlarmNames=each(this)),
            at=at("MetricAlarms.0"),
            attributes={"Arn": at("AlarmArn")},
            live=reads(_SAYS),
        ),
    ),
    steps=(
        anew(_SAYS, _whole()),
        tagging("TagResource", "UntagResource", who={"ResourceARN": attribute("Arn")}),
    ),
    end=ends(by("DeleteAlarms", AlarmNames=each(this), fine="ResourceNotFound")),
    gone=words("ResourceNotFound"),
)

KINDS = (ALARM,)
