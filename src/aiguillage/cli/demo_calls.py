"""The demonstration's calls: a fortnight of made-up callers, each decided as a live call would have been."""

from contextlib import closing
from datetime import timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from aiguillage.callpath.log import Logged
from aiguillage.callpath.table import Table
from aiguillage.cli.demo_facts import ACCOUNT
from aiguillage.domain.accounts import NOT_FOUND
from aiguillage.domain.calls import Facts, Question
from aiguillage.domain.moments import DAY, HOUR, in_zone, moment_of
from aiguillage.domain.routing import decide
from aiguillage.domain.unknown_callers import told
from aiguillage.settings import Settings
from aiguillage.storage.calls import keep_calls, open_log
from aiguillage.storage.sqlite.frozen import open_to_read

DAYS = 14
BY_HOUR = (*[1] * 7, 3, 8, 14, 13, 11, 5, 7, 12, 11, 10, 7, 4, 2, *[1] * 4)
"""How many calls an hour of a working day has, about; a day of the weekend a fifth of it."""

CALLERS = (
    ("0199001234", 6),
    ("0261910042", 3),
    ("0353017701", 4),
    ("0353017702", 2),
    ("0536490007", 2),
    ("0261910077", 1),
    ("0465710000", 2),
    ("0261910121", 2),
    ("0639985501", 2),
    ("0199005678", 1),
    ("0536490001", 1),
    ("anonymous", 1),
)
"""Who calls, and how often."""

OWN_US = (24, 60)


def add_calls(settings: Settings, now: int) -> None:
    """Adds calls from the last one in the log on, a fortnight back at most, until now."""
    with closing(open_log(settings.calls)) as log, closing(Table(partial(open_to_read, settings.database))) as table:
        (last,) = log.execute("SELECT max(at) FROM calls").fetchone()
        table.begin()
        entry = table.entry(ACCOUNT)
        if entry is None:
            return
        facts = entry.facts
        rows = []
        for at, number in _draw(max(last or 0, now - DAYS * DAY), now, facts.time_zone):
            found = table.find(facts, Question(account=ACCOUNT, number=number), at)
            rows.append(_logged(found, at, entry.seq).row())
        keep_calls(log, rows)


def _draw(since: int, until: int, time_zone: str) -> list[tuple[int, str]]:
    """Moments and callers, the same for the same time."""
    zone, calls = ZoneInfo(time_zone), []
    numbers, weights = zip(*CALLERS, strict=True)
    hour = in_zone(since, zone).replace(minute=0, second=0, microsecond=0)
    while (begins := moment_of(hour)) < until:
        random = Random(begins)  # noqa: S311 - nobody is kept out by it
        expected = BY_HOUR[hour.hour] / (1 if hour.weekday() < 5 else 5)  # noqa: PLR2004 - Saturday
        for _ in range(round(expected * random.uniform(0.6, 1.4))):
            at = begins + random.randrange(HOUR)
            number = random.choices(numbers, weights)[0]
            if since < at < until:
                calls.append((at, number))
        hour = (hour.astimezone(ZoneInfo("UTC")) + timedelta(hours=1)).astimezone(zone)
    return sorted(calls)


def _logged(facts: Facts, at: int, seq: int) -> Logged:
    decision = told(facts, decide(facts), NOT_FOUND)
    known = decision.known
    return Logged(
        at,
        facts.account.account_id,
        facts.number,
        decision.by,
        None if known is None else known.contact_id,
        "v2",
        "unknown" if known is None else "known",
        None if known is None else decision.select,
        OWN_US[0] + at % (OWN_US[1] - OWN_US[0]),
        "demo",
        None,
        None,
        decision.destination,
        decision.reason,
        seq,
        NOT_FOUND,
    )
