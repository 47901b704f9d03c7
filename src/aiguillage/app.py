"""The desk's composition root: the one module that knows every other, and puts them together."""

from functools import partial

import msgspec

from aiguillage.api.front import ASGI
from aiguillage.api.moments import now
from aiguillage.api.serving import Door
from aiguillage.api.web import web_application
from aiguillage.callpath.table import Table
from aiguillage.desk.change import read_facts
from aiguillage.desk.past import Past
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.calls import Decision, Facts, Line, Question, Rule
from aiguillage.domain.contacts import caller_code
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.numbers import caller_number
from aiguillage.domain.routing import RULES
from aiguillage.domain.tracing import explain
from aiguillage.logs import configure_logs
from aiguillage.replaying import EVERY_CALL, Replay, Tell, nobody, replay_calls
from aiguillage.settings import Settings
from aiguillage.storage.engine import Database
from aiguillage.storage.frozen import open_to_read

RULES_OF = {dialect.NAME: dialect.UNREAD.rules for dialect in DIALECTS}
"""The rules by which each dialect's calls are decided."""


class Explained(msgspec.Struct, frozen=True):
    """A decision made for a person: what was known, what was decided, what each rule said."""

    facts: Facts
    decision: Decision
    trace: list[Line]


def open_database(settings: Settings) -> Database:
    """The database of facts, its directory made if it is missing. Raises Refusal(unavailable)."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{settings.data_dir} cannot be made ({error.strerror}). Choose a directory with AIGUILLAGE_DATA_DIR.",
        ) from error
    return Database(settings.database)


def build_desk(settings: Settings) -> ASGI:
    """A desk process's application: everything that is no call."""
    database = open_database(settings)
    return web_application(
        door=Door(
            database,
            settings.calls,
            now,
            partial(replay, settings),
            prepare=partial(configure_logs, settings.log_level),
            public_url=settings.public_url,
        ),
        described=[dialect.DESCRIBED for dialect in DIALECTS],
        on_shutdown=database.close,
    )


def replay(  # noqa: PLR0913 - as of replay_calls
    settings: Settings,
    db: Database,
    actor: Actor,
    code: str,
    *,
    since: int,
    past: Past,
    limit: int = EVERY_CALL,
    tell: Tell = nobody,
) -> Replay:
    """An account's calls since a moment (microseconds UTC), decided again under other facts. Raises Refusal."""
    return replay_calls(settings, db, actor, code, since=since, past=past, rules_of=RULES_OF, limit=limit, tell=tell)


def explain_call(
    settings: Settings,
    database: Database,
    actor: Actor,
    account: str,
    question: Question,
    rules: tuple[Rule, ...] = RULES,
) -> Explained:
    """The decision that a call gets now, or at the moment that `question` names, with its trace. Raises Refusal."""
    if question.number is None and question.code is None and not (question.value or question.called or question.named):
        raise invalid("Give one of --number, --code, --value, --called and --queue, as in --number 0199001234.")
    with read_facts(database, actor, account, Role.READ):
        pass
    table = Table(partial(open_to_read, settings.database))
    try:
        table.begin()
        entry = table.entry(account)
        if entry is None:
            raise invalid(f"The account {account} was removed just now.")
        country = entry.facts.country
        number, called = (
            None if one is None else caller_number(one, country) for one in (question.number, question.called)
        )
        code = None if question.code is None else caller_code(question.code)
        facts = table.find(entry.facts, msgspec.structs.replace(question, called=called), number, code, actor.at)
    finally:
        table.close()
    return Explained(facts, *explain(facts, rules))
