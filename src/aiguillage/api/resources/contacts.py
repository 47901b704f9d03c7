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
from aiguillage.domain import words
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import FIELD_KEYS
from aiguillage.domain.given import Sent, emails_given, telecoms_given
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.words import means

PATH = f"{BASE}/contacts"
TAG = "Contacts"
OPERATIONS = Operations(TAG)
Text = str | None | msgspec.UnsetType
Several = list[Sent] | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
MOST_REMOVED = 10_000


REFERENCE = means("The contact's name in other systems, by which an import finds it again.", "C-1042")
ID_CODE = means("The digits that the contact types to say who they are.", "4321")
LANGUAGE_CODE = means("The contact's language, as in `fr`.", "fr")
COMPANY = means("The company's name.", "Garage Belleville")
FIRST_NAME = means("The person's first name.", "Camille")
LAST_NAME = means("The person's last name.", "Roche")
EMAILS = means("E-mail addresses: texts, or objects with `email` and more.", ["atelier@example.org"])
TELECOMS = means(
    "Numbers in any spelling: texts, or objects with `number` and perhaps `type`, `label` and more.", ["01 99 00 12 34"]
)
EMAIL_DESTINATION = means("A destination for e-mail, kept for other systems: no rule looks at it.")
TELECOM_DESTINATION = means("A destination for calls, kept for other systems: no rule looks at it.")
FIELD_SELECT_1 = means("Destination 1 of four; null takes the field's default.", "207")
FIELD_SELECT_2 = means("Destination 2 of four; null takes the field's default.", "209")
FIELD_SELECT_3 = means("Destination 3 of four; null takes the field's default.", "214")
FIELD_SELECT_4 = means("Destination 4 of four; null takes the field's default.", "216")
FIELD_BOOLEAN_1 = means("Whether the contact is a VIP; null takes the field's default.", True)
FIELD_BOOLEAN_2 = means("Whether there is an on-call contract; null takes the field's default.", False)
FIELD_BOOLEAN_3 = means("Boolean field 3; null takes the field's default.")
FIELD_BOOLEAN_4 = means("Boolean field 4; null takes the field's default.")


class ContactBody(Body, frozen=True):
    """A contact as it is sent. `telecoms` and `emails` are texts, or objects with `number` or `email`, and more."""

    reference: Annotated[Text, REFERENCE] = UNSET
    id_code: Annotated[Text, ID_CODE] = UNSET
    language_code: Annotated[Text, LANGUAGE_CODE] = UNSET
    company: Annotated[Text, COMPANY] = UNSET
    first_name: Annotated[Text, FIRST_NAME] = UNSET
    last_name: Annotated[Text, LAST_NAME] = UNSET
    emails: Annotated[Several, EMAILS] = UNSET
    telecoms: Annotated[Several, TELECOMS] = UNSET
    email_destination: Annotated[Text, EMAIL_DESTINATION] = UNSET
    telecom_destination: Annotated[Text, TELECOM_DESTINATION] = UNSET
    field_select_1: Annotated[Text, FIELD_SELECT_1] = UNSET
    field_select_2: Annotated[Text, FIELD_SELECT_2] = UNSET
    field_select_3: Annotated[Text, FIELD_SELECT_3] = UNSET
    field_select_4: Annotated[Text, FIELD_SELECT_4] = UNSET
    field_boolean_1: Annotated[Flag, FIELD_BOOLEAN_1] = UNSET
    field_boolean_2: Annotated[Flag, FIELD_BOOLEAN_2] = UNSET
    field_boolean_3: Annotated[Flag, FIELD_BOOLEAN_3] = UNSET
    field_boolean_4: Annotated[Flag, FIELD_BOOLEAN_4] = UNSET


