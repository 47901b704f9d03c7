"""A terminal that runs `aiguillage`: in this process, or for real in one of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from aiguillage.cli.commands import application

PATIENCE = 60
"""Seconds for one command; these machines are shared."""


@dataclass
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


@dataclass
class Terminal:
    """A person's terminal on a data directory; `language` is what they read, `columns` how wide it is."""

    data_dir: Path
    language: str = "en"
    columns: int = 80

    @property
    def environment(self) -> dict[str, str]:
        """What the command finds in its environment beside what tests run in."""
        shown = {"LANGUAGE": self.language, "COLUMNS": str(self.columns), "TERM": "dumb"}
        return {"AIGUILLAGE_DATA_DIR": str(self.data_dir), **shown}

    def run(self, *words: str, typed: str = "") -> Said:
        """Runs a command in this process."""
        result = CliRunner().invoke(application, words, input=typed, env=self.environment, prog_name="aiguillage")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def done(self, *words: str, typed: str = "") -> str:
        """What a command printed that must succeed."""
        said = self.run(*words, typed=typed)
        assert said.status == 0, said
        return said.out

    def read(self, *words: str, typed: str = "") -> Any:  # noqa: ANN401 - a document of any shape
        """The JSON document that a command printed, which must succeed."""
        return json.loads(self.done(*words, "--json", typed=typed))

    def refused(self, *words: str, typed: str = "") -> str:
        """The line that a refused command printed on standard error, and nothing else."""
        said = self.run(*words, typed=typed)
        assert said.status == 1, said
        assert not said.out
        assert said.err.startswith("aiguillage: ")
        assert said.err.count("\n") == 1
        return said.err.removeprefix("aiguillage: ").rstrip("\n")

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """Starts the real command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "aiguillage", *words],
            env=os.environ | self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_for_real(self, *words: str, typed: str = "", **environment: str) -> Said:
        """Runs the real command in a process of its own."""
        process = self.start(*words, **environment)
        out, err = process.communicate(typed, timeout=PATIENCE)
        return Said(process.returncode, out, err)
