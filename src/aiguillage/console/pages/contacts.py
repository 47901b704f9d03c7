"""Contacts: found as somebody types, filtered, sorted, page by page; one of them to change, with its calls."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiguillage.console.labels import LABELS
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk.calls import Search as CallSearch
from aiguillage.desk.calls import find_calls
from aiguillage.desk.contacts import Kept, enter_contact, remove_contact, remove_contacts, show_contact
from aiguillage.desk.fields import list_fields
from aiguillage.desk.searching import Asked, find_contacts
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import FIELD_KEYS, SELECTS
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.given import emails_given

LISTED = 25
FILTERS = ("field_boolean_1", "field_boolean_2", "field_select_1", "language_code")
"""What the list is filtered by, by the API's names."""

SORTS = (("company", "Company"), ("last_name", "Last name"), ("-updated_at", "Last changed"), ("", "First added"))
TEXTS = ("company", "first_name", "last_name", "code", "language", "reference")
NUMBERS = "numbers"


@page("/{account}/contacts")
def contacts(visit: Visit) -> Answer:
    """A page of the contacts that are asked for."""
    asked = {name: visit.query[name] for name in FILTERS if visit.query.get(name)}
    words, sort = visit.query.get("q", "").strip(), visit.query.get("sort", "")
    faults: dict[str, list[str]] = {}
    try:
        found = find_contacts(
            visit.db,
            visit.actor,
            visit.code,
            Asked(
                filters={name: value == "1" if "boolean" in name else value for name, value in asked.items()},
                words=words,
                sort=sort,
                cursor=visit.query.get("cursor", ""),
                limit=LISTED,
            ),
        )
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        found, faults = None, faults_of(refusal)
    kept = {name: asked.get(name, "") for name in FILTERS} | {"q": words, "sort": sort}
    more = None if found is None or found.cursor is None else urlencode(kept | {"cursor": found.cursor})
    values = {
        "found": found,
        "faults": faults,
        "asked": kept,
        "more": more,
        "filtered": bool(asked or words),
        "begun": bool(visit.query.get("cursor")),
        "sorts": SORTS,
        "fields": list_fields(visit.db, visit.actor, visit.code),
        "place_here": "contacts",
    }
    return Shown("contacts.html", values, 422 if faults else 200)


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
    return Moved(f"{visit.at}/contacts/{kept.id}", said, undo=kept.seq)


@form("/{account}/contacts/{id}/remove")
def remove(visit: Visit) -> Answer:
    """Removes a contact."""
    remove_contact(visit.db, visit.actor, visit.code, visit.id())
    return Moved(f"{visit.at}/contacts", visit.say("The contact is removed."))


@form("/{account}/contacts/remove")
def remove_some(visit: Visit) -> Answer:
    """Removes those that are ticked, all or none."""
    ids = [number for text in visit.lists.get("id", []) if (number := number_of(text)) is not None]
    if not ids:
        raise invalid("No contact is ticked. Go back and tick those to remove.")
    count = remove_contacts(visit.db, visit.actor, visit.code, ids)
    return Moved(f"{visit.at}/contacts", visit.say("{count} contacts are removed.", count=count))
