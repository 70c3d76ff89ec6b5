"""What the gateway counts, in a registry of its own, as Prometheus reads it.

Labels hold codes only: no person, no domain, no account, so that the numbers stay few and
say nothing about anybody.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from studiogate.audit.record import Opening
from studiogate.audit.signing_in import SigningIn

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one gateway."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._openings = Counter(
            "studiogate_openings",
            "Requests to open a domain, by how they ended.",
            ["outcome", "reason"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "studiogate_opening_seconds",
            "Seconds from the request to the written record.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._sign_ins = Counter(
            "studiogate_sign_ins",
            "Messages that would sign somebody in or out, or enter them, by how they ended.",
            ["deed", "way", "outcome", "reason"],
            registry=self._registry,
        )
        self._aws_seconds = Histogram(
            "studiogate_aws_call_seconds",
            "Seconds a call to AWS took, by action and outcome.",
            ["action", "outcome"],
            buckets=_SECONDS,
            registry=self._registry,
        )

    def opening(self, opening: Opening) -> None:
        """Count one opening that has been written down."""
        self._openings.labels(opening.outcome.value, opening.reason).inc()
        self._seconds.observe(opening.took_ms / 1000)

    def signing_in(self, record: SigningIn) -> None:
        """Count one sign-in, or sign-out, that has been written down."""
        self._sign_ins.labels(
            record.deed.value, record.way, record.outcome.value, record.reason
        ).inc()

    def aws_call(self, action: str, seconds: float, outcome: str) -> None:
        """Count one call to AWS; `outcome` is `ok` or the code of what went wrong."""
        self._aws_seconds.labels(action, outcome).observe(seconds)

    def text(self) -> bytes:
        """Everything counted, in the Prometheus text format 0.0.4."""
        return generate_latest(self._registry)
