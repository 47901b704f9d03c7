"""The composition root: the one module that knows every other, and puts them together."""

import os
import socket
from functools import partial
from pathlib import Path

import msgspec
import uvicorn
from uvicorn.supervisors import Multiprocess

from aiguillage.api.web import web_application
from aiguillage.callpath.engine import ASGI, CallPath
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.desk.change import read_facts
from aiguillage.dialects import encom_v0, encom_v1
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.contacts import caller_code
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.numbers import caller_number
from aiguillage.domain.routing import Decision, Facts, Line, explain
from aiguillage.logs import configure_logs
from aiguillage.settings import Settings
from aiguillage.storage.calls import forget_tallies, open_log, read_tallies
from aiguillage.storage.engine import Database
from aiguillage.storage.migrate import current_revision, migrate, newest_revision
from aiguillage.storage.sqlite import open_read_only

DIALECTS = (encom_v1, encom_v0)
"""Every way a call may ask, the most frequent first."""

BACKLOG = 2048


class Explained(msgspec.Struct, frozen=True):
    """A decision made for a person: what was known, what was decided, what each rule said."""

    facts: Facts
    decision: Decision
    trace: list[Line]


def open_database(settings: Settings) -> Database:
    """The database of facts, its directory made if it is missing. Raises Refusal(unavailable)."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{settings.data_dir} cannot be made ({error.strerror}). Choose a directory with AIGUILLAGE_DATA_DIR.",
        ) from error
    return Database(settings.database)


def build(settings: Settings) -> ASGI:
    """One worker's application: the call path in front, the web framework behind it."""
    configure_logs(settings.log_level)
    table = Table(open_read_only(settings.database, settings.cache_mib * 1024))
    log = CallLog(partial(open_log, settings.calls), worker=str(os.getpid()))

    def stop() -> None:
        log.stop()
        table.close()

    web = web_application(
        call_paths=[path for dialect in DIALECTS for path in dialect.DESCRIBED.items()],
        tallies=partial(read_tallies, settings.calls),
        ready=partial(is_ready, settings),
        on_startup=log.start,
        on_shutdown=stop,
    )
    return CallPath(table, DIALECTS, log, web)


def is_ready(settings: Settings) -> bool:
    """Whether the table is there with the schema that this release wants."""
    database = Database(settings.database)
    try:
        return current_revision(database) == newest_revision()
    except Refusal:
        return False
    finally:
        database.close()


def serve(settings: Settings) -> None:
    """Migrates if needed, then answers calls until it is told to stop. Raises Refusal(unavailable)."""
    database = open_database(settings)
    migrate(database)
    database.close()
    forget_tallies(settings.calls)
    listening = _listen(settings)
    config = uvicorn.Config(
        partial(build, settings),
        factory=True,
        workers=settings.workers,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    configure_logs(settings.log_level)
    try:
        if settings.workers > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        if settings.uds:
            Path(settings.uds).unlink(missing_ok=True)


def _listen(settings: Settings) -> socket.socket:
    """The socket that all workers share. Raises Refusal(unavailable) when the address is taken or not ours."""
    family = socket.AF_UNIX if settings.uds else socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    where = settings.uds or f"{settings.host} port {settings.port}"
    try:
        if settings.uds:
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


def explain_call(
    settings: Settings, database: Database, actor: Actor, account: str, *, number: str | None, code: str | None
) -> Explained:
    """The decision that a call would get now, with its trace. Raises Refusal."""
    if number is None and code is None:
        raise invalid("Give a number or a code: --number 0199001234 or --code 1234.")
    with read_facts(database, actor, account, Role.READ):
        pass
    table = Table(open_read_only(settings.database))
    try:
        table.begin()
        entry = table.entry(account)
        if entry is None:
            raise invalid(f"The account {account} was removed just now.")
        caller = None if number is None else caller_number(number, entry.facts.country)
        facts = table.find(entry.facts, caller, None if code is None else caller_code(code))
    finally:
        table.close()
    return Explained(facts, *explain(facts))
