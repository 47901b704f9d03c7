"""Somebody who reads a page: they type its blocks in its order, and expect below each what the page shows there.

They read at a terminal of 100 columns, in a folder with the repository's examples and with what `make setup` has made.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import httpx

from tests.docs.markdown import ENGLISH, FRENCH, ROOT, Block, Step, codes, read, steps
from tests.marked import refuse_marked
from tests.server import Server, free_port, wait_until_ready

PATIENCE = 600
"""Seconds for a few commands; these machines are shared."""

HERE = "127.0.0.1:8000"
"""Where the documents' servers are; a free port stands for that one."""

LEFT_OUT = {
    "make demo": "it serves until it is stopped; test_readme.py holds what it prints against what is shown",
    "make test": "it is what runs this",
    "systemctl": "it is for a machine of one's own, with systemd",
    "sudo": "it is for a machine of one's own, with a user for the server",
    "--tls-cert": "the certificate is the reader's; tests/dialects/test_seed.py serves over TLS",
    "--uds": "the folder is one that root makes; tests/test_server.py serves on a Unix socket",
    "https://calendars": "the feed is the reader's, and the test reaches no other machines",
    "auth-token.txt": "the secret is the reader's, of Twilio; tests/callpath/test_twilio.py signs with one",
    "webhook test": "the receiver is the reader's, and the test reaches no other machines",
}
"""What the blocks have in them that nobody can run here, and why."""

NOT_TYPED = {
    "text": "a drawing, or what is printed",
    "json": "what is printed",
    "http": "what one machine sends another; tests/callpath sends what phone systems do",
    "php": "tests/docs/test_webhooks_page.py runs it",
    "ini": "a line of a dial plan",
    "xml": "what a phone system is answered",
    "agi": "what Asterisk and FastAGI say to each other",
}
"""The languages of blocks that are not for a terminal, and why."""

FILES = {"csv"}
"""The languages of blocks that a reader keeps as a file, under the name that is said last above them."""

_NOT_PLAIN = ("AIGUILLAGE_", "COVERAGE_", "LC_")
_SERVE = re.compile(r"^(?:\w+=\S+ )*aiguillage serve\b", re.MULTILINE)
_BEGINS = ". .venv/bin/activate\n"
_MAKE = 'make() { [ "$*" = setup ]; }\nset -e\n'
"""What `make setup` makes is there already. No other target is made, and a shell ends with what fails in it."""


class Told(NamedTuple):
    """What came of a block: its exit status, and what it wrote."""

    status: int
    printed: str
    errors: str


def left_out(block: Block) -> str | None:
    """What of a block nobody can run here."""
    return next((what for what in LEFT_OUT if what in block.text), None)


def activated(folder: Path) -> Path:
    """A folder with the examples and what `make setup` has made."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


def environment(**variables: str) -> dict[str, str]:
    """A plain English terminal's environment, in which no coverage is measured: it would double the time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_PLAIN)}
    return kept | {"LANGUAGE": "en", "LANG": "C.UTF-8", "COLUMNS": "100"} | variables


@contextmanager
def served(folder: Path, script: str, port: int) -> Iterator[Server]:
    """The server that a script starts, answering when the block begins, stopped when it ends.

    What it prints for people is in `printed.txt`; its log must hold nothing of a caller's.
    """
    log = folder / "server.log"
    with (folder / "printed.txt").open("wb") as printed, log.open("ab") as errors:
        process = subprocess.Popen(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env=environment(AIGUILLAGE_PORT=str(port)),
            stdout=printed,
            stderr=errors,
        )
        server = Server(port, process, log)
        try:
            wait_until_ready(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)
    refuse_marked(log)


