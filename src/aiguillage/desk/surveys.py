"""Survey records: what callers answered, kept one by one, changed, removed, listed and exported."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from aiguillage.desk.change import change_contacts, read_facts, require_unchanged
from aiguillage.desk.spreadsheets import require_rows
from aiguillage.desk.tables import SHEET, Table, check_format, table_pieces
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid, missing
from aiguillage.domain.moments import in_zone, iso
from aiguillage.domain.surveys import SurveyRecord, check_record, survey_caller
from aiguillage.storage.facts import require_fact
from aiguillage.storage.journal import record as journal_entries
from aiguillage.storage.schema import can_be_id
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.surveys import (
    COLUMNS,
    KeptRecord,
    RecordSearch,
    add_rows,
    count_records,
    erase_rows,
    find_records,
    read_records,
    set_row,
)

KIND, ENTITY = "survey", "survey_record"
SCORES = ("score_1", "score_2", "score_3")
_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?", re.ASCII)
HEADER = (*COLUMNS[:-1], "datetime")


class Found(NamedTuple):
    """Records of one page, and how many there are on all."""

    records: list[KeptRecord]
    total: int


def add_records(db: Database, actor: Actor, code: str, records: Iterable[SurveyRecord]) -> list[KeptRecord]:
    """New records, all or none. Raises Refusal."""
    with change_contacts(db, actor, code) as change:
        checked = [check_record(record, change.account.country) for record in records]
        for survey_id in {record.survey_id for record in checked}:
            require_fact(change.connection, change.account_id, KIND, survey_id)
        first = change.take_seqs(len(checked))
        all_kept = [KeptRecord(seq, seq, record) for seq, record in enumerate(checked, first)]
        add_rows(change.connection, change.account_id, all_kept)
        entries = [change.entry(kept.seq, "add", ENTITY, kept.id, None, kept.record) for kept in all_kept]
        journal_entries(change.connection, change.account_id, entries)
    return all_kept


def set_record(
    db: Database,
    actor: Actor,
    code: str,
    record_id: int,
    changes: Mapping[str, Any],
    *,
    expected: int | None = None,
) -> KeptRecord:
    """Changes some of a record's values, named as in SurveyRecord. Raises Refusal."""
    with change_contacts(db, actor, code) as change:
        before = _require(change.connection, change.account_id, record_id)
        require_unchanged(before.seq, expected)
        after = check_record(msgspec.structs.replace(before.record, **changes), change.account.country)
        require_fact(change.connection, change.account_id, KIND, after.survey_id)
        if after == before.record:
            return before
        kept = KeptRecord(record_id, change.take_seqs(), after)
        set_row(change.connection, change.account_id, kept)
        change.record(kept.seq, "set", ENTITY, record_id, before.record, after)
    return kept


def remove_records(
    db: Database, actor: Actor, code: str, record_ids: Iterable[int], *, expected: int | None = None
) -> None:
    """Removes records, all or none. Raises Refusal."""
    with change_contacts(db, actor, code) as change:
        wanted = list(dict.fromkeys(record_ids))
        found = read_records(change.connection, change.account_id, filter(can_be_id, wanted))
        going = [_require_in(found, record_id) for record_id in wanted]
        for before in going:
            require_unchanged(before.seq, expected)
        erase_rows(change.connection, change.account_id, [before.id for before in going])
        first = change.take_seqs(len(going))
        entries = [
            change.entry(seq, "remove", ENTITY, before.id, before.record, None)
            for seq, before in enumerate(going, first)
        ]
        journal_entries(change.connection, change.account_id, entries)


def show_record(db: Database, actor: Actor, code: str, record_id: int) -> KeptRecord:
    """One record. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return _require(connection, account_id, record_id)


def list_records(db: Database, actor: Actor, code: str, search: RecordSearch) -> Found:
    """One page of the records; a caller can be looked for in any spelling. Raises Refusal."""
    if search.sort.removeprefix("-") not in COLUMNS:
        raise invalid(f"Cannot sort by '{search.sort[:40]}'. Choose one of: {', '.join(COLUMNS)}.", "sort")
    with read_facts(db, actor, code) as (connection, account_id, account):
        caller = search.filters.get("caller")
        if caller is not None:
            filters = {**search.filters, "caller": survey_caller(caller, account.country)}
            search = msgspec.structs.replace(search, filters=filters)
        total = count_records(connection, account_id, search)
        return Found(list(find_records(connection, account_id, search)), total)


class Scores(NamedTuple):
    """The records of a month by the account's clock (`2026-11`): how many, and of each score its mean where it is one.

    A score that is no number counts for no mean.
    """

    month: str
    records: int
    means: tuple[float | None, ...]


def sum_up_records(db: Database, actor: Actor, code: str, survey_id: int) -> list[Scores]:
    """A survey's scores month by month, oldest first; months without records are left out. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, account):
        require_fact(connection, account_id, KIND, survey_id)
        clock = ZoneInfo(account.time_zone)
        months: dict[str, list[SurveyRecord]] = {}
        for kept in find_records(connection, account_id, RecordSearch(filters={"survey_id": survey_id})):
            months.setdefault(f"{in_zone(kept.record.moment, clock):%Y-%m}", []).append(kept.record)
    return [
        Scores(month, len(some), tuple(_mean(some, name) for name in SCORES)) for month, some in sorted(months.items())
    ]


def _mean(records: Iterable[SurveyRecord], name: str) -> float | None:
    texts = (getattr(record, name) or "" for record in records)
    numbers = [float(text.replace(",", ".")) for text in texts if _NUMBER.fullmatch(text)]
    return sum(numbers) / len(numbers) if numbers else None


def export_records(db: Database, actor: Actor, code: str, form: str = "csv") -> Iterator[bytes]:
    """The account's records in a file's bytes, piece by piece. Raises Refusal before the first one."""
    check_format(form, sheets=True)
    with read_facts(db, actor, code) as (connection, account_id, _):
        if form == SHEET:
            require_rows(count_records(connection, account_id, RecordSearch()), "survey records")
    objects = _objects(db, actor, code)
    rows = (tuple(str(one[name] or "") for name in HEADER) for one in objects)
    return table_pieces(Table("survey records", HEADER, rows, objects), form, db.path.parent)


def _objects(db: Database, actor: Actor, code: str) -> Iterator[dict[str, Any]]:
    with read_facts(db, actor, code) as (connection, account_id, _):
        for kept in find_records(connection, account_id, RecordSearch()):
            values = msgspec.structs.asdict(kept.record)
            moment = iso(values.pop("moment"))
            yield {"id": kept.id, **values, "datetime": moment}


def _require(connection: Connection, account_id: int, record_id: int) -> KeptRecord:
    return _require_in(read_records(connection, account_id, filter(can_be_id, [record_id])), record_id)


def _require_in(found: Mapping[int, KeptRecord], record_id: int) -> KeptRecord:
    if record_id not in found:
        raise missing(f"There is no survey record {record_id} on this account. List them, and choose one.")
    return found[record_id]
