"""CTIs with all of their origins: imported from rows, exported as a file that imports unchanged."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from itertools import groupby, islice
from tempfile import TemporaryFile
from typing import Annotated, Any, NamedTuple

import msgspec

from aiguillage.desk.change import Change, change_facts, read_facts
from aiguillage.desk.facts import place_fact
from aiguillage.desk.importing.cells import unguarded
from aiguillage.desk.importing.files import ZIP
from aiguillage.desk.importing.sheets import open_sheet
from aiguillage.desk.importing.texts import csv_rows, find_encoding, has_stray
from aiguillage.desk.quotas import Quotas
from aiguillage.desk.spreadsheets import require_rows
from aiguillage.desk.tables import SHEET, Table, check_format, table_pieces
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.ctis import Cti, CtiDestination, check_cti, check_cti_destination, origin_keys
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.meanings import means
from aiguillage.storage.fact_keys import AT_ONCE, ids_having
from aiguillage.storage.facts import Kept, kept_facts, write_fact, write_new_facts
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.sqlite.engine import Database

KIND, OF_KIND = "cti", "cti_destination"
COLUMNS = ("cti", "origin", "destination")
MOST_ROWS = 200_000
"""Of one import: nobody else can write while they are."""


class MapRow(NamedTuple):
    """One row of a map: where an origin of a CTI leads; without origin and destination the CTI alone."""

    line: int
    cti: str
    origin: str = ""
    destination: str = ""


class RefusedRow(msgspec.Struct, frozen=True):
    """Why a row is refused."""

    line: Annotated[int, means("Its line in the file; rows of JSON count from 1.", 14)]
    reason: Annotated[str, meanings.REASON]


class MapOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do: CTIs and origins created, updated and found as they are, and rows refused."""

    created: int
    updated: int
    unchanged: int
    refusals: tuple[RefusedRow, ...]


class MapRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """An import with refused rows, of which nothing was kept."""

    def __init__(self, outcome: MapOutcome) -> None:
        count = len(outcome.refusals)
        super().__init__("1 row is refused." if count == 1 else f"{count:,} rows are refused.")
        self.outcome = outcome


class _Tried(Exception):  # noqa: N818 - takes back what was only tried
    def __init__(self, outcome: MapOutcome) -> None:
        super().__init__()
        self.outcome = outcome


def import_ctis(
    db: Database, actor: Actor, code: str, rows: Iterable[MapRow], *, partial: bool = False, dry_run: bool = False
) -> MapOutcome:
    """Adds the rows' CTIs and origins, or changes where origins lead. Raises Refusal, and MapRefused.

    All rows or none, unless `partial`. What the rows do not name stays. With `dry_run` nothing is kept.
    """
    try:
        with change_facts(db, actor, code, Role.EDIT) as change:
            outcome = _Import(change).carry_out(rows)
            _take_back(outcome, partial=partial, dry_run=dry_run)
    except _Tried as tried:
        return tried.outcome
    return outcome


def _take_back(outcome: MapOutcome, *, partial: bool, dry_run: bool) -> None:
    """Raises what ends the change with nothing kept, if nothing is to be."""
    if dry_run:
        raise _Tried(outcome)
    if outcome.refusals and not partial:
        raise MapRefused(outcome)


