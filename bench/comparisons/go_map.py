"""Go's net/http over a map in memory: go_map.go, built when it is measured."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.comparisons.comparison import Comparison, Site
from bench.machine import find_command, pinned
from bench.servers import Server, free_port, listening

SOURCE = Path(__file__).with_suffix(".go")


@contextmanager
def serving_go(site: Site) -> Iterator[Server]:
    """Builds and runs it. Raises RuntimeError when it cannot be built."""
    program = site.directory / "go_map"
    build = [find_command("go"), "build", "-o", str(program), str(SOURCE)]
    environment = site.environment() | {"GOCACHE": str(site.directory / "cache"), "GO111MODULE": "off"}
    built = subprocess.run(build, env=environment, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise RuntimeError(f"go could not build {SOURCE.name}:\n{built.stderr}")
    port = free_port()
    command = pinned(site.core, [str(program), str(port), str(site.contacts)])
    with listening(command, port, site.directory / "log", environment) as server:
        yield server


GO = Comparison("Go net/http over a map", serving_go, lambda: find_command("go"), "golang-go")