class Shell:
    """A terminal: a block finds the variables that the last one set. Whoever is asked a question there says yes."""

    def __init__(self, folder: Path, begins: str, **variables: str) -> None:
        """Opens it in a folder; what it begins with is typed unseen."""
        self._typed = folder / ".typed"
        self._typed.mkdir(exist_ok=True)
        (self._typed / "yes").write_text("y\n")
        plain, pipe = environment(**variables), subprocess.PIPE
        self._shell = subprocess.Popen(["/bin/sh"], cwd=folder, env=plain, stdin=pipe, stdout=pipe, text=True)
        self._write(begins)

    def _write(self, text: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(text)
        self._shell.stdin.flush()

    def type(self, text: str) -> Told:
        """Types a block, and waits for its end."""
        files = [self._typed / name for name in ("block.sh", "yes", "printed", "errors")]
        files[0].write_text(text)
        self._write(". {} <{} >{} 2>{}; echo done\n".format(*(shlex.quote(str(file)) for file in files)))
        assert self._shell.stdout is not None
        impatience = Timer(PATIENCE, self._shell.kill)
        impatience.start()
        status = 0 if self._shell.stdout.readline() else self._shell.wait()
        impatience.cancel()
        return Told(status, *(file.read_text() for file in files[2:]))

    def close(self) -> None:
        """Closes it."""
        self._shell.communicate()


class Reader:
    """Whoever reads one page; they have one terminal, another one while a server runs, and one Python."""

    def __init__(self, page: Path, folder: Path, opened: ExitStack) -> None:
        """Opens a terminal. A server runs already if the page asks it and does not start it."""
        self._page, self._folder, self._opened = page, folder, opened
        self._port = free_port()
        self._names: dict[str, Any] = {}
        opened.callback(self._leave_python)
        self._serving = opened.enter_context(ExitStack())
        text = read(page)
        if HERE in text and _SERVE.search(text) is None:
            self._serve("aiguillage serve")
        self._open_terminal()

    def _open_terminal(self) -> None:
        language = "fr" if self._page == FRENCH else "en"
        begins = _MAKE + ("" if self._page in {ENGLISH, FRENCH} else _BEGINS)
        self._shell = Shell(self._folder, begins, LANGUAGE=language, AIGUILLAGE_PORT=str(self._port))
        self._opened.callback(self._shell.close)

    def take(self, step: Step) -> None:
        """Does what a block says, and looks at what comes of it."""
        text = step.block.text.replace(HERE, HERE.replace("8000", str(self._port)))
        told = Told(0, "", "")
        if step.block.language in FILES:
            (self._folder / codes(step.said)[-1]).write_text(text, encoding="utf-8")
        elif step.block.language == "python":
            told = self._run(text, step.line)
        elif step.block.language == "sh" and left_out(step.block) is None:
            told = self._type(text)
        where = f"{self._page.name}, line {step.line}:\n{text}"
        assert told.status == 0, f"{where}ended with {told.status}:\n{told.printed}{told.errors}"
        if step.shown is not None and step.block.language not in NOT_TYPED:
            assert self._plain(told.printed, step.shown) == self._plain(step.shown.text, step.shown), where

    def _type(self, text: str) -> Told:
        if _SERVE.search(text) is None:
            return self._shell.type(text)
        self._serve(text)
        self._open_terminal()
        return Told(0, "", "")

    def _serve(self, text: str) -> None:
        """Starts a server, in place of the one before."""
        self._serving.close()
        script = _BEGINS + text.replace("aiguillage serve", "exec aiguillage serve")
        self._serving.enter_context(served(self._folder, script, self._port))

    def _run(self, text: str, line: int) -> Told:
        program = compile(text, f"{self._page.name}, line {line}", "exec")
        with chdir(self._folder), redirect_stdout(StringIO()) as printed:
            exec(program, self._names)  # noqa: S102 - our own page
        return Told(0, printed.getvalue(), "")

    def _leave_python(self) -> None:
        for value in self._names.values():
            if isinstance(value, httpx.Client):
                value.close()

    def _plain(self, text: str, shown: Block) -> object:
        """What is compared: JSON as it is understood, else every line to the letter."""
        if shown.language == "json":
            return json.loads(text, object_pairs_hook=list)
        return [line.rstrip().replace(f":{self._port}", ":8000") for line in text.rstrip().splitlines()]


def follow(page: Path, folder: Path) -> Path:
    """Reads a page from top to bottom in a folder. What does not do as the page says fails the test."""
    with ExitStack() as opened:
        reader = Reader(page, folder, opened)
        for step in steps(read(page)):
            reader.take(step)
    return folder
