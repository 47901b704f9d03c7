"""`/metrics`: the counts of all workers, in Prometheus' text format."""

from collections.abc import Callable, Iterator

from litestar import Response
from litestar.handlers import HTTPRouteHandler, route
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from aiguillage import __version__
from aiguillage.api.health import NOT_KEPT, READ, TAG

CONTENT_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
"""The framework adds the character set."""

Tallies = list[tuple[str, str, int]]
"""Counts since the server's start, all workers together: name, label, value."""

MICROSECONDS = 1_000_000


class Tallied(Collector):
    """What the workers counted, as metrics."""

    def __init__(self, tallies: Callable[[], Tallies]) -> None:
        self._tallies = tallies

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        counts: dict[str, dict[str, int]] = {}
        for name, label, value in self._tallies():
            counts.setdefault(name, {})[label] = value
        yield InfoMetricFamily("aiguillage", "The release that runs.", value={"version": __version__})
        yield _answers(counts.get("answers", {}))
        yield _own_time(counts.get("own_time", {}), counts.get("own_time_sum", {}).get("", 0))
        yield CounterMetricFamily(
            "aiguillage_call_log_dropped",
            "Calls that were answered but not kept in the call log.",
            value=counts.get("dropped", {}).get("", 0),
        )


def _answers(counts: dict[str, int]) -> Metric:
    answers = CounterMetricFamily("aiguillage_answers", "Calls answered.", labels=["dialect", "status"])
    for label, count in counts.items():
        answers.add_metric(label.split(" "), count)
    return answers


def _own_time(counts: dict[str, int], total: int) -> Metric:
    """The histogram; the workers count each call in one bucket only, Prometheus wants it in all the wider ones too."""
    buckets, so_far = [], 0
    for bound in sorted(counts | {"inf": counts.get("inf", 0)}, key=float):
        so_far += counts.get(bound, 0)
        buckets.append(("+Inf" if bound == "inf" else str(int(bound) / MICROSECONDS), so_far))
    return HistogramMetricFamily(
        "aiguillage_own_time_seconds", "Our own time for a call.", buckets=buckets, sum_value=total / MICROSECONDS
    )


def metrics_route(tallies: Callable[[], Tallies]) -> HTTPRouteHandler:
    """`/metrics`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Tallied(tallies))

    @route(
        "/metrics",
        http_method=READ,
        media_type="text/plain",
        cache_control=NOT_KEPT,
        tags=[TAG],
        summary="Counts and times, for Prometheus",
        response_description="The counts of all workers since the server's start, at most a second old.",
        sync_to_thread=True,
    )
    def metrics() -> Response[str]:
        return Response(generate_latest(registry).decode(), media_type=CONTENT_TYPE)

    return metrics
