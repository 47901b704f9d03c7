"""What commands about facts have in common: a fact is named, listed, shown and removed alike, whatever its kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Desk, Json, at_desk, carried_out, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_aside, print_done, print_facts, print_json, print_json_list, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import Done, add_fact, find_fact, list_facts, name_of, remove_fact, set_fact
from aiguillage.domain.contacts import Select
from aiguillage.domain.errors import invalid, missing
from aiguillage.domain.facts import BY_NAME, Fact
from aiguillage.domain.queues import ACCOUNT, GROUP, QUEUE, ROTA
from aiguillage.domain.remarks import Remark
from aiguillage.storage.facts import Kept
from aiguillage.storage.sqlite.engine import Database

Made = TypeVar("Made", bound=msgspec.Struct)
MOMENTS = ("until", "failing_since")
"""Values in microseconds, which machines read in ISO 8601."""

MOST_DESTINATIONS = 4
FactName = Annotated[str, typer.Argument(metavar="NAME", help="Its code, number, name or id.")]
QueueName = Annotated[str | None, typer.Option("--queue", "-q", help="The call queue, by code, number, name or id.")]
GroupName = Annotated[str | None, typer.Option("--group", "-g", help="The group of call queues, by name or id.")]
Destination = Annotated[str | None, typer.Option("--destination", "-d", help="Where calls go meanwhile.")]
Destinations = Annotated[
    list[str] | None, typer.Option("--destination", "-d", help="Where calls go; repeat for up to four, in their order.")
]


class Names:
    """What people call the facts that others name by id, each kind read when it is first asked for."""

    def __init__(self, desk: Desk, account: str) -> None:
        self._desk = desk
        self._account = account
        self._names: dict[str, dict[int, str]] = {}
        self._time_zone: str | None = None

    def __call__(self, kind: str, fact_id: int | None) -> str:
        """A fact's name; nothing for none."""
        if kind not in self._names:
            kept = list_facts(self._desk.db, self._desk.actor, self._account, kind)
            self._names[kind] = {one.id: str(name_of(one)) for one in kept}
        return "" if fact_id is None else self._names[kind][fact_id]

    def owner(self, fact: Any) -> str:  # noqa: ANN401 - whatever belongs to something
        """What a fact belongs to: the queue or group of that name, or the account."""
        if fact.owner_type == ACCOUNT:
            return _("the account")
        words = {QUEUE: _("queue {name}"), GROUP: _("group {name}"), ROTA: _("rota {name}")}
        return words[fact.owner_type].format(name=self(fact.owner_type, fact.owner_id))

    def local(self, at: int | None) -> str:
        """A moment by the account's clock."""
        if self._time_zone is None:
            self._time_zone = show_account(self._desk.db, self._desk.actor, self._account).time_zone
        return local(at, self._time_zone)


class Shown(NamedTuple):
    """How facts of a kind are shown: their plural, headings, the cells of one beside its id, what is said of none."""

    kind: str
    plural: str
    headings: Callable[[], Sequence[str]]
    cells: Callable[[Any, Names], Sequence[object]]
    empty: Callable[[], str]


def document(kept: Kept) -> dict[str, Any]:
    """A fact as JSON shows it, with its id."""
    return {"id": kept.id, "seq": kept.seq, **document_of(kept.fact)}


def document_of(fact: Fact) -> dict[str, Any]:
    """A fact's values as JSON shows them."""
    values: dict[str, Any] = msgspec.to_builtins(fact)
    return values | {name: iso(values[name]) for name in MOMENTS if name in values}


def done_document(done: Done) -> dict[str, Any]:
    """A fact that was added or changed as JSON shows it; of a kind that may surprise, with what is worth a remark."""
    may_surprise = BY_NAME[done.kept.kind].remarks is not None
    return document(done.kept) | ({"remarks": list(map(in_words, done.remarks))} if may_surprise else {})


