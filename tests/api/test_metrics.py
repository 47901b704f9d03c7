"""The metrics of a real server."""

import re
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families as parse

from aiguillage import __version__
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.server import Server, running
from tests.standing import Standing

PATH = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number="


def samples(server: Server) -> dict[str, float]:
    """Every sample, by name and labels."""
    found = {}
    for family in parse(server.ask("/metrics").text):
        for sample in family.samples:
            found[" ".join([sample.name, *sample.labels.values()])] = sample.value
    return found


PATIENCE = 60.0
"""Seconds for what takes a moment; these machines are shared."""


def samples_when(server: Server, condition: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The samples once they meet a condition; as they are when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not condition(found := samples(server)) and time.monotonic() < deadline:
        pass
    return found


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


def test_they_say_that_nothing_is_away(standing: Standing) -> None:
    found = samples(standing.server)

    ups = ("desk_up", "call_log_up", "table_up")
    assert [found[f"aiguillage_{name}"] for name in ups] == [1, 1, 1]
    assert found["aiguillage_handed_on_total"] >= 0
