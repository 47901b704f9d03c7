"""The server: one socket, one or many workers."""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from aiguillage.app import build, open_database
from aiguillage.callpath.protocol import CallProtocol
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.housekeeping import housekeeping
from aiguillage.logs import configure_logs
from aiguillage.settings import Settings
from aiguillage.storage.calls import forget_tallies
from aiguillage.storage.engine import require_there
from aiguillage.storage.migrate import migrate

BACKLOG = 2048
"""Connections that wait for a worker before the kernel turns further ones away."""

LARGEST_CHECKED = 256 << 20
"""Bytes of a database that is read whole before it is served: a second or so. `aiguillage status` checks any."""

LONGEST_STOP = 10
"""Seconds that a server told to stop waits for clients that do not take their answers."""


def serve(settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Migrates if needed, then answers calls until it is told to stop; calls in flight are answered. Raises Refusal.

    `announce` is called when the address is ours: from then on a call waits for the workers and is not turned away.
    """
    require_there(settings.database)
    database = open_database(settings)
    migrate(database)
    if settings.database.stat().st_size <= LARGEST_CHECKED:
        database.check()
    database.close()
    forget_tallies(settings.calls)
    configure_logs(settings.log_level)
    listening = _listen(settings)
    config = _configuration(settings)
    try:
        announce()
        with housekeeping(settings):
            _run(config, listening)
    finally:
        listening.close()
        if settings.uds:
            Path(settings.uds).unlink(missing_ok=True)


def _run(config: uvicorn.Config, listening: socket.socket) -> None:
    """Runs the workers until a signal ends them. Raises Refusal(unavailable) when they cannot even start."""
    if config.workers > 1:
        workers = Multiprocess(config, sockets=[listening])
        workers.run()
        failed = any(worker.exitcode == STARTUP_FAILURE for worker in workers.processes)
    else:
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
        failed = not server.started
    if failed:
        raise Refusal(Kind.UNAVAILABLE, "The workers could not start. The log lines above say why.")


def _configuration(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        partial(build, settings),
        factory=True,
        workers=settings.workers,
        http=CallProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=LONGEST_STOP,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )


def _listen(settings: Settings) -> socket.socket:
    """The socket that all workers share. Raises Refusal(unavailable) when the address is taken or not ours."""
    family = socket.AF_UNIX if settings.uds else socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    where = settings.uds or f"{settings.host} port {settings.port}"
    try:
        if settings.uds:
            _clear_away(Path(settings.uds))
            listening.bind(settings.uds)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refusal(
            Kind.UNAVAILABLE,
            f"Cannot listen on {where} ({error.strerror}). Stop what uses it, or choose another with --port or --uds.",
        ) from error
    listening.set_inheritable(True)
    return listening


def _clear_away(path: Path) -> None:
    """Removes a socket that a killed server left behind; one that somebody listens on stays, and binding fails."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
