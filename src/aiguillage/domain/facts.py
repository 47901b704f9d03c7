"""The facts of an account beside its contacts: which kinds there are, how they hang together, all compiled."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from aiguillage.domain.accounts import Account, Role
from aiguillage.domain.beside import ByKind, reference_key
from aiguillage.domain.blocked import Blocked, BlockedCallers, blocked_keys, check_blocked
from aiguillage.domain.contacts import NO_SELECT, Select
from aiguillage.domain.ctis import Cti, CtiDestination, check_cti, check_cti_destination, origin_keys
from aiguillage.domain.errors import missing
from aiguillage.domain.geo import (
    GeoDestination,
    Geography,
    GeoList,
    check_geo_destination,
    check_geo_list,
    zone_keys,
)
from aiguillage.domain.hours import Hours
from aiguillage.domain.numbers import WITHHELD, caller_number
from aiguillage.domain.oncall import OnCall, Rota, check_rota
from aiguillage.domain.phone_systems import (
    PHONE_SYSTEM,
    PhoneSystem,
    PhoneSystems,
    check_phone_system,
    phone_system_keys,
)
from aiguillage.domain.queues import (
    GROUP,
    QUEUE,
    ROTA,
    Calendar,
    DayException,
    Group,
    Holiday,
    Observance,
    Queue,
    Switch,
    TimeSpan,
    check_calendar,
    check_exception,
    check_group,
    check_holiday,
    check_observance,
    check_queue,
    check_switch,
    check_time_span,
    queue_keys,
    settle_exception,
)
from aiguillage.domain.remarks import Remark, of_queues, of_spans_removed, on_rotas, on_spans
from aiguillage.domain.sources import (
    COLUMN_MAP,
    MOST_COLUMN_MAPS,
    SOURCE,
    ColumnMap,
    ContactSource,
    check_column_map,
    check_source,
)
from aiguillage.domain.steps import Steps, batches, finish
from aiguillage.domain.surveys import Survey, check_survey
from aiguillage.domain.webhooks import MOST_WEBHOOKS, WEBHOOK, Webhook, check_webhook

Fact = msgspec.Struct


class Reference(NamedTuple):
    """One fact names another; `belongs` when it goes with the other, else the other cannot go before it."""

    kind: str
    id: int
    belongs: bool


class Kind(NamedTuple):
    """A kind of fact: its name and shape, what makes one acceptable, what it names, what is worth a remark.

    An account has `most` of them, and `most_together` that belong to one other fact. `keys` are what no other may have
    (domain/beside.py). Where `parts` says what they stand for, as the zones of a geo destination, an account has
    `most` of these too. `remarks` are told of facts that were written, by their ids, `parting` ones of the account
    without facts that were removed. `role` is what it takes to change one, `seen_by` what it takes to see one.
    `settle` completes what was sent, beside the fact before it (None for a new one).
    """

    name: str
    type: type[Fact]
    check: Callable[[Any, int | None, ByKind, Account], Any]
    most: int
    references: Callable[[Any], Iterable[Reference]] = lambda _: ()
    keys: Callable[[Any, Account], Iterable[str]] = lambda _fact, _account: ()
    most_together: int | None = None
    parts: str = ""
    remarks: Callable[[Mapping[int, Any], ByKind], Mapping[int, list[Remark]]] | None = None
    parting: Callable[[Iterable[Any], ByKind], list[Remark]] | None = None
    role: Role = Role.EDIT
    seen_by: Role = Role.READ
    settle: Callable[[dict[str, Any], Any], dict[str, Any]] = lambda sent, _before: sent


def _of_owner(fact: TimeSpan | DayException | Calendar | Switch) -> Iterable[Reference]:
    return () if fact.owner_id is None else (Reference(fact.owner_type, fact.owner_id, belongs=True),)


def _of_queue(queue: Queue) -> Iterable[Reference]:
    named = ((GROUP, queue.group), (ROTA, queue.rota))
    return [Reference(kind, id_, belongs=False) for kind, id_ in named if id_ is not None]


def _of_rota(rota: Rota) -> Iterable[Reference]:
    return () if rota.level2 is None else (Reference(ROTA, rota.level2, belongs=False),)


KINDS = (
    Kind(GROUP, Group, check_group, 1_000),
    Kind(ROTA, Rota, check_rota, 200, _of_rota, remarks=on_rotas),
    Kind(QUEUE, Queue, check_queue, 1_000, _of_queue, lambda fact, _: queue_keys(fact), remarks=of_queues),
    Kind(
        "time_span",
        TimeSpan,
        check_time_span,
        20_000,
        _of_owner,
        most_together=500,
        remarks=on_spans,
        parting=of_spans_removed,
    ),
    Kind("exception", DayException, check_exception, 20_000, _of_owner, most_together=1_000, settle=settle_exception),
    Kind("holiday", Holiday, check_holiday, 1_000),
    Kind("observance", Observance, check_observance, 1),
    Kind("calendar", Calendar, check_calendar, 200, _of_owner),
    Kind("switch", Switch, check_switch, 2_000, _of_owner),
    Kind("blocked", Blocked, check_blocked, 20_000, keys=lambda fact, _: blocked_keys(fact)),
    Kind("geo_list", GeoList, check_geo_list, 100),
    Kind(
        "geo_destination",
        GeoDestination,
        check_geo_destination,
        100_000,
        lambda fact: (Reference("geo_list", fact.geo_list, belongs=True),),
        lambda fact, _: zone_keys(fact),
        parts="zones",
    ),
    Kind("cti", Cti, check_cti, 100),
    Kind(
        "cti_destination",
        CtiDestination,
        check_cti_destination,
        100_000,
        lambda fact: (Reference("cti", fact.cti, belongs=True),),
        origin_keys,
    ),
    Kind("survey", Survey, check_survey, 1_000),
    Kind(PHONE_SYSTEM, PhoneSystem, check_phone_system, 100, keys=lambda fact, _: phone_system_keys(fact)),
    # Its address leads to all contacts of whoever publishes them.
    Kind(SOURCE, ContactSource, check_source, 1, seen_by=Role.EDIT),
    Kind(COLUMN_MAP, ColumnMap, check_column_map, MOST_COLUMN_MAPS, seen_by=Role.EDIT),
    # Its address often has a secret of the receiver's in it.
    Kind(WEBHOOK, Webhook, check_webhook, MOST_WEBHOOKS, role=Role.MANAGE, seen_by=Role.MANAGE),
)
"""Every kind; what a fact can belong to stands before it. docs/limits.md has the numbers in a table."""

BY_NAME = {kind.name: kind for kind in KINDS}
BY_TYPE = {kind.type: kind for kind in KINDS}
_ELSEWHERE = ("cti_destination", "survey", SOURCE, COLUMN_MAP, WEBHOOK)
DECIDING = tuple(kind.name for kind in KINDS if kind.name not in _ELSEWHERE)
"""What a decision needs in memory. A CTI's many origins are looked up; surveys, sources and webhooks decide nothing."""


