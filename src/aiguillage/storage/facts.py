"""An account's facts beside its contacts: a row each, its body as JSON, and what is written beside some of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from aiguillage.domain.accounts import Account
from aiguillage.domain.ctis import CtiDestination, origin_key
from aiguillage.domain.errors import Refusal, missing
from aiguillage.domain.facts import BY_NAME, BY_TYPE, Fact, decode_fact, keys_of
from aiguillage.domain.phone_systems import PHONE_SYSTEM
from aiguillage.domain.sources import ContactSource
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.fact_keys import AT_ONCE, add_keys, erase_keys, ids_having, keep_keys
from aiguillage.storage.journal import as_json
from aiguillage.storage.phone_systems import erase_keys_of
from aiguillage.storage.schema import calendar_texts, can_be_id, cti_origins, facts
from aiguillage.storage.secrets import erase_secrets
from aiguillage.storage.sources import erase_runs, place_source
from aiguillage.storage.webhooks import erase_webhook, place_webhook


class Kept(msgspec.Struct, frozen=True):
    """A fact as it is kept: with its kind, its id and the number of the change that made it so."""

    kind: str
    id: int
    seq: int
    fact: Any


class KeptFacts(Mapping[str, Mapping[int, Any]]):
    """The facts of an account by kind and id, each kind read when it is first looked at.

    One fact, or those that have a key, are found without reading the others (Searched in domain/beside.py). What is
    noted counts as kept, whether it was written yet or not.
    """

    def __init__(self, connection: Connection, account_id: int) -> None:
        self._connection = connection
        self._account_id = account_id
        self._read: dict[str, dict[int, Any]] = {}
        self._found: dict[tuple[str, int], Any] = {}
        self._noted: dict[tuple[str, str], set[int]] = {}

    def __getitem__(self, kind: str) -> dict[int, Any]:
        if kind not in BY_NAME:
            raise KeyError(kind)
        if kind not in self._read:
            self._read[kind] = {kept.id: kept.fact for kept in read_facts(self._connection, self._account_id, kind)}
        return self._read[kind]

    def one(self, kind: str, fact_id: int) -> Any | None:  # noqa: ANN401 - the kind says which
        """One fact, if it is there."""
        if (kind, fact_id) not in self._found:
            kept = kept_fact(self._connection, self._account_id, kind, fact_id)
            self._found[kind, fact_id] = None if kept is None else kept.fact
        return self._found[kind, fact_id]

    def having(self, kind: str, keys: Collection[str]) -> Mapping[int, Any]:
        """The facts of a kind that have one of some keys, by id."""
        ids = ids_having(self._connection, self._account_id, kind, keys)
        found = {kept.id: kept.fact for kept in kept_facts(self._connection, self._account_id, kind, ids)}
        noted = {fact_id for key in keys for fact_id in self._noted.get((kind, key), ())}
        return found | {fact_id: self._found[kind, fact_id] for fact_id in sorted(noted)}

    def note(self, kept: Kept, account: Account) -> None:
        """Keeps in mind a new fact."""
        self._found[kept.kind, kept.id] = kept.fact
        if kept.kind in self._read:
            self._read[kept.kind][kept.id] = kept.fact
        for key in keys_of(kept.kind, kept.fact, account):
            self._noted.setdefault((kept.kind, key), set()).add(kept.id)

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
        raise no_fact(kind, fact_id)
    return kept


def no_fact(kind: str, fact_id: int) -> Refusal:
    """What is said of a fact that the account does not have."""
    return missing(f"There is no {words_of(kind)} {fact_id} on this account. List what there is, and choose one.")


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
    mine = (facts.c.account_id == account_id) & (facts.c.kind == kept.kind) & (facts.c.id == kept.id)
    done = connection.execute(update(facts).where(mine).values(seq=kept.seq, body=as_json(kept.fact)))
    if done.rowcount == 0:
        write_new_facts(connection, account_id, [kept], account)
    else:
        keep_keys(connection, account_id, kept.kind, kept.id, keys_of(kept.kind, kept.fact, account))
        if isinstance(kept.fact, Webhook):
            place_webhook(connection, account_id, kept.id, active=kept.fact.active)
        if isinstance(kept.fact, ContactSource):
            place_source(connection, account_id, kept.id)
        if isinstance(kept.fact, CtiDestination):
            _erase_origins(connection, account_id, kept.fact.cti, [kept.id])
        _write_origins(connection, account_id, [kept], account)


def write_new_facts(connection: Connection, account_id: int, new: Sequence[Kept], account: Account) -> None:
    """Adds facts whose ids are new."""
    rows = [{"account_id": account_id, "kind": k.kind, "id": k.id, "seq": k.seq, "body": as_json(k.fact)} for k in new]
    if rows:
        connection.execute(insert(facts), rows)
    keys = ((kept.kind, kept.id, keys_of(kept.kind, kept.fact, account)) for kept in new)
    add_keys(connection, account_id, keys)
    for kept in new:
        if isinstance(kept.fact, Webhook):
            place_webhook(connection, account_id, kept.id, active=kept.fact.active)
        if isinstance(kept.fact, ContactSource):
            place_source(connection, account_id, kept.id)
    _write_origins(connection, account_id, new, account)


def _write_origins(connection: Connection, account_id: int, destinations: Iterable[Kept], account: Account) -> None:
    """What a CTI's look-up finds, of those facts that are destinations of one."""
    rows = [
        {
            "account_id": account_id,
            "cti_id": kept.fact.cti,
            "key": origin_key(kept.fact.origin, account.country),
            "destination_id": kept.id,
            "origin": kept.fact.origin,
            "destination": kept.fact.destination,
        }
        for kept in destinations
        if isinstance(kept.fact, CtiDestination)
    ]
    if rows:
        connection.execute(insert(cti_origins), rows)


