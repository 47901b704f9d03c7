"""Kamailio with the file that users copy: each call's final destination, and its row in the call log."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread
from typing import ClassVar

import pytest

from tests.cast import CODE, NUMBER
from tests.docs.markdown import ROOT, blocks, read
from tests.phones.conftest import (
    ADDRESS,
    ADDRESS_CODE,
    BLOCKED,
    CLOSED,
    KAMAILIO,
    NOWHERE,
    ON_CALL,
    ON_CALL_NUMBER,
    OUTSIDE,
    OUTSIDE_NUMBER,
    Phones,
)
from tests.phones.sipp import CANCELLED, Arrived, Call
from tests.server import free_port, processes

A_SECOND, SECONDS = 50, 30
ADDRESS_TEXT = "sip:ana@127.0.0.1:{outside}"
STRANGER = "+33465710099"


def sip(number: str) -> str:
    """A number as trunks send it."""
    return f"<sip:{number}@trunk.example.org>"


FALLBACK = ("pbx", "200", "")
KNOWN = ("pbx", "207", "10")
NOBODY, HIDDEN = (None, None), ("", None)
WITHHELD = '"Anonymous" <sip:anonymous@anonymous.invalid>'

CASES = [
    (Call("known", sip("0199001234")), KNOWN, (NUMBER, "207")),
    (Call("international", sip("+33199001234")), KNOWN, (NUMBER, "207")),
    (Call("asserted", WITHHELD, (f"P-Asserted-Identity: {sip(NUMBER)}",)), KNOWN, (NUMBER, "207")),
    (Call("asserted-tel", sip("207"), (f"P-Asserted-Identity: <tel:{NUMBER}>",)), KNOWN, (NUMBER, "207")),
    (Call("code", sip(STRANGER), (f"X-Code: {CODE}",)), KNOWN, (STRANGER, "207")),
    (Call("code-of-withheld", WITHHELD, (f"X-Code: {CODE}",)), KNOWN, ("", "207")),
    (Call("unknown", sip(STRANGER)), FALLBACK, (STRANGER, None)),
    (Call("forged", sip(STRANGER), ("X-Priority: 99", "X-Vip: 1")), FALLBACK, (STRANGER, None)),
    (Call("closed", sip(CLOSED)), ("pbx", "211", "0"), (CLOSED, "211")),
    (Call("on-call", sip(ON_CALL)), ("trunk", ON_CALL_NUMBER, "0"), (ON_CALL, ON_CALL_NUMBER)),
    (Call("outside", sip(OUTSIDE)), ("trunk", OUTSIDE_NUMBER, "0"), (OUTSIDE, OUTSIDE_NUMBER)),
    (Call("address", sip(ADDRESS)), ("outside", "ana", "0"), (ADDRESS, ADDRESS_TEXT)),
    (Call("nowhere", sip(NOWHERE)), FALLBACK, (NOWHERE, None)),
    (Call("blocked", sip(BLOCKED)), None, (BLOCKED, "reject")),
    *(
        (
            Call(f"withheld-{privacy}", sip(NUMBER), (f"P-Asserted-Identity: {sip(NUMBER)}", f"Privacy: {privacy}")),
            FALLBACK,
            HIDDEN,
        )
        for privacy in ("id", "header;id", "user", "full")
    ),
    (Call("not-withheld", sip(NUMBER), ("Privacy: none",)), KNOWN, (NUMBER, "207")),
    (Call("anonymous", WITHHELD), FALLBACK, HIDDEN),
    (Call("empty-user", "<sip:trunk.example.org>"), FALLBACK, HIDDEN),
    (Call("utf-8", '"Éclair, Fils" <sip:%C3%89clair@trunk.example.org>'), FALLBACK, NOBODY),
    (Call("quotes", '"a\\"b" <sip:%22%27;--@trunk.example.org>'), FALLBACK, HIDDEN),
    (Call("line-ends", "<sip:0199%0d%0aX-Injected%3a%201@trunk.example.org>"), FALLBACK, NOBODY),
    (Call("ampersand", "<sip:0&customerAccount=CL0001&code=1@trunk.example.org>"), FALLBACK, NOBODY),
    (Call("long", f"<sip:{'9' * 5000}@trunk.example.org>"), FALLBACK, NOBODY),
]


HIDDEN_ADDRESS = (f"P-Asserted-Identity: {sip(STRANGER)}", "Privacy: id", f"X-Code: {ADDRESS_CODE}")
CASES.append((Call("hidden-address", WITHHELD, HIDDEN_ADDRESS), ("outside", "ana", "0"), ("", ADDRESS_TEXT)))


def expected(phones: Phones) -> tuple[set[Arrived], list[tuple[str | None, str | None]]]:
    """Where the cases' calls arrive, and their rows in the call log."""
    arrived, rows = set(), []
    for call, place, (number, sent) in CASES:
        rows.append((number, sent and sent.format(**phones.sipp.ports)))
        if place is not None:
            by, user, priority = place
            asserted = any(header.startswith("P-Asserted") for header in call.headers) and by != "outside"
            uri = f"sip:{user}@127.0.0.1:{phones.sipp.ports[by]}"
            arrived.add(Arrived(call.case, by, uri, priority, "Asserted" if asserted else ""))
    return arrived, rows


def arrived_of(phones: Phones, *calls: Call) -> set[Arrived]:
    """Where some calls arrived."""
    return {one for one in phones.sipp.arrived() if one.case in {call.case for call in calls}}


@pytest.fixture(scope="module")
def port(phones: Phones) -> int:
    """Kamailio's port, with a good token and a server that runs."""
    return phones.kamailio(phones.url(), phones.cast.secret("router"))