def keys_of(kind: str, fact: Fact, account: Account) -> frozenset[str]:
    """All that a fact is found by: its own keys, and what it names."""
    of_kind = BY_NAME[kind]
    named = (reference_key(one.kind, one.id) for one in of_kind.references(fact))
    return frozenset((*of_kind.keys(fact, account), *named))


NUMBERS_READ = 10
"""How many queues' numbers are read in a step: to read one takes tens of microseconds."""

_DECODERS = {kind.name: msgspec.json.Decoder(kind.type).decode for kind in KINDS}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises Refusal(missing)."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise missing(f"There is no kind of fact '{name[:40]}'. Choose one of: {', '.join(BY_NAME)}.") from None


def decode_fact(kind: str, body: str | bytes) -> Any:  # noqa: ANN401 - the kind says which
    """A fact from the JSON that it is kept as."""
    return _DECODERS[kind](body)


class AccountFacts(msgspec.Struct, frozen=True):
    """What a decision needs of the account, compiled; the defaults are those of its eight fields.

    `dialled` are the active queues by the numbers that callers dial, those from outside and their own, `ctis` the CTIs
    by name and id, `phone_systems` those that ask in their own words, `kinds` the kinds of fact that there are, `ways`
    each queue's way while it holds (ways.py).
    """

    account_id: int
    code: str
    country: str
    shared_numbers: str
    select: Select = NO_SELECT
    boolean: tuple[bool, bool, bool, bool] = (False, False, False, False)
    time_zone: str = "UTC"
    vip_priority: int = 0
    rota: int | None = None
    geo_list: int | None = None
    fallback_destination: str | None = None
    hours: Hours = msgspec.field(default_factory=lambda: Hours("UTC", {}))
    geography: Geography = msgspec.field(default_factory=lambda: Geography({}))
    on_call: OnCall = msgspec.field(default_factory=lambda: OnCall("UTC", {}))
    blocked: BlockedCallers = msgspec.field(default_factory=lambda: BlockedCallers({}))
    queues: Mapping[int, Queue] = {}
    rotas: Mapping[int, Rota] = {}
    dialled: Mapping[str, int] = {}
    ctis: Mapping[str, int] = {}
    phone_systems: PhoneSystems = msgspec.field(default_factory=lambda: PhoneSystems({}))
    kinds: frozenset[str] = frozenset()
    ways: dict[int, Any] = msgspec.field(default_factory=dict)

    def let_go(self) -> Steps[None]:
        """Frees what there can be very much of, in steps, once no call needs it any more."""
        yield from self.geography.let_go()
        yield from self.hours.let_go()
        yield from self.blocked.let_go()


