"""A phone system of Kamailio and SIPp around a real server; see `make test-phones`."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from aiguillage.desk.calls import list_calls
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.facts import add_fact
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.facts import Fact
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Queue, TimeSpan
from aiguillage.storage.calls import Call
from tests.cast import ACCOUNT, Cast, known_caller
from tests.docs.markdown import read
from tests.phones.sipp import Sipp, answering, listens
from tests.server import Server, eventually
from tests.standing import busy_server

NEEDED = {"kamailio": "kamailio kamailio-utils-modules", "sipp": "sip-tester"}
CLOSED, ON_CALL, OUTSIDE, ADDRESS, NOWHERE = (
    f"+3319900{number}" for number in ("2001", "2002", "2003", "2004", "2005")
)
"""Callers whose queue is closed, closed with a rota; who are sent outside, to a SIP address, nowhere."""

ADDRESS_CODE = "5678"
BLOCKED = "+33199006666"
ON_CALL_NUMBER, OUTSIDE_NUMBER = "+33639980101", "+33639980109"
KAMAILIO = "integrations/kamailio/kamailio.cfg"


@dataclass
class Phones:
    """A server with callers and rules, SIPp, and a way to have Kamailio between them."""

    server: Server
    cast: Cast
    sipp: Sipp
    kamailio: Callable[[str, str], int]

    def url(self) -> str:
        """Where the server is asked."""
        return f"http://127.0.0.1:{self.server.port}/api/v2/route"

    def logged(self) -> list[Call]:
        """The call log of CL0000, oldest first."""
        return list_calls(self.cast.db, self.cast.log, self.cast["reader"], ACCOUNT, limit=10_000)[::-1]

    def logged_when(self, count: int) -> list[Call]:
        """The same, once it has that many calls."""
        eventually(lambda: len(self.logged()) >= count)
        return self.logged()


def free_udp_port() -> int:
    """A UDP port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(port: int, url: str, token: str, ports: dict[str, int]) -> str:
    """The file that users copy, filled in as they do."""
    text = read(KAMAILIO)
    filled = {
        "https://calls.example.org/api/v2/route": url,
        "aig_...": token,
        "udp:0.0.0.0:5060": f"udp:127.0.0.1:{port}",
        "pbx.example.org": f"127.0.0.1:{ports['pbx']}",
        "trunk.example.org": f"127.0.0.1:{ports['trunk']}",
    }
    for shown, value in filled.items():
        assert shown in text
        text = text.replace(shown, value)
    return text


@contextmanager
def kamailio(folder: Path, text: str, port: int) -> Iterator[None]:
    """Kamailio on a port of 127.0.0.1, as a group of processes that end with the block."""
    file = folder / f"kamailio-{port}.cfg"
    file.write_text(text)
    with (folder / f"kamailio-{port}.log").open("wb") as log:
        command = ["kamailio", "-DD", "-E", "-f", str(file), "-Y", str(folder), "-P", str(folder / f"{port}.pid")]
        process = subprocess.Popen([*command, "-m", "32", "-M", "4"], stdout=log, stderr=log)
        try:
            eventually(lambda: process.poll() is not None or listens(port))
            assert process.poll() is None, (folder / f"kamailio-{port}.log").read_text()
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def add_callers(cast: Cast, outside: int) -> None:
    """Callers of CL0000 for each form of destination; `outside` is the port of a SIP address."""
    known_caller(cast)
    member = Member(name="Ana", number=ON_CALL_NUMBER)
    layer = Layer(name="always", members=("Ana",), start=date(2026, 1, 5))
    rota = _add(cast, Rota(code="duty", name="Duty", members=(member,), layers=(layer,)))
    shut = _add(cast, Queue(name="Shut", code="shut", number="210", default_destination="211"))
    night = _add(cast, Queue(name="Night", code="night", number="212", default_destination="213", rota=rota))
    never = (datetime.now(UTC).isoweekday() + 2) % 7 + 1
    for queue in (shut, night):
        _add(
            cast,
            TimeSpan(owner_type="queue", owner_id=queue, day_of_week=never, start_time=time(3), end_time=time(4)),
        )
    _add(cast, Blocked(number=BLOCKED))
    places = {CLOSED: "210", ON_CALL: "212", OUTSIDE: OUTSIDE_NUMBER, ADDRESS: f"sip:ana@127.0.0.1:{outside}"}
    for number, destination in (*places.items(), (NOWHERE, None)):
        contact = Contact(
            telecoms=(Telecom(number),),
            select=(destination, None, None, None),
            boolean=(None, number == ON_CALL, None, None),
            code=ADDRESS_CODE if number == ADDRESS else None,
        )
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)


def _add(cast: Cast, fact: Fact) -> int:
    return add_fact(cast.db, cast["editor"], ACCOUNT, fact).kept.id


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    """All of it, for a module's tests."""
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if missing:
        pytest.skip(f"apt install {' '.join(missing)}")
    folder = tmp_path_factory.mktemp("phones")
    ports = {name: free_udp_port() for name in ("pbx", "trunk", "outside")}
    with ExitStack() as opened:
        busy = opened.enter_context(busy_server(folder))
        add_callers(busy.cast, ports["outside"])
        sipp = opened.enter_context(answering(folder, ports))

        def start(url: str, token: str) -> int:
            port = free_udp_port()
            opened.enter_context(kamailio(folder, configuration(port, url, token, ports), port))
            return port

        yield Phones(busy.server, busy.cast, sipp, start)
