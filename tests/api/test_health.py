"""Health and readiness, asked of a real server."""

import time
from pathlib import Path

import pytest

from aiguillage.callpath.health import TROUBLES
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from tests.server import Answer, Server, eventually
from tests.standing import Standing

PATIENCE = 60.0
"""Seconds for what takes a moment; these machines are shared."""


def readiness_when(server: Server, status: int) -> Answer:
    """What the server says once it says so; what it says when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while (answer := server.ask("/readyz")).status != status and time.monotonic() < deadline:
        pass
    return answer


def test_a_process_that_answers_is_healthy(standing: Standing) -> None:
    answer = standing.ask("/healthz")

    assert (answer.status, answer.text) == (200, '{"status":"ok"}')
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_with_its_table_is_ready(standing: Standing) -> None:
    answer = standing.ask("/readyz")

    assert (answer.status, answer.text) == (200, '{"status":"ok"}')


def test_a_server_whose_database_is_gone_says_so_and_makes_no_new_one(server: Server, settings: Settings) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{settings.database}{suffix}").unlink(missing_ok=True)

    eventually(lambda: TROUBLES["replaced"] in server.ask("/readyz").text)

    assert server.ask("/readyz").status == 200
    assert not settings.database.exists()
    assert server.ask("/healthz").status == 200


@pytest.mark.parametrize(
    "change",
    ["UPDATE alembic_version SET version_num = '9999'", "DELETE FROM alembic_version", "DROP TABLE alembic_version"],
)
def test_a_server_whose_schema_is_another_releases_is_not_ready(server: Server, db: Database, change: str) -> None:
    with db.write() as connection:
        connection.exec_driver_sql(change)

    answer = readiness_when(server, 503)

    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "aiguillage migrate" in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/assets/docs.css"])
def test_head_tells_what_get_would(standing: Standing, path: str) -> None:
    get, head = standing.ask(path), standing.ask(path, method="HEAD")

    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["cache-control"] == get.headers["cache-control"]
    if path != "/metrics":
        assert head.headers["content-length"] == get.headers["content-length"]


def test_asking_whether_it_is_ready_adds_nothing_to_the_log(standing: Standing) -> None:
    before = standing.server.log.read_text()

    for _ in range(3):
        standing.ask("/readyz")

    assert standing.server.log.read_text() == before
