"""The five steps of a call."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol, cast

from msgspec.structs import replace

from aiguillage.callpath.codes import Codes
from aiguillage.callpath.counts import Counts
from aiguillage.callpath.entries import Entry, Token
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.domain.accounts import DEFAULT, Role
from aiguillage.domain.calls import Decision, Facts, Question
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.moments import SECOND
from aiguillage.domain.proxies import Proxies
from aiguillage.domain.routing import KEPT, RULES, decide
from aiguillage.domain.tracing import explain
from aiguillage.domain.unknown_callers import told

Scope = dict[str, Any]
"""A request as dialects read it: method, path, query_string, headers, client, and the body of a POST."""

Headers = Iterable[tuple[bytes, bytes]]
Answer = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]
"""Status, headers, body."""

KEPT_PATHS, LONGEST_KEPT = 1024, 128
"""How many paths a worker knows the dialects of, each up to so many letters: a phone system asks at the same one."""

REHEARSED_ACCOUNTS, REHEARSED_NUMBER = 8, "+33199000000"

_UNAUTHORIZED = Refusal(Kind.UNAUTHORIZED, "the token is missing, unknown, expired or revoked")
_FORBIDDEN = Refusal(Kind.FORBIDDEN, "the token may not ask about this account")
_UNAVAILABLE = Refusal(Kind.UNAVAILABLE, "the table cannot be read")
_log = logging.getLogger(__name__)


class Dialect(Protocol):
    """A wire dialect: a module of `dialects/`."""

    NAME: str
    UNREAD: Question

    @property
    def PATH(self) -> str | None:  # noqa: N802 - a module's constant
        """The one path that is this dialect's; None when it has more."""

    @property
    def METHODS(self) -> tuple[str, ...]:  # noqa: N802 - same
        """The methods that it takes."""

    def handles(self, path: str) -> bool:
        """Whether a path is this dialect's."""

    def ask(self, scope: Scope) -> Question:
        """The request as a question; never raises, tells a fault instead."""

    def answer(self, question: Question, facts: Facts, decision: Decision) -> Answer:
        """The decision, as the call flow may hear it, as an answer."""

    def refuse(self, question: Question, refusal: Refusal) -> Answer:
        """A refusal as an answer."""

    def method_not_allowed(self) -> Answer:
        """The answer to a method that the dialect lacks."""


