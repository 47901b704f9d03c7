"""Contacts: found as somebody types, filtered, sorted, page by page; one of them to change, with its calls."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiguillage.console.changes import last_of, tell
from aiguillage.console.labels import LABELS
from aiguillage.console.visits import Answer, Moved, Shown, Visit, back_of, faults_of, form, number_of, page
from aiguillage.desk.calls import Search as CallSearch
from aiguillage.desk.calls import find_calls
from aiguillage.desk.contacts import Kept, enter_contact, remove_contact, show_contact
from aiguillage.desk.contacts_at_once import MOST_AT_ONCE, Meant, remove_meant, set_contacts
from aiguillage.desk.fields import list_fields
from aiguillage.desk.journal import list_history
from aiguillage.desk.searching import Asked, find_contacts
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import FIELD_KEYS, SELECTS, Field
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.given import emails_given

LISTED = 25
FILTERS = ("field_boolean_1", "field_boolean_2", "field_select_1", "language_code", "telecoms")
"""What the list is filtered by, by the API's names."""

NO_NUMBER = "none"
"""What the form says for those that have no number."""

SORTS = (("company", "Company"), ("last_name", "Last name"), ("-updated_at", "Last changed"), ("", "First added"))
TEXTS = ("company", "first_name", "last_name", "code", "language", "reference")
NUMBERS = "numbers"
LANGUAGE = ("language", LABELS["language"])
MOST_TOLD = 50


@page("/{account}/contacts")
def contacts(visit: Visit) -> Answer:
    """A page of the contacts that are asked for."""
    return _listed(visit, visit.query, {})


def _listed(visit: Visit, given: Mapping[str, str], faults: Mapping[str, list[str]], status: int = 422) -> Shown:
    """The list as it is asked for; what was typed to change several of them stays."""
    asked = _asked(given)
    try:
        found = find_contacts(visit.db, visit.actor, visit.code, asked)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        found, faults = None, {**faults, **faults_of(refusal)}
    kept = {name: given.get(name, "") for name in FILTERS} | {"q": asked.words, "sort": asked.sort}
    more = None if found is None or found.cursor is None else urlencode(kept | {"cursor": found.cursor})
    here = {name: text for name, text in (kept | {"cursor": asked.cursor or ""}).items() if text}
    fields = list_fields(visit.db, visit.actor, visit.code)
    values = {
        "found": found,
        "faults": faults,
        "asked": kept,
        "more": more,
        "filtered": bool(asked.filters or asked.words),
        "begun": bool(asked.cursor),
        "back": urlencode({"back": f"{visit.at}/contacts?{urlencode(here)}".rstrip("?")}),
        "sorts": SORTS,
        "fields": fields,
        "parts": [*zip(FIELD_KEYS, [field.label or field.key for field in fields], strict=True), LANGUAGE],
        "suggested": _suggested(visit, fields),
        "most": MOST_AT_ONCE,
        "typed": visit.form,
        "ticked": visit.lists.get("id", []),
        "place_here": "contacts",
    }
    return Shown("contacts.html", values, status if faults else 200)


def _asked(given: Mapping[str, str]) -> Asked:
    """What a query or a form asks for."""
    filters = {name: given[name] for name in FILTERS if given.get(name)}
    return Asked(
        filters={name: _filter(name, value) for name, value in filters.items()},
        words=given.get("q", "").strip(),
        sort=given.get("sort", ""),
        cursor=given.get("cursor", ""),
        limit=LISTED,
    )


def _filter(name: str, value: str) -> str | bool:
    """A filter's value as the desk takes it."""
    if name == "telecoms" and value == NO_NUMBER:
        return ""
    return value == "1" if "boolean" in name else value


def _suggested(visit: Visit, fields: list[Field]) -> dict[str, str]:
    """Values to choose from when several contacts are changed: what each stands for, by value."""
    own = {option.value: option.name for field in fields[:SELECTS] for option in field.options}
    return {visit.say("yes"): "", visit.say("no"): ""} | own


@page("/{account}/contacts/new", role=Role.EDIT)
def new(visit: Visit) -> Answer:
    """An empty form; a number, such as a stranger's from the call log, may be there already."""
    return _form(visit, None, {NUMBERS: visit.query.get("number", "")}, {})


@page("/{account}/contacts/{id}")
def contact(visit: Visit) -> Answer:
    """One contact, and its last calls."""
    kept = show_contact(visit.db, visit.actor, visit.code, visit.id())
    return _form(visit, kept, _values(kept), {})


def _values(kept: Kept) -> dict[str, str]:
    """What the form shows of a contact."""
    known = kept.contact
    values = {name: str(getattr(known, name) or "") for name in TEXTS}
    values |= {NUMBERS: "\n".join(telecom.number for telecom in known.telecoms)}
    values |= {"emails": "\n".join(str(_address(one)) for one in emails_given(known))}
    for key, value in zip(FIELD_KEYS, (*known.select, *known.boolean), strict=True):
        values[key] = "" if value is None else str(int(value) if isinstance(value, bool) else value)
    return values


def _address(given: Any) -> Any:  # noqa: ANN401 - as it was sent: a text, or an object
    return given.get("email", "") if isinstance(given, Mapping) else given


