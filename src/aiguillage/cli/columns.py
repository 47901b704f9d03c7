"""What each column of a contact file was taken for, or why it is not read."""

from aiguillage.cli.printing import print_line, print_table
from aiguillage.cli.words import _
from aiguillage.desk.importing.headings import OWN_ID, TYPE_WORDS
from aiguillage.desk.importing.outcome import WHY_UNREAD, Outcome, Unread
from aiguillage.desk.importing.rows import KIND
from aiguillage.domain.contacts import OWN_PARTS

READ_AS = {
    OWN_ID: "id",
    KIND: KIND,
    **{f"{kind} number": f"{kind} number" for kind in TYPE_WORDS},
    **{part.heading: part.noun for part in OWN_PARTS.values()},
}
"""What columns are taken for, in words; fields are said by their keys."""


def print_columns(outcome: Outcome) -> None:
    """A table of the file's columns: those that are read first."""
    rows = [(column, _(READ_AS[told]) if told in READ_AS else told) for column, told in outcome.columns.items()]
    rows += [(unread.column or "-", _("not read: {why}").format(why=_why(unread))) for unread in outcome.unread]
    if rows:
        print_line("")
        print_table((_("column"), _("is read as")), rows)


def _why(unread: Unread) -> str:
    return _(WHY_UNREAD[unread.why]).format(word=unread.word)