class CallPath:
    """What answers calls; `proxies` are those whose word counts for where a client is.

    It is one of so many `workers` that answer together.
    """

    def __init__(
        self,
        table: Table,
        dialects: Iterable[Dialect],
        log: CallLog,
        counts: Counts,
        proxies: Proxies,
        workers: int = 1,
    ) -> None:
        self._table = table
        self._dialects = tuple(dialects)
        self.by_path = {dialect.PATH: dialect for dialect in self._dialects if dialect.PATH is not None}
        self._log = log
        self._counts = counts
        self._proxies = proxies
        self._codes = Codes(counts, table.has_number, workers)
        self._searched = lru_cache(maxsize=KEPT_PATHS)(self._search)
        self._failed = 0
        self._told_at = 0.0

    def dialect_of(self, path: str) -> Dialect | None:
        """The dialect that a path is a call in; None for a request that is no call."""
        dialect = self.by_path.get(path)
        if dialect is None:
            return self._searched(path) if len(path) <= LONGEST_KEPT else self._search(path)
        return dialect

    def _search(self, path: str) -> Dialect | None:
        return next((other for other in self._dialects if other.handles(path)), None)

    def call(self, dialect: Dialect, scope: Scope, request_id: bytes) -> Answer:
        """The five steps, timed; whatever goes wrong inside is a 503 and a line in the log, with the request's id.

        All calls until the turn's end share one read transaction.
        """
        if scope["method"] not in dialect.METHODS:
            return dialect.method_not_allowed()
        began, now = time.perf_counter_ns(), time.time()
        question = dialect.UNREAD
        try:
            question = dialect.ask(scope)
            if not self._table.reading:
                self._table.begin()
            if question.complete is None:
                token = self._token_of(scope["headers"], now)
            else:
                question = self._complete(question, question.complete)
                token = self._token_of(scope["headers"], now) if not question.proven else _proven(question.account)
            answer = self._answer(dialect, scope, question, token, began, now)
        except Refusal as refusal:
            refusal.__traceback__ = None  # some are raised again and again: each raise would keep its frames for ever
            answer = dialect.refuse(question, refusal)
        except Exception as error:  # noqa: BLE001 - somebody is on the line: a failure of ours is a 503
            self._tell(error, dialect, request_id, now)
            answer = dialect.refuse(question, _UNAVAILABLE)
        self._counts.answered(dialect.NAME, answer[0], (time.perf_counter_ns() - began) // 1000)
        return answer

    def _complete(self, question: Question, complete: Callable[[AccountFacts], Question]) -> Question:
        """The whole question of a phone system that asks in its account's words; as it is where there is no account."""
        entry = self._table.entry(question.account)
        return question if entry is None else complete(entry.facts)

    def _answer(
        self, dialect: Dialect, scope: Scope, question: Question, token: Token, began: int, now: float
    ) -> Answer:
        """Admits, finds, decides, answers, logs. Raises Refusal."""
        if token.cti is not None:
            question = _completed(question, token)
        entry, at = self._admit(scope, question, token), int(now * SECOND)
        facts = self._table.find(entry.facts, question, at)
        decision = decide(facts, KEPT) if question.rules is KEPT else self._decide(facts, question, entry)
        if facts.code is not None:
            self._codes.judge(facts, decision, now)
        unknown = question.unknown or token.unknown
        if decision.known is None:
            decision = told(facts, decision, unknown)
        answer = dialect.answer(question, facts, decision)
        if question.is_call:
            sent = decision.destination if question.rules is not KEPT else _kept(question, decision)
            spent = (time.perf_counter_ns() - began) // 1000
            self._log.add(at, facts, decision, sent, unknown, dialect.NAME, own_us=spent, seq=entry.seq)
        return answer

    def rehearse(self, now: float) -> None:
        """Answers made-up calls to itself, so that the first caller does not wait for what is needed but once.

        They are neither logged nor counted. A table that cannot be read is said in the log; it may be there later.
        """
        try:
            self._table.begin()
            for code in self._table.largest_accounts(REHEARSED_ACCOUNTS):
                for dialect in self.by_path.values():
                    self._rehearse_on(code, dialect, int(now * SECOND))
        except Exception as error:  # noqa: BLE001 - a worker that cannot answer now answers with 503
            _log.error("rehearsal_failed", extra={"about": {"error": str(error)}})
        finally:
            self._table.end()

    def _rehearse_on(self, code: str, dialect: Dialect, at: int) -> None:
        query = f"customerAccount={code}&number={REHEARSED_NUMBER}".encode()
        scope: Scope = {"method": dialect.METHODS[0], "path": dialect.PATH, "query_string": query}
        question = dialect.ask(scope | {"headers": [], "body": b""})
        account = cast("Entry", self._table.entry(code)).facts
        facts = self._table.find(account, question, at)
        dialect.answer(question, facts, decide(facts, question.rules))

    def end_turn(self) -> None:
        """Ends what a turn's calls shared."""
        if self._table.reading:
            self._table.end()

    @property
    def busy(self) -> bool:
        """Whether there is something to do between two turns."""
        return self._table.busy

    def work(self) -> None:
        """Does a part of it, a fraction of a millisecond. A failure is a line in the log."""
        self._beside(self._table.work)

    def watch(self) -> None:
        """Looks, between two turns, after the accounts that take long to compile."""
        self._beside(self._table.watch)

    def _beside(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - calls go on
            _log.error("compile_failed", extra={"about": {"error": type(error).__name__}})

    def is_known(self, headers: Headers) -> bool:
        """Whether the headers have a token that is good at this moment; the turn goes on as it was."""
        reading = self._table.reading
        try:
            if not reading:
                self._table.begin()
            return self._token_of(headers, time.time()) is not None
        except Exception:  # noqa: BLE001 - the call itself will say what is wrong
            return False
        finally:
            if not reading:
                self._table.end()

    def _decide(self, facts: Facts, question: Question, entry: Entry) -> Decision:
        """The decision with the call's id, if it is a call, and its trace, where it is asked for."""
        call_id = self._log.next_id() if question.is_call else ""
        if question.explain:
            decision, trace = explain(facts, question.rules)
            return replace(decision, call_id=call_id, trace=tuple(trace))
        rules = entry.rules if question.rules is RULES else question.rules
        return replace(decide(facts, rules), call_id=call_id)

    def _tell(self, error: Exception, dialect: Dialect, request_id: bytes, now: float) -> None:
        """A line in the log, once a second at most: when the table is gone, every call fails alike."""
        self._failed += 1
        if now - self._told_at >= 1:
            self._told_at = now
            told = {"dialect": dialect.NAME, "error": type(error).__name__, "failed": self._failed}
            _log.error("call_failed", extra={"about": told | {"request_id": request_id.decode()}})

    def _token_of(self, headers: Headers, now: float) -> Token:
        """The token of a request. Raises Refusal(unauthorized)."""
        for name, value in headers:
            if name == b"authorization":
                token = self._table.token(value)
                if token is None or token.expires_at <= now:
                    break
                return token
        raise _UNAUTHORIZED

    def _admit(self, scope: Scope, question: Question, token: Token) -> Entry:
        """The account that the token may ask about.

        Raises Refusal, in the contract's order: invalid, forbidden.
        """
        if question.fault is not None:
            raise invalid(question.fault)
        if not question.account:
            raise invalid("the account is missing")
        entry = self._table.entry(question.account)
        if entry is None or not entry.admits(token, question):
            raise _FORBIDDEN
        if token.hosts and not token.good_from(self._address_of(scope)):
            raise _FORBIDDEN
        return entry

    def _address_of(self, scope: Scope) -> str | None:
        """The client's address; None where nobody knows it. Few tokens name addresses, so few calls look."""
        client = scope["client"]
        return self._proxies.client_of(client[0] if client else None, scope["headers"])


@lru_cache(maxsize=1024)
def _proven(account: str) -> Token:
    """What stands for the token of a question that needs none: it may ask for a call of that account, and no more.

    Kept: there are few accounts.
    """
    return Token(0, True, Role.ROUTE, frozenset({account}), (), float("inf"), DEFAULT)  # noqa: FBT003 - whoever asks


def _kept(question: Question, decision: Decision) -> str | None:
    """Where the call flow sends the call, of the destinations that it was told as they are kept."""
    return None if question.first is None else decision.select[question.first]


def _completed(question: Question, token: Token) -> Question:
    """What a CTI's own token leaves out: its account, and which CTI."""
    return replace(question, account=question.account or token.home, named={"cti": str(token.cti)} | question.named)
