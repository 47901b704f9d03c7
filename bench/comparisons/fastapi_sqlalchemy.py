"""FastAPI with SQLAlchemy over SQLite: fastapi_app.py, in an environment of its own, made when it is measured."""

import csv
import sqlite3
import subprocess
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.comparisons.comparison import COLUMNS, Comparison, Site
from bench.machine import pinned
from bench.servers import Server, free_port, listening

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent.parent / "requirements" / "bench.txt"
TABLE = f"CREATE TABLE contacts ({', '.join(f'{name} TEXT NOT NULL' for name in COLUMNS)}, PRIMARY KEY (number))"
UVICORN = ("-m", "uvicorn", "fastapi_app:app", "--loop", "uvloop", "--http", "httptools", "--log-level", "warning")


@contextmanager
def serving_fastapi(site: Site) -> Iterator[Server]:
    """Installs and runs it. Raises RuntimeError when it cannot be installed."""
    python = _install(site.directory / "environment")
    database, port = site.directory / "contacts.db", free_port()
    _fill(database, site.contacts)
    command = pinned(site.core, [python, *UVICORN, "--app-dir", str(HERE), "--port", str(port)])
    environment = site.environment(f"sqlite:///{database}")
    with listening(command, port, site.directory / "log", environment) as server:
        yield server


def _install(directory: Path) -> str:
    """The interpreter of a new environment with what it needs."""
    venv.create(directory, with_pip=True)
    python = str(directory / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"FastAPI could not be installed:\n{done.stderr}")
    return python


def _fill(database: Path, contacts: Path) -> None:
    """The table, of all contacts."""
    with contacts.open(newline="", encoding="utf-8") as file, closing(sqlite3.connect(database)) as connection:
        rows = csv.reader(file)
        next(rows)
        connection.execute(TABLE)
        connection.executemany("INSERT INTO contacts VALUES (?, ?, ?)", rows)
        connection.commit()


FASTAPI = Comparison("FastAPI with SQLAlchemy", serving_fastapi)
