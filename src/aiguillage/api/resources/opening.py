"""When call queues are open: time spans, exceptions, the account's own holidays (contracts/cx-engine.md)."""

from aiguillage.api.resources.call_queues import TAG
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE
from aiguillage.api.shown import QUEUE_SHOWN, SOME_SPANS
from aiguillage.domain import meanings
from aiguillage.domain.meanings import means
from aiguillage.domain.queues import ACCOUNT

TIME_SPANS = FactResource(
    path=f"{BASE}/call-queues/time-spans",
    noun="time span",
    plural="the time spans",
    sent="A time span as it is sent: on a day of the week (1 Monday .. 7 Sunday, 0 is Sunday too) or on a date.",
    told="A time span as it is answered.",
    tag=TAG,
    kind="time_span",
    place=("time_spanable_id", "time_spanable_type"),
    bulk=("POST", "DELETE"),
    example={
        "day_of_week": 1,
        "start_time": "09:00",
        "end_time": "12:30",
        "time_spanable_id": QUEUE_SHOWN,
        "time_spanable_type": "queue",
    },
    change={"end_time": "18:00"},
    removed=SOME_SPANS,
)
EXCEPTIONS = FactResource(
    path=f"{BASE}/call-queues/exceptions",
    noun="exception",
    plural="the exceptions",
    sent="An exception as it is sent; without `last_day` it is as long as it was, one day when it is new.",
    told="An exception as it is answered.",
    tag=TAG,
    kind="exception",
    place=("exceptionable_id", "exceptionable_type"),
    example={
        "day": "2026-12-24",
        "label": "Inventaire",
        "exceptionable_id": QUEUE_SHOWN,
        "exceptionable_type": "queue",
    },
    change={"label": "Réveillon de la Saint-Sylvestre"},
)
HOLIDAYS = FactResource(
    path=f"{BASE}/call-queues/exceptions/holidays",
    noun="holiday",
    plural="the account's own holidays",
    sent="A holiday of the account as it is sent; it is of `account`, by whose id or none.",
    told="A holiday of the account as it is answered: an exception of `account`.",
    tag=TAG,
    kind="holiday",
    of_account={
        "exceptionable_id": (int, meanings.CUSTOMER_ID),
        "exceptionable_type": (str, means("`account`, which the holiday belongs to.", ACCOUNT)),
    },
    place=("exceptionable_id", "exceptionable_type"),
    description="Those that somebody entered. The public holidays that the account observes are at /holidays.",
    example={"day": "2026-11-27", "label": "Fête du village", "every_year": True},
    change={"label": "Saint-Jean-Baptiste"},
)
