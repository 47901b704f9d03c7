"""What a worker remembers of the directory and the accounts, and how an account is read from the file."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from sqlite3 import Cursor
from typing import Any

import msgspec

from aiguillage.domain.accounts import Account, Role, host_allowed
from aiguillage.domain.calls import Question
from aiguillage.domain.facts import DECIDING, AccountFacts, compile_in_steps, decode_fact
from aiguillage.domain.phone_systems import PHONE_SYSTEM
from aiguillage.domain.routing import rules_of
from aiguillage.domain.steps import Steps, let_go

ACCOUNT_BY_CODE = """
    SELECT id, name, country, time_zone, shared_numbers, vip_priority, rota, geo_list,
        fallback_destination, facts_version, seq
    FROM accounts WHERE code = ? AND id > 0"""
DEFAULTS_OF_ACCOUNT = "SELECT default_value FROM fields WHERE account_id = ? ORDER BY position"
FACTS_OF_ACCOUNT = f"""
    SELECT kind, id, body FROM facts WHERE account_id = ? AND kind IN ({", ".join(f"'{kind}'" for kind in DECIDING)})
    ORDER BY kind, id"""  # noqa: S608 - our own names
KEYS_OF_ACCOUNT = "SELECT id, secret FROM phone_system_keys WHERE account_id = ?"
GRANTS_OF_ACCOUNT = "SELECT user_id, role FROM grants WHERE account_id = ?"

ROW, HEAVY = 200, 10_000
"""A row counts like so many bytes beside its own; so many bytes are read and decoded in a step."""

Execute = Callable[..., Cursor]


class Token(msgspec.Struct, frozen=True):
    """A bearer secret that is good as far as the directory tells; `accounts` None means all that its user has.

    A CTI's own token has no user: it may ask about that CTI's origins, and nothing else, and need not name its account,
    which is its `home`. A `session` is looked up for each call: how long it lasts is not settled.
    """

    user_id: int
    operator: bool
    role: Role
    accounts: frozenset[str] | None
    hosts: tuple[IPv4Network | IPv6Network, ...]
    expires_at: float
    unknown: str
    cti: int | None = None
    home: str = ""
    session: bool = False

    def good_from(self, address: str | None) -> bool:
        """Whether a client at that address may use it."""
        return not self.hosts or host_allowed(address, self.hosts)


class Entry:
    """An account as a worker remembers it: its facts, its grants, and at which look they were right.

    `facts_version` is the version of the facts, `roles_version` the one at which the grants were read: the later one
    while newer facts are compiled. `seq` is the last change of the account's journal that the facts have, `rules` are
    those that can say something on its calls. `looked` counts the looks into the file, `looked_at` is the moment of the
    last one (seconds of the monotonic clock). `slow`: the facts take long to compile.
    """

    __slots__ = ("facts", "facts_version", "looked", "looked_at", "roles", "roles_version", "rules", "seq", "slow")

    def __init__(self, facts: AccountFacts, facts_version: int, seq: int, roles: dict[int, Role]) -> None:
        self.facts = facts
        self.rules = rules_of(facts)
        self.facts_version = self.roles_version = facts_version
        self.roles = roles
        self.seq = seq
        self.looked = -1
        self.looked_at = 0.0
        self.slow = False

    def admits(self, token: Token, question: Question) -> bool:
        """Whether the token's user may ask this about this account, and the token too."""
        if token.accounts is not None and self.facts.code not in token.accounts:
            return False
        if token.cti is not None:
            named = question.named
            return "origin" in named and self.facts.ctis.get(named.get("cti", "").lower()) == token.cti
        held = Role.MANAGE if token.operator else self.roles.get(token.user_id)
        return held is not None and held >= question.needs <= token.role


def roles_of(execute: Execute, account_id: int) -> dict[int, Role]:
    """Who holds which role on the account, by the user's id."""
    return {user_id: Role(role) for user_id, role in execute(GRANTS_OF_ACCOUNT, (account_id,))}


def read_entry(execute: Execute, code: str) -> Steps[Entry | None]:
    """Reads and compiles the account of that code, in steps; None when there is none. One read transaction sees it."""
    row = execute(ACCOUNT_BY_CODE, (code,)).fetchone()
    if row is None:
        return None
    account_id, *settings, facts_version, seq = row
    roles = roles_of(execute, account_id)
    defaults = [value for (value,) in execute(DEFAULTS_OF_ACCOUNT, (account_id,))]
    by_kind: dict[str, dict[int, Any]] = {}
    weight = 0
    for kind, fact_id, body in execute(FACTS_OF_ACCOUNT, (account_id,)):
        by_kind.setdefault(kind, {})[fact_id] = decode_fact(kind, body)
        weight += ROW + len(body)
        if weight >= HEAVY:
            weight = 0
            yield
    keys = execute(KEYS_OF_ACCOUNT, (account_id,)).fetchall() if PHONE_SYSTEM in by_kind else ()
    facts = yield from compile_in_steps(account_id, Account(code, *settings), defaults, by_kind, keys)
    yield from let_go(by_kind.get("geo_destination", {}))  # the one kind that there can be a hundred thousand of
    return Entry(facts, facts_version, seq, roles)
