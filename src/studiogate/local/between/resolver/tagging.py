"""The operations on the tags of endpoints, rules and query logs."""

from collections.abc import Iterable, Mapping

from studiogate.local.between.asking import Asked, Doing, Result, Target, tags_asked
from studiogate.local.between.resolver.resolving import Resolving
from studiogate.local.front.listing import page


def tag(resolving: Resolving, asked: Asked) -> Result:
    """Set tags of an endpoint, a rule or a query log."""
    resolving.tagged(asked.place, asked.params["ResourceArn"]).tags |= tags_asked(asked.params)
    return {}


def untag(resolving: Resolving, asked: Asked) -> Result:
    """Remove tags."""
    one = resolving.tagged(asked.place, asked.params["ResourceArn"])
    gone = set(asked.params["TagKeys"])
    one.tags = {key: value for key, value in one.tags.items() if key not in gone}
    return {}


def list_tags(resolving: Resolving, asked: Asked) -> Result:
    """The tags of an endpoint, a rule or a query log."""
    tags = resolving.tagged(asked.place, asked.params["ResourceArn"]).tags
    rows = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    shown, more = page(rows, asked.params, lambda one: one["Key"])
    return {"Tags": shown, **more}


def _on_arn(_: Resolving, asked: Asked) -> Iterable[Target]:
    return (Target(str(asked.params["ResourceArn"])),)


OPERATIONS: Mapping[str, Doing[Resolving]] = {
    "ListTagsForResource": Doing(list_tags, _on_arn),
    "TagResource": Doing(tag, _on_arn),
    "UntagResource": Doing(untag, _on_arn),
}
