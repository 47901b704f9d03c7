"""The French catalogue: what the code asks it for, and the file that gettext reads.

After a change to the .po file: `.venv/bin/python -m tests.cli.catalogue`.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po as parse_po

from aiguillage.api.problems import DETAIL
from aiguillage.cli.columns import READ_AS
from aiguillage.desk.importing.outcome import WHY_UNREAD
from aiguillage.domain.omissions import REASONS, UNUSED
from aiguillage.domain.remarks import SENTENCES, WEEKDAYS
from aiguillage.domain.routing import RULES
from aiguillage.settings import MEANING
from aiguillage.telling import NAMES, WHY
from aiguillage.translation import CATALOGUES, DOMAIN

ROOT = CATALOGUES.parent
PO = CATALOGUES / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")

REFUSING = {
    "invalid": 0,
    "missing": 0,
    "stale": 0,
    "limited": 0,
    "conflict": 0,
    "unavailable": 1,
    "Refusal": 1,
    "_problem": 1,
    "HTTPException": 9,
}
"""What makes a refusal, and which of its arguments is the sentence."""

WIRE = ("callpath", "dialects", "routing.py", "lookups.py")
"""Where sentences are for call flows: in the words of the wire contracts, which are English."""


def wanted() -> set[str]:
    """Every message that a door translates: refusals, literals in `_("...")`, and words that are kept in tables."""
    remarks = {*SENTENCES, *REASONS.values(), UNUSED}
    files = {*READ_AS.values(), *WHY_UNREAD.values()}
    tables = {*MEANING.values(), *NAMES.values(), *WHY.values(), *remarks, *files, *WEEKDAYS}
    return headings() | refusals() | tables | {*DETAIL.values()} | {rule.__doc__ or "" for rule in RULES}


def headings() -> set[str]:
    """What the terminal door says of itself."""
    trees = (ast.parse(source.read_text()) for source in (ROOT / "cli").glob("*.py"))
    return {text for tree in trees for call, name in _calls(tree) if name == "_" for text in sentences(call.args[0])}


def refusals() -> set[str]:
    """Every sentence with which something is refused, also one that a name or a function of the code stands for."""
    sources = [source for source in sorted(ROOT.rglob("*.py")) if not {*source.parts} & {*WIRE}]
    trees = {source: ast.parse(source.read_text()) for source in sources}
    found: set[str] = set()
    names: set[tuple[Path | None, str]] = set()
    for source, tree in trees.items():
        for call, name in _calls(tree):
            details = [keyword.value for keyword in call.keywords if keyword.arg == "detail"]
            for sentence in (*call.args[REFUSING[name] :][:1], *details) if name in REFUSING else ():
                found.update(sentences(sentence))
                if isinstance(sentence, ast.Name):
                    names.add((None if sentence.id.isupper() else source, sentence.id))
                if isinstance(sentence, ast.Call) and isinstance(sentence.func, ast.Name):
                    names.add((None, sentence.func.id))
    for source, tree in trees.items():
        found.update(
            text for name, node in _meanings(tree) if {(source, name), (None, name)} & names for text in sentences(node)
        )
    return {text for text in found if " " in text}


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node, node.func.id


def _meanings(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What names are set to, and functions return."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))
        if isinstance(node, ast.FunctionDef):
            returns = (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
            yield from ((node.name, value) for value in returns if value is not None)


def sentences(node: ast.expr) -> list[str]:
    """The texts that an expression may be; an f-string as it stands in the code."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(str(part.value) if isinstance(part, ast.Constant) else _place(part) for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return sentences(one) + sentences(other)
    return []


def _place(part: ast.expr) -> str:
    """A place of an f-string, as in `{text[:40]}`."""
    return ast.unparse(ast.JoinedStr([part]))[2:-1]


def read_po() -> dict[str, str]:
    """The .po file's messages and their translations."""
    with PO.open("rb") as file:
        return {str(one.id): str(one.string) for one in parse_po(file) if one.id}


def compiled() -> bytes:
    """The .mo file of the .po file."""
    out = io.BytesIO()
    with PO.open("rb") as file:
        write_mo(out, parse_po(file))
    return out.getvalue()


if __name__ == "__main__":
    MO.write_bytes(compiled())
