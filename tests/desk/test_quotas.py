"""Quotas: how many facts of a kind an account may have, and that the keys that facts are found by are theirs."""

from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from aiguillage.desk.cti_maps import MapRow, import_ctis
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact, show_fact
from aiguillage.domain.accounts import Account
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.ctis import CtiDestination
from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import BY_NAME, KINDS, keys_of
from aiguillage.domain.geo import GeoDestination
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.desk.sample_facts import SAMPLES
from tests.refusal import refused
from tests.storage.facts import account_id, rows

FIRST_ID = 10**9
COPIES = """
    INSERT INTO facts (account_id, kind, id, seq, body)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    SELECT account_id, kind, :first + i, seq, body FROM n, facts
    WHERE account_id = :account AND kind = :kind AND id = :id
"""
KEYS = """
    INSERT INTO fact_keys (account_id, kind, key, fact_id)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    SELECT :account, :kind, :key || :more || i, :first + i FROM n
"""
NEW: dict[str, dict[str, Any]] = {
    "column_map": {"headings": ("Client",)},
    "rota": {"code": "new", "level2": None},
    "queue": {"code": "new", "number": "300"},
    "blocked": {"number": "+33199009999"},
    "geo_list": {"code": "new"},
    "geo_destination": {"zones": ("22",)},
    "cti": {"name": "New"},
    "cti_destination": {"origin": "site 9"},
    "survey": {"name": "New"},
    "phone_system": {"code": "new"},
    "webhook": {"url": "https://example.org/hooks/new"},
}
"""What makes a second fact of a sample, where the same once more is refused."""

MANY = [kind.name for kind in KINDS if kind.most > 1]


def another(kind: str, ids: dict[str, int]) -> Any:  # noqa: ANN401 - a fact of the kind
    """A fact like the sample, that may stand beside it."""
    return msgspec.structs.replace(SAMPLES[kind].make(ids), **NEW.get(kind, {}))


def fill(cast: Cast, kind: str, ids: dict[str, int], count: int) -> None:
    """Gives the account so many more facts of a kind, behind the desk's back."""
    values = {"account": account_id(cast.db, ACCOUNT), "kind": kind, "id": ids[kind], "first": FIRST_ID, "count": count}
    with cast.db.write() as connection:
        connection.execute(text(COPIES), values)


def key(cast: Cast, kind: str, prefix: str, count: int, *, more: str = "") -> None:
    """Gives facts of a kind so many keys, behind the desk's back."""
    values = {"account": account_id(cast.db, ACCOUNT), "kind": kind, "key": prefix, "first": FIRST_ID, "count": count}
    with cast.db.write() as connection:
        statement = KEYS if more else KEYS.replace("|| :more || i", "")
        connection.execute(text(statement), values | ({"more": more} if more else {}))


@pytest.mark.parametrize("kind", MANY)
def test_an_account_may_have_as_many_of_a_kind_as_are_declared_and_no_more(
    cast: Cast, ids: dict[str, int], kind: str
) -> None:
    most = BY_NAME[kind].most
    fill(cast, kind, ids, most - 2)

    last = add_fact(cast.db, cast["manager"], ACCOUNT, another(kind, ids)).kept
    with refused(
        Kind.INVALID,
        f"CL0000 can have {most:,} .+, and already has {most:,}: 1 more would exceed that. Remove some first",
    ):
        add_fact(cast.db, cast["manager"], ACCOUNT, msgspec.structs.replace(another(kind, ids), **second(kind)))

    assert set_fact(cast.db, cast["manager"], ACCOUNT, kind, last.id, SAMPLES[kind].changes).kept.seq > last.seq
    remove_fact(cast.db, cast["manager"], ACCOUNT, kind, last.id)
    add_fact(cast.db, cast["manager"], ACCOUNT, another(kind, ids))


def second(kind: str) -> dict[str, Any]:
    """What makes a third fact, beside the sample and another."""
    others = (
        {"number": "+33199009998"} if kind == "blocked" else {"zones": ("29",), "level2": None, "headings": ("Code",)}
    )
    return {name: others.get(name, f"{value}2") for name, value in NEW.get(kind, {}).items()}


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.most_together is not None])
def test_a_queue_may_have_as_many_of_a_kind_as_are_declared_and_no_more(
    cast: Cast, ids: dict[str, int], kind: str
) -> None:
    most = BY_NAME[kind].most_together or 0
    fact: Any = SAMPLES[kind].make(ids)
    owner = f"{fact.owner_type}/{fact.owner_id}"
    key(cast, kind, owner, most - 2)

    add_fact(cast.db, cast["editor"], ACCOUNT, fact)

    told = (
        f"The {fact.owner_type} {fact.owner_id} can have {most:,} {kind.replace('_', ' ')}s, and already has {most:,}"
    )
    with refused(Kind.INVALID, told):
        add_fact(cast.db, cast["editor"], ACCOUNT, fact)


