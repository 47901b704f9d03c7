"""`make quick`: runs the tests of what was changed, the closest first, and skips what a minute is too short for.

The closest are the tests that were changed, and those named after what was; then what imports it, or is named after it
in another room; then the rest of its room. `make test` runs all.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from time import monotonic

import pytest

ROOT = Path(__file__).parent.parent
SECONDS = 30
"""How long tests are started for; the checks before, collecting and the last test take the rest of the minute."""

_STARTED = monotonic()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Skips a test for which there is no time left: this module is a plugin of pytest's."""
    if monotonic() - _STARTED > SECONDS:
        pytest.skip("the minute is over; make test runs it")


def changed(since: str) -> list[str]:
    """The files that differ from a commit, and those that git does not know yet, as paths from the root."""
    git = ("git", "-C", str(ROOT))
    differing = subprocess.check_output([*git, "diff", "--name-only", "--no-renames", since], text=True)
    new = subprocess.check_output([*git, "ls-files", "--others", "--exclude-standard"], text=True)
    return (differing + new).splitlines()


def in_order(paths: Iterable[str]) -> list[str]:
    """The files of tests that these files' changes need, the closest first, each once."""
    files = {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "tests").rglob("test_*.py"))}
    found = [list(ranked) for ranked in zip(*(_ranks(PurePath(path), files) for path in paths), strict=True)]
    return list(dict.fromkeys(file for rank in found for files_of_one in rank for file in files_of_one))


def _ranks(path: PurePath, files: dict[str, str]) -> Iterator[list[str]]:
    """The tests of one file: named after it in its room, importing it or of its noun, then all of its room."""
    inside = path.relative_to("src/aiguillage") if path.is_relative_to("src/aiguillage") else path
    rooms = ["docs"] if path.suffix == ".md" else [part for part in inside.parts[:-1] if part != "tests"]
    room = PurePath("tests", *rooms[:1])
    name = ".".join(path.with_suffix("").parts).removeprefix("src.").removesuffix(".__init__")
    yield [file for file in files if file == str(path) or file.startswith(f"{room}/test_{path.stem}")]
    yield [file for file, text in files.items() if f"{name} " in text or PurePath(file).stem == f"test_{path.stem}"]
    yield [file for file in files if rooms and PurePath(file).is_relative_to(room)]


def main(since: str = "HEAD") -> int:
    """Runs them. Gives pytest's exit status; 0 where there is nothing to run."""
    files = in_order(changed(since))
    if not files:
        print(f"No test is about what changed since {since}.", file=sys.stderr)  # noqa: T201
        return 0
    return int(pytest.main(["-p", "tests.quick", "-n", "3", "-q", "-x", "-rs", *files]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
