"""The French catalogue: what the code asks it for, and the file that gettext reads.

After a change to the .po file: `.venv/bin/python -m tests.cli.catalogue`.
"""

import ast
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po as parse_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from aiguillage.api.problems import DETAIL
from aiguillage.cli.columns import READ_AS
from aiguillage.console.forms import FILL_IN, Field, fields_of
from aiguillage.console.labels import ACTIONS, CHOICES, ENTITIES, HINTS, LABELS, SUBJECTS
from aiguillage.console.labels import REASONS as RULES_NAMED
from aiguillage.console.navigation import SECTIONS
from aiguillage.console.pages.contacts import SORTS
from aiguillage.console.pages.importing import DELIMITERS, FORMATS, KINDS, SCHEDULED
from aiguillage.console.pages.people import ROLES
from aiguillage.console.pages.settings import PLACES, SHARED
from aiguillage.console.pages.webhooks import SAID
from aiguillage.console.proofs import NEEDED
from aiguillage.console.rendering import MONTHS
from aiguillage.console.site import NOTHING_HERE, TOO_LONG
from aiguillage.desk.checks import SENTENCES as ON_TOKENS
from aiguillage.desk.importing.outcome import WHY_UNREAD
from aiguillage.domain.checks import SENTENCES as ON_CHECKS
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.geo_models import MODELS
from aiguillage.domain.omissions import REASONS, UNUSED
from aiguillage.domain.remarks import SENTENCES, WEEKDAYS
from aiguillage.domain.routing import RULES
from aiguillage.mailing import TEXTS
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
    remarks = {*SENTENCES, *ON_CHECKS, *ON_TOKENS, *REASONS.values(), UNUSED}
    files = {*READ_AS.values(), *WHY_UNREAD.values()}
    tables = {*MEANING.values(), *NAMES.values(), *WHY.values(), *remarks, *files, *WEEKDAYS, *TEXTS}
    return headings() | pages() | refusals() | tables | {*DETAIL.values()} | {rule.__doc__ or "" for rule in RULES}


def headings() -> set[str]:
    """What the terminal door says of itself, and what a decision is told in."""
    sources = [*(ROOT / "cli").glob("*.py"), *(ROOT / "console").rglob("*.py"), ROOT / "telling.py"]
    found = {text for source in sources for call in _sayings(source) for text in sentences(call.args[0])}
    return found - {""}


def _sayings(source: Path) -> Iterator[ast.Call]:
    """Calls of `_`, of `say`, and of something's `say`."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in {"_", "say"} and node.args:
                yield node


def pages() -> set[str]:
    """What the console's templates say, and the words that it keeps in tables."""
    console = ROOT / "console"
    environment = Environment(autoescape=True)
    found: set[str] = set()
    for template in (console / "templates").rglob("*.html"):
        for _line, _name, message in extract_from_ast(environment.parse(template.read_text()), ("_",)):
            found.update([message] if isinstance(message, str) else [one for one in message or () if one])
    for subject in SUBJECTS:
        found |= {subject.one, subject.many, subject.about, subject.empty}
        found |= {field.hint for field in _fields(fields_of(BY_NAME[subject.kind].type, {}, {"owner": []}, "UTC"))}
    found |= {place.label for _title, places in SECTIONS for place in places} | {title for title, _places in SECTIONS}
    found |= {*LABELS.values(), *HINTS.values(), *RULES_NAMED.values(), *MONTHS, *(label for _, label in SORTS)}
    found |= {*ACTIONS.values(), *(named.one for named in ENTITIES.values()), *(label for _, label in PLACES), NEEDED}
    found |= {
        *SHARED.values(),
        *ROLES.values(),
        *SAID.values(),
        *FORMATS.values(),
        *DELIMITERS.values(),
        *KINDS.values(),
        *SCHEDULED.values(),
    }
    found |= {name for several in CHOICES.values() for _, name in several}
    found |= {model.name for model in MODELS} | {NOTHING_HERE, FILL_IN, TOO_LONG}
    return found - {""}


def _fields(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _fields(field.model)


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
