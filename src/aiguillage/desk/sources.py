"""The source of an account's contacts: an address that is imported by a schedule, or when somebody asks for it.

due, or asked for        begun: nobody else imports it meanwhile
    |
the file is fetched      no transaction is open; the guard is that of feeds (fetching.py)
    |
it is imported           by a process of its own (imports_apart.py), as an import like any other, which can be undone
    |
ended                    what came of it is kept; failing since when and why is in the fact, and so in the journal
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection

from aiguillage.desk.change import Change, View, change_facts, find_account, read_facts, require_unchanged
from aiguillage.desk.column_maps import remembered_columns
from aiguillage.desk.facts import discard_fact, place_fact, replace_fact
from aiguillage.desk.fetching import PUBLIC, Guard, check_url, fetch_as_sent
from aiguillage.desk.fields import read_fields
from aiguillage.desk.held_imports import Held, hold_import
from aiguillage.desk.importing.headings import plain, said_by
from aiguillage.desk.importing.outcome import Choices, Outcome
from aiguillage.desk.importing.sent import ANY, LONGEST_IMPORT, Upload
from aiguillage.desk.imports_apart import import_apart
from aiguillage.desk.sent import make_fact
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Field
from aiguillage.domain.errors import Refusal, conflict, invalid, missing
from aiguillage.domain.moments import MINUTE
from aiguillage.domain.parts import read
from aiguillage.domain.problems import OUR_MISTAKE, Code
from aiguillage.domain.sources import (
    FAILED,
    IMPORTED,
    SOURCE,
    UNCHANGED,
    ContactSource,
    RefusedRow,
    Run,
    next_run,
    next_try,
)
from aiguillage.storage.facts import Kept, kept_fact
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.sources import (
    UNSCHEDULED,
    DueSource,
    Runs,
    begin_run,
    end_run,
    read_runs,
    schedule,
    sources_due,
)
from aiguillage.storage.sqlite.engine import Database

SECONDS = 60.0
"""Seconds in which a file has to be there whole."""

LONGEST_RUN = 15 * MINUTE
"""After so long a run that told nothing is one whose process ended."""

LONGEST_TROUBLE = 300
Fetch = Callable[[str], bytes]
Work = Callable[[Database], object]


class SourceState(NamedTuple):
    """A source as it is kept, whether it is imported right now, when it is next, what came of it last.

    `next_at` is in microseconds since 1970 UTC, None for never by itself.
    """

    kept: Kept
    running: bool
    next_at: int | None
    last: Run | None

    @property
    def source(self) -> ContactSource:
        """The source itself."""
        fact: ContactSource = self.kept.fact
        return fact


def fetch_file(url: str, *, guard: Guard = PUBLIC, seconds: float = SECONDS) -> bytes:
    """A file of contacts, as it is published. Raises Refusal."""
    return fetch_as_sent(url, longest=LONGEST_IMPORT, seconds=seconds, guard=guard).body


def show_source(db: Database, actor: Actor, code: str) -> SourceState:
    """The account's source. Raises Refusal(missing) where it has none."""
    with read_facts(db, actor, code, Role.EDIT) as view:
        return _state(view, _required(view.connection, view.account_id, view.account), actor.at)


def find_source(db: Database, actor: Actor, code: str) -> SourceState | None:
    """The account's source, None where it has none. Raises Refusal."""
    with read_facts(db, actor, code, Role.EDIT) as view:
        kept = _kept(view.connection, view.account_id)
        return None if kept is None else _state(view, kept, actor.at)