class _Import:
    """An import that goes on: the CTIs that are kept already, by name, and what was done.

    Rows are taken some at a time: their origins are looked up at once, and written at once.
    """

    def __init__(self, change: Change) -> None:
        self._change = change
        self._of_account = (change.connection, change.account_id)
        self._ctis = {kept.fact.name.casefold(): kept for kept in read_kept(*self._of_account, KIND)}
        self._quotas = Quotas(change)
        self._lines: dict[str, int] = {}
        self._done = {"created": 0, "updated": 0, "unchanged": 0}
        self._refusals: list[RefusedRow] = []

    def carry_out(self, rows: Iterable[MapRow]) -> MapOutcome:
        """Each row, one after the other."""
        left, taken = iter(rows), 0
        while some := list(islice(left, AT_ONCE)):
            taken += len(some)
            if taken > MOST_ROWS:
                raise invalid(f"There are more than {MOST_ROWS:,} rows. Import them in parts.")
            facts = [(row.line, fact) for row in some if (fact := self._read(row)) is not None]
            known = self._known({self._key(fact) for _, fact in facts})
            changes = [(known.get(self._key(fact)), fact) for line, fact in facts if self._leads(line, fact, known)]
            self._write(changes)
        refusals = sorted(self._refusals, key=lambda refused: refused.line)
        return MapOutcome(**self._done, refusals=tuple(refusals))

    def _read(self, row: MapRow) -> CtiDestination | None:
        """Where an origin leads; None for a row that names a CTI alone, and for one that is refused."""
        try:
            known = self._ctis.get(row.cti.strip().casefold())
            cti = check_cti(Cti(name=row.cti), None, {}, self._change.account) if known is None else known.fact
            if not row.origin.strip() and not row.destination.strip():
                self._require_cti(known, cti)
                self._done["unchanged"] += known is not None
                return None
            new = CtiDestination(cti=0, origin=row.origin, destination=row.destination)
            checked = check_cti_destination(new, None, {KIND: {0: cti}}, self._change.account)
            return msgspec.structs.replace(checked, cti=self._require_cti(known, cti))
        except Refusal as refusal:
            self._refusals.append(RefusedRow(row.line, refusal.message))
            return None

    def _require_cti(self, known: Kept | None, cti: Cti) -> int:
        if known is None:
            known = place_fact(self._change, cti).kept
            self._ctis[cti.name.casefold()] = known
            self._done["created"] += 1
        return known.id

    def _key(self, fact: CtiDestination) -> str:
        return origin_keys(fact, self._change.account)[0]

    def _known(self, keys: Collection[str]) -> dict[str, Kept]:
        """The origins that are kept already, by their keys."""
        ids = ids_having(*self._of_account, OF_KIND, keys)
        return {self._key(kept.fact): kept for kept in kept_facts(*self._of_account, OF_KIND, ids)}

    def _leads(self, line: int, fact: CtiDestination, known: Mapping[str, Kept]) -> bool:
        """Whether the origin leads elsewhere from now on; what is refused is noted."""
        key = self._key(fact)
        before = known.get(key)
        if key in self._lines:
            message = f"Line {self._lines[key]} has the origin {fact.origin} already. Leave one of the two out."
            self._refusals.append(RefusedRow(line, message))
            return False
        self._lines[key] = line
        if before is not None and before.fact.destination == fact.destination:
            self._done["unchanged"] += 1
            return False
        try:
            self._quotas.require_room(OF_KIND, before and before.fact, fact)
        except Refusal as refusal:
            self._refusals.append(RefusedRow(line, refusal.message))
            return False
        self._done["created" if before is None else "updated"] += 1
        return True

    def _write(self, changes: Sequence[tuple[Kept | None, CtiDestination]]) -> None:
        """New origins, and those that lead elsewhere, with their rows in the journal."""
        new, entries = [], []
        for seq, (before, fact) in enumerate(changes, start=self._change.take_seqs(len(changes))):
            kept = Kept(OF_KIND, seq if before is None else before.id, seq, fact)
            if before is None:
                new.append(kept)
                entries.append(self._change.entry(seq, "add", OF_KIND, kept.id, None, fact))
            else:
                write_fact(*self._of_account, kept, self._change.account)
                entries.append(self._change.entry(seq, "set", OF_KIND, kept.id, before.fact, fact))
        write_new_facts(*self._of_account, new, self._change.account)
        self._change.record_all(entries)


def export_ctis(db: Database, actor: Actor, code: str, form: str = "csv") -> Iterator[bytes]:
    """The account's CTIs and their origins in a file's bytes, piece by piece. Raises Refusal before the first one.

    CSV and XLSX have a row for each origin, and one for a CTI that has none; JSON has an object for each CTI.
    """
    check_format(form, sheets=True)
    with read_facts(db, actor, code) as (connection, account_id, _):
        ctis = {kept.id: kept.fact.name for kept in read_kept(connection, account_id, KIND)}
        origins = sorted(read_kept(connection, account_id, OF_KIND), key=lambda kept: (kept.fact.cti, kept.id))
    by_cti = {cti_id: [kept.fact for kept in some] for cti_id, some in groupby(origins, lambda kept: kept.fact.cti)}
    if form == SHEET:
        require_rows(len(ctis) + len(origins), "CTIs and origins")
    objects = (_object(name, by_cti.get(cti_id, [])) for cti_id, name in ctis.items())
    return table_pieces(Table("ctis", COLUMNS, _rows(ctis, by_cti), objects), form, db.path.parent)


def _rows(ctis: dict[int, str], by_cti: dict[int, list[CtiDestination]]) -> Iterator[tuple[str, str, str]]:
    for cti_id, name in ctis.items():
        if cti_id not in by_cti:
            yield name, "", ""
        for fact in by_cti.get(cti_id, []):
            yield name, fact.origin, fact.destination


def _object(name: str, facts: list[CtiDestination]) -> dict[str, Any]:
    return {"name": name, "destinations": [{"origin": f.origin, "destination": f.destination} for f in facts]}


def read_map(db: Database, actor: Actor, code: str, content: bytes) -> list[MapRow]:
    """The rows of a CSV or XLSX file, by the columns that its first line names, for those who may import them.

    Raises Refusal. A spreadsheet takes long to read: nothing is locked meanwhile.
    """
    with read_facts(db, actor, code, Role.EDIT):
        pass
    if not content.startswith(ZIP):
        text = TextIOWrapper(BytesIO(content), find_encoding(BytesIO(content)), newline="")
        return list(_map_rows(csv_rows(text, stray=has_stray(BytesIO(content)))))
    with TemporaryFile() as stream:
        stream.write(content)
        stream.seek(0)
        with open_sheet(stream) as rows:
            return list(_map_rows(rows))


def _map_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[MapRow]:
    _line, header = next(rows, (0, []))
    names = [name.strip().lower() for name in header]
    if KIND not in names:
        raise invalid(f"The first line has no column 'cti'. It must name: {', '.join(COLUMNS)}.")
    for line, cells in rows:
        values = dict(zip(names, cells, strict=False))
        yield MapRow(line, *(unguarded(values.get(name, "")) for name in COLUMNS))
