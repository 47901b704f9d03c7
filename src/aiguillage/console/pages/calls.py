"""The call log: what was answered to which call, filtered, and as a file."""

from urllib.parse import urlencode

from aiguillage.console.labels import REASONS
from aiguillage.console.moments import begin_of
from aiguillage.console.visits import Answer, Shown, Visit, faults_of, page
from aiguillage.desk.calls import Search, find_calls, list_strangers
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.moments import WEEK
from aiguillage.storage.calls import LATEST

LISTED = 50
MOST_STRANGERS = 8
FILTERS = ("number", "destination", "reason", "known", "since", "until")


@page("/{account}/calls")
def calls(visit: Visit) -> Answer:
    """Some of the calls, newest first."""
    asked = {name: visit.query.get(name, "").strip() for name in FILTERS}
    faults: dict[str, list[str]] = {}
    found, more = [], None
    try:
        shown = find_calls(
            visit.db,
            visit.log,
            visit.actor,
            visit.code,
            _search(visit, asked),
            cursor=visit.query.get("cursor", ""),
            limit=LISTED,
        )
        found = shown.calls
        more = shown.cursor and urlencode({**asked, "cursor": shown.cursor})
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        faults = faults_of(refusal)
    values = {
        "calls": found,
        "more": more,
        "asked": asked,
        "faults": faults,
        "filtered": any(asked.values()),
        "begun": bool(visit.query.get("cursor")),
        "strangers": list_strangers(
            visit.db, visit.log, visit.actor, visit.code, since=visit.actor.at - WEEK, limit=MOST_STRANGERS
        ),
        "all_reasons": REASONS,
        "place_here": "calls",
    }
    return Shown("calls.html", values, 422 if faults else 200)


def _search(visit: Visit, asked: dict[str, str]) -> Search:
    """What the form asks for. Raises Refusal(invalid)."""
    return Search(
        since=begin_of(visit, asked["since"], "since") if asked["since"] else 0,
        number=asked["number"] or None,
        destination=asked["destination"] or None,
        reason=asked["reason"] or None,
        known={"1": True, "0": False}.get(asked["known"]),
        until=begin_of(visit, asked["until"], "until", later=1) if asked["until"] else LATEST,
    )
