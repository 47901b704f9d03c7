"""Contacts (contracts/cx-engine.md, 'contacts')."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import Paged, check_paging, page_behind, page_of, page_type, query_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, given
from aiguillage.api.shown import SOME_CONTACTS
from aiguillage.desk.contacts import Kept, enter_contact, remove_contact, remove_contacts, show_contact
from aiguillage.desk.importing.headings import MOMENTS
from aiguillage.desk.searching import Asked as Search
from aiguillage.desk.searching import find_contacts
from aiguillage.desk.sent import named
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import PARTS, Part, values_of
from aiguillage.domain.given import Sent, emails_given, telecoms_given
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment

PATH = f"{BASE}/contacts"
TAG = "Contacts"
OPERATIONS = Operations(TAG)
Text = str | None | msgspec.UnsetType
Several = list[Sent] | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
MOST_REMOVED = 10_000
ADDED = means("When the contact was added, ISO 8601 in UTC.", "2026-11-02T08:30:00Z")
CHANGED = means("When anything of the contact last changed, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")
SEQ = means("The number of the change that made the contact so: its ETag.", 118)
FOUND_BY = {
    "emails": Annotated[str, means("Only those with this e-mail address.")],
    "telecoms": Annotated[str, means("Only those with this number, in any spelling.")],
}


def _fields(text: Any, flag: Any, several: Any, *default: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - types
    """A field for each part of a contact, of one of three types."""
    kinds = ((part, several if part.several else flag if part.flag else text) for part in PARTS.values())
    return [(part.wire, Annotated[kind, _words(part)], *default) for part, kind in kinds]


def _words(part: Part) -> msgspec.Meta:
    return means(part.words) if part.example is None else means(part.words, part.example)


ContactBody = msgspec.defstruct(
    "ContactBody",
    _fields(Text, Flag, Several, UNSET),
    bases=(Body,),
    namespace={
        "__doc__": "A contact as it is sent. `telecoms` and `emails` are texts, or objects with `number` or "
        "`email`, and more."
    },
    kw_only=True,
    frozen=True,
)
ContactShown = msgspec.defstruct(
    "ContactShown",
    [
        ("id", Annotated[int, meanings.ID]),
        *_fields(str | None, bool | None, list[Sent]),
        ("numbers", Annotated[list[str], means("The contact's numbers in E.164.", ["+33199001234", "+33639981234"])]),
        ("customer_id", Annotated[int, meanings.CUSTOMER_ID]),
        ("created_at", Annotated[str | None, ADDED]),
        ("updated_at", Annotated[str | None, CHANGED]),
        ("updated_seq", Annotated[int, SEQ]),
    ],
    namespace={
        "__doc__": """A contact as it is answered.

    `telecoms` and `emails` are as they were sent, `numbers` are the same in E.164. `updated_seq` is the number of the
    change that made it so, which is its ETag too, and `updated_at` when that was made.
    """
    },
    kw_only=True,
    frozen=True,
)
ContactFilters = msgspec.defstruct(
    "ContactFilters",
    [
        ("id", Annotated[int, meanings.ID]),
        *((name, FOUND_BY.get(name, kind)) for name, kind in _fields(str, bool, str)),
        ("customer_id", Annotated[int, meanings.CUSTOMER_ID]),
        ("created_at", Annotated[str, ADDED]),
        ("updated_at", Annotated[str, CHANGED]),
        ("updated_seq", Annotated[int, SEQ]),
    ],
)
"""What contacts are filtered by: `telecoms` is a number in any spelling, `emails` an address; moments to the second."""


class Bulk(Body, frozen=True):
    """Contacts by their ids."""

    ids: Annotated[list[int], meanings.IDS]


ContactQuery = query_of("ContactQuery", ContactFilters, {"cursor": Annotated[str, meanings.CURSOR]})
FILTERS = ContactFilters.__struct_fields__
RENAMED = {part.wire: part.name for part in PARTS.values()}
"""The desk's names for what the API calls otherwise."""

EXAMPLE = {
    "company": "Garage Belleville",
    "id_code": "2468",
    "telecoms": ["01 99 00 56 78", {"number": "06 39 98 56 78", "type": "mobile"}],
    "emails": ["atelier@example.org"],
    "field_select_1": "207",
    "field_boolean_1": True,
}


