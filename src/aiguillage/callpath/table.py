"""The table that calls are answered from: a local SQLite file, opened read-only, and what is remembered of it."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_network
from sqlite3 import Connection
from time import monotonic
from zlib import adler32
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.callpath.entries import Execute, Token
from aiguillage.callpath.remembered import MOST_REMEMBERED, Remembered
from aiguillage.domain.accounts import Role, secret_of
from aiguillage.domain.calls import Facts, Known, Question
from aiguillage.domain.contacts import KeyKind, caller_code
from aiguillage.domain.ctis import origin_key
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.moments import SECOND, moment_of
from aiguillage.domain.numbers import caller_number
from aiguillage.domain.sessions import IDLE
from aiguillage.domain.sums import row_sum

OPEN_AGAIN = 1.0
"""Seconds after which a file that could not be opened as usual is tried again."""

LONGEST_REMEMBERED = 128
"""Bytes of an Authorization header that a worker remembers: blanks can make it long."""

IS_FRESH = "PRAGMA data_version"
DIRECTORY_VERSION = "SELECT facts_version FROM accounts WHERE id = ?"
SOME_ACCOUNTS = """
    SELECT code FROM accounts LEFT JOIN (SELECT account_id, count(*) AS facts FROM facts GROUP BY account_id)
        ON account_id = id
    WHERE id > 0 ORDER BY facts DESC LIMIT ?"""
DIRECTORY = 0
"""The account whose facts are the installation's own: users, tokens, accounts."""

GOOD_BY_DIGEST = """
    SELECT t.user_id, u.operator, t.role, t.accounts, t.hosts, t.expires_at, t.unknown,
        CASE WHEN t.kind = 'session' THEN coalesce(t.used_at, t.created_at) END
    FROM tokens t JOIN users u ON u.id = t.user_id
    WHERE t.digest = ? AND t.revoked_at IS NULL AND u.disabled_at IS NULL"""
CTI_BY_DIGEST = """
    SELECT s.fact_id, a.code FROM secrets s JOIN accounts a ON a.id = s.account_id
    WHERE s.digest = ? AND s.kind = 'cti'"""
ORIGIN_OF_CTI = "SELECT destination FROM cti_origins WHERE account_id = ? AND cti_id = ? AND key = ?"
CALLERS_BY_KEY = """
    SELECT facts, sum FROM caller_key WHERE account_id = ? AND kind = ? AND key = ? ORDER BY contact_id LIMIT 2"""
IS_NUMBER_OF = "SELECT 1 FROM caller_key WHERE account_id = ? AND kind = ? AND key = ? AND contact_id = ?"
# A second tree has the same keys: a damaged page has lost them in one of the two.
CODE_AGAIN = """
    SELECT 1 FROM caller_key INDEXED BY caller_keys_again WHERE account_id = ? AND kind = 'c' AND key = ? LIMIT 1"""
PREFIX_BEFORE = """
    SELECT EXISTS (SELECT 1 FROM caller_key INDEXED BY caller_keys_again
            WHERE account_id = ?1 AND kind = 'n' AND key = ?2) AS number_again,
        (SELECT key FROM caller_key INDEXED BY caller_keys_again
            WHERE account_id = ?1 AND kind = 'p' AND key <= ?3 ORDER BY key DESC LIMIT 1) AS prefix_again,
        before.key, before.facts, before.sum
    FROM (SELECT 1) LEFT JOIN (SELECT key, facts, sum FROM caller_key
        WHERE account_id = ?1 AND kind = 'p' AND key <= ?3 ORDER BY key DESC LIMIT 1) AS before"""

NUMBER, PREFIX, CODE = KeyKind.NUMBER.value, KeyKind.PREFIX.value, KeyKind.CODE.value
_decode_known = msgspec.json.Decoder(Known).decode
_decode_strings = msgspec.json.Decoder(tuple[str, ...]).decode


class DamagedError(Exception):
    """The file does not have what was written to it: nobody can say who calls."""


