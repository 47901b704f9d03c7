"""The call log: bounded, and never in a call's way."""

import json
import socket

import pytest

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.log import LONGEST_MESSAGE, SENT_AT, CallLog, Logged, decode_calls, destinations_told
from aiguillage.desk.facts import add_fact
from aiguillage.desk.fields import set_field
from aiguillage.domain.accounts import Account
from aiguillage.domain.calls import Decision, Facts, Known
from aiguillage.domain.facts import compile_facts
from aiguillage.domain.queues import Queue
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller

V2 = f"/api/v2/route?customerAccount={ACCOUNT}&"
V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number="
ASKED = Facts(compile_facts(1, Account(ACCOUNT), (None,) * 8, {}), NUMBER)
KNOWN = Decision("known_caller", Known(7, ("1", None, None, "4"), (None,) * 4), "number", ("1", None, None, "4"))


UNKNOWN = Decision("unknown_caller")


class Sent:
    """A log with both ends of its socket, and what it counts."""

    def __init__(self, capacity: int = 1000) -> None:
        out, self.written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.written.settimeout(0.0)
        self.counts = Counts(memory_for(1), 1)
        self.log = CallLog(out, "w1", self.counts, capacity)

    def add(self, *moments: float, facts: Facts = ASKED) -> None:
        """Calls at these moments."""
        for moment in moments:
            self.log.add(int(moment * 1_000_000), facts, KNOWN, "1", "404", "encom_v1", own_us=9, seq=1)

    def messages(self) -> list[list[Logged]]:
        """What was sent."""
        found = []
        try:
            while message := self.written.recv(1 << 20):
                found.append(decode_calls(message))
        except BlockingIOError:
            pass
        return found

    def moments(self) -> list[int]:
        """The seconds of the calls that were sent."""
        return [call.at // 1_000_000 for message in self.messages() for call in message]

    def close(self) -> None:
        """Ends both."""
        self.log.stop(0.0)
        self.written.close()


def test_every_answered_call_is_logged_with_what_was_answered(cast: Cast, inside: Inside) -> None:
    contact = known_caller(cast)

    for number in (NUMBER, "0199009999", "anonymous"):
        inside.ask(V1 + number)

    calls = inside.logged()
    rows = [(c.number, c.known_by, c.contact_id, c.dialect, c.outcome, c.destinations) for c in calls]
    assert rows == [
        (NUMBER, "number", contact.id, "encom_v1", "known", "207,209,214,216"),
        ("+33199009999", None, None, "encom_v1", "unknown", None),
        ("", None, None, "encom_v1", "unknown", None),
    ]
    assert len({call.account_id for call in calls}) == 1


V0 = f"/api/{ACCOUNT}/customer/"
KNOWN_AT, STRANGER_AT = f"number={NUMBER}", "number=0199009999"


@pytest.mark.parametrize(
    ("path", "sent_to", "destinations"),
    [
        (f"{V1}{NUMBER}", "207", "207,209,214,216"),
        (f"{V1}{NUMBER}&destination=3", "214", "207,209,214,216"),
        (f"{V0}number/{NUMBER}", "207", "207,209,214,216"),
        (f"{V0}isVipFromNumber/{NUMBER}", None, "207,209,214,216"),
        (V2 + KNOWN_AT, "207", "207,209,214,216"),
        (f"{V1}0199009999", None, None),
        (V2 + STRANGER_AT, None, None),
        (V2 + STRANGER_AT + "&unknown=404", None, None),
        (V2 + STRANGER_AT + "&unknown=empty", None, None),
        (V2 + STRANGER_AT + "&unknown=default", "200", "200,,,"),
    ],
)
def test_the_log_says_where_the_call_was_sent_by_what_was_answered(
    cast: Cast, inside: Inside, path: str, sent_to: str | None, destinations: str | None
) -> None:
    known_caller(cast)
    set_field(cast.db, cast["editor"], ACCOUNT, "select_1", default="200")

    answer = inside.ask(path)

    (call,) = inside.logged()
    assert (call.destination, call.destinations) == (sent_to, destinations)
    assert call.unknown == (path.partition("unknown=")[2] or "404")
    assert (answer.status == 404) == (call.outcome == "unknown" and call.unknown == "404")


def test_refused_calls_are_counted_but_not_logged(cast: Cast, inside: Inside) -> None:
    inside.ask(V1 + NUMBER + "&format=x")
    inside.ask(V1 + NUMBER, secret="aig_nothing")
    inside.ask(V1 + NUMBER, secret=cast.secret("outsider"))

    assert inside.logged() == []
    assert inside.counts.answers() == {("encom_v1", 400): 1, ("encom_v1", 401): 1, ("encom_v1", 403): 1}


@pytest.mark.parametrize(
    ("decision", "destinations"), [(KNOWN, "1,,,4"), (UNKNOWN, None), (Decision("geo", select=KNOWN.select), "1,,,4")]
)
def test_a_decision_is_compared_by_the_destinations_that_a_call_flow_is_sent(
    decision: Decision, destinations: str | None
) -> None:
    assert destinations_told(decision) == destinations


def test_a_row_of_the_log_has_the_destinations_as_one_text() -> None:
    sent = Sent()
    sent.add(9)
    sent.log.send()

    ((call,),) = sent.messages()

    row = dict(zip(Logged.__struct_fields__, call.row(), strict=True))
    assert row == {name: getattr(call, name) for name in row} | {"select": "1,,,4"}
    sent.close()


def test_calls_wait_until_there_are_some_or_time_has_come() -> None:
    sent = Sent()

    sent.add(*range(SENT_AT - 1))
    before = sent.moments()
    sent.add(SENT_AT)
    at_once = sent.moments()
    sent.add(99)
    sent.log.send()

    assert (before, len(at_once), sent.moments()) == ([], SENT_AT, [99])
    sent.close()


def test_calls_beyond_its_bound_are_dropped_and_counted() -> None:
    sent = Sent(capacity=3)

    sent.add(*range(5))
    sent.log.send()

    assert (sent.moments(), sent.counts.total("dropped")) == ([0, 1, 2], 2)
    sent.close()


def test_what_the_socket_does_not_take_waits_in_its_order() -> None:
    sent = Sent(capacity=100_000)

    sent.add(*range(30_000))
    sent.log.send()
    moments = sent.moments()
    first = len(moments)
    while len(moments) < 30_000:
        sent.log.send()
        moments += sent.moments()

    assert 0 < first < 30_000
    assert moments == list(range(30_000))
    sent.close()


def test_long_calls_are_sent_in_several_messages() -> None:
    sent = Sent()
    long = Facts(ASKED.account, NUMBER, code="1" * (LONGEST_MESSAGE // 4))

    sent.add(*range(8), facts=long)
    sent.log.send()

    assert [len(message) for message in sent.messages()] == [2, 2, 2, 2]
    sent.close()


def test_a_log_whose_process_is_gone_costs_no_call() -> None:
    sent = Sent()
    sent.written.close()

    sent.add(1.0)
    sent.log.send()
    sent.log.stop(0.0)

    assert sent.counts.total("dropped") == 1


def test_what_a_replay_needs_is_kept(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    answers = [inside.ask(V2 + rest) for rest in (f"number={NUMBER}", "number=anonymous&code=4321&called=0199000207")]

    ids = [json.loads(answer.body)["callId"] for answer in answers]
    calls = inside.logged()
    assert [call.call_id for call in calls] == ids
    assert len(set(ids)) == len(ids)
    assert [call.asked for call in calls] == [None, '{"code": "4321", "called": "+33199000207"}']
    assert [(call.destination, call.reason, call.seq) for call in calls] == [("207", "known_caller", 5)] * 2


def test_another_moment_and_a_look_up_are_no_calls(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support"))
    asked = inside.ask(V2 + f"number={NUMBER}&at=2026-11-24T18:00Z", secret=cast.reading_secret("reader"))
    looked_up = inside.ask(f"/api/v2/queues/support?customerAccount={ACCOUNT}")

    assert (asked.status, json.loads(asked.body)["callId"], looked_up.status) == (200, None, 200)
    assert inside.logged() == []