def _form(
    visit: Visit, kept: Kept | None, values: Mapping[str, str], faults: Mapping[str, list[str]], status: int = 200
) -> Shown:
    fields = list_fields(visit.db, visit.actor, visit.code)
    calls = []
    if kept is not None:
        calls = find_calls(visit.db, visit.log, visit.actor, visit.code, CallSearch(contact_id=kept.id), limit=10).calls
    return Shown(
        "contact.html",
        {
            "kept": kept,
            "values": values,
            "faults": faults,
            "selects": list(zip(FIELD_KEYS, fields[:SELECTS], strict=False)),
            "booleans": list(zip(FIELD_KEYS[SELECTS:], fields[SELECTS:], strict=True)),
            "labels": LABELS,
            "names": {key: field.label for key, field in zip(FIELD_KEYS, fields, strict=True)},
            "calls": calls,
            "back": back_of(visit),
            "place_here": "contacts",
        },
        422 if faults and status == 200 else status,  # noqa: PLR2004 - HTTP's
    )


def _given(visit: Visit, before: Kept | None) -> dict[str, Any]:
    """What the form sent, as the desk takes what somebody entered; an address that stays keeps its type and label."""
    sent = visit.form
    known = {} if before is None else {str(_address(one)): one for one in emails_given(before.contact)}
    given: dict[str, Any] = {name: sent.get(name, "") for name in (*TEXTS, *FIELD_KEYS[:SELECTS])}
    given[NUMBERS] = [line for line in sent.get(NUMBERS, "").splitlines() if line.strip()]
    given["emails"] = [
        known.get(line.strip(), line.strip()) for line in sent.get("emails", "").splitlines() if line.strip()
    ]
    return given | {key: {"1": True, "0": False}.get(sent.get(key, "")) for key in FIELD_KEYS[SELECTS:]}


@form("/{account}/contacts/new")
def add(visit: Visit) -> Answer:
    """A new contact."""
    return _entered(visit, None)


@form("/{account}/contacts/{id}")
def change(visit: Visit) -> Answer:
    """Changes to a contact."""
    try:
        before = show_contact(visit.db, visit.actor, visit.code, visit.id())
    except Refusal as refusal:
        # Somebody removed it meanwhile: what was typed stays, as a new contact.
        return _form(visit, None, visit.form, faults_of(refusal))
    return _entered(visit, before)


def _entered(visit: Visit, before: Kept | None) -> Answer:
    seen = visit.form.get("seq", "")
    expected = number_of(seen) if before is not None else None
    who = (visit.db, visit.actor, visit.code)
    try:
        kept = enter_contact(*who, None if before is None else before.id, _given(visit, before), expected=expected)
    except Refusal as refusal:
        again = _form(visit, before, visit.form, faults_of(refusal), 409 if refusal.kind is Kind.STALE else 200)
        if refusal.kind is Kind.STALE and before is not None:
            return again._replace(values={**again.values, "other": _values(before)})
        return again
    said = visit.say("The contact is added.") if before is None else visit.say("The contact is changed.")
    return Moved(back_of(visit) or f"{visit.at}/contacts/{kept.id}", said, undo=kept.seq)


@page("/{account}/contacts/{id}/history", role=Role.MANAGE)
def history(visit: Visit) -> Answer:
    """What happened to one contact: a page of its own, and a piece of the contact's page."""
    kept = show_contact(visit.db, visit.actor, visit.code, visit.id())
    entries = list_history(visit.db, visit.actor, visit.code, kept.id, limit=MOST_TOLD)
    fields = list_fields(visit.db, visit.actor, visit.code)
    values = {"kept": kept, "changes": [tell(visit, entry, fields, {}) for entry in entries], "most": MOST_TOLD}
    return Shown("contact-history.html", {**values, "place_here": "contacts"}, whole="piece" not in visit.query)


@form("/{account}/contacts/{id}/remove")
def remove(visit: Visit) -> Answer:
    """Removes a contact."""
    remove_contact(visit.db, visit.actor, visit.code, visit.id())
    said = visit.say("The contact is removed.")
    return Moved(back_of(visit) or f"{visit.at}/contacts", said, undo=last_of(visit))


@form("/{account}/contacts/remove")
def remove_some(visit: Visit) -> Answer:
    """Removes those that are ticked, or all that are found; all or none."""
    return _changed(visit, lambda count: visit.say("{count} contacts are removed.", count=count), remove_meant)


@form("/{account}/contacts/set")
def set_some(visit: Visit) -> Answer:
    """Gives those that are ticked, or all that are found, a value."""
    given = {visit.form.get("part", ""): visit.form.get("value", "").strip() or None}
    change = partial(set_contacts, given=given)
    return _changed(visit, lambda count: visit.say("{count} contacts are changed.", count=count), change)


def _changed(visit: Visit, said: Callable[[int], str], change: Callable[..., int]) -> Answer:
    """Several contacts changed alike; the list again, with what was typed, where that is refused."""
    try:
        count = change(visit.db, visit.actor, visit.code, _meant(visit))
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.STALE, Kind.CONFLICT, Kind.MISSING}:
            raise
        return _listed(visit, visit.form, {"": [refusal.message]}, 422 if refusal.kind is Kind.INVALID else 409)
    kept = urlencode({name: text for name in (*FILTERS, "q", "sort") if (text := visit.form.get(name))})
    return Moved(f"{visit.at}/contacts?{kept}".rstrip("?"), said(count), undo=last_of(visit))


def _meant(visit: Visit) -> Meant:
    """The contacts that a form is about. Raises Refusal(invalid)."""
    if visit.form.get("which") == "found":
        return Meant(asked=_asked(visit.form), expected=number_of(visit.form.get("total", "")))
    ids = tuple(number for text in visit.lists.get("id", []) if (number := number_of(text)) is not None)
    if not ids:
        raise invalid("No contact is ticked. Tick those that are meant.")
    return Meant(ids=ids)