class Table:
    """One worker's view of the file. All calls of one event-loop turn share one read transaction.

    A connection that `is_outdated` tells of reads the file as it lay when it was opened (storage/sqlite/frozen.py).
    """

    def __init__(self, open_connection: Callable[[], Connection], clock: Callable[[], float] = monotonic) -> None:
        self._open_connection = open_connection
        self._clock = clock
        self.reading = False
        self._tokens: dict[bytes, Token] = {}
        self._use(open_connection())
        self._remembered = Remembered(self._execute, open_connection)
        self.entry = self._remembered.entry

    def _use(self, connection: Connection) -> None:
        self._connection = connection
        self._execute: Execute = connection.execute
        self._data_version = self._directory_version = -1
        self._is_outdated: Callable[[], bool] | None = getattr(connection, "is_outdated", None)
        self._opened_at = self._clock()

    @property
    def frozen(self) -> bool:
        """Whether it could not be opened as usual, for want of room or rights."""
        return self._is_outdated is not None

    def _open_again(self) -> None:
        """Opens the file anew. One that cannot be opened just now goes on being read as it lay."""
        self._opened_at = self._clock()
        with suppress(Exception):
            connection = self._open_connection()
            self.close()
            self._use(connection)
            self._remembered.execute = self._execute

    def begin(self) -> None:
        """Starts the turn's read transaction, and looks whether the file changed since the last one."""
        if self._is_outdated is not None and self._is_outdated():
            self._open_again()
        if self._connection.in_transaction:  # a look or an end that failed: what it saw may be old
            self._execute("ROLLBACK")
        self._execute("BEGIN")
        version = self._execute(IS_FRESH).fetchone()[0]
        self._remembered.look(changed=version != self._data_version)
        if version != self._data_version:
            self._refresh_directory()
            self._data_version = version
        self.reading = True

    def end(self) -> None:
        """Ends the turn's read transaction, if it could be started."""
        self.reading = False
        try:  # noqa: SIM105 - suppress() costs as much as a rule
            self._execute("COMMIT")
        except Exception:  # noqa: BLE001, S110 - none was begun, or the file is broken; the next turn begins afresh
            pass

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _refresh_directory(self) -> None:
        version = self._execute(DIRECTORY_VERSION, (DIRECTORY,)).fetchone()[0]
        if version != self._directory_version:
            self._directory_version = version
            self._tokens.clear()

    def token(self, authorization: bytes) -> Token | None:
        """The token of an Authorization header, if the directory knows it and has not revoked it."""
        token = self._tokens.get(authorization)
        if token is None:
            token = self._find_token(authorization)
            if token is not None and not token.session and len(authorization) <= LONGEST_REMEMBERED:
                if len(self._tokens) >= MOST_REMEMBERED:
                    self._tokens.clear()
                self._tokens[authorization] = token
        return token

    def _find_token(self, authorization: bytes) -> Token | None:
        secret = secret_of(authorization.decode("latin-1"))
        if secret is None:
            return None
        digest = hashlib.sha256(secret.encode()).digest()
        row = self._execute(GOOD_BY_DIGEST, (digest,)).fetchone()
        if row is None:
            return self._find_cti(digest)
        user_id, operator, role, accounts, hosts, expires_at, unknown, used_at = row
        if used_at is not None:
            expires_at = min(expires_at, used_at + IDLE)
        return Token(
            user_id,
            bool(operator),
            Role(role),
            frozenset(_decode_strings(accounts)) if accounts else None,
            tuple(ip_network(block) for block in _decode_strings(hosts)) if hosts else (),
            float("inf") if expires_at is None else expires_at / SECOND,
            unknown or "404",
            session=used_at is not None,
        )

    def _find_cti(self, digest: bytes) -> Token | None:
        row = self._execute(CTI_BY_DIGEST, (digest,)).fetchone()
        if row is None:
            return None
        cti_id, home = row
        accounts = frozenset({home})
        return Token(0, False, Role.ROUTE, accounts, (), float("inf"), "404", cti_id, home)  # noqa: FBT003 - no operator

    def largest_accounts(self, most: int) -> list[str]:
        """The codes of those that take the longest to read."""
        return [str(code) for (code,) in self._execute(SOME_ACCOUNTS, (most,))]

    # Beside the calls

    @property
    def busy(self) -> bool:
        """Whether there is something to do between two turns."""
        return self._remembered.busy

    def work(self) -> None:
        """Does a part of it, a fraction of a millisecond. Raises whatever goes wrong."""
        self._remembered.work()

    def watch(self) -> None:
        """Looks whether accounts that take long to compile have changed: no call should be the first to find out.

        And whether a file that could not be opened as usual now can be.
        """
        if self._is_outdated is not None and self._clock() - self._opened_at >= OPEN_AGAIN:
            self._open_again()
        if self._remembered.slow:
            self.begin()
            try:
                for code in tuple(self._remembered.slow):
                    self.entry(code)
            finally:
                self.end()

    # Callers

    def find(self, account: AccountFacts, question: Question, now: int) -> Facts:
        """What is known of a caller: one primary-key search by number; by prefix and code where that finds nobody.

        The numbers and the code are read by the account's country. `now` is in microseconds since 1970 UTC; a question
        about another moment has that moment instead. Raises Refusal(invalid), DamagedError.
        """
        country = account.country
        number = None if question.number is None else caller_number(question.number, country)
        code = None if question.code is None else caller_code(question.code)
        by_number: tuple[Known, ...] = ()
        by_prefix = by_code = None
        if number:
            by_number = self.callers(account.account_id, NUMBER, number)
            if not by_number:
                by_prefix = self.caller_by_prefix(account.account_id, number)
        if code is not None and len(by_number) != 1 and by_prefix is None:
            by_code = next(iter(self.callers(account.account_id, CODE, code)), None)
        at = question.at
        if at is None and question.called is None and not question.named:
            return Facts(account, number, code, by_number, by_prefix, by_code, now, True, question.value)  # noqa: FBT003
        return Facts(
            account,
            number,
            code,
            by_number,
            by_prefix,
            by_code,
            now if at is None else _moment(at, account.time_zone),
            at is None,
            question.value,
            None if question.called is None else _dialled_number(question.called, country),
            question.named,
            self._origin_of(account, question.named) if "origin" in question.named else None,
        )

    def _origin_of(self, account: AccountFacts, named: dict[str, str]) -> str | None:
        """Where a CTI's origin leads; the CTI is named by its name or id."""
        cti_id = account.ctis.get(named.get("cti", "").lower())
        if cti_id is None:
            return None
        key = origin_key(named["origin"], account.country)
        row = self._execute(ORIGIN_OF_CTI, (account.account_id, cti_id, key)).fetchone()
        return None if row is None else str(row[0])

    def callers(self, account_id: int, kind: str, key: str) -> tuple[Known, ...]:
        """Whose key it is. Of a number that is nobody's, caller_by_prefix makes sure. Raises DamagedError."""
        rows = self._execute(CALLERS_BY_KEY, (account_id, kind, key)).fetchall()
        if len(rows) == 1:
            facts, kept = rows[0]  # row_sum without the call of a function, which costs more than the sum itself
            if adler32((kind + key + facts).encode(), account_id) != kept:
                raise DamagedError
            return (_decode_known(facts),)
        for facts, kept in rows:
            if row_sum(account_id, kind, key, facts) != kept:
                raise DamagedError
        if kind == CODE and not rows and self._execute(CODE_AGAIN, (account_id, key)).fetchone():
            raise DamagedError
        return tuple([_decode_known(facts) for facts, _ in rows])

    def has_number(self, account_id: int, number: str, contact_id: int) -> bool:
        """Whether a number is a contact's, be it others' too."""
        return self._execute(IS_NUMBER_OF, (account_id, NUMBER, number, contact_id)).fetchone() is not None

    def caller_by_prefix(self, account_id: int, number: str) -> Known | None:
        """The longest prefix of a number that nobody has.

        Whatever sorts between a prefix and the number begins with that prefix. Raises DamagedError.
        """
        probe = number
        while len(probe) > 1:
            row = self._execute(PREFIX_BEFORE, (account_id, number, probe)).fetchone()
            number_again, prefix_again, prefix, facts, kept = row
            if number_again or prefix_again != prefix:
                raise DamagedError
            if prefix is None:
                return None
            if number.startswith(prefix):
                if row_sum(account_id, PREFIX, prefix, facts) != kept:
                    raise DamagedError
                return _decode_known(facts)
            probe = _shared_start(prefix, number)
        return None


_dialled_number = lru_cache(maxsize=1024)(caller_number)
"""The number that a caller dialled, kept: an account has few."""


def _moment(at: int | datetime, time_zone: str) -> int:
    """A moment in microseconds since 1970 UTC."""
    return at if isinstance(at, int) else moment_of(at.replace(tzinfo=ZoneInfo(time_zone))) // SECOND * SECOND


def _shared_start(one: str, other: str) -> str:
    """The characters with which both texts begin."""
    size = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:size]
