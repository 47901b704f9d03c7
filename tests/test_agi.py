"""FastAGI, byte by byte as a real Asterisk was recorded to speak it: tests/files/agi-session.txt."""

import ast
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import pytest

from aiguillage.agi import command, read_head, variables
from aiguillage.desk.calls import list_calls
from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.storage.calls import Call
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, known_caller
from tests.docs.markdown import blocks, read
from tests.server import eventually, free_port
from tests.standing import busy_server

RECORDED = read("tests/files/agi-session.txt")
SAID = b"200 result=1\n"
AWKWARD = "+33199007777"
COMPANY = 'Le "Petit" Gars \\ Éclair, {x} ${EXTEN} 100%'


def recorded(name: str) -> list[bytes]:
    """What Asterisk sent at the beginning of a recorded conversation, up to the blank line."""
    told = RECORDED.partition(f"===== {name}:")[2].partition("\n=====")[0]
    lines = [ast.literal_eval(text) for text in re.findall(r"^ *[0-9.]+ asterisk (b'.*')$", told, re.MULTILINE)]
    return lines[: lines.index(b"\n") + 1]


def asking(name: str, script: bytes, caller: bytes, *arguments: bytes) -> bytes:
    """A recorded head with another script, caller and arguments."""
    changed = {b"agi_network_script": script, b"agi_callerid": caller}
    lines = [line for line in recorded(name) if not line.startswith(b"agi_arg_")]
    heads = [line.partition(b": ") for line in lines[:-1]]
    told = [b"%s: %s" % (key, changed[key] + b"\n" if key in changed else value) for key, _, value in heads]
    return b"".join([*told, *(b"agi_arg_%d: %s\n" % one for one in enumerate(arguments, start=1)), b"\n"])


