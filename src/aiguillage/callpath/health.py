"""What a call worker answers of itself: `/healthz`, `/readyz` and `/metrics`, from memory alone."""

import json
from collections.abc import Callable, Iterator
from time import monotonic

from aiguillage import __version__
from aiguillage.callpath.counts import BOUNDS, STARTING, UP, Counts
from aiguillage.callpath.engine import Answer
from aiguillage.domain.moments import SECOND
from aiguillage.domain.problems import MEDIA_TYPE, Code, Problem, as_json, problem

FRESH = 0.25
"""Seconds for which an answer is given again: asking costs no token, and must cost calls nothing either."""

SILENT = 10
"""Seconds without a sign of life after which the desk counts as away."""

PLAIN = b"text/plain; version=0.0.4; charset=utf-8"
JSON = b"application/json"
NOT_READY = "The database cannot be read, or its schema is another release's. Run: aiguillage migrate"
TROUBLES = {
    "log_failing": "The call log cannot be written. Calls are answered; those that it cannot take are counted.",
    "desk_away": "The desk does not answer. Calls are answered; everything else gets 503 until it is back.",
    "frozen": "Nothing can be written beside the database: its disk is full or read-only, or rights are missing. "
    "Calls are answered from it as it is; changes are refused.",
    "replaced": "The database was removed or replaced while it was open. Calls are answered from the open one; changes "
    "are refused. Put it back with its -wal, or start the server again on what is there now.",
}
"""What does not keep calls from being answered, in words."""

COUNTERS = {
    "dropped": ("aiguillage_call_log_dropped", "Calls that were answered but not kept in the call log."),
    "handed_on": ("aiguillage_handed_on", "Requests that are no calls, handed on to the desk."),
    "turned_away": ("aiguillage_turned_away", "Requests that the desk could not be given: 503."),
    "evicted": ("aiguillage_connections_evicted", "Connections that were closed to make room for others."),
    "malformed": ("aiguillage_malformed", "Requests that were no HTTP, or broke its rules."),
    "wrong_addresses": ("aiguillage_wrong_addresses", "Requests under /api for an address that is none: 400."),
    "desk_starts": ("aiguillage_desk_starts", "How often a desk process was started again."),
    "codes_wrong": ("aiguillage_codes_wrong", "Codes that callers typed and nobody has."),
    "codes_refused": ("aiguillage_codes_refused", "Codes that came too soon after too many wrong ones: 429."),
    "worker_starts": ("aiguillage_worker_starts", "How often a call worker was started again."),
}
"""Number -> the metric's name and what it counts."""

GAUGES = {
    "calendars_unused": ("aiguillage_calendars_unused", "Calendars that were read, and of which no event counts."),
    "calendars_failing": ("aiguillage_calendars_failing", "Calendars whose feed cannot be read."),
    "mails_waiting": ("aiguillage_mails_waiting", "Mails that wait for the mail server."),
    "mails_failed": ("aiguillage_mails_failed", "Mails of the last 30 days that could not be sent."),
}
"""The same of what goes up and down."""