class ContactShown(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as it is answered.

    `telecoms` and `emails` are as they were sent, `numbers` are the same in E.164. `updated_seq` is the number of the
    change that made it so, which is its ETag too, and `updated_at` when that was made.
    """

    id: Annotated[int, words.ID]
    reference: Annotated[str | None, REFERENCE]
    id_code: Annotated[str | None, ID_CODE]
    language_code: Annotated[str | None, LANGUAGE_CODE]
    company: Annotated[str | None, COMPANY]
    first_name: Annotated[str | None, FIRST_NAME]
    last_name: Annotated[str | None, LAST_NAME]
    emails: Annotated[list[Sent], EMAILS]
    telecoms: Annotated[list[Sent], TELECOMS]
    numbers: Annotated[list[str], means("The contact's numbers in E.164.", ["+33199001234", "+33639981234"])]
    email_destination: Annotated[str | None, EMAIL_DESTINATION]
    telecom_destination: Annotated[str | None, TELECOM_DESTINATION]
    field_select_1: Annotated[str | None, FIELD_SELECT_1]
    field_select_2: Annotated[str | None, FIELD_SELECT_2]
    field_select_3: Annotated[str | None, FIELD_SELECT_3]
    field_select_4: Annotated[str | None, FIELD_SELECT_4]
    field_boolean_1: Annotated[bool | None, FIELD_BOOLEAN_1]
    field_boolean_2: Annotated[bool | None, FIELD_BOOLEAN_2]
    field_boolean_3: Annotated[bool | None, FIELD_BOOLEAN_3]
    field_boolean_4: Annotated[bool | None, FIELD_BOOLEAN_4]
    customer_id: Annotated[int, words.CUSTOMER_ID]
    created_at: Annotated[str | None, means("When the contact was added, ISO 8601 in UTC.", "2026-11-02T08:30:00Z")]
    updated_at: Annotated[
        str | None, means("When anything of the contact last changed, ISO 8601 in UTC.", "2026-11-24T17:00:00Z")
    ]
    updated_seq: Annotated[int, means("The number of the change that made the contact so: its ETag.", 118)]


class ContactFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What contacts are filtered by. `telecoms` is a number in any spelling, `emails` an address.

    `created_at` and `updated_at` are moments, to the second.
    """

    id: Annotated[int, means("Its id.")]
    reference: Annotated[str, means("The contact's name in other systems, by which an import finds it again.")]
    id_code: Annotated[str, means("The digits that the contact types to say who they are.")]
    language_code: Annotated[str, means("The contact's language, as in `fr`.")]
    company: Annotated[str, means("The company's name.")]
    first_name: Annotated[str, means("The person's first name.")]
    last_name: Annotated[str, means("The person's last name.")]
    emails: Annotated[str, means("Only those with this e-mail address.")]
    telecoms: Annotated[str, means("Only those with this number, in any spelling.")]
    email_destination: Annotated[str, EMAIL_DESTINATION]
    telecom_destination: Annotated[str, TELECOM_DESTINATION]
    field_select_1: Annotated[str, means("Destination 1 of four; null takes the field's default.")]
    field_select_2: Annotated[str, means("Destination 2 of four; null takes the field's default.")]
    field_select_3: Annotated[str, means("Destination 3 of four; null takes the field's default.")]
    field_select_4: Annotated[str, means("Destination 4 of four; null takes the field's default.")]
    field_boolean_1: Annotated[bool, means("Whether the contact is a VIP; null takes the field's default.")]
    field_boolean_2: Annotated[bool, means("Whether there is an on-call contract; null takes the field's default.")]
    field_boolean_3: Annotated[bool, FIELD_BOOLEAN_3]
    field_boolean_4: Annotated[bool, FIELD_BOOLEAN_4]
    customer_id: Annotated[int, means("The account's id.")]
    created_at: Annotated[str, means("When the contact was added, ISO 8601 in UTC.")]
    updated_at: Annotated[str, means("When anything of the contact last changed, ISO 8601 in UTC.")]
    updated_seq: Annotated[int, means("The number of the change that made the contact so: its ETag.")]


class Bulk(Body, frozen=True):
    """Contacts by their ids."""

    ids: Annotated[list[int], words.IDS]


ContactQuery = query_of("ContactQuery", ContactFilters, {"cursor": Annotated[str, words.CURSOR]})
FILTERS = ContactFilters.__struct_fields__
RENAMED = {"id_code": "code", "language_code": "language"} | {f"field_{key}": key for key in FIELD_KEYS}
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
    "Any field filters; names do so whatever their case and accents. `q` finds what begins with it: a company, a first "
    "or last name, a code, a number in any spelling. `sort` takes any field but telecoms and "
    "emails, and updated, with `-` in front to fall. With `cursor` (empty for the first page) `next_page_url` leads on "
    "by cursor: as fast on the last page as on the first, and nothing is shown twice when contacts come or go. `total` "
    "is null where a filter or a search finds more than 10,000."
)


def show_kept(kept: Kept, account_id: int) -> ContactShown:
    """A contact as it is answered."""
    contact = kept.contact
    values = (*contact.select, *contact.boolean)
    fields: dict[str, Any] = {f"field_{key}": value for key, value in zip(FIELD_KEYS, values, strict=True)}
    return ContactShown(
        id=kept.id,
        reference=contact.reference,
        id_code=contact.code,
        language_code=contact.language or None,
        company=contact.company or None,
        first_name=contact.first_name or None,
        last_name=contact.last_name or None,
        emails=emails_given(contact),
        telecoms=telecoms_given(contact),
        numbers=[telecom.number for telecom in contact.telecoms],
        email_destination=contact.email_destination,
        telecom_destination=contact.telecom_destination,
        customer_id=account_id,
        created_at=iso(kept.created_at),
        updated_at=iso(kept.updated_at),
        updated_seq=kept.seq,
        **fields,
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


@OPERATIONS.get(ONE, "showContact", needs=Role.READ, refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> Shown[ContactShown]:
    """Show a contact."""
    return _shown(asked, show_contact(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.post(PATH, "addContact", status=201, needs=Role.EDIT, refuses=(409,), example=EXAMPLE)
def _store(asked: Asked[Nothing, ContactBody]) -> Shown[ContactShown]:
    """Add a contact."""
    return _entered(asked, None)


@OPERATIONS.put(
    ONE,
    "setContact",
    needs=Role.EDIT,
    refuses=CHANGING,
    example={"company": "Lenoir & Fille", "field_select_1": "207", "field_boolean_1": True},
)
def _update(asked: Asked[Nothing, ContactBody]) -> Shown[ContactShown]:
    """Change a contact."""
    return _entered(asked, asked.id())


def _entered(asked: AnyAsked, contact_id: int | None) -> Shown[ContactShown]:
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


def _shown(asked: AnyAsked, kept: Kept) -> Shown[ContactShown]:
    return Shown(show_kept(kept, asked.account_id), kept.seq)
