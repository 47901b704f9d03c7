"""What a call worker says of itself: from the counts in memory, whoever made them."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from aiguillage.callpath.counts import AWAY, BOUNDS, STARTING, UP, Counts, memory_for
from aiguillage.callpath.health import COUNTERS, FRESH, GAUGES, SILENT, Health

ROWS = 2


class Server:
    """Two workers' counts, and what one of them says."""

    def __init__(self, *, ready: bool = True) -> None:
        memory = memory_for(ROWS)
        self.supervisor = Counts(memory, 0, ["v1", "v2"])
        self.workers = [Counts(memory, row, ["v1", "v2"]) for row in (1, 2)]
        self.now = 1000.0
        self.health = Health(self.workers[0], lambda: ready, lambda: self.now)

    def desk(self, state: int, *, silent_for: int = 0) -> None:
        """How the desk is."""
        self.supervisor.put("desk_up", state)
        self.supervisor.put("desk_beat", int(self.now) - silent_for)

    def says(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and body of an answer."""
        self.now += FRESH
        answer = self.health.answer(path, "GET")
        assert answer is not None
        return answer[0], json.loads(answer[2])

    def samples(self) -> dict[str, float]:
        """Every sample of the metrics, by name and labels."""
        self.now += FRESH
        answer = self.health.answer("/metrics", "GET")
        assert answer is not None
        families = parse(answer[2].decode())
        return {" ".join([s.name, *s.labels.values()]): s.value for family in families for s in family.samples}


def test_other_paths_are_not_its_own() -> None:
    assert Server().health.answer("/whoami", "GET") is None


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_taken(path: str) -> None:
    answer = Server().health.answer(path, "POST")

    assert answer is not None
    assert (answer[0], dict(answer[1])[b"allow"]) == (405, b"GET, HEAD")


@pytest.mark.parametrize(
    ("state", "silent_for", "there", "troubles"),
    [(UP, 0, True, 0), (UP, SILENT + 1, False, 1), (STARTING, 0, True, 1), (AWAY, 0, False, 1)],
)
def test_a_desk_is_there_while_it_gives_signs_of_life_or_starts(
    state: int, silent_for: int, there: bool, troubles: int
) -> None:
    server = Server()
    server.desk(state, silent_for=silent_for)

    status, said = server.says("/readyz")

    assert server.health.desk_is_there() is there
    assert (status, len(said.get("troubles", []))) == (200, troubles)  # type: ignore[arg-type]


def test_a_call_log_that_fails_is_said_and_takes_no_readiness_away() -> None:
    server = Server()
    server.desk(UP)
    server.workers[1].put("log_failing", 1)

    status, said = server.says("/readyz")

    assert (status, "call log" in str(said["troubles"])) == (200, True)
    assert server.samples()["aiguillage_call_log_up"] == 0


def test_a_table_beside_which_nothing_can_be_written_is_said_and_takes_no_readiness_away() -> None:
    server = Server()
    server.desk(UP)
    server.workers[1].put("frozen", 1)

    status, said = server.says("/readyz")

    assert (status, "changes are refused" in str(said["troubles"])) == (200, True)
    assert server.samples()["aiguillage_table_frozen"] == 1


def test_a_table_that_cannot_be_read_is_not_ready() -> None:
    server = Server(ready=False)

    status, said = server.says("/readyz")

    assert (status, "aiguillage migrate" in str(said["detail"])) == (503, True)
    assert server.says("/healthz") == (200, {"status": "ok"})


def test_metrics_are_the_sum_over_all_workers() -> None:
    server = Server()
    server.workers[0].answered("v1", 200, 5)
    server.workers[1].answered("v1", 200, 30)
    server.workers[1].answered("v2", 418, BOUNDS[-1] + 1)
    for name in COUNTERS:
        server.workers[0].add(name, 2)
        server.workers[1].add(name)

    found = server.samples()

    assert (found["aiguillage_answers_total v1 200"], found["aiguillage_answers_total v2 other"]) == (2, 1)
    assert [found[f"{metric}_total"] for metric, _ in COUNTERS.values()] == [3] * len(COUNTERS)


def test_a_bucket_counts_all_calls_up_to_its_bound() -> None:
    server = Server()
    for spent in (0, BOUNDS[0], BOUNDS[0] + 1, BOUNDS[-1] + 1):
        server.workers[0].answered("v1", 200, spent)

    found = server.samples()

    name = "aiguillage_own_time_seconds"
    assert [found[f"{name}_bucket {le}"] for le in ("1e-05", "2.5e-05", "0.005", "+Inf")] == [2, 3, 3, 4]
    assert (found[f"{name}_count"], found[f"{name}_sum"]) == (4, 5022 / 1_000_000)


def test_a_server_that_answered_nobody_counts_nothing() -> None:
    assert Server().samples()["aiguillage_own_time_seconds_count"] == 0


def test_a_worker_writes_to_its_own_row_alone() -> None:
    server = Server()

    server.workers[0].add("dropped", 7)

    assert [server.supervisor.get("dropped", row) for row in server.supervisor.rows] == [0, 7, 0]


def test_what_was_said_a_moment_ago_is_said_again() -> None:
    server = Server()
    server.desk(UP)
    first = server.health.answer("/metrics", "GET")
    server.workers[0].answered("v1", 200, 5)

    again = server.health.answer("/metrics", "GET")
    later = server.samples()

    assert again is first
    assert later["aiguillage_answers_total v1 200"] == 1


def test_what_housekeeping_finds_of_calendars_goes_up_and_down() -> None:
    server = Server()
    for count in (3, 1):
        for name in GAUGES:
            server.supervisor.put(name, count)

    found = server.samples()

    assert [found[metric] for metric, _ in GAUGES.values()] == [1] * len(GAUGES)
