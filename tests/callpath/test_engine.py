"""The engine's edges: what is not a call, what goes wrong inside, and what a running server does around a call."""

import http.client
import json
import signal
import subprocess
import sys
import threading

import pytest

from aiguillage.desk.calls import list_calls
from aiguillage.domain.routing import RULES
from aiguillage.settings import Settings
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.server import Server, running

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number={NUMBER}"


def test_a_table_that_cannot_be_read_is_a_503_not_a_500(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    inside.table.close()

    answer = inside.ask(V1)

    assert (answer.status, answer.text) == (503, '{"response": "unavailable"}')
    assert NUMBER not in caplog.text


def test_failures_that_come_together_are_told_in_one_line(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    inside.table.close()

    answers = inside.ask_together([V1, V1, V1])

    assert [answer.status for answer in answers] == [503, 503, 503]
    assert caplog.text.count("call_failed") == 1


def test_a_request_without_a_token_is_401(inside: Inside) -> None:
    assert inside.call("/api/v1/smartRoutings", []).status == 401


def test_a_token_is_known_by_the_headers_alone(cast: Cast, inside: Inside) -> None:
    good, bad = cast.secret("router"), "aig_nothing"

    known = [inside.call_path.is_known([(b"authorization", f"Bearer {secret}".encode())]) for secret in (good, bad)]
    inside.call(V1, [(b"authorization", f"Bearer {good}".encode())])
    known.append(inside.call_path.is_known([(b"authorization", f"Bearer {good}".encode())]))
    inside.call_path.end_turn()
    inside.connection.close()

    assert known == [True, False, True]
    assert not inside.call_path.is_known([(b"authorization", f"Bearer {good}".encode())])


def test_a_rehearsal_is_neither_logged_nor_counted(cast: Cast, inside: Inside) -> None:
    known_caller(cast)

    inside.call_path.rehearse(1_800_000_000.0)

    assert (inside.logged(), inside.counts.answers()) == ([], {})
    assert not inside.table.reading


def test_a_rehearsal_on_a_table_that_cannot_be_read_says_so(inside: Inside, caplog: pytest.LogCaptureFixture) -> None:
    inside.table.close()

    inside.call_path.rehearse(1_800_000_000.0)

    assert "rehearsal_failed" in caplog.text


def test_a_token_of_a_user_must_name_the_account_even_where_a_ctis_own_need_not(inside: Inside) -> None:
    answer = inside.ask("/smart-routings/ctis/lookup?cti=1&origin=2")

    assert (answer.status, b"account is missing" in answer.body) == (400, True)


def test_an_explained_decision_has_its_trace(cast: Cast, inside: Inside) -> None:
    known_caller(cast)

    plain, explained = (
        inside.ask(f"/api/v2/route?customerAccount={ACCOUNT}&number={NUMBER}&explain={n}") for n in (0, 1)
    )

    without, told = json.loads(plain.body), json.loads(explained.body)
    assert [line["rule"] for line in told.pop("trace")] == [rule.__name__ for rule in RULES]
    assert without | {"callId": ""} == told | {"callId": ""}


def test_a_method_that_a_dialect_lacks_is_405(server: Server, inside: Inside) -> None:
    dialect = inside.call_path.by_path["/api/v1/smartRoutings"]

    status, _, _ = inside.call_path.call(dialect, {"method": "POST"}, b"inside")
    inside.call_path.end_turn()

    assert (status, server.ask(V1, method="POST").status) == (405, 405)


def command(settings: Settings, *words: str) -> None:
    """Runs `aiguillage` on the settings' data."""
    variables = {"AIGUILLAGE_DATA_DIR": str(settings.data_dir), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-m", "aiguillage", *words], env=variables, check=True, capture_output=True)


def test_a_change_from_the_command_line_is_answered_by_the_next_call_to_each_of_two_workers(
    cast: Cast, settings: Settings
) -> None:
    contact, secret = known_caller(cast), cast.secret("router")
    with running(settings, workers=2) as server:
        before = {server.ask(V1, secret).text for _ in range(20)}

        command(settings, "contacts", "set", ACCOUNT, str(contact.id), "--destination1", "555")

        after = {server.ask(V1, secret).text for _ in range(20)}
    assert before == {'{"destination1": "207", "destination2": "209", "destination3": "214", "destination4": "216"}'}
    assert after == {'{"destination1": "555", "destination2": "209", "destination3": "214", "destination4": "216"}'}


def test_a_token_revoked_from_the_command_line_is_refused_by_the_next_call_to_each_of_two_workers(
    cast: Cast, settings: Settings
) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    token = str(cast.token_id("router"))
    with running(settings, workers=2) as server:
        before = {server.ask(V1, secret).status for _ in range(20)}

        command(settings, "token", "revoke", token)

        after = {server.ask(V1, secret).status for _ in range(20)}
    assert (before, after) == ({200}, {401})


def test_a_server_told_to_stop_answers_the_calls_that_it_took(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    answers: list[int] = []
    begun = threading.Event()
    with running(settings) as server:

        def call_until_it_is_gone() -> None:
            while True:
                try:
                    answers.append(server.ask(V1, secret).status)
                except (OSError, http.client.HTTPException):
                    return
                begun.set()

        callers = [threading.Thread(target=call_until_it_is_gone) for _ in range(4)]
        for caller in callers:
            caller.start()
        begun.wait(30)
        server.process.send_signal(signal.SIGTERM)
        for caller in callers:
            caller.join()

    assert set(answers) == {200}
    assert len(list_calls(cast.db, cast.log, cast["reader"], ACCOUNT, limit=1_000_000)) == len(answers)


def test_a_log_line_never_holds_a_number_a_code_or_a_token(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings, AIGUILLAGE_LOG_LEVEL="debug") as server:
        for number in (NUMBER, "0199009999", "0199001234x", "%00"):
            server.ask(f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number={number}&code=987654", secret)
        server.ask(f"/nothing/{NUMBER}/987654", secret)
    text = server.log.read_text()

    assert text
    assert not [mark for mark in ("199001234", "199009999", "987654", secret) if mark in text]
