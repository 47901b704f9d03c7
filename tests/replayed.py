"""An account with rules of every kind, calls that were answered there, and both asked again."""

import socket
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.documents import export_facts
from aiguillage.desk.facts import add_fact, find_fact, set_fact
from aiguillage.desk.holidays import observe_holidays
from aiguillage.desk.past import Past, facts_before, facts_now
from aiguillage.domain.calls import Question
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.facts import Fact
from aiguillage.domain.routing import RULES, decide
from aiguillage.log_writer import LogWriter, write_until_closed
from aiguillage.replaying import Move, Replay, Tell, nobody, replay_calls
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.library import open_read_only
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, new_cast
from tests.ruled import BLOCKED, CONTRACT_CODE, DIALLED, FROM_NANTES, ROUTE, STRANGER, add_rules
from tests.server import running

V0, V1 = f"/api/{ACCOUNT}/customer/", f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&"
V2, LOOK_UP = f"{ROUTE}?customerAccount={ACCOUNT}&", f"lookup?customer_account={ACCOUNT}&"
SHARED, OF_PREFIX = "0261910042", "0353017701"
CALLS = (
    *(f"{V0}number/{NUMBER}", f"{V0}code/{CODE}", f"{V0}isVipFromNumber/{STRANGER}", f"{V1}number={NUMBER}"),
    *(f"{V1}number={STRANGER}", f"{V1}number={STRANGER}&code={CODE}", f"{V1}number=anonymous", f"{V1}number={SHARED}"),
    *(f"{V1}number={OF_PREFIX}", f"{V1}code=99", f"{V1}code=x", f"{V2}number={NUMBER}", f"{V2}number={STRANGER}"),
    *(f"{V2}number=anonymous", f"{V2}number={BLOCKED}", f"{V2}number={OF_PREFIX}", f"{V2}number={SHARED}"),
    *(f"{V2}number={SHARED}&code={CODE}", f"{V2}number={STRANGER}&code={CONTRACT_CODE}", f"{V2}code={CONTRACT_CODE}"),
    *(f"{V2}number={STRANGER}&value=69&list=departments", f"{V2}value=13&list=departments", f"{V2}code=x"),
    *(f"{V2}number={FROM_NANTES}", f"{V2}queue=desk", f"{V2}number={STRANGER}&queue=207", f"{V2}called={DIALLED}"),
)
"""Every way to be known or not, over every API that logs calls."""

NO_CALLS = (
    *(f"/api/v2/queues/desk?customerAccount={ACCOUNT}", f"/api/v2/oncall/duty?customerAccount={ACCOUNT}"),
    f"/smart-routings/call-queues/{LOOK_UP}code=desk",
    f"/smart-routings/geo/destinations/{LOOK_UP}list_id=departments&value=69",
    f"/smart-routings/ctis/{LOOK_UP}cti=Lobby&origin=0199001234",
    f"{V2}number={NUMBER}&at=2026-07-14T22:15",
)
"""What is no caller's call: look-ups, and another moment."""


class Asked(NamedTuple):
    """An installation, its cast, and the calls in its log."""

    settings: Settings
    cast: Cast

    def replay(self, past: Past | None = None, name: str = "reader", tell: Tell = nobody) -> Replay:
        """All calls decided again, by today's facts if no others are given."""
        actor = self.cast[name]
        past = facts_now(self.cast.db, actor, ACCOUNT) if past is None else past
        return replay_calls(self.settings, self.cast.db, actor, ACCOUNT, since=0, past=past, tell=tell)

    def moves(self, past: Past | None = None) -> set[Move]:
        """The moves of that."""
        return set(self.replay(past).moves)

    def before(self, seq: int) -> set[Move]:
        """The moves of all calls by the facts as they were before a change."""
        return self.moves(facts_before(self.cast.db, self.cast["reader"], ACCOUNT, seq))

    @property
    def last(self) -> int:
        """The account's last change."""
        return export_facts(self.cast.db, self.cast["reader"], ACCOUNT).seq

    def add(self, fact: Fact) -> int:
        """Adds a fact; its id."""
        return add_fact(self.cast.db, self.cast["editor"], ACCOUNT, fact).kept.id

    def id(self, kind: str, name: str) -> int:
        """The id of a fact."""
        return find_fact(self.cast.db, self.cast["reader"], ACCOUNT, kind, name).id

    def change(self, kind: str, name: str, changes: dict[str, Any]) -> None:
        """Changes a fact."""
        set_fact(self.cast.db, self.cast["editor"], ACCOUNT, kind, self.id(kind, name), changes)

    def call_at(self, moments: list[int], *callers: Question) -> None:
        """Answers calls at these moments, in their order, as a worker does."""
        out, written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = CallLog(out, "1", Counts(memory_for(1), 1))
        writer = LogWriter(self.settings.calls, Counts(memory_for(1), 1))
        writing = Thread(target=write_until_closed, args=(writer, [written]))
        writing.start()
        with closing(Table(partial(open_read_only, self.settings.database))) as table:
            table.begin()
            entry = table.entry(ACCOUNT)
            assert entry is not None
            for at in moments:
                for question in callers:
                    facts = table.find(entry.facts, question, at)
                    decision = decide(facts, RULES)
                    log.add(at, facts, decision, decision.destination, "default", "v2", own_us=12, seq=entry.seq)
        log.stop(60.0)
        writing.join()


def fill(cast: Cast) -> None:
    """Rules of every kind, holidays too; contacts with a prefix, and with a number that two share."""
    add_rules(cast)
    observe_holidays(cast.db, cast["editor"], ACCOUNT, "FR")
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": "ask_code", "vip_priority": 5})
    for reference, number, destination in (("P", "+3335301*", "301"), ("S", SHARED, "302"), ("T", SHARED, "303")):
        telecoms = (Telecom(number if number.startswith("+") else f"+33{number[1:]}"),)
        contact = Contact(reference=reference, telecoms=telecoms, select=(destination, None, None, None))
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)


def answer_calls(directory: Path) -> None:
    """A directory of data in which a real server has answered every call, and is stopped."""
    settings = Settings(data_dir=directory)
    with new_cast(settings) as cast:
        fill(cast)
        router, reading = cast.secret("router"), cast.reading_secret("reader")
        with running(settings) as server:
            for path in (*CALLS, *NO_CALLS):
                assert server.ask(path, reading if "&at=" in path else router).status in {200, 404}, path
