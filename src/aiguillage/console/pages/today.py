"""Today: what happened, how it stands now, and what needs a look; and the search that every page has."""

from typing import Any, NamedTuple

from aiguillage.console.labels import SUBJECTS
from aiguillage.console.moments import today_begins
from aiguillage.console.pages.trying import decided
from aiguillage.console.visits import ROOT, Answer, Shown, Visit, page
from aiguillage.desk.call_flow_tokens import list_call_tokens
from aiguillage.desk.calls import Search, find_calls
from aiguillage.desk.checks import check_account
from aiguillage.desk.documents import Times, compile_times
from aiguillage.desk.facts import list_facts
from aiguillage.desk.searching import Asked, find_contacts
from aiguillage.desk.todays_calls import count_day
from aiguillage.domain.accounts import Role
from aiguillage.domain.checks import Finding
from aiguillage.domain.errors import Refusal
from aiguillage.domain.numbers import sought_number
from aiguillage.domain.queues import ACCOUNT, QUEUE
from aiguillage.telling import WHY, named

FOUND = 6
DESTINATIONS = 5


class Line(NamedTuple):
    """A call queue, a rota or a switch as it is now. `state` is a class of colour."""

    to: str
    name: str
    state: str
    words: str
    until: int | None


@page("/{account}/today", live=True)
def today(visit: Visit) -> Answer:
    """The page; for a new account, its first steps. While it is open, what is of this moment alone."""
    facts = compile_times(visit.db, visit.actor, visit.code)
    count = count_day(visit.db, visit.log, visit.actor, visit.code, since=today_begins(visit))
    hours = {group.value: group for group in count.by_hour}
    values = {
        "count": count,
        "hours": [(hour, hours.get(f"{hour:02}")) for hour in range(24)],
        "destinations": [group for group in count.by_destination if group.value][:DESTINATIONS],
        "strangers": count.strangers,
        "queues": [*_queues(visit, facts)],
        "on_call": [*_on_call(visit, facts)],
        "switches": _switches(visit),
    }
    if "live" in visit.query:
        return Shown("today-now.html", values, whole=False)
    seldom = {
        "findings": _findings(visit),
        "steps": _first_steps(visit, facts, has_calls=bool(count.calls)),
        "place_here": "today",
    }
    return Shown("today.html", values | seldom)


def _findings(visit: Visit) -> list[tuple[str, str]]:
    """What needs a look, each with the page on which it is mended; empty where the visitor has none."""
    found = check_account(visit.db, visit.actor, visit.code)
    return [(_place_of(visit, one), visit.tell(one)) for one in found]


def _place_of(visit: Visit, finding: Finding) -> str:
    manages = visit.role is not None and visit.role >= Role.MANAGE
    if finding.kind == "user":
        return f"{visit.at}/settings/people/{finding.id}"
    if finding.kind == "token":
        return f"{visit.at}/settings/tokens" if manages else f"{ROOT}/me"
    if finding.kind == "observance" or finding.name == "no_holidays":
        return f"{visit.at}/holidays"
    if finding.kind == ACCOUNT:
        return f"{visit.at}/settings" if manages else ""
    slug = next((subject.slug for subject in SUBJECTS if subject.kind == finding.kind), None)
    return "" if slug is None else f"{visit.at}/{slug}/{finding.id}"


def _queues(visit: Visit, facts: Times) -> list[Line]:
    lines = []
    for queue_id, queue in facts.queues.items():
        to = f"{visit.at}/call-queues/{queue_id}"
        if not queue.active:
            lines.append(Line(to, queue.name, "secondary", visit.say("not active"), None))
            continue
        state = facts.hours.state(queue_id, visit.actor.at)
        words = visit.say("open") if state.open else visit.say("closed")
        why = f"{visit.say(WHY[state.reason])} {state.label}".strip()
        goes = "" if state.open else f" → {state.destination or '–'}"
        lines.append(Line(to, queue.name, "green" if state.open else "orange", f"{words}{goes} ({why})", state.until))
    return lines


