"""An account's facts beside its contacts: a row each, its body as JSON, and what is written beside some of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from aiguillage.domain.accounts import Account
from aiguillage.domain.ctis import CtiDestination, origin_key
from aiguillage.domain.errors import missing
from aiguillage.domain.facts import BY_NAME, BY_TYPE, Fact, decode_fact, keys_of
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.fact_keys import AT_ONCE, erase_keys, ids_having, keep_keys
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import calendar_texts, can_be_id, cti_origins, facts
from aiguillage.storage.secrets import erase_secret
from aiguillage.storage.webhooks import erase_webhook, place_webhook


class Kept(msgspec.Struct, frozen=True):
    """A fact as it is kept: with its kind, its id and the number of the change that made it so."""

    kind: str
    id: int
    seq: int
    fact: Any


class KeptFacts(Mapping[str, Mapping[int, Any]]):
    """The facts of an account by kind and id, each kind read when it is first looked at.

    One fact, or those that have a key, are found without reading the others (Searched in domain/beside.py).
    """

    def __init__(self, connection: Connection, account_id: int) -> None:
        self._connection = connection
        self._account_id = account_id
        self._read: dict[str, dict[int, Any]] = {}

    def __getitem__(self, kind: str) -> dict[int, Any]:
        if kind not in BY_NAME:
            raise KeyError(kind)
        if kind not in self._read:
            self._read[kind] = {kept.id: kept.fact for kept in read_facts(self._connection, self._account_id, kind)}
        return self._read[kind]

    def one(self, kind: str, fact_id: int) -> Any | None:  # noqa: ANN401 - the kind says which
        """One fact, if it is there."""
        if kind in self._read:
            return self._read[kind].get(fact_id)
        kept = kept_fact(self._connection, self._account_id, kind, fact_id)
        return None if kept is None else kept.fact

    def having(self, kind: str, keys: Collection[str]) -> Mapping[int, Any]:
        """The facts of a kind that have one of some keys, by id."""
        ids = ids_having(self._connection, self._account_id, kind, keys)
        found = kept_facts(self._connection, self._account_id, kind, ids)
        return {kept.id: kept.fact for kept in found}

    def note(self, kept: Kept) -> None:
        """Keeps in mind a fact that was written since."""
        if kept.kind in self._read:
            self._read[kept.kind][kept.id] = kept.fact

    def __iter__(self) -> Iterator[str]:
        return iter(BY_NAME)

    def __len__(self) -> int:
        return len(BY_NAME)


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.kind, row.id, row.seq, decode_fact(row.kind, row.body))


def read_facts(connection: Connection, account_id: int, kind: str) -> Iterator[Kept]:
    """The facts of a kind, oldest first."""
    mine = select(facts).where(facts.c.account_id == account_id, facts.c.kind == kind).order_by(facts.c.id)
    for row in connection.execute(mine):
        yield _kept(row)


def kept_facts(connection: Connection, account_id: int, kind: str, ids: Sequence[int]) -> Iterator[Kept]:
    """The facts of a kind with some ids, each of them that is there."""
    mine = select(facts).where(facts.c.account_id == account_id, facts.c.kind == kind)
    for start in range(0, len(ids), AT_ONCE):
        for row in connection.execute(mine.where(facts.c.id.in_(ids[start : start + AT_ONCE])).order_by(facts.c.id)):
            yield _kept(row)


def require_fact(connection: Connection, account_id: int, kind: str, fact_id: int) -> Kept:
    """One fact of an account. Raises Refusal(missing)."""
    kept = kept_fact(connection, account_id, kind, fact_id)
    if kept is None:
        raise missing(f"There is no {words_of(kind)} {fact_id} on this account. List what there is, and choose one.")
    return kept


def kept_fact(connection: Connection, account_id: int, kind: str, fact_id: int) -> Kept | None:
    """One fact of an account, if it is there."""
    if not can_be_id(fact_id):
        return None
    mine = (facts.c.account_id == account_id) & (facts.c.kind == kind) & (facts.c.id == fact_id)
    row = connection.execute(select(facts).where(mine)).first()
    return None if row is None else _kept(row)


def words_of(kind: str) -> str:
    """A kind as people read it."""
    return kind.replace("_", " ")


def write_fact(connection: Connection, account_id: int, kept: Kept, account: Account) -> None:
    """Adds a fact, or puts it in place of the one with its id."""
    body = as_json(kept.fact)
    mine = (facts.c.account_id == account_id) & (facts.c.kind == kept.kind) & (facts.c.id == kept.id)
    done = connection.execute(update(facts).where(mine).values(seq=kept.seq, body=body))
    if done.rowcount == 0:
        connection.execute(
            insert(facts).values(account_id=account_id, kind=kept.kind, id=kept.id, seq=kept.seq, body=body)
        )
    keep_keys(connection, account_id, kept.kind, kept.id, keys_of(kept.kind, kept.fact, account))
    if isinstance(kept.fact, Webhook):
        place_webhook(connection, account_id, kept.id, active=kept.fact.active)
    if isinstance(kept.fact, CtiDestination):
        _erase_origin(connection, account_id, kept.fact.cti, kept.id)
        connection.execute(
            insert(cti_origins).values(
                account_id=account_id,
                cti_id=kept.fact.cti,
                key=origin_key(kept.fact.origin, account.country),
                destination_id=kept.id,
                origin=kept.fact.origin,
                destination=kept.fact.destination,
            )
        )


def erase_fact(connection: Connection, account_id: int, kept: Kept) -> None:
    """Removes a fact and all that was kept beside it: its secrets, calendar's text, origin, deliveries."""
    mine = (facts.c.account_id == account_id) & (facts.c.kind == kept.kind) & (facts.c.id == kept.id)
    connection.execute(delete(facts).where(mine))
    erase_keys(connection, account_id, kept.kind, kept.id)
    erase_secret(connection, account_id, kept.kind, kept.id)
    if kept.kind == "calendar":
        text = (calendar_texts.c.account_id == account_id) & (calendar_texts.c.id == kept.id)
        connection.execute(delete(calendar_texts).where(text))
    if isinstance(kept.fact, Webhook):
        erase_webhook(connection, account_id, kept.id)
    if isinstance(kept.fact, CtiDestination):
        _erase_origin(connection, account_id, kept.fact.cti, kept.id)


def _erase_origin(connection: Connection, account_id: int, cti_id: int, destination_id: int) -> None:
    of_cti = (cti_origins.c.account_id == account_id) & (cti_origins.c.cti_id == cti_id)
    connection.execute(delete(cti_origins).where(of_cti, cti_origins.c.destination_id == destination_id))


def kind_of(fact: Fact) -> str:
    """The name of a fact's kind."""
    return BY_TYPE[type(fact)].name


def by_kind(connection: Connection, account_id: int) -> KeptFacts:
    """The account's facts, for checks and decisions."""
    return KeptFacts(connection, account_id)
