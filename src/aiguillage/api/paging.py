"""Lists: filtered, sorted and cut into pages as contracts/cx-engine.md says."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import MOST_ON_A_PAGE, ON_A_PAGE, means

ONLY = "Only those"
"""How words of a filter begin."""


class Paged(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A page of a list. `next_page_url` is null on the last page; `from` and `to` count from 1."""

    data: Annotated[Sequence[Any], meanings.LIST]
    current_page: Annotated[int | None, means("Which page this is; null where pages have no numbers.")]
    per_page: Annotated[int, meanings.PER_PAGE]
    total: Annotated[int | None, means("How many there are on all pages; null where they are not counted.")]
    from_: Annotated[
        int | None,
        means("Which is the first on this page, counted from 1; null where pages have no numbers, or there is none."),
    ]
    to: Annotated[int | None, means("Which is the last on this page, alike.")]
    last_page: Annotated[int | None, means("The last page's number; null where it is not known.")]
    path: Annotated[str, means("The address without its parameters.")]
    first_page_url: Annotated[str, means("The address of the first page.")]
    last_page_url: Annotated[str | None, means("The address of the last page; null where it is not known.")]
    next_page_url: Annotated[str | None, means("The address of the next page; null on the last one.")]
    prev_page_url: Annotated[
        str | None, means("The address of the page before; null on the first one, and where none leads back.")
    ]


LISTED: dict[str, Any] = {
    "q": (Annotated[str | msgspec.UnsetType, means("Only those with something that begins so.")], msgspec.UNSET),
    "sort": (
        Annotated[str | msgspec.UnsetType, means("The field to sort by, with `-` in front to fall.")],
        msgspec.UNSET,
    ),
    "updated_since": (
        Annotated[
            str | msgspec.UnsetType,
            means("Only those changed since this moment, ISO 8601 with an offset, as in `2026-11-24T18:00:00Z`."),
        ],
        msgspec.UNSET,
    ),
    "page": (Annotated[int, meanings.PAGE], 1),
    "per_page": (Annotated[int, meanings.PER_PAGE], ON_A_PAGE),
}
LISTING = tuple(LISTED)
"""What every index takes beside its filters."""

UNDATED = tuple(word for word in LISTING if word != "updated_since")
"""The same for things that have no moment of their last change."""