def erase_facts(connection: Connection, account_id: int, gone: Iterable[Kept]) -> None:
    """Removes facts and all that was kept beside them: their keys, secrets, calendars' texts, origins, deliveries."""
    by_kind: dict[str, list[Kept]] = {}
    for kept in gone:
        by_kind.setdefault(kept.kind, []).append(kept)
    for kind, all_of_kind in by_kind.items():
        for start in range(0, len(all_of_kind), AT_ONCE):
            _erase_some(connection, account_id, kind, all_of_kind[start : start + AT_ONCE])


def _erase_some(connection: Connection, account_id: int, kind: str, gone: Sequence[Kept]) -> None:
    ids = [kept.id for kept in gone]
    mine = (facts.c.account_id == account_id) & (facts.c.kind == kind) & facts.c.id.in_(ids)
    connection.execute(delete(facts).where(mine))
    erase_keys(connection, account_id, kind, ids)
    erase_secrets(connection, account_id, kind, ids)
    if kind == PHONE_SYSTEM:
        erase_keys_of(connection, account_id, ids)
    if kind == "calendar":
        texts = (calendar_texts.c.account_id == account_id) & calendar_texts.c.id.in_(ids)
        connection.execute(delete(calendar_texts).where(texts))
    erase_runs(connection, account_id, [kept.id for kept in gone if isinstance(kept.fact, ContactSource)])
    for kept in gone:
        if isinstance(kept.fact, Webhook):
            erase_webhook(connection, account_id, kept.id)
    for cti_id in {kept.fact.cti for kept in gone if isinstance(kept.fact, CtiDestination)}:
        _erase_origins(connection, account_id, cti_id, ids)


def _erase_origins(connection: Connection, account_id: int, cti_id: int, destination_ids: Sequence[int]) -> None:
    of_cti = (cti_origins.c.account_id == account_id) & (cti_origins.c.cti_id == cti_id)
    connection.execute(delete(cti_origins).where(of_cti, cti_origins.c.destination_id.in_(destination_ids)))


def kind_of(fact: Fact) -> str:
    """The name of a fact's kind."""
    return BY_TYPE[type(fact)].name


def by_kind(connection: Connection, account_id: int) -> KeptFacts:
    """The account's facts, for checks and decisions."""
    return KeptFacts(connection, account_id)
