"""One call decided for a person: what was known, what was decided, and what each rule said."""

from functools import partial

import msgspec

from aiguillage.callpath.table import Table
from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.calls import Decision, Facts, Line, Question, Rule
from aiguillage.domain.errors import invalid
from aiguillage.domain.routing import RULES
from aiguillage.domain.tracing import explain
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.frozen import open_to_read


class Explained(msgspec.Struct, frozen=True):
    """A decision made for a person: what was known, what was decided, what each rule said."""

    facts: Facts
    decision: Decision
    trace: list[Line]


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
            raise invalid(f"The account {account} has just been removed.")
        facts = table.find(entry.facts, question, actor.at)
    finally:
        table.close()
    return Explained(facts, *explain(facts, rules))
