"""The keys of a request as its policies write them; the prover itself folds them."""

import re
from collections.abc import Iterable, Iterator

from studiogate.policy.language import Policy
from studiogate.policy.request import Request
from studiogate.reach.prove.arrivals import SPELLED

_VARIABLE = re.compile(r"\$\{([^*?$,}][^,}]*)")


def named(request: Request, policies: Iterable[Policy]) -> Request:
    """`request` with the names of its condition keys as `policies` write them first."""
    written = {key.lower(): key for key in [*_keys(policies)][::-1]} | SPELLED
    context = {
        written.get(key.lower(), key) if key == key.lower() else key: value
        for key, value in request.context.items()
    }
    return Request(
        action=request.action,
        resource=request.resource,
        principal=request.principal,
        context=context,
        resource_account=request.resource_account,
    )


def _keys(policies: Iterable[Policy]) -> Iterator[str]:
    for policy in policies:
        for one in policy.statements:
            texts = [*(one.resources or ()), *(one.not_resources or ())]
            for test in one.conditions:
                yield test.key
                texts += test.values
            for text in (one for one in texts if "${" in one):
                yield from (key.strip() for key in _VARIABLE.findall(text))
