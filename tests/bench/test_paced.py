"""Calls at a constant rate: waiting counts, and nothing that goes wrong is left out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.paced import NOTHING, SECRETS, Pacer, Seen, requests_of
from tests.bench.answering import ANSWER, END, answering

REQUEST = b"GET /calls HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
RATE = 1000.0


def pace(
    answer_to: Callable[[int], bytes],
    calls: int,
    connections: int = 1,
    request: bytes = REQUEST,
    expected: Mapping[bytes, bytes] = NOTHING,
) -> Seen:
    """What is seen of a server that has the calls end when it was asked so often."""
    end, ended = os.pipe()

    def answer(number: int) -> bytes:
        if number == calls:
            os.close(ended)
        return answer_to(number)

    with answering(answer) as server:
        (seen,) = Pacer(server.port, [[request]], RATE, connections, expected).run(end)
    os.close(end)
    return seen


def prompt(_number: int) -> bytes:
    return ANSWER


def test_a_stall_is_in_the_latency_of_all_that_were_due_in_it() -> None:
    stalls: list[float] = []

    def stall_once(number: int) -> bytes:
        if number == 20:
            began = time.perf_counter()
            pace(prompt, calls=200)  # as long as 200 calls of somebody else take
            stalls.append(time.perf_counter() - began)
        return ANSWER

    seen = pace(stall_once, calls=300)

    # Who waits for an answer before it asks again sees one slow call among 300, and a p99 that knows of none.
    assert seen.p99_us > stalls[0] * 1e6 / 2
    assert seen.calls >= stalls[0] * RATE


def test_every_call_is_counted_once_on_however_many_connections() -> None:
    seen = pace(prompt, calls=100, connections=8)

    assert seen.calls >= 100
    assert (seen.refused, seen.broken) == (0, 0)
    assert seen.p50_us <= seen.p99_us <= seen.worst_us


def test_other_answers_than_200_are_refusals() -> None:
    seen = pace(lambda number: REFUSAL if number <= 7 else ANSWER, calls=50)

    assert (seen.refused, seen.broken) == (7, 0)


def test_another_body_than_the_one_expected_is_misrouted(tmp_path: Path) -> None:
    paths = tmp_path / "paths"
    body = ANSWER.partition(b"\r\n\r\n")[2].decode()
    paths.write_text(f"/calls?number=33199001234\t{body}\n/calls?number=33199005678\tanother\n/calls\n")
    given = requests_of(paths, "one")
    expected = {asked: told for asked, told in given.items() if told is not None}

    misrouted = [pace(prompt, calls=20, request=asked, expected=expected).misrouted > 0 for asked in sorted(given)]

    assert misrouted == [False, False, True]


def test_a_call_whose_connection_ends_is_broken_and_the_next_has_a_new_one() -> None:
    seen = pace(lambda number: END if number in {3, 5} else ANSWER, calls=50)

    assert (seen.refused, seen.broken) == (0, 2)
    assert seen.calls >= 50


def test_an_answer_in_pieces_is_one_answer() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000

    seen = pace(lambda _: whole, calls=20)

    assert (seen.refused, seen.broken) == (0, 0)
    assert seen.calls >= 20


def test_accounts_take_turns_and_are_told_apart() -> None:
    end, ended = os.pipe()

    def answer(number: int) -> bytes:
        if number == 60:
            os.close(ended)
        return REFUSAL if number % 2 == 0 else ANSWER

    with answering(answer) as server:
        first, second = Pacer(server.port, [[REQUEST], [REQUEST]], RATE, connections=1).run(end)
    os.close(end)

    assert sorted((first.refused > 0, second.refused > 0)) == [False, True]
    assert first.refused + second.refused >= 30
    assert abs(first.calls - second.calls) <= 1


def test_the_command_ends_with_its_input_and_prints_what_it_saw(tmp_path: Path) -> None:
    paths = tmp_path / "paths"
    paths.write_text("/calls?number=33199001234\n/calls?number=33199005678\n")
    with answering(prompt) as server:
        command = [sys.executable, "-m", "bench.paced", str(server.port), "500", "2", str(paths), str(paths)]
        run = subprocess.run(
            command, input=b"", capture_output=True, check=True, env=dict(os.environ) | {SECRETS: "one\nanother"}
        )

    seen = [Seen(**one) for one in json.loads(run.stdout)]

    assert len(seen) == 2
    assert sum(one.calls for one in seen) >= 1
    assert [(one.refused, one.broken) for one in seen] == [(0, 0)] * 2