def test_each_call_arrives_where_it_is_to_be_sent_and_is_in_the_call_log(phones: Phones, port: int) -> None:
    placed = [call for call, _place, _row in CASES]
    before = len(phones.logged())

    ended = phones.sipp.place(port, placed)

    calls = phones.logged_when(before + len(CASES))[before:]
    arrived, rows = expected(phones)
    assert {call.case: status for call, status in zip(placed, ended, strict=True) if status} == {}
    assert arrived_of(phones, *placed) == arrived
    assert Counter((call.number, call.destination) for call in calls) == Counter(rows)
    assert {call.dialect for call in calls} == {"v2"}


class Failing(BaseHTTPRequestHandler):
    """What fails at every question, as a broken server does, and keeps the question."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """A 500."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        shown = [f"{name}: {self.headers[name]}" for name in ("Authorization", "Content-Type")]
        self.asked.append("\n".join([f"POST {self.path}", *shown, "", body]))
        self.send_error(500)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def failing() -> Iterator[str]:
    """The URL of a server that answers 500."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    Thread(target=server.serve_forever).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v2/route"
    finally:
        server.shutdown()
        server.server_close()


def known_calls(name: str, count: int = 10) -> list[Call]:
    """Calls of a caller who is known, where somebody can be asked."""
    return [Call(f"{name}-{number}", sip(NUMBER)) for number in range(count)]


def fallen_back(phones: Phones, calls: list[Call]) -> set[Arrived]:
    """Where they arrive when nobody can be asked."""
    return {Arrived(call.case, "pbx", f"sip:200@127.0.0.1:{phones.sipp.ports['pbx']}") for call in calls}


@pytest.mark.parametrize("state", ["stopped", "answering 500", "refusing the token"])
def test_without_an_answer_each_call_is_at_the_fallback_within_a_second(phones: Phones, state: str) -> None:
    calls = known_calls(state.replace(" ", "-"))
    with failing() as broken:
        url, token = {
            "stopped": (f"http://127.0.0.1:{free_port()}", "aig_any"),
            "answering 500": (broken, "aig_any"),
            "refusing the token": (phones.url(), "aig_wrong"),
        }[state]
        port = phones.kamailio(url, token)
        before = len(phones.logged())

        ended = phones.sipp.place(port, calls, within=1000)

    assert set(ended) == {0}
    assert arrived_of(phones, *calls) == fallen_back(phones, calls)
    assert len(phones.logged()) == before


def test_of_50_calls_a_second_none_is_lost_and_none_misrouted(phones: Phones, port: int) -> None:
    places = {NUMBER: KNOWN, CLOSED: ("pbx", "211", "0"), ON_CALL: ("trunk", ON_CALL_NUMBER, "0"), STRANGER: FALLBACK}
    calls = [
        Call(f"load-{n}", sip(number)) for n, number in zip(range(A_SECOND * SECONDS), cycle(places), strict=False)
    ]
    before = len(phones.logged())

    ended = phones.sipp.place_many(port, calls, A_SECOND)

    logged = phones.logged_when(before + len(calls))[before:]
    found = {one.case: (one.by, one.uri, one.priority) for one in arrived_of(phones, *calls)}
    wanted = {
        call.case: (by, f"sip:{user}@127.0.0.1:{phones.sipp.ports[by]}", priority)
        for call, (by, user, priority) in zip(calls, cycle(places.values()), strict=False)
    }
    assert (ended, found) == (0, wanted)
    rows = {(NUMBER, "207"), (CLOSED, "211"), (ON_CALL, ON_CALL_NUMBER), (STRANGER, None)}
    assert Counter((call.number, call.destination) for call in logged) == dict.fromkeys(rows, len(calls) // 4)


def test_kamailio_takes_the_file_as_it_is() -> None:
    command = ["kamailio", "-c", "-f", KAMAILIO]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    assert (checked.returncode, b"config file ok" in checked.stderr) == (0, True)


def test_the_page_shows_the_request_that_is_sent_and_the_answer_that_comes(phones: Phones) -> None:
    asked, answered = (block.text for block in blocks(read("docs/phone-systems/kamailio.md"), "http"))
    with failing() as broken:
        port = phones.kamailio(broken, "aig_...")

        phones.sipp.place(port, [Call("shown", sip("0199001234"))])

    lines = Failing.asked[-1].splitlines()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    secret = phones.cast.secret("router")
    answer = phones.server.ask("/api/v2/route", secret, method="POST", body=lines[-1].encode(), **form)
    assert asked.splitlines() == lines
    assert answered == f"{answer.text}\n"


@contextmanager
def standing_still(phones: Phones) -> Iterator[None]:
    """The call worker is stopped, as one is that swaps: the kernel takes connections for it, and nobody answers."""
    (worker,) = processes(phones.server, "call_worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def test_while_aiguillage_is_slow_each_of_50_calls_a_second_is_at_the_fallback_within_one(
    phones: Phones, port: int
) -> None:
    calls = known_calls("slow", 100)
    with standing_still(phones):
        ended = phones.sipp.place_many(port, calls, 50, within=1000)

    arrived = arrived_of(phones, *calls)
    assert (ended, arrived) == (0, fallen_back(phones, calls))


def test_a_caller_who_hangs_up_while_aiguillage_is_asked_rings_nowhere(phones: Phones, port: int) -> None:
    call = Call("gave-up", sip(NUMBER))
    with standing_still(phones):
        ended = phones.sipp.place(port, [call], scenario=CANCELLED)

    assert (ended, arrived_of(phones, call)) == ([0], set())
