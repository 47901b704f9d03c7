"""The metrics of a real server, and how counts become them."""

import re
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.registry import CollectorRegistry

from aiguillage import __version__
from aiguillage.api.metrics import Tallied, Tallies
from aiguillage.callpath.log import BOUNDS
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.server import Server, running
from tests.standing import Standing

PATH = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number="
PATIENCE = 30.0
"""Seconds; the counts come about one second after the calls, but these machines are shared."""


def samples(server: Server) -> dict[str, float]:
    """Every sample, by name and labels."""
    found = {}
    for family in parse(server.ask("/metrics").text):
        for sample in family.samples:
            found[" ".join([sample.name, *sample.labels.values()])] = sample.value
    return found


def samples_when(server: Server, condition: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The samples once they meet a condition; as they are when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not condition(found := samples(server)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def value(tallies: Tallies, name: str, **labels: str) -> float | None:
    """One sample of what the tallies say."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Tallied(lambda: tallies))
    return registry.get_sample_value(name, labels)


def test_metrics_are_the_sum_over_all_workers(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings, workers=2) as server:
        for _ in range(20):
            server.ask(PATH + NUMBER, secret)
        for _ in range(5):
            server.ask(PATH + "0199009999", secret)
        server.ask(f"/api/{ACCOUNT}/customer/number/{NUMBER}", "wrong")

        found = samples_when(server, lambda found: found["aiguillage_own_time_seconds_count"] >= 26)

    assert found["aiguillage_answers_total encom_v1 200"] == 20
    assert found["aiguillage_answers_total encom_v1 404"] == 5
    assert found["aiguillage_answers_total encom_v0 401"] == 1
    assert found["aiguillage_own_time_seconds_bucket +Inf"] == 26
    assert found["aiguillage_own_time_seconds_sum"] > 0
    assert found["aiguillage_call_log_dropped_total"] == 0
    assert found[f"aiguillage_info {__version__}"] == 1


def test_metrics_of_a_server_that_answered_nobody_are_zero(server: Server) -> None:
    found = samples(server)

    assert found["aiguillage_own_time_seconds_count"] == 0
    assert found["aiguillage_call_log_dropped_total"] == 0


def test_metrics_are_served_as_prometheus_text(standing: Standing) -> None:
    answer = standing.ask("/metrics")

    assert re.fullmatch(r"text/plain; version=[\d.]+; charset=utf-8", answer.headers["content-type"])
    assert answer.headers["cache-control"] == "no-store"


def test_a_bucket_counts_all_calls_up_to_its_bound() -> None:
    tallies = [("own_time", "inf", 1), ("own_time", "100", 4), ("own_time", "25", 3), ("own_time_sum", "", 6_000)]
    name = "aiguillage_own_time_seconds"

    assert value(tallies, f"{name}_bucket", le="2.5e-05") == 3
    assert value(tallies, f"{name}_bucket", le="0.0001") == 7
    assert value(tallies, f"{name}_bucket", le="+Inf") == 8
    assert value(tallies, f"{name}_count") == 8
    assert value(tallies, f"{name}_sum") == 0.006


def test_every_bound_of_the_call_log_is_a_bucket() -> None:
    tallies = [("own_time", str(bound), 1) for bound in BOUNDS]

    assert value(tallies, "aiguillage_own_time_seconds_bucket", le="+Inf") == len(BOUNDS)


def test_dropped_calls_are_told() -> None:
    assert value([("dropped", "", 7)], "aiguillage_call_log_dropped_total") == 7
