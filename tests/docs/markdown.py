"""Markdown as these tests read it: code blocks, headings and their anchors, links, tables."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
ENGLISH = ROOT / "README.md"
FRENCH = ROOT / "README.fr.md"
FOLDERS = ("", "bench/", "deploy/", "docs/**/", "examples/")
DOCUMENTS = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}*.md"))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_TAGS = re.compile(r"</?details>|<summary>.*</summary>")


class Block(NamedTuple):
    """A fenced block: its language and its lines."""

    language: str
    text: str


class Step(NamedTuple):
    """A block in its place: its line, what is said above it, and what is shown right below it as its output."""

    line: int
    said: str
    block: Block
    shown: Block | None


def name_of(path: Path) -> str:
    """A document as tests are named after it."""
    return path.relative_to(ROOT).as_posix()


def read(path: str | Path) -> str:
    """A document's text; a path is read from the repository's root."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(text: str, language: str | None = None) -> list[Block]:
    """The fenced blocks, or those of one language."""
    found = [Block(*match.groups()) for match in _BLOCK.finditer(text)]
    return [block for block in found if language in (None, block.language)]


def steps(text: str) -> Iterator[Step]:
    """The fenced blocks in their order. Output is a block of text or JSON with nothing said between."""
    found = list(_BLOCK.finditer(text))
    ends = [0, *(match.end() for match in found)]
    said = [text[end : match.start()] for end, match in zip(ends, found, strict=False)]
    for n, match in enumerate(found):
        below = Block(*found[n + 1].groups()) if n + 1 < len(found) else None
        if below and (below.language not in {"text", "json"} or _TAGS.sub("", said[n + 1]).strip()):
            below = None
        yield Step(text.count("\n", 0, match.start()) + 1, said[n], Block(*match.groups()), below)


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _BLOCK.sub("", text)


def section(text: str, heading: str) -> str:
    """What stands under a heading, until the next of its rank or higher."""
    rank = len(heading) - len(heading.lstrip("#"))
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.compile(rf"^#{{1,{rank}}} ", re.MULTILINE).search(_hidden(text), start)
    return text[start : end.start() if end else None]


def _hidden(text: str) -> str:
    """The text with its fenced blocks blanked, every other character in its place: shell comments are no headings."""
    return _BLOCK.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def links(text: str) -> Iterator[tuple[str, str]]:
    """What the links are called, and where they lead."""
    for match in _LINK.finditer(prose(text)):
        yield match[1], match[2]


def anchors(text: str) -> set[str]:
    """The anchors of all headings, as forges make them."""
    names = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {name.replace(" ", "-") for name in names}


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table's rows, headings too."""
    for line in prose(text).splitlines():
        if line.startswith("|") and not set(line) <= set("|-: "):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def codes(text: str) -> list[str]:
    """What stands between backticks, outside fenced blocks."""
    return _CODE.findall(prose(text))
