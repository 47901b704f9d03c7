"""Accounts: added and removed by operators, set by their managers."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from aiguillage.desk.change import (
    Change,
    account_of,
    change_directory,
    change_facts,
    find_account,
    no_account,
    require_operator,
    require_unchanged,
    state_of,
)
from aiguillage.desk.held import forget_held_of
from aiguillage.desk.token_rows import end_token, read_tokens
from aiguillage.domain.accounts import Account, Actor, Role, check_account
from aiguillage.domain.contacts import FIRST_FIELDS
from aiguillage.domain.errors import Refusal, conflict, invalid, missing
from aiguillage.domain.problems import Code
from aiguillage.storage.calls import forget_calls
from aiguillage.storage.contacts import count_shared_numbers
from aiguillage.storage.facts import require_fact
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import (
    DIRECTORY_ID,
    accounts,
    answered,
    calendar_texts,
    caller_key,
    can_be_id,
    contacts,
    cti_origins,
    draft_changes,
    drafts,
    fact_keys,
    facts,
    field_options,
    fields,
    grants,
    imports,
    journal,
    phone_system_keys,
    secrets,
    source_runs,
    survey_records,
    tokens,
)
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.word_index import forget_former
from aiguillage.storage.webhook_tables import deliveries, webhook_looks, webhook_secrets

OF_AN_ACCOUNT = (
    *(answered, caller_key, contacts, field_options, fields, grants, imports, journal),
    *(calendar_texts, cti_origins, draft_changes, drafts, fact_keys, facts, secrets, source_runs, survey_records),
    *(deliveries, phone_system_keys, webhook_looks, webhook_secrets),
)
SETTINGS = (
    *("name", "country", "time_zone", "shared_numbers", "vip_priority", "rota", "geo_list"),
    *("fallback_destination", "keep_calls_days", "pseudonymise_days"),
)


def add_account(db: Database, actor: Actor, account: Account) -> Account:
    """A new account with its eight fields. Raises Refusal (forbidden, invalid, conflict)."""
    require_operator(actor)
    account = check_account(account)
    with change_directory(db, actor) as change:
        alike = select(accounts.c.code).where(func.lower(accounts.c.code) == account.code.lower())
        taken = change.connection.execute(alike).scalar()
        if taken is not None:
            raise conflict(f"There is already an account {taken}. Choose another code.", Code.TAKEN)
        seq = change.take_seqs()
        # Not 0: a restored copy may give an id away again, and a worker must not take one account for the other.
        values = {"id": seq, "seq": 0, "facts_version": actor.at, **msgspec.structs.asdict(account)}
        change.connection.execute(insert(accounts).values(values))
        change.connection.execute(
            insert(fields),
            [
                {"account_id": seq, "position": f.position, "label": f.label, "default_value": None, "strict": False}
                for f in FIRST_FIELDS
            ],
        )
        change.record(seq, "add", "account", seq, None, account)
    return account


def list_accounts(db: Database, actor: Actor) -> list[Account]:
    """The accounts that the actor may read, by code."""
    return list(accounts_by_id(db, actor).values())


def accounts_by_id(db: Database, actor: Actor) -> dict[int, Account]:
    """The same, each with its id."""
    if actor.most < Role.READ:
        return {}
    statement = select(accounts).where(accounts.c.id > DIRECTORY_ID).order_by(accounts.c.code)
    if not (actor.operator or actor.everywhere):
        mine = select(grants.c.account_id).where(grants.c.user_id == actor.user_id, grants.c.role >= Role.READ)
        statement = statement.where(accounts.c.id.in_(mine))
    if actor.only is not None:
        statement = statement.where(accounts.c.code.in_(actor.only))
    with db.read() as connection:
        return {row.id: account_of(row) for row in connection.execute(statement)}


def code_of(db: Database, actor: Actor, account_id: int) -> str:
    """The code of the account of that id. Raises Refusal(missing) alike for a stranger's and for none."""
    mine = select(accounts.c.code).where(accounts.c.id == account_id, accounts.c.id > DIRECTORY_ID)
    with db.read() as connection:
        code = connection.execute(mine).scalar() if can_be_id(account_id) else None
        with suppress(Refusal):
            if code is not None:
                find_account(connection, actor, code, Role.ROUTE)
                return str(code)
    raise missing("There is no account with that id that you can see.")


def id_of(db: Database, actor: Actor, code: str) -> int:
    """The id of an account on which the actor has a role. Raises Refusal(missing)."""
    with db.read() as connection:
        return find_account(connection, actor, code, Role.ROUTE)[0]


def show_account(db: Database, actor: Actor, code: str) -> Account:
    """One account's settings. Raises Refusal."""
    with db.read() as connection:
        return find_account(connection, actor, code, Role.READ)[1]


def set_account(
    db: Database, actor: Actor, code: str, changes: dict[str, Any], *, expected: int | None = None
) -> Account:
    """Changes some of SETTINGS; `rota` and `geo_list` are ids, None for none. Raises Refusal."""
    unknown = changes.keys() - set(SETTINGS)
    if unknown:
        raise invalid(f"An account has no setting '{min(unknown)[:40]}'. It has: {', '.join(SETTINGS)}.")
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_unchanged(state_of(change.account), expected)
        return replace_account(change, msgspec.structs.replace(change.account, **changes))


def replace_account(change: Change, after: Account) -> Account:
    """An account's settings inside a change that has begun. Raises Refusal."""
    after = check_account(after)
    if after == change.account:
        return after
    if after.shared_numbers == "refuse" != change.account.shared_numbers:
        _refuse_while_shared(change)
    for kind in ("rota", "geo_list"):
        named = getattr(after, kind)
        if named is not None:
            require_fact(change.connection, change.account_id, kind, named)
    values = msgspec.structs.asdict(after)
    change.connection.execute(update(accounts).where(accounts.c.id == change.account_id).values(values))
    change.record(change.take_seqs(), "set", "account", change.account_id, change.account, after)
    return after


def _refuse_while_shared(change: Change) -> None:
    """Raises Refusal(conflict) while contacts share numbers: their callers would suddenly be strangers."""
    shared = count_shared_numbers(change.connection, change.account_id)
    if shared:
        raise conflict(
            f"Contacts of {change.account.code} share {shared} number{('s' if shared > 1 else '')}. Leave "
            "each number to one contact first, or keep the setting ask_code or first."
        )


def remove_account(db: Database, log: Path, actor: Actor, code: str, *, expected: int | None = None) -> None:
    """Removes an account and everything that belongs to it, its journal and its calls too.

    Raises Refusal: conflict while an upload is being applied to it, or a replay of it decided.
    """
    require_operator(actor)
    with change_directory(db, actor) as change:
        row = change.connection.execute(
            select(accounts).where(accounts.c.code == code, accounts.c.id > DIRECTORY_ID)
        ).first()
        if row is None:
            raise no_account(code)
        require_unchanged(state_of(account_of(row)), expected)
        # An account that gets this code later must not have its callers told to who asked about this one.
        for token in read_tokens(change.connection, tokens.c.accounts == as_json([code])):
            end_token(change, token)
        forget_held_of(db, row.id)
        for table in OF_AN_ACCOUNT:
            change.connection.execute(delete(table).where(table.c.account_id == row.id))
        forget_former(change.connection)
        change.connection.execute(delete(accounts).where(accounts.c.id == row.id))
        change.record(change.take_seqs(), "remove", "account", row.id, account_of(row), None)
    forget_calls(log, row.id)
