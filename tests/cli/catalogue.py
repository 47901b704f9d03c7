"""The French catalogue: what the code asks it for, what it holds, and the file that gettext reads.

After a change to the .po file: `.venv/bin/python -m tests.cli.catalogue`.
"""

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

from aiguillage.cli.columns import READ_AS
from aiguillage.cli.telling import NAMES, WHY
from aiguillage.cli.words import CATALOGUES, DOMAIN
from aiguillage.desk.importing.outcome import WHY_UNREAD
from aiguillage.domain.omissions import REASONS, UNUSED
from aiguillage.domain.remarks import SENTENCES, WEEKDAYS
from aiguillage.domain.routing import RULES
from aiguillage.settings import MEANING

SOURCES = CATALOGUES.parent / "cli"
PO = CATALOGUES / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
MAGIC = 0x950412DE


def wanted() -> set[str]:
    """Every message that the terminal door translates: literals in `_("...")`, and words that are kept in tables."""
    literals = {message for source in sorted(SOURCES.glob("*.py")) for message in _literals(source)}
    remarks = {*SENTENCES, *REASONS.values(), UNUSED}
    files = {*READ_AS.values(), *WHY_UNREAD.values()}
    tables = {*MEANING.values(), *NAMES.values(), *WHY.values(), *remarks, *files, *WEEKDAYS}
    return literals | tables | {rule.__doc__ or "" for rule in RULES}


def _literals(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            argument = node.args[0]
            if isinstance(argument, ast.Constant):
                yield str(argument.value)


def read_po() -> dict[str, str]:
    """The .po file's messages and their translations; its header is the one of the empty message."""
    messages: dict[str, str] = {}
    parts = {"msgid": "", "msgstr": ""}
    current = "msgid"
    for line in [*PO.read_text().splitlines(), 'msgid ""']:
        if line.startswith("msgid "):
            if parts["msgid"] or parts["msgstr"]:
                messages[parts["msgid"]] = parts["msgstr"]
            parts = {"msgid": "", "msgstr": ""}
        if line.startswith(("msgid ", "msgstr ")):
            current, _, line = line.partition(" ")  # noqa: PLW2901 - the rest of the line is read below
        if line.startswith('"'):
            parts[current] += ast.literal_eval(line)
    return messages


def compiled(messages: dict[str, str]) -> bytes:
    """The .mo file: a header, sorted messages, their translations (gettext manual, 'The Format of GNU MO Files')."""
    ids = sorted(messages, key=str.encode)
    texts = [text.encode() for text in [*ids, *(messages[one] for one in ids)]]
    position = 28 + 8 * len(texts)
    table = b""
    for text in texts:
        table += struct.pack("<II", len(text), position)
        position += len(text) + 1
    head = struct.pack("<7I", MAGIC, 0, len(ids), 28, 28 + 8 * len(ids), 0, 28 + 8 * len(texts))
    return head + table + b"".join(text + b"\0" for text in texts)


if __name__ == "__main__":
    MO.write_bytes(compiled(read_po()))