def values_sent(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a source as somebody sends them, as JSON; what is left out stays as it is. Raises Refusal(invalid)."""
    values = read(ContactSource, sent)
    fact = make_fact(ContactSource, {"url": ""} | values)
    return {name: getattr(fact, name) for name in values}


def set_source(
    db: Database,
    actor: Actor,
    code: str,
    changes: Mapping[str, Any],
    *,
    expected: int | None = None,
    guard: Guard = PUBLIC,
) -> SourceState:
    """Sets the account's source, or some of its values where it has one. Its schedule begins now. Raises Refusal.

    Stale when its seq is not the `expected` one (0: there is none).
    """
    if isinstance(changes.get("url"), str):
        check_url(changes["url"], guard)
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = _kept(change.connection, change.account_id)
        require_unchanged(0 if before is None else before.seq, expected)
        kept = _set(change, before, changes)
        _check_meanings(kept.fact.columns, read_fields(change.connection, change.account_id))
        due = next_run(kept.fact, actor.at, change.account.time_zone)
        schedule(change.connection, change.account_id, kept.id, due)
        return _state(View(change.connection, change.account_id, change.account), kept, actor.at)


def _set(change: Change, before: Kept | None, changes: Mapping[str, Any]) -> Kept:
    if before is not None:
        moved = changes.get("url", before.fact.url) != before.fact.url
        good = {"failing_since": None, "trouble": ""} if moved else {}
        return replace_fact(change, SOURCE, before.id, {**changes, **good}).kept
    if not changes.get("url"):
        raise invalid("'url' is missing. Give the https address of a CSV, XLSX or JSON file.", "url")
    return place_fact(change, ContactSource(**changes)).kept


def _check_meanings(columns: Mapping[str, str], fields: Iterable[Field]) -> None:
    labels = {plain(field.label): field.key for field in fields}
    for column, heading in columns.items():
        if heading and said_by(heading, labels).meaning is None:
            raise invalid(
                f"'{heading[:40]}' is no heading that is understood. Say what '{column[:40]}' is, as in: number, code.",
                "columns",
            )


def remove_source(db: Database, actor: Actor, code: str, *, expected: int | None = None) -> None:
    """Removes the account's source; what was imported from it stays. Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _required(change.connection, change.account_id, change.account)
        require_unchanged(kept.seq, expected)
        discard_fact(change, SOURCE, kept.id)


def run_source(db: Database, actor: Actor, code: str, *, fetch: Fetch = fetch_file) -> SourceState:
    """Imports from the account's source now, and tells what came of it. Raises Refusal."""
    begin_source(db, actor, code, fetch=fetch)(db)
    return show_source(db, actor, code)


def look_at_source(db: Database, actor: Actor, code: str, *, fetch: Fetch = fetch_file) -> Held:
    """Fetches the file of the account's source, and keeps it to be looked at; nothing of it is imported yet.

    Raises Refusal.
    """
    source = show_source(db, actor, code).source
    upload = Upload(source.host, ANY, fetch(source.url))
    choices = Choices(source.partial, source.delete_missing, columns=source.columns)
    return hold_import(db, actor, code, upload, choices, mends=True)


def begin_source(db: Database, actor: Actor, code: str, *, fetch: Fetch = fetch_file) -> Work:
    """Says that the account's source is being imported, and gives what does it. Raises Refusal: conflict if it is."""
    with db.write() as connection:
        account_id, account = find_account(connection, actor, code, Role.EDIT)
        kept = _required(connection, account_id, account)
        if _is_running(read_runs(connection, account_id, kept.id), actor.at):
            raise conflict("The source is being imported right now. Look again in a minute.", Code.IN_PROGRESS)
        begin_run(connection, account_id, kept.id, actor.at)
    return partial(_carry_out, actor=actor, code=code, kept=kept, fetch=fetch)


def due_sources(db: Database, at: int) -> list[DueSource]:
    """The sources of all accounts that are to be imported by a moment, or were just set, the longest due first."""
    with db.read() as connection:
        return sources_due(connection, at)


def run_due(db: Database, actor: Actor, due: DueSource, *, fetch: Fetch = fetch_file) -> SourceState | None:
    """Imports from a source that is due; None where its schedule says otherwise, or it is imported already.

    Raises Refusal.
    """
    with db.write() as connection:
        account_id, account = find_account(connection, actor, due.code, Role.EDIT)
        kept, runs = kept_fact(connection, account_id, SOURCE, due.id), read_runs(connection, account_id, due.id)
        if kept is None or runs is None:
            return None
        if runs.due_at == UNSCHEDULED or not kept.fact.is_scheduled:
            schedule(connection, account_id, due.id, next_run(kept.fact, actor.at, account.time_zone))
            return None
        if _is_running(runs, actor.at):
            return None
        begin_run(connection, account_id, due.id, actor.at)
    _carry_out(db, actor=actor, code=due.code, kept=kept, fetch=fetch)
    return find_source(db, actor, due.code)


def _is_running(runs: Runs | None, at: int) -> bool:
    return runs is not None and runs.running_at is not None and at - runs.running_at < LONGEST_RUN


def _carry_out(db: Database, *, actor: Actor, code: str, kept: Kept, fetch: Fetch) -> None:
    """Imports from a source of which it was said; whatever comes of it, it is not being imported afterwards."""
    outcome, trouble = None, OUR_MISTAKE
    try:
        outcome = _imported(db, actor, code, kept.fact, fetch)
        trouble = outcome.obstacle or ""
    except Refusal as refusal:
        trouble = refusal.message.replace(str(db.path), db.path.name)
    finally:
        with change_facts(db, actor, code, Role.EDIT) as change:
            _end(change, kept.id, outcome, trouble)


def _imported(db: Database, actor: Actor, code: str, source: ContactSource, fetch: Fetch) -> Outcome:
    content = fetch(source.url)
    if not content.strip():
        raise invalid(f"{source.host} sends an empty file. Check the address.")
    columns = {**remembered_columns(db, actor, code, content), **source.columns}
    choices = Choices(source.partial, source.delete_missing, columns=columns)
    return import_apart(db, actor, code, (source.host, content), choices)


def _end(change: Change, source_id: int, outcome: Outcome | None, trouble: str) -> None:
    """Keeps what came of a run, of a source that may be another one by now, or gone."""
    kept = kept_fact(change.connection, change.account_id, SOURCE, source_id)
    runs = read_runs(change.connection, change.account_id, source_id)
    if kept is None or runs is None:
        return
    at, zone = change.actor.at, change.account.time_zone
    since = (kept.fact.failing_since or at) if trouble else None
    replace_fact(change, SOURCE, source_id, {"failing_since": since, "trouble": trouble[:LONGEST_TROUBLE]})
    tries = runs.tries + 1 if trouble else 0
    due = next_try(kept.fact, tries, at, zone) if trouble else next_run(kept.fact, at, zone)
    run = _run(at, outcome, failed=bool(trouble))
    end_run(change.connection, change.account_id, source_id, run, tries=tries, due_at=due)


def _run(at: int, outcome: Outcome | None, *, failed: bool) -> Run:
    if outcome is None:
        return Run(at=at, state=FAILED)
    return Run(
        at=at,
        state=FAILED if failed else UNCHANGED if outcome.import_id is None else IMPORTED,
        import_id=outcome.import_id,
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        refused=outcome.refused,
        deleted=outcome.deleted,
        refusals=tuple(RefusedRow(one.line, one.column, one.value, one.message) for one in outcome.refusals),
    )


def _kept(connection: Connection, account_id: int) -> Kept | None:
    return next(read_kept(connection, account_id, SOURCE), None)


def _required(connection: Connection, account_id: int, account: Account) -> Kept:
    kept = _kept(connection, account_id)
    if kept is None:
        raise missing(f"{account.code} has no source of its contacts. Set the address of a file first.")
    return kept


def _state(view: View, kept: Kept, at: int) -> SourceState:
    runs = read_runs(view.connection, view.account_id, kept.id) or Runs(UNSCHEDULED)
    due = next_run(kept.fact, at, view.account.time_zone) if runs.due_at == UNSCHEDULED else runs.due_at
    return SourceState(kept, _is_running(runs, at), due, runs.last)
