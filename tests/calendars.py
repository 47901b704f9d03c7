"""iCal texts, and an account's facts that calendars belong to, for tests."""

from datetime import date

from aiguillage.desk.facts import add_fact
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import QUEUE, ROTA, Calendar, Queue
from tests.cast import ACCOUNT, Cast

URL = "https://calendars.example.org/secret/basic.ics"
WEEKLY = "RRULE:FREQ=WEEKLY"


def ical(*events: str) -> bytes:
    """A calendar with these events, each given by its summary, `begin/end` in local time, and further lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example.org//tests//EN"]
    for number, event in enumerate(events):
        summary, span, *more = event.split("|")
        begin, end = span.split("/")
        lines += ["BEGIN:VEVENT", f"UID:{number}@example.org", "DTSTAMP:20261101T000000Z", f"SUMMARY:{summary}"]
        lines += [f"DTSTART:{begin}", f"DTEND:{end}", *more, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


CLOSED = ical("Inventory|20261201T080000/20261201T180000")
TWICE = ical("Inventory|20261201T080000/20261201T180000", "Training|20261202T080000/20261202T120000")


def queue(cast: Cast) -> Calendar:
    """A calendar of a queue of CL0000, without events yet."""
    kept = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support", number="207")).kept
    return Calendar(owner_type=QUEUE, owner_id=kept.id, name="Closures")


def rota(cast: Cast, code: str = "nights") -> int:
    """The id of a rota of CL0000 with two members who take turns by the week."""
    members = (Member(name="Ada", number="+33639980001"), Member(name="Blaise", number="+33639980002"))
    layer = Layer(name="weeks", members=("Ada", "Blaise"), start=date(2026, 1, 5))
    fact = Rota(code=code, name=code.title(), members=members, layers=(layer,))
    return int(add_fact(cast.db, cast["editor"], ACCOUNT, fact).kept.id)


def of_rota(rota_id: int) -> Calendar:
    """A calendar of a rota, without events yet."""
    return Calendar(owner_type=ROTA, owner_id=rota_id, name="Shifts")