class Health:
    """What is answered without a token. `ready` tells whether the table can be read."""

    def __init__(self, counts: Counts, ready: Callable[[], bool], clock: Callable[[], float] = monotonic) -> None:
        self._counts = counts
        self._ready = ready
        self._clock = clock
        self._answers: dict[str, Callable[[], Answer]] = {
            "/healthz": lambda: _told({"status": "ok"}),
            "/readyz": self._readiness,
            "/metrics": self._metrics,
        }
        self._known: dict[str, tuple[float, Answer]] = {}

    def answer(self, path: str, method: str) -> Answer | None:
        """The answer to a request; None where the path is not one of these."""
        found = self._answers.get(path)
        if found is None:
            return None
        if method not in {"GET", "HEAD"}:
            return _refused(problem(Code.METHOD_NOT_ALLOWED, "Ask with GET or HEAD."), ((b"allow", b"GET, HEAD"),))
        known = self._known.get(path)
        if known is None or known[0] <= self._clock():
            known = self._known[path] = self._clock() + FRESH, found()
        return known[1]

    def desk_is_there(self) -> bool:
        """Whether a request can be handed on: the desk gave a sign of life in the last seconds, or is being started."""
        state = self._counts.get("desk_up", 0)
        return state == STARTING or (state == UP and self._clock() - self._counts.get("desk_beat", 0) < SILENT)

    def _desk_answers(self) -> bool:
        return self.desk_is_there() and self._counts.get("desk_up", 0) == UP

    def _readiness(self) -> Answer:
        if not self._ready():
            return _refused(problem(Code.UNAVAILABLE, NOT_READY))
        troubles = [] if self._desk_answers() else [TROUBLES["desk_away"]]
        troubles += [TROUBLES[name] for name in ("log_failing", "frozen", "replaced") if self._counts.total(name)]
        return _told({"status": "ok"} | ({"troubles": troubles} if troubles else {}))

    def _metrics(self) -> Answer:
        body = "\n".join([*self._lines(), ""]).encode()
        return 200, _headers(PLAIN, len(body)), body

    def _lines(self) -> Iterator[str]:
        """Prometheus' text format, version 0.0.4."""
        counts = self._counts
        yield from _head("aiguillage_info", "gauge", "The release that runs.")
        yield f'aiguillage_info{{version="{__version__}"}} 1'
        yield from _head("aiguillage_answers_total", "counter", "Calls answered.")
        for (dialect, status), count in counts.answers().items():
            yield f'aiguillage_answers_total{{dialect="{dialect}",status="{status or "other"}"}} {count}'
        yield from self._own_time()
        for name, (metric, words) in COUNTERS.items():
            yield from _head(f"{metric}_total", "counter", words)
            yield f"{metric}_total {counts.total(name)}"
        for name, (metric, words) in GAUGES.items():
            yield from _head(metric, "gauge", words)
            yield f"{metric} {counts.total(name)}"
        for metric, words, value in (
            ("aiguillage_connections", "Connections that are open.", counts.total("connections")),
            ("aiguillage_desk_up", "Whether the desk answers.", int(self._desk_answers())),
            ("aiguillage_call_log_up", "Whether the call log can be written.", int(not counts.total("log_failing"))),
            ("aiguillage_table_up", "Whether calls can be answered.", int(self._ready())),
            ("aiguillage_table_frozen", "Whether nothing can be written beside it.", int(counts.total("frozen") > 0)),
            ("aiguillage_table_replaced", "Whether another file lies in its place.", int(counts.total("replaced") > 0)),
        ):
            yield from _head(metric, "gauge", words)
            yield f"{metric} {value}"

    def _own_time(self) -> Iterator[str]:
        """The histogram: each call is counted in one bucket, Prometheus wants it in all the wider ones too."""
        name, so_far = "aiguillage_own_time_seconds", 0
        yield from _head(name, "histogram", "Our own time for a call.")
        for bound, count in zip((*BOUNDS, None), self._counts.own_times(), strict=True):
            so_far += count
            yield f'{name}_bucket{{le="{"+Inf" if bound is None else bound / SECOND}"}} {so_far}'
        yield f"{name}_sum {self._counts.total('own_time_sum') / SECOND}"
        yield f"{name}_count {so_far}"


def _head(name: str, kind: str, words: str) -> tuple[str, str]:
    return f"# HELP {name} {words}", f"# TYPE {name} {kind}"


def _told(body: dict[str, object]) -> Answer:
    text = json.dumps(body, separators=(",", ":")).encode()
    return 200, _headers(JSON, len(text)), text


def _refused(told: Problem, more: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    text = as_json(told)
    return told.status, (*_headers(MEDIA_TYPE.encode(), len(text)), *more), text


def _headers(media_type: bytes, length: int) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"content-type", media_type),
        (b"content-length", b"%d" % length),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    )
