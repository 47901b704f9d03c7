"""An account's facts as one: as a document, or compiled to decide with."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import local
from typing import Any

import msgspec
from sqlalchemy import select

from aiguillage.desk.change import View, read_facts
from aiguillage.desk.fields import read_fields
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.documents import FactsDocument, compile_document
from aiguillage.domain.facts import KINDS, AccountFacts
from aiguillage.domain.hours import Hours
from aiguillage.domain.oncall import OnCall
from aiguillage.domain.queues import Queue
from aiguillage.domain.rotas import Rota
from aiguillage.storage.facts import by_kind
from aiguillage.storage.journal import last_seq
from aiguillage.storage.schema import accounts
from aiguillage.storage.sqlite.engine import Database

TIMED = ("queue", "group", "time_span", "exception", "holiday", "observance", "calendar", "switch", "rota")
"""The kinds of facts that say what is when."""

MOST_KEPT = 16
"""Accounts of which a thread keeps the times."""


class Times(msgspec.Struct, frozen=True):
    """What is when on an account: its queues' hours and its rotas' turns, compiled, with what they are of, by id.

    For one thread: a timetable lays out the years that it is asked about.
    """

    time_zone: str
    fallback_destination: str | None
    queues: Mapping[int, Queue]
    rotas: Mapping[int, Rota]
    facts: Mapping[str, Mapping[int, Any]]
    hours: Hours
    on_call: OnCall


class _Kept(local):
    """What a thread has compiled, by database and account, the last used ones last; each with its facts' version."""

    def __init__(self) -> None:
        self.times: OrderedDict[tuple[object, int], tuple[int, Times]] = OrderedDict()


_kept = _Kept()


def compile_times(db: Database, actor: Actor, code: str) -> Times:
    """What is when on an account, compiled once for as long as its facts are the same. Raises Refusal.

    In a transaction that may be undone, and in a draft, it is compiled for that alone.
    """
    with read_facts(db, actor, code) as view:
        place = (db.path, view.account_id)
        version = facts_version(view)
        if not db.is_final:
            return _times_of(view)
        seen, times = _kept.times.pop(place, (None, None))
        if times is None or seen != version:
            times = _times_of(view)
        _kept.times[place] = version, times
        while len(_kept.times) > MOST_KEPT:
            _kept.times.popitem(last=False)
        return times


def facts_version(view: View) -> int:
    """What rises with every change of the account's facts but those of contacts."""
    version: int = view.connection.execute(
        select(accounts.c.facts_version).where(accounts.c.id == view.account_id)
    ).scalar_one()
    return version


def _times_of(view: View) -> Times:
    kept = by_kind(view.connection, view.account_id)
    facts = {kind: dict(kept[kind]) for kind in TIMED}
    account = view.account
    return Times(
        time_zone=account.time_zone,
        fallback_destination=account.fallback_destination,
        queues=facts["queue"],
        rotas=facts["rota"],
        facts=facts,
        hours=Hours(account.time_zone, facts),
        on_call=OnCall(account.time_zone, facts),
    )


def export_facts(db: Database, actor: Actor, code: str) -> FactsDocument:
    """All facts of an account that its readers may see, but its contacts, as they are at one moment. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return read_document(view)


def compile_account(db: Database, actor: Actor, code: str) -> AccountFacts:
    """An account's facts as they are now, ready to decide with. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return compile_document(read_document(view), view.account_id)


def read_document(view: View) -> FactsDocument:
    """The account's document, read in a transaction that has begun."""
    kept = by_kind(view.connection, view.account_id)
    return FactsDocument(
        seq=last_seq(view.connection, view.account_id),
        account=view.account,
        fields=tuple(read_fields(view.connection, view.account_id)),
        facts={kind.name: dict(kept[kind.name]) for kind in KINDS if kind.seen_by <= Role.READ},
    )
