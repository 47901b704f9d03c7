"""Searching: an account's contacts, filtered, searched, sorted, and page by page, however many there are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from aiguillage.desk.change import View, read_facts
from aiguillage.desk.contacts import SOME, Kept, kept_of
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import parse_code
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.meanings import ON_A_PAGE
from aiguillage.domain.numbers import parse_number, parse_prefix
from aiguillage.domain.searching import Reading, readings_of
from aiguillage.storage.journal import first_since
from aiguillage.storage.orders import SORTS, Order, Place
from aiguillage.storage.searching import Search, Wanted, read_places
from aiguillage.storage.sqlite.engine import Database

LONGEST_WORDS, LONGEST_CURSOR = 200, 2_000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    `filters` are values by the names that the API has for the fields: `telecoms` is a number in any spelling, `emails`
    an address, `created_at` and `updated_at` are moments. `words` begin a company's, first or last name, a code, or a
    number in any spelling, typed in part or whole. `since` is a moment. `sort` is one of SORTS, falling with `-` in
    front; without it, changes since a moment come in their order, and others by id. With a `cursor` (empty for the
    first page) the page behind it is meant, else what comes behind the first `offset`. Moments are microseconds since
    1970 UTC.
    """

    filters: Mapping[str, Any] = {}
    words: str = ""
    since: int | None = None
    sort: str = ""
    offset: int = 0
    cursor: str | None = None
    limit: int = ON_A_PAGE


class Found(msgspec.Struct, frozen=True):
    """A page. `total` is None where there are more than are counted; `cursor` leads to the next page, if any."""

    account_id: int
    contacts: list[Kept]
    total: int | None
    cursor: str | None


def find_contacts(db: Database, actor: Actor, code: str, asked: Asked) -> Found:
    """A page of the contacts that are asked for. Raises Refusal."""
    order = _order(asked)
    with read_facts(db, actor, code) as view:
        search = Search(view.connection, _wanted(view, asked))
        if asked.cursor is None:
            places, total = search.skipping(order, asked.offset, asked.limit + 1)
        else:
            places, total = search.after(order, _place(asked.cursor, order), asked.limit + 1)
        shown = places[: asked.limit]
        rows = read_places(view.connection, view.account_id, shown)
        found = [kept_of(row) for row in rows]
    more = len(places) > asked.limit
    if total is None and not more and not asked.cursor and (shown or not asked.offset):
        total = asked.offset + len(shown)
    return Found(view.account_id, found, total, _cursor(order, shown[-1]) if more else None)


def ids_found(view: View, asked: Asked, limit: int) -> list[int]:
    """The ids of the first contacts that are asked for, oldest first, in a transaction's view. Raises Refusal."""
    search = Search(view.connection, _wanted(view, asked))
    return [place.id for place in search.after(Order("id"), None, limit).places]


def walk_contacts(
    db: Database, actor: Actor, code: str, words: str = "", *, number: str | None = None, limit: int | None = None
) -> Iterator[Kept]:
    """The contacts that words find, and that have a number in any spelling, oldest first; `limit` of them at most.

    They are read a page at a time, each page as it is then. Raises Refusal, before the first one.
    """
    with read_facts(db, actor, code) as view:
        filters = {} if number is None else {"telecoms": parse_number(number, view.account.country)}
        _readings(words, view.account.country)
    asked = Asked(filters=filters, words=words, cursor="", limit=SOME if limit is None else min(SOME, limit))
    return islice(_walked(db, actor, code, asked), limit)


def _walked(db: Database, actor: Actor, code: str, asked: Asked) -> Iterator[Kept]:
    cursor = asked.cursor
    while cursor is not None:
        found = find_contacts(db, actor, code, msgspec.structs.replace(asked, cursor=cursor))
        yield from found.contacts
        cursor = found.cursor


def _order(asked: Asked) -> Order:
    by = asked.sort.removeprefix("-") or ("id" if asked.since is None else "updated")
    if by not in SORTS:
        raise invalid(f"Cannot sort by '{by[:40]}'. Choose one of: {', '.join(SORTS)}.", "sort")
    return Order(by, asked.sort.startswith("-"))


def _wanted(view: View, asked: Asked) -> Wanted:
    country = view.account.country
    filters = {name: _value(name, value, country) for name, value in asked.filters.items()}
    since = None if asked.since is None else first_since(view.connection, view.account_id, asked.since)
    return Wanted(view.account_id, filters, _readings(asked.words, country), since)


def _value(name: str, value: Any, country: str) -> Any:  # noqa: ANN401 - of any field
    """A filter's value as it is kept. Raises Refusal(invalid)."""
    if not value or name not in {"id_code", "telecoms"}:
        return value
    try:
        if name == "id_code":
            return parse_code(value)
        star = value.strip().endswith("*")
        return parse_prefix(value, country) if star else parse_number(value, country)
    except Refusal as refusal:
        raise invalid(refusal.message, name) from None


def _readings(text: str, country: str) -> tuple[Reading, ...] | None:
    """None for blanks: they are no search. Raises Refusal(invalid)."""
    if len(text) > LONGEST_WORDS:
        raise invalid(f"q has more than {LONGEST_WORDS} characters. Shorten it.", "q")
    return readings_of(text, country)


def _cursor(order: Order, place: Place) -> str:
    content = msgspec.json.encode([order.by, order.descending, place.value, place.id])
    return urlsafe_b64encode(content).decode().rstrip("=")


def _place(cursor: str, order: Order) -> Place | None:
    """Where a cursor's page ended, None for the first page. Raises Refusal(invalid)."""
    if not cursor:
        return None
    try:
        padded = cursor[:LONGEST_CURSOR].encode() + b"=" * (-len(cursor) % 4)
        by, descending, value, contact_id = msgspec.json.decode(
            urlsafe_b64decode(padded), type=tuple[str, bool, str | int, int]
        )
    except (ValueError, msgspec.MsgspecError):
        by, descending, value, contact_id = "", False, "", 0
    if (by, descending) != order:
        raise invalid("cursor does not belong to this list. Take it from next_page_url, with the same sort.", "cursor")
    return Place(value, contact_id)