def test_a_hundred_thousand_zones_are_possible_and_not_one_more(cast: Cast, ids: dict[str, int]) -> None:
    most = BY_NAME["geo_destination"].most
    key(cast, "geo_destination", f"={ids['geo_list']}", most - 3, more="/x")
    who = (cast.db, cast["editor"], ACCOUNT)
    there = len(show_fact(*who, "geo_destination", ids["geo_destination"]).fact.zones)

    with refused(Kind.INVALID, "CL0000 can have 100,000 zones in all of its geo destinations, and already has"):
        add_fact(*who, GeoDestination(geo_list=ids["geo_list"], zones=("22", "29", "44", "49")))
    with refused(Kind.INVALID, "can have 100,000 zones"):
        set_fact(*who, "geo_destination", ids["geo_destination"], {"zones": ("22", "29", "44", "49", "53", "72")})
    set_fact(*who, "geo_destination", ids["geo_destination"], {"zones": ("22", "29", "44")[:there]})

    assert most == 100_000


def test_an_import_of_origins_is_bound_by_the_quota_too(cast: Cast, ids: dict[str, int]) -> None:
    fill(cast, "cti_destination", ids, BY_NAME["cti_destination"].most - 2)
    name = show_fact(cast.db, cast["editor"], ACCOUNT, "cti", ids["cti"]).fact.name
    found = [MapRow(2, name, "site 1", "207"), MapRow(3, name, "site 2", "207")]

    outcome = import_ctis(cast.db, cast["editor"], ACCOUNT, found, partial=True)

    assert (outcome.created, [refusal.line for refusal in outcome.refusals]) == (1, [3])
    assert "CL0000 can have 100,000 cti destinations" in outcome.refusals[0].reason


def test_what_another_account_has_does_not_count(cast: Cast, ids: dict[str, int]) -> None:
    fill(cast, "blocked", ids, BY_NAME["blocked"].most)

    kept = add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, SAMPLES["blocked"].make({})).kept

    assert isinstance(kept.fact, Blocked)


def kept_keys(cast: Cast, kind: str, fact_id: int) -> set[str]:
    """The keys that are kept of a fact of CL0000."""
    found = rows(
        cast.db,
        "SELECT key FROM fact_keys WHERE account_id = :account AND kind = :kind AND fact_id = :id",
        account=account_id(cast.db, ACCOUNT),
        kind=kind,
        id=fact_id,
    )
    return {row.key for row in found}


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_keys_that_are_kept_are_those_of_the_fact_as_it_is(cast: Cast, ids: dict[str, int], kind: str) -> None:
    account = Account(code=ACCOUNT)
    before = SAMPLES[kind].make(ids)
    first = kept_keys(cast, kind, ids[kind])

    set_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind], SAMPLES[kind].changes)

    after = show_fact(cast.db, cast["manager"], ACCOUNT, kind, ids[kind]).fact
    assert first == keys_of(kind, before, account)
    assert kept_keys(cast, kind, ids[kind]) == keys_of(kind, after, account)


@pytest.mark.parametrize("kind", ["blocked", "cti_destination", "geo_destination"])
def test_a_removed_fact_leaves_no_key_behind(cast: Cast, ids: dict[str, int], kind: str) -> None:
    assert kept_keys(cast, kind, ids[kind])

    remove_fact(cast.db, cast["editor"], ACCOUNT, kind, ids[kind])

    assert not kept_keys(cast, kind, ids[kind])
    add_fact(cast.db, cast["editor"], ACCOUNT, another(kind, ids))


def test_what_no_other_may_have_is_free_again_once_it_was_changed(cast: Cast, ids: dict[str, int]) -> None:
    who = (cast.db, cast["editor"], ACCOUNT)
    before = show_fact(*who, "cti_destination", ids["cti_destination"]).fact
    same = CtiDestination(cti=before.cti, origin=before.origin, destination="208")

    with refused(Kind.CONFLICT, "has the origin .+"):
        add_fact(*who, same)
    set_fact(*who, "cti_destination", ids["cti_destination"], {"origin": "elsewhere"})

    assert add_fact(*who, same).kept.fact == same


def test_one_account_sees_no_keys_of_another(cast: Cast, ids: dict[str, int]) -> None:
    theirs: Any = SAMPLES["exception"].make(ids)

    with refused(Kind.MISSING, f"There is no {theirs.owner_type} {theirs.owner_id} on this account"):
        add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, msgspec.structs.replace(theirs, first_day=date(2026, 1, 1)))
    for kind in ("blocked", "survey", "webhook"):
        add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, SAMPLES[kind].make({}))


@pytest.mark.parametrize(
    "kind", ["queue", "time_span", "exception", "calendar", "switch", "blocked", "geo_destination", "cti_destination"]
)
def test_a_small_edit_reads_no_other_fact_of_its_kind(cast: Cast, ids: dict[str, int], kind: str) -> None:
    fill(cast, kind, ids, 10)
    with cast.db.write() as connection:
        connection.execute(text("UPDATE facts SET body = 'unreadable' WHERE id > :first"), {"first": FIRST_ID})
    who = (cast.db, cast["editor"], ACCOUNT)

    added = add_fact(*who, another(kind, ids)).kept
    set_fact(*who, kind, added.id, SAMPLES[kind].changes)
    remove_fact(*who, kind, added.id)

    with pytest.raises(msgspec.DecodeError):
        list_facts(*who, kind)
