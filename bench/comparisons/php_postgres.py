"""PHP-FPM with PostgreSQL behind nginx: answer.php, on connections that are kept, all three on the same core."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.comparisons.comparison import COLUMNS, Comparison, Site
from bench.load import CONNECTIONS
from bench.machine import find_command, pinned
from bench.processes import started
from bench.servers import READY_WITHIN, Server, free_port, listening

POSTGRES = "postgres"
"""Who runs the database where the bench runs as root: it refuses to."""

LOOK_EVERY = 0.1
SCRIPT = Path(__file__).with_name("answer.php")
NGINX = """
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    keepalive_requests 1000000000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream php {{ server unix:{directory}/fpm.sock; keepalive {children}; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            fastcgi_pass php;
            fastcgi_keep_conn on;
            fastcgi_param SCRIPT_FILENAME {script};
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param QUERY_STRING $query_string;
        }}
    }}
}}
"""
FPM = """
[global]
daemonize = no
pid = {directory}/fpm.pid
error_log = /dev/stderr
log_level = warning
[bench]
{user}
listen = {directory}/fpm.sock
pm = static
pm.max_children = {children}
clear_env = no
php_admin_flag[opcache.enable] = on
"""
"""A process for each connection of the load, and its environment handed on."""

TABLE = f"CREATE TABLE contacts ({', '.join(f'{name} text NOT NULL' for name in COLUMNS)}, PRIMARY KEY (number))"


@contextmanager
def serving_php(site: Site) -> Iterator[Server]:
    """Runs all three. Raises RuntimeError when one does not start."""
    port, root = free_port(), os.geteuid() == 0
    told = {"directory": site.directory, "port": port, "script": SCRIPT, "children": CONNECTIONS}
    nginx, fpm = site.directory / "nginx.conf", site.directory / "fpm.conf"
    nginx.write_text(NGINX.format(user="user root;" if root else "", **told))
    fpm.write_text(FPM.format(user="user = root" if root else "", **told))
    serve = pinned(site.core, [find_command("nginx"), "-p", str(site.directory), "-c", str(nginx)])
    run = [find_command(_fpm()), *(["--allow-to-run-as-root"] if root else []), "--fpm-config", str(fpm)]
    with _serving_database(site) as (database, where):
        environment = site.environment(f"pgsql:host={where};dbname=postgres;user=bench")
        with (
            started(pinned(site.core, run), site.directory / "fpm.log", environment) as pool,
            listening(serve, port, site.directory / "log", environment) as server,
        ):
            yield replace(server, behind=(pool.pid, database))


def _fpm() -> str:
    """PHP-FPM's command has its version in its name."""
    found = sorted(path.name for path in Path("/usr/sbin").glob("php-fpm*"))
    if not found:
        raise LookupError("php-fpm")
    return found[-1]


@contextmanager
def _serving_database(site: Site) -> Iterator[tuple[int, Path]]:
    """PostgreSQL with all contacts: its process, and the directory of its socket, which may be another user's."""
    with tempfile.TemporaryDirectory(prefix="aiguillage-bench-database-", ignore_cleanup_errors=True) as name:
        home, data = Path(name), Path(name) / "data"
        if os.geteuid() == 0:
            shutil.chown(home, POSTGRES)
            home.chmod(0o755)
        _do([*_as_user(), _command("initdb"), "-D", str(data), "-U", "bench", "--auth=trust", "--no-sync"])
        settings = {"listen_addresses": "", "unix_socket_directories": str(home), "shared_buffers": "512MB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = pinned(site.core, [*_as_user(), _command("postgres"), "-D", str(data), *options])
        with started(command, site.directory / "database.log", dict(os.environ)) as process:
            _wait_for(process, home, site.directory / "database.log")
            copy = f"\\copy contacts FROM '{site.contacts}' CSV HEADER"
            for statement in (TABLE, copy, "VACUUM ANALYZE contacts"):
                _do([find_command("psql"), "-h", str(home), "-U", "bench", "-q", "-c", statement, "postgres"])
            yield process.pid, home


def _as_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    return [find_command("setpriv"), f"--reuid={POSTGRES}", f"--regid={POSTGRES}", "--clear-groups"]


def _command(name: str) -> str:
    """A command of the newest PostgreSQL: Debian keeps them where no PATH looks."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    if not found:
        raise LookupError(name)
    return str(found[-1])


def _wait_for(process: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    ready = [find_command("pg_isready"), "-q", "-h", str(home)]
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(LOOK_EVERY)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _do(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _look() -> None:
    for name in ("initdb", "postgres"):
        _command(name)
    _fpm()


PHP = Comparison("PHP-FPM with PostgreSQL", serving_php, _look, "php-fpm php-pgsql postgresql")