def common_commands(app: typer.Typer, shown: Shown, *, but: Sequence[str] = ()) -> None:
    """Adds `list`, `show` and `remove` for a kind of fact to a group of commands."""

    def list_(context: typer.Context, account: AccountCode, json: Json = False) -> None:
        with at_desk(context) as desk:
            print_kept(desk, account, shown, list_facts(desk.db, desk.actor, account, shown.kind), json=json)

    def show(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
        with at_desk(context) as desk:
            kept = find_fact(desk.db, desk.actor, account, shown.kind, name)
            print_one(desk, account, shown, kept, json=json)

    def remove(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
        with at_desk(context) as desk:
            kept = find_fact(desk.db, desk.actor, account, shown.kind, name)
            remarks = remove_fact(desk.db, desk.actor, account, shown.kind, kept.id)
        print_done(_("{name} is removed.").format(name=name_of(kept)), {"removed": kept.id}, json=json)
        print_remarks(remarks)

    words = {"list": f"List the {shown.plural}.", "show": "Show one of them.", "remove": "Remove one of them."}
    for name, function in (("list", list_), ("show", show), ("remove", remove)):
        if name not in but:
            function.__doc__ = words[name]
            command(app, name)(function)


def add_typed(desk: Desk, account: str, fact: Fact) -> Done:
    """A new fact. Raises Refusal, with all faults of what was typed."""

    def add(db: Database, values: dict[str, Any]) -> Done:
        return add_fact(db, desk.actor, account, made(type(fact), values))

    return carried_out(desk, msgspec.structs.asdict(fact), add)


def made(kind: type[Made], values: dict[str, Any]) -> Made:
    """A fact of what is left of its values. Raises Refusal(missing) where that does not make one."""
    try:
        return kind(**values)
    except TypeError:
        raise missing("A required value is missing.") from None


def set_typed(desk: Desk, account: str, kind: str, fact_id: int, changes: dict[str, Any]) -> Done:
    """A changed fact. Raises Refusal, with all faults of what was typed."""
    return carried_out(desk, changes, lambda db, left: set_fact(db, desk.actor, account, kind, fact_id, left))


def print_kept(desk: Desk, account: str, shown: Shown, kept: Sequence[Kept], *, json: bool) -> None:
    """Prints facts of one kind."""
    names = Names(desk, account)
    print_list(
        kept,
        json=json,
        document=document,
        headings=(_("id"), *shown.headings()),
        cells=lambda one: (one.id, *shown.cells(one.fact, names)),
        empty=shown.empty(),
    )


def print_one(desk: Desk, account: str, shown: Shown, kept: Kept, *, json: bool) -> None:
    """Prints one fact."""
    if json:
        print_json(document(kept))
    else:
        cells = shown.cells(kept.fact, Names(desk, account))
        print_facts({_("id"): kept.id, **dict(zip(shown.headings(), cells, strict=True))})


def print_change(desk: Desk, account: str, shown: Shown, done: Done, *, json: bool) -> None:
    """Prints a fact that was added or changed, and what is worth a remark: in its JSON, and on standard error."""
    if json:
        print_json(done_document(done))
    else:
        print_one(desk, account, shown, done.kept, json=False)
    print_remarks(done.remarks)


def print_changes(desk: Desk, account: str, shown: Shown, done: Sequence[Done], *, json: bool) -> None:
    """Prints several facts alike."""
    if json:
        print_json_list(map(done_document, done))
    else:
        print_kept(desk, account, shown, [one.kept for one in done], json=json)
    print_remarks(remark for one in done for remark in one.remarks)


def print_remarks(remarks: Iterable[Remark]) -> None:
    """Prints what is worth a remark, each remark once, on standard error."""
    for told in dict.fromkeys(map(in_words, remarks)):
        print_aside(told)


def in_words(remark: Remark) -> str:
    """A remark in the person's language."""
    return _(remark.sentence).format_map({name: _(word) for name, word in remark.words.items()})


def id_of(desk: Desk, account: str, kind: str, name: str | None) -> int | None:
    """The id of the fact that is meant; None for an empty name. Raises Refusal."""
    return find_fact(desk.db, desk.actor, account, kind, name).id if name else None


def owner_of(
    desk: Desk, account: str, queue: str | None, group: str | None, *, else_account: bool = False
) -> dict[str, Any]:
    """What a fact is to belong to, as its struct names it. Raises Refusal(invalid) unless one thing is named."""
    if queue is not None and group is not None:
        raise invalid("--queue and --group contradict each other. Give one of them.")
    if queue is None and group is None:
        if else_account:
            return {"owner_type": ACCOUNT, "owner_id": None}
        raise invalid("Say what it is for: --queue or --group.")
    kind, name = (QUEUE, queue) if queue is not None else (GROUP, group)
    return {"owner_type": kind, "owner_id": find_fact(desk.db, desk.actor, account, kind, name or "").id}


def typed(values: Mapping[str, object]) -> dict[str, object]:
    """What was typed, without what was left out; an empty text clears. Raises Refusal(invalid) when nothing was."""
    given = {name: None if value == "" else value for name, value in values.items() if value is not None}
    if not given:
        raise invalid("Nothing to set. Give an option; --help lists them.")
    return given


def select_of(destinations: Sequence[str] | None) -> Select:
    """Up to four destinations. Raises Refusal(invalid)."""
    given: list[str | None] = [text or None for text in destinations or ()]
    if len(given) > MOST_DESTINATIONS:
        raise invalid(f"{len(given)} destinations are too many. Give up to {MOST_DESTINATIONS}.")
    one, two, three, four = given + [None] * (MOST_DESTINATIONS - len(given))
    return one, two, three, four