def _on_call(visit: Visit, facts: Times) -> list[Line]:
    lines = []
    for rota_id, rota in facts.rotas.items():
        duty = facts.on_call.duty(rota_id, visit.actor.at)
        words = visit.say("nobody") if duty.member is None else f"{duty.member.name} · {duty.member.number}"
        state = "red" if duty.member is None else "green"
        lines.append(Line(f"{visit.at}/rotas/{rota_id}", rota.name, state, words, duty.until))
    return lines


def _switches(visit: Visit) -> list[Line]:
    kept = list_facts(visit.db, visit.actor, visit.code, "switch")
    return [
        Line(f"{visit.at}/switches/{one.id}", one.fact.name, "red", f"→ {one.fact.destination}", one.fact.until)
        for one in kept
        if one.fact.holds(visit.actor.at)
    ]


def _first_steps(visit: Visit, facts: Times, *, has_calls: bool) -> list[tuple[str, str, bool]]:
    """What a new account needs, each with where it is done and whether it is; empty once all of it is there."""
    if visit.role is None or visit.role < Role.EDIT:
        return []
    manages = visit.role >= Role.MANAGE
    has_contacts = bool(find_contacts(visit.db, visit.actor, visit.code, Asked(limit=1)).contacts)
    has_token = manages and bool(list_call_tokens(visit.db, visit.actor, visit.code))
    steps = [
        (
            visit.say("Add a call queue: its number is what your phone system dials"),
            "call-queues/new",
            bool(facts.queues),
        ),
        (visit.say("Give the queue its opening hours"), "call-queues", bool(facts.facts["time_span"])),
        (visit.say("Import your contacts"), "import", has_contacts),
        (visit.say("Try a call, and see why it goes where it goes"), "try", has_calls or has_token),
        (visit.say("Issue a token for your phone system"), "settings/tokens", has_calls or has_token),
    ]
    wanted = steps if manages else steps[:3]
    return [] if all(done for _, _, done in wanted) else wanted


@page("/{account}/found")
def found(visit: Visit) -> Answer:
    """What the search box has found so far: a piece of a page."""
    return Shown("found.html", _found(visit, FOUND), whole=False)


@page("/{account}/search")
def search(visit: Visit) -> Answer:
    """All that is found by a number, a name or a code, and where a number's call would go now."""
    values = _found(visit, 50)
    told, calls = None, []
    if values["number"]:
        told = decided(visit, {"number": str(values["number"])})
        wanted = Search(number=str(values["number"]))
        calls = find_calls(visit.db, visit.log, visit.actor, visit.code, wanted, limit=10).calls
    return Shown("search.html", values | {"told": told, "calls": calls, "place_here": ""})


def _found(visit: Visit, limit: int) -> dict[str, Any]:
    words = visit.query.get("q", "").strip()
    contacts, number = [], ""
    if words:
        try:
            contacts = find_contacts(visit.db, visit.actor, visit.code, Asked(words=words[:200], limit=limit)).contacts
        except Refusal:
            contacts = []
        number = _number(visit, words)
    names = [
        (one.id, named(one.contact.company, one.contact.first_name, one.contact.last_name), one) for one in contacts
    ]
    queues = [
        (kept.id, kept.fact)
        for kept in list_facts(visit.db, visit.actor, visit.code, QUEUE)
        if words and words.casefold() in f"{kept.fact.name} {kept.fact.code} {kept.fact.number}".casefold()
    ]
    return {"sought": words, "contacts": names, "number": number, "queues": queues[:limit]}


def _number(visit: Visit, words: str) -> str:
    """What was typed as a number in E.164; empty where it is none."""
    if sum(character.isdecimal() for character in words) < 4:  # noqa: PLR2004 - fewer are a queue's, or a code's
        return ""
    try:
        return sought_number(words, visit.here.country, "q")
    except Refusal:
        return ""
