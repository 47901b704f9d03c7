"""Desk work that takes long and that a page asked for: each in a process of its own, within the limits of the API's.

It is forked from the process from which the API's are forked (api/apart.py), with everything imported.
"""

import logging
import os
import resource
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from threading import Thread
from typing import Any

from aiguillage.api.apart import ours, why_it_ended
from aiguillage.api.child import MOST_MEMORY, MOST_SECONDS
from aiguillage.domain.errors import Refusal, about_error
from aiguillage.logs import configure_lines
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.staging import sweep

_log = logging.getLogger(__name__)


def work_apart(settings: Settings, work: Callable[..., Any], *args: object, **options: object) -> Any:  # noqa: ANN401 - whatever the work answers
    """What a desk function answers that takes the database first, its arguments and answer copied between processes.

    Where it answers with a function, that is called when this is over: the answer is None. Raises Refusal.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(ours())
    answer, to_answer = context.Pipe(duplex=False)
    with answer:
        with to_answer:
            order = (settings, work, args, options, to_answer)
            process = context.Process(target=_carry_out, args=order, daemon=True)
            process.start()
        try:
            done, told = answer.recv()
        except EOFError:
            _see_its_end(process, settings)
            raise why_it_ended(process.exitcode or 0) from None
    Thread(target=_see_its_end, args=(process, settings), daemon=True).start()
    if not done:
        raise Refusal(*told)
    return told


def _see_its_end(process: ForkServerProcess, settings: Settings) -> None:
    """Waits for it; one that was killed may leave private files."""
    process.join()
    if process.exitcode:
        sweep(settings.database.parent)


def _carry_out(
    settings: Settings,
    work: Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
    answer: Connection,
) -> None:
    """The process."""
    os.setpgid(0, 0)
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    configure_lines(settings.log_level)
    db = Database(settings.database)
    try:
        _tell(answer, lambda: work(db, *args, **options))
    except Exception as error:  # noqa: BLE001 - its text may quote what somebody sent, and is not for the log
        _log.error(
            "work_failed",
            extra={"about": {"work": work.__name__, **about_error(error)}},
        )
    finally:
        db.close()


def _tell(answer: Connection, work: Callable[[], Any]) -> None:
    with answer:
        try:
            told = work()
        except Refusal as refusal:
            answer.send((False, (refusal.kind, refusal.message, refusal.field, refusal.wait, refusal.code)))
            return
        answer.send((True, None if callable(told) else told))
    if callable(told):
        told()