def page_type(name: str, answer: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - a struct's type, for a description
    """The page object of a resource's index, for its description."""
    data = [("data", Annotated[list[answer], meanings.LIST])]
    return msgspec.defstruct(f"{name}Page", data, bases=(Paged,), kw_only=True, frozen=True, rename={"from_": "from"})


def check_paging(page: int, per_page: int) -> None:
    """Raises Refusal(invalid) for a page that there cannot be."""
    if not 1 <= page <= 10**12:
        raise invalid("page must be a whole number, 1 or more.", "page")
    if not 1 <= per_page <= MOST_ON_A_PAGE:
        raise invalid(f"per_page must be a whole number from 1 to {MOST_ON_A_PAGE}.", "per_page")


def with_parameters(url: str, **changes: object) -> str:
    """The address with some of its parameters replaced; None takes one away."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in changes]
    kept += [(name, str(value)) for name, value in changes.items() if value is not None]
    return parts._replace(query=urlencode(kept), fragment="").geturl()


def page_of(
    things: Sequence[Any], total: int | None, page: int, per_page: int, url: str, *, more: bool = False
) -> Paged:
    """The page object around the things on it. Where `total` was not counted, `more` tells whether a page follows."""
    check_paging(page, per_page)
    last, first = None if total is None else max(1, -(-total // per_page)), (page - 1) * per_page
    follows = more if last is None else page < last
    return Paged(
        data=things,
        current_page=page,
        per_page=per_page,
        total=total,
        from_=first + 1 if things else None,
        to=first + len(things) if things else None,
        last_page=last,
        path=urlsplit(url)._replace(query="", fragment="").geturl(),
        first_page_url=with_parameters(url, page=1),
        last_page_url=None if last is None else with_parameters(url, page=last),
        next_page_url=with_parameters(url, page=page + 1) if follows else None,
        prev_page_url=with_parameters(url, page=page - 1) if page > 1 else None,
    )


def page_behind(
    things: Sequence[Any], total: int | None, per_page: int, url: str, cursor: str | None, name: str = "cursor"
) -> Paged:
    """The page object where pages follow each other by cursor: none of them has a number, none leads back.

    `name` is the parameter that says behind what a page begins.
    """
    check_paging(1, per_page)
    return Paged(
        data=things,
        current_page=None,
        per_page=per_page,
        total=total,
        from_=None,
        to=None,
        last_page=None,
        path=urlsplit(url)._replace(query="", fragment="").geturl(),
        first_page_url=with_parameters(url, **{name: "" if name == "cursor" else None}),
        last_page_url=None,
        next_page_url=None if cursor is None else with_parameters(url, **{name: cursor}),
        prev_page_url=None,
    )


def chosen(things: Sequence[Any], query: msgspec.Struct, names: Sequence[str], url: str) -> Paged:
    """A page of things that are few enough to be looked through: those with the values that the query gives."""
    given: dict[str, Any] = {name: value for name in names if (value := getattr(query, name)) is not msgspec.UNSET}
    kept = [thing for thing in things if all(_alike(getattr(thing, name), value) for name, value in given.items())]
    begins = getattr(query, "q", msgspec.UNSET)
    if begins is not msgspec.UNSET:
        kept = [thing for thing in kept if _begins(thing, names, begins)]
    kept = _sorted(kept, getattr(query, "sort", msgspec.UNSET), names)
    page: int = getattr(query, "page", 1)
    per_page: int = getattr(query, "per_page", ON_A_PAGE)
    check_paging(page, per_page)
    first = (page - 1) * per_page
    return page_of(kept[first : first + per_page], len(kept), page, per_page, url)


def _alike(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - of any field
    if wanted == "":
        return value in ("", None)
    if isinstance(value, str) and isinstance(wanted, str):
        return value.lower() == wanted.lower()
    return bool(value == wanted)


def _begins(thing: Any, names: Sequence[str], begins: str) -> bool:  # noqa: ANN401 - of any resource
    values = (getattr(thing, name) for name in names)
    return any(isinstance(value, str) and value.lower().startswith(begins.lower()) for value in values)


def _sorted(things: list[Any], order: Any, names: Sequence[str]) -> list[Any]:  # noqa: ANN401 - UNSET or a name
    if order is msgspec.UNSET:
        return things
    name = order.removeprefix("-")
    if name not in names:
        raise invalid(f"Cannot sort by '{name[:40]}'. Choose one of: {', '.join(names)}.", "sort")
    key: Callable[[Any], Any] = lambda thing: _orderly(getattr(thing, name))  # noqa: E731 - used once
    return sorted(things, key=key, reverse=order.startswith("-"))


def _orderly(value: Any) -> tuple[bool, Any]:  # noqa: ANN401 - of any field
    """What sorts together: nothing first, text whatever its case."""
    if value is None:
        return (False, 0)
    return (True, value.lower() if isinstance(value, str) else value)


def query_of(
    name: str,
    shape: type[msgspec.Struct],
    also: Mapping[str, Any] | None = None,
    listing: Sequence[str] = LISTING,
    only: Sequence[str] = (),
) -> type[msgspec.Struct]:
    """The query of a resource's index: a filter for each plain field of its shape, and paging, sorting, searching."""
    filtered = [one for one in msgspec.structs.fields(shape) if not only or one.name in only]
    fields = [(one.name, _filter(one.type), msgspec.UNSET) for one in filtered]
    plain = [(name, kind, default) for name, kind, default in fields if kind is not None]
    more = [(key, kind | msgspec.UnsetType, msgspec.UNSET) for key, kind in (also or {}).items()]
    listed = [(word, *LISTED[word]) for word in listing]
    return msgspec.defstruct(name, [*plain, *more, *listed], frozen=True, kw_only=True, forbid_unknown_fields=True)


def _filter(field: Any) -> Any:  # noqa: ANN401 - an annotation
    """A field's type and words as a filter's; None for a list, which filters nothing."""
    kind, about = get_args(field) if get_origin(field) is Annotated else (field, None)
    if any(word in str(kind).lower() for word in ("tuple", "list", "dict", "mapping")):
        return None
    return Annotated[kind | msgspec.UnsetType, filtering(about.description if about else "")]


def filtering(text: str) -> msgspec.Meta:
    """The words of a filter, of those of what it compares."""
    return means(text if text.startswith(ONLY) else f"{ONLY} with this value. {text}")