def compile_facts(account_id: int, account: Account, defaults: Iterable[str | None], by_kind: ByKind) -> AccountFacts:
    """An account's facts, ready to decide with. `defaults` are those of its eight fields, booleans as `1` or `0`."""
    return finish(compile_in_steps(account_id, account, defaults, by_kind))


def compile_in_steps(
    account_id: int,
    account: Account,
    defaults: Iterable[str | None],
    by_kind: ByKind,
    keys: Iterable[tuple[int, str]] = (),
) -> Steps[AccountFacts]:
    """The same in steps, with the keys of phone systems by their ids. No fact may change before the last one."""
    d1, d2, d3, d4, *flags = defaults
    f1, f2, f3, f4 = (flag == "1" for flag in flags)
    queues = by_kind.get(QUEUE, {})
    hours, geography, blocked = Hours(account.time_zone, {}), Geography({}), BlockedCallers({})
    for part in (hours, geography, blocked):
        yield from part.read(by_kind)
    dialled = yield from _dialled(queues, account.country)
    return AccountFacts(
        account_id=account_id,
        code=account.code,
        country=account.country,
        shared_numbers=account.shared_numbers,
        select=(d1, d2, d3, d4),
        boolean=(f1, f2, f3, f4),
        time_zone=account.time_zone,
        vip_priority=account.vip_priority,
        rota=account.rota,
        geo_list=account.geo_list,
        fallback_destination=account.fallback_destination,
        hours=hours,
        geography=geography,
        on_call=OnCall(account.time_zone, by_kind),
        blocked=blocked,
        queues=queues,
        rotas=by_kind.get(ROTA, {}),
        dialled=dialled,
        ctis=_names_of_ctis(by_kind.get("cti", {})),
        phone_systems=PhoneSystems(by_kind.get(PHONE_SYSTEM, {}), keys),
        kinds=frozenset(kind for kind, facts in by_kind.items() if facts),
    )


def _dialled(queues: Mapping[int, Queue], country: str) -> Steps[dict[str, int]]:
    """The active queues by the numbers that callers dial from outside, else by their own, read as a call's are."""
    active = {id_: queue for id_, queue in queues.items() if queue.active}
    own: dict[str, int] = {}
    for batch in batches(reversed(active.items()), NUMBERS_READ):
        own.update((_dialled_as(queue.number, country), id_) for id_, queue in batch if queue.number)
        yield
    own.pop(WITHHELD, None)
    return own | {queue.did_number: id_ for id_, queue in active.items() if queue.did_number}


@lru_cache(maxsize=4096)
def _dialled_as(number: str, country: str) -> str:
    """A queue's number as one who dials it has it; WITHHELD for what cannot be dialled, such as a name."""
    return caller_number(number, country) or WITHHELD


def _names_of_ctis(ctis: Mapping[int, Cti]) -> dict[str, int]:
    """A CTI's id by its name in lower case, and by itself."""
    return {cti.name.lower(): id_ for id_, cti in ctis.items()} | {str(id_): id_ for id_ in ctis}