@dataclass
class Gateway:
    """A running `aiguillage agi`."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def talk(self, head: bytes, *answers: bytes) -> list[bytes]:
        """The lines that a session sends, where Asterisk answers each so, with the last answer for all that follow."""
        lines: list[bytes] = []
        with self.connect() as asterisk, asterisk.makefile("rb") as heard:
            asterisk.sendall(head)
            with suppress(ConnectionError):  # what a closed gateway has not read is answered by a reset
                while line := heard.readline():
                    asterisk.sendall(answers[min(len(lines), len(answers) - 1)])
                    lines.append(line)
        return lines


@contextmanager
def gateway(url: str, token: str, *options: str) -> Iterator[Gateway]:
    """The command, listening."""
    port = free_port()
    words = [sys.executable, "-m", "aiguillage", "agi", "--url", url, "--port", str(port), *options]
    process = subprocess.Popen(words, env=os.environ | {"AIGUILLAGE_AGI_TOKEN": token}, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        started = process.stderr.readline()
        assert b"agi_started" in started, started
        yield Gateway(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        process.stderr.close()


@dataclass
class Away:
    """A server, its cast, and a gateway that asks it."""

    cast: Cast
    url: str
    gateway: Gateway


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    """One for all tests: what is asked changes nothing."""
    with ExitStack() as opened:
        busy = opened.enter_context(busy_server(tmp_path_factory.mktemp("agi")))
        known_caller(busy.cast)
        awkward = Contact(company=COMPANY, telecoms=(Telecom(AWKWARD),), select=("208", None, None, None))
        add_contact(busy.cast.db, busy.cast["editor"], ACCOUNT, awkward)
        url = f"http://127.0.0.1:{busy.server.port}"
        yield Away(busy.cast, url, opened.enter_context(gateway(url, busy.cast.secret("router"))))


def told(lines: list[bytes]) -> dict[str, str]:
    """The variables that commands set, as Asterisk understands them."""
    pairs = [re.fullmatch(r'SET VARIABLE (\w+) "(.*)"\n', line.decode()) for line in lines]
    return {pair[1]: re.sub(r"\\(.)", r"\1", pair[2]) for pair in pairs if pair}


SCRIPT = b"route?account=CL0000"


def test_a_known_caller_has_all_variables_the_status_first(asked: Away) -> None:
    lines = asked.gateway.talk(asking("F01", SCRIPT, b"+33199001234"), SAID)

    assert lines[0] == b'SET VARIABLE AIG_STATUS "known"\n'
    found = told(lines)
    wanted = {"DESTINATION": "207", "VIP": "1", "PRIORITY": "10", "ON_CALL_CONTRACT": "1", "FIRST_NAME": "Camille"}
    assert {name: found[f"AIG_{name}"] for name in wanted} == wanted
    assert (found["AIG_COMPANY"], found["AIG_DESTINATION4"], found["AIG_OPEN"]) == ("Garage Belleville", "216", "")


def test_a_company_with_quotes_arrives_whole(asked: Away) -> None:
    found = told(asked.gateway.talk(asking("F01", SCRIPT, AWKWARD.encode()), SAID))

    assert (found["AIG_STATUS"], found["AIG_COMPANY"]) == ("known", COMPANY)


@pytest.mark.parametrize("head", ["F02", "F05"])
def test_whoever_is_not_known_is_unknown_and_has_every_variable_empty(asked: Away, head: str) -> None:
    found = told(asked.gateway.talk(asking(head, SCRIPT, b"unknown"), SAID))

    assert found == variables("unknown", {})


def test_arguments_count_like_the_address_and_have_the_code(asked: Away) -> None:
    head = asking("F02", b"route", b"0465710099", b"account=CL0000", b"code=" + CODE.encode())

    found = told(asked.gateway.talk(head, SAID))

    assert (found["AIG_STATUS"], found["AIG_BY"], found["AIG_DESTINATION"]) == ("known", "code", "207")


def test_a_token_in_an_argument_counts_and_one_in_the_address_does_not(asked: Away) -> None:
    wrong = asking("F02", SCRIPT, b"0199001234", b"token=aig_wrong")
    in_address = asking("F02", SCRIPT + b"&token=aig_wrong", b"0199001234")

    statuses = [told(asked.gateway.talk(head, SAID))["AIG_STATUS"] for head in (wrong, in_address)]

    assert statuses == ["error", "known"]


def test_when_the_caller_hangs_up_nothing_more_is_sent(asked: Away) -> None:
    lines = asked.gateway.talk(asking("F05", SCRIPT, b"0199001234"), SAID, b"HANGUP\n")

    assert len(lines) == 2


def test_a_command_that_is_refused_keeps_none_of_the_others_back(asked: Away) -> None:
    refusals = (b"510 Invalid or unknown command\n", b"520-Invalid command syntax.\n520 End of proper usage.\n", SAID)

    assert len(asked.gateway.talk(asking("F01", SCRIPT, b"0199001234"), *refusals)) == len(variables("known", {}))


def test_200_peers_that_never_finish_and_one_with_a_megabyte_keep_no_call_waiting(asked: Away) -> None:
    with ExitStack() as opened:
        for head in [b"agi_network: yes\n", b"", b"agi_callerid: 0199"] * 67:
            opened.enter_context(asked.gateway.connect()).sendall(head)

        many = opened.enter_context(asked.gateway.connect())
        with suppress(ConnectionError):
            many.sendall(b"9" * 1024 * 1024)
        with suppress(ConnectionError):
            assert many.recv(1) == b""

        assert told(asked.gateway.talk(asking("F01", SCRIPT, b"0199001234"), SAID))["AIG_STATUS"] == "known"


def test_a_server_that_is_away_is_an_error() -> None:
    with gateway(f"http://127.0.0.1:{free_port()}", "aig_any") as alone:
        found = told(alone.talk(asking("F01", SCRIPT, b"0199001234"), SAID))

    assert found == variables("error", {})


def test_others_than_the_allowed_hear_nothing(asked: Away) -> None:
    with gateway(asked.url, "aig_any", "--allow", "192.0.2.0/24") as closed:
        assert closed.talk(asking("F01", SCRIPT, b"0199001234"), SAID) == []


def test_a_restricted_number_is_a_withheld_one() -> None:
    def caller(presentation: bytes) -> str:
        lines = [b"agi_callerid: 0199001234", b"agi_callingpres: " + presentation]
        return read_head(lines)[0]["number"]

    assert [caller(shown) for shown in (b"0", b"3", b"32", b"35", b"67", b"x", b"9" * 5000)] == [
        *("0199001234",) * 2,
        *("",) * 2,
        *("0199001234",) * 3,
    ]


def test_a_value_has_no_line_end() -> None:
    assert command("X", 'a"b\\c\r\nHANGUP') == b'SET VARIABLE X "a\\"b\\\\c  HANGUP"\n'


def test_the_page_shows_a_session_and_its_call_is_in_the_call_log(asked: Away) -> None:
    sent, answered = (block.text for block in blocks(read("docs/phone-systems/asterisk.md"), "agi"))
    began = len(logged(asked))

    lines = asked.gateway.talk(sent.encode() + b"\n", SAID)

    shown = [line for line in b"".join(lines).decode().splitlines() if "_CALL_ID" not in line]
    assert shown == answered.splitlines()
    eventually(lambda: len(logged(asked)) > began)
    assert (logged(asked)[0].number, logged(asked)[0].destination) == (NUMBER, "207")


def logged(asked: Away) -> list[Call]:
    """The call log, newest first."""
    return list_calls(asked.cast.db, asked.cast.log, asked.cast["reader"], ACCOUNT)


def test_of_200_calls_at_once_each_is_told_how_it_ended(asked: Away) -> None:
    with ThreadPoolExecutor(200) as pool:
        calls = [pool.submit(asked.gateway.talk, asking("F01", SCRIPT, b"0199001234"), SAID) for _ in range(200)]

    statuses = [told(call.result())["AIG_STATUS"] for call in calls]

    assert set(statuses) <= {"known", "error"}
    assert "known" in statuses
