"""What is installed to run: what the program imports, with hashes, and nobody's address to fetch it from."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.docs.markdown import ROOT, read

UNSEEN = {"tzdata"}
"""Data, which the standard library reads where the machine has none."""


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def modules() -> Iterator[str]:
    """Everything that the source imports."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


def test_what_running_asks_for_is_what_the_source_imports() -> None:
    asked = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    names = {plain(re.split(r"[\[<>=~! ;]", one)[0]) for one in asked}

    packages = packages_distributions()
    imported = {plain(one) for name in modules() for one in packages.get(name.partition(".")[0], [])}

    assert names - UNSEEN - imported == set()
    assert not any("[" in one for one in asked)


@pytest.mark.parametrize("name", ["run", "dev", "bench"])
def test_every_package_is_locked_with_its_hashes_wherever_it_comes_from(name: str) -> None:
    text = read(f"requirements/{name}.txt")
    packages = re.split(r"^(?=\S)", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]

    assert packages
    assert [one for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in text
