"""The desk's composition root: the one module that knows every other, and puts them together."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from aiguillage.apart import work_apart
from aiguillage.api.front import ASGI
from aiguillage.api.moments import now
from aiguillage.api.serving import Door
from aiguillage.api.web import web_application
from aiguillage.console.site import Site
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.drafting import replay_draft
from aiguillage.explaining import explain_call
from aiguillage.logs import configure_lines
from aiguillage.replaying import replay_calls
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database


class Desk(NamedTuple):
    """A desk process's application, and what ends that which would go on: before it is told to stop, or it waits."""

    application: ASGI
    end_streams: Callable[[], None]


def open_database(settings: Settings) -> Database:
    """The database of facts, its directory made if it is missing. Raises Refusal(unavailable)."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{settings.data_dir} cannot be created ({error.strerror}). Choose a directory with AIGUILLAGE_DATA_DIR.",
        ) from error
    return Database(settings.database)


def build_desk(settings: Settings) -> Desk:
    """A desk process's application: everything that is no call."""
    database = open_database(settings)
    replay = partial(replay_calls, settings)
    door = Door(
        database,
        settings.calls,
        now,
        replay,
        prepare=partial(configure_lines, settings.log_level),
        public_url=settings.public_url,
    )
    means: dict[str, Callable[..., Any]] = {
        "explain": partial(explain_call, settings),
        "apart": partial(work_apart, settings),
        "replay_draft": partial(work_apart, settings, replay_draft, settings),
        "mailed": lambda: bool(settings.smtp_url),
    }
    site = Site(database, settings.calls, now, door.lanes, means, settings.public_url, settings.desk_workers)
    application = web_application(
        door=door,
        pages=site.handlers(),
        calls=[operation for dialect in DIALECTS for operation in dialect.OPERATIONS],
        tags=[tag for dialect in DIALECTS for tag in dialect.TAGS],
        on_shutdown=database.close,
    )
    return Desk(application, site.streams.end)
