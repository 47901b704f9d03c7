"""Reading: the file onto the stage, row by row, before anything is locked."""

from dataclasses import dataclass, field

from aiguillage.desk.importing.files import Row, SentRows, Source, open_contacts
from aiguillage.desk.importing.outcome import AS_NAMED, MOST_REFUSED, MOST_TOLD, Columns, Misread, Progress, Refused
from aiguillage.desk.importing.rows import RowReader
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import Field
from aiguillage.storage.sqlite.staging import Stage

TOLD_EVERY = 5_000
"""Rows between two looks at the progress."""

SAMPLES, LONGEST_SAMPLE, MOST_SAMPLED = 3, 60, 200
"""Cells of each column that are shown, characters of one, columns."""


@dataclass
class Refusals:
    """The refusals that are told one by one: a bounded number."""

    told: list[Refused] = field(default_factory=list)

    @property
    def room(self) -> int:
        """How many more can be told."""
        return 2 * MOST_TOLD - len(self.told)

    def tell(self, refused: Refused) -> None:
        """Keeps a refusal if there is room."""
        if self.room > 0:
            self.told.append(refused)

    def first(self) -> tuple[Refused, ...]:
        """The first ones by line."""
        return tuple(sorted(self.told, key=lambda refused: refused.line)[:MOST_TOLD])


@dataclass
class Read:
    """What reading found beside the drafts on the stage. `fields` are those that the rows were read by.

    `broken_off` is the line of the last row that was read, where too many were refused to go on.
    """

    stage: Stage
    reader: RowReader
    account: Account
    fields: list[Field]
    refusals: Refusals
    encoding: str = ""
    delimiter: str = ""
    samples: dict[str, list[str]] = field(default_factory=dict)
    broken_off: int | None = None


def read_file(
    source: Source,
    stage: Stage,
    account: Account,
    fields: list[Field],
    progress: Progress,
    chosen: Columns = AS_NAMED,
) -> Read:
    """Puts every row of a file on the stage. Raises Refusal(invalid) for a file that cannot be read."""
    reader = RowReader(account, fields, each_alone=isinstance(source, SentRows), chosen=chosen)
    samples: dict[str, list[str]] = {}
    refusals, refused_rows, broken_off = Refusals(), 0, None
    with open_contacts(source) as file:
        for row in file.rows:
            if stage.count < SAMPLES:
                _note(samples, row)
            try:
                draft = reader.read(row)
            except Misread as misread:
                misread.samples = samples
                raise
            for refused in draft.refused:
                if refusals.room > MOST_TOLD:
                    refusals.tell(refused)
            n = stage.add(draft.line, draft.contact, draft.speaks, draft.own_id, refused=bool(draft.refused))
            if n % TOLD_EVERY == 0:
                progress("reading", file.done(), file.total)
            refused_rows += bool(draft.refused)
            if refused_rows >= MOST_REFUSED:
                broken_off = row.line
                break
        progress("reading", file.total, file.total)
        stage.close()
        return Read(stage, reader, account, fields, refusals, file.encoding, file.delimiter, samples, broken_off)


def _note(samples: dict[str, list[str]], row: Row) -> None:
    """Keeps the first cells of each column."""
    for column, cell in zip(row.header[:MOST_SAMPLED], row.cells, strict=False):
        if cell and len(samples.setdefault(column, [])) < SAMPLES:
            samples[column].append(str(cell)[:LONGEST_SAMPLE])