ONE = f"{PATH}/{{id}}"
CHANGING = (404, 409, 412)
LISTED = (
    "Any field filters; names do so whatever their case and accents. `q` finds contacts by the beginnings of words, "
    "all of them in any order: of the company and the names, whatever their case and accents, a code, a number in any "
    "spelling, an e-mail address. `sort` takes any field but telecoms and emails, and updated, with `-` in front to "
    "sort descending. With `cursor` (empty for the first page) `next_page_url` leads on by cursor: as fast on the last "
    "page as on the first, and nothing is shown twice when contacts come or go. `total` is null where a filter finds "
    "more than 10,000, or each word of a search does."
)


def show_kept(kept: Kept, account_id: int) -> msgspec.Struct:
    """A contact as it is answered."""
    contact = kept.contact
    values = zip(PARTS.values(), values_of(contact), strict=True)
    shown = {part.wire: None if value == "" else value for part, value in values}
    shown |= {"emails": emails_given(contact), "telecoms": telecoms_given(contact)}
    return ContactShown(
        id=kept.id,
        numbers=[telecom.number for telecom in contact.telecoms],
        customer_id=account_id,
        created_at=iso(kept.created_at),
        updated_at=iso(kept.updated_at),
        updated_seq=kept.seq,
        **shown,
    )


@OPERATIONS.get(
    PATH,
    "listContacts",
    query=ContactQuery,
    answer=page_type("Contact", ContactShown),
    needs=Role.READ,
    description=LISTED,
)
def _index(asked: Asked[Any, None]) -> Paged:
    """List contacts."""
    query = asked.query
    check_paging(query.page, query.per_page)
    cursor = None if query.cursor is UNSET else query.cursor
    search = Search(
        filters={name: _read(name, value) for name in FILTERS if (value := getattr(query, name)) is not UNSET},
        words="" if query.q is UNSET else query.q,
        since=None if query.updated_since is UNSET else parse_moment(query.updated_since, "updated_since"),
        sort="" if query.sort is UNSET else query.sort,
        offset=(query.page - 1) * query.per_page,
        cursor=cursor,
        limit=query.per_page,
    )
    found = find_contacts(asked.db, asked.actor, asked.account, search)
    shown = [show_kept(kept, found.account_id) for kept in found.contacts]
    if cursor is not None:
        return page_behind(shown, found.total, query.per_page, asked.url, found.cursor)
    return page_of(shown, found.total, query.page, query.per_page, asked.url, more=found.cursor is not None)


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 - of any field
    """A filter's value as the desk takes it. Raises Refusal(invalid)."""
    return parse_moment(value, name) if name in MOMENTS else value


@OPERATIONS.get(ONE, "showContact", answer=ContactShown, needs=Role.READ, refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> Shown[Any]:
    """Show a contact."""
    return _shown(asked, show_contact(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.post(
    PATH,
    "addContact",
    body=ContactBody,
    answer=ContactShown,
    status=201,
    needs=Role.EDIT,
    refuses=(409,),
    example=EXAMPLE,
)
def _store(asked: Asked[Nothing, Any]) -> Shown[Any]:
    """Add a contact."""
    return _entered(asked, None)


@OPERATIONS.put(
    ONE,
    "setContact",
    body=ContactBody,
    answer=ContactShown,
    needs=Role.EDIT,
    refuses=CHANGING,
    example={"company": "Lenoir & Fille", "field_select_1": "207", "field_boolean_1": True},
)
def _update(asked: Asked[Nothing, Any]) -> Shown[Any]:
    """Change a contact."""
    return _entered(asked, asked.id())


def _entered(asked: AnyAsked, contact_id: int | None) -> Shown[Any]:
    who = (asked.db, asked.actor, asked.account)
    with named(RENAMED):
        return _shown(asked, enter_contact(*who, contact_id, given(asked.body, RENAMED), expected=asked.expected))


@OPERATIONS.delete(ONE, "removeContact", status=204, needs=Role.EDIT, refuses=CHANGING)
def _destroy(asked: Asked[Nothing, None]) -> None:
    """Remove a contact."""
    remove_contact(asked.db, asked.actor, asked.account, asked.id(), expected=asked.expected)


@OPERATIONS.delete(
    f"{PATH}/bulk", "removeContacts", status=204, needs=Role.EDIT, refuses=(404,), example={"ids": SOME_CONTACTS}
)
def _destroy_many(asked: Asked[Nothing, Bulk]) -> None:
    """Remove contacts, all or none."""
    remove_contacts(asked.db, asked.actor, asked.account, asked.body.ids)


def _shown(asked: AnyAsked, kept: Kept) -> Shown[Any]:
    return Shown(show_kept(kept, asked.account_id), kept.seq)
