"""Every rule's cases: the facts, what was decided before, what the rule changes (None: it says nothing)."""

from typing import Any

from msgspec.structs import replace

from aiguillage.domain.calls import Decision, Facts, Known, Rule
from aiguillage.domain.routing import (
    REJECT,
    UNDECIDED,
    account_switch,
    blocked_caller,
    called_queue,
    field_defaults,
    first_destination,
    geography,
    known_code,
    known_number,
    known_prefix,
    on_call,
    opening_hours,
    shared_number,
    unknown_caller,
    vip_priority,
)
from tests.domain.compiled import (
    ACCOUNT,
    ANA,
    AT,
    BACK,
    BARE,
    BY_PREFIX,
    CLOSED,
    DUTY,
    FIRE,
    GAP,
    LOOP,
    ONWARD,
    OPEN,
    SWITCHED,
    WITH_DEFAULTS,
    compiled,
)

FIRST, ASK_CODE = (compiled(shared_numbers=policy) for policy in ("first", "ask_code"))
LOCATED = compiled(geo_list=BY_PREFIX)
RESERVE = compiled(rota=DUTY)
OLDEST = Known(1, ("207", "209", "214", "216"), (True, True, False, False), "Garage Belleville")
YOUNGER = Known(2, ("307", None, None, None), (None, False, None, None), "Boulangerie Mistral")
AFAR = Known(3, (None, None, None, None), (None, True, None, None), "Compagnie Ormeau")
NUMBER, CODE = "+33199001234", "4321"
UNKNOWN = Decision("unknown_caller")
SETTLED = Decision("blocked_caller", destination=REJECT, settled=True)


def to(destination: str, **more: Any) -> Decision:  # noqa: ANN401 - whatever a decision has
    """A decision that calls go there, so far."""
    return Decision("known_caller", destination=destination, **more)


def as_known(known: Known, by: str) -> dict[str, Any]:
    """What changes when a caller is this contact."""
    return {"reason": "known_caller", "known": known, "by": by, "select": known.select, "boolean": known.boolean}


def meant_for(queue_id: int, destination: str | None, *on_through: int) -> dict[str, Any]:
    """What changes when a destination is a queue of ACCOUNT's, without its reason."""
    steps = tuple((one, ACCOUNT.hours.state(one, AT)) for one in (queue_id, *on_through))
    changes = {"destination": destination, "queue": queue_id, "state": steps[0][1], "steps": steps, "until": None}
    return changes | ({"until": steps[0][1].until} if steps[0][1].until else {})


def changes_of(before: Decision, after: Decision | None) -> dict[str, Any] | None:
    """What a rule changed; None when it said nothing."""
    if after is None:
        return None
    return {
        name: getattr(after, name)
        for name in Decision.__struct_fields__
        if getattr(after, name) != getattr(before, name)
    }


KNOWN_ALREADY = Decision(**as_known(OLDEST, "number"))
IN_CLOSED = to("299", queue=CLOSED, state=ACCOUNT.hours.state(CLOSED, AT), boolean=(None, True, None, None))
IN_OPEN = to("207", queue=OPEN, state=ACCOUNT.hours.state(OPEN, AT), boolean=(None, True, None, None))
IN_ONWARD = replace(IN_CLOSED, queue=ONWARD, state=ACCOUNT.hours.state(ONWARD, AT))
ON_CALL = ACCOUNT.on_call.duty(DUTY, AT)
ZONE_291 = LOCATED.geography.find(BY_PREFIX, "+33353017700")
RHONE = ACCOUNT.geography.find(42, "69")
NOWHERE = LOCATED.geography.find(BY_PREFIX, NUMBER)

Case = tuple[Rule, Facts, Decision, dict[str, Any] | None]
BLOCKING: list[Case] = [
    (
        blocked_caller,
        Facts(ACCOUNT, "+33199006666"),
        UNDECIDED,
        {"reason": "blocked_caller"} | {"destination": REJECT, "settled": True},
    ),
    (
        blocked_caller,
        Facts(ACCOUNT, "+33261910001"),
        UNDECIDED,
        {"reason": "blocked_caller", "destination": "298", "settled": True},
    ),
    (blocked_caller, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
    (blocked_caller, Facts(ACCOUNT), UNDECIDED, None),
    (
        account_switch,
        Facts(SWITCHED, at=AT),
        UNDECIDED,
        {"reason": "account_switch", "destination": "999", "settled": True, "until": FIRE.until},
    ),
    (account_switch, Facts(SWITCHED, at=AT), SETTLED, None),
    (account_switch, Facts(SWITCHED, at=FIRE.until or 0), UNDECIDED, None),
    (account_switch, Facts(ACCOUNT, at=AT), UNDECIDED, None),
]
KNOWING: list[Case] = [
    (known_number, Facts(ACCOUNT, NUMBER, None, (OLDEST,)), UNDECIDED, as_known(OLDEST, "number")),
    (known_number, Facts(FIRST, NUMBER, None, (OLDEST,)), UNDECIDED, as_known(OLDEST, "number")),
    (
        known_number,
        Facts(ACCOUNT, NUMBER, None, (OLDEST,)),
        SETTLED,
        {name: value for name, value in as_known(OLDEST, "number").items() if name != "reason"},
    ),
    (known_number, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
    (known_number, Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
    (shared_number, Facts(FIRST, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, as_known(OLDEST, "number")),
    (shared_number, Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
    (shared_number, Facts(ACCOUNT, NUMBER, None, (OLDEST, YOUNGER)), UNDECIDED, None),
    (shared_number, Facts(FIRST, NUMBER, None, (OLDEST,)), KNOWN_ALREADY, None),
    (shared_number, Facts(FIRST, NUMBER), UNDECIDED, None),
    (known_prefix, Facts(ACCOUNT, NUMBER, by_prefix=YOUNGER), UNDECIDED, as_known(YOUNGER, "prefix")),
    (known_prefix, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
    (known_prefix, Facts(ASK_CODE, NUMBER, None, (OLDEST, YOUNGER), YOUNGER), UNDECIDED, None),
    (known_code, Facts(ACCOUNT, None, CODE, by_code=YOUNGER), UNDECIDED, as_known(YOUNGER, "code")),
    (known_code, Facts(ACCOUNT, None, CODE), UNDECIDED, None),
    (known_code, Facts(ACCOUNT, NUMBER, CODE, (OLDEST,), None, YOUNGER), KNOWN_ALREADY, None),
]
PLACING: list[Case] = [
    (
        geography,
        Facts(ACCOUNT, value="69001", named={"list": "departments"}),
        UNDECIDED,
        {"reason": "geography", "select": RHONE.select, "zone": RHONE},
    ),
    (
        geography,
        Facts(LOCATED, "+33353017700"),
        UNDECIDED,
        {"reason": "geography", "select": ZONE_291.select, "zone": ZONE_291},
    ),
    (geography, Facts(LOCATED, "+33353017700"), SETTLED, {"select": ZONE_291.select, "zone": ZONE_291}),
    (
        geography,
        Facts(LOCATED, "+33353017700"),
        Decision("known_caller", AFAR, "number"),
        {"reason": "geography", "select": ZONE_291.select, "zone": ZONE_291},
    ),
    (geography, Facts(LOCATED, NUMBER), UNDECIDED, {"reason": "geography", "select": NOWHERE.select, "zone": NOWHERE}),
    (geography, Facts(LOCATED, "+33353017700"), KNOWN_ALREADY, None),
    (geography, Facts(LOCATED, ""), UNDECIDED, None),
    (geography, Facts(LOCATED), UNDECIDED, None),
    (geography, Facts(ACCOUNT, NUMBER), UNDECIDED, None),
    (
        called_queue,
        Facts(ACCOUNT, called="+33199000207"),
        UNDECIDED,
        {"reason": "called_queue", "select": ("207", None, None, None)},
    ),
    (
        called_queue,
        Facts(ACCOUNT, called="+33199000212"),
        UNDECIDED,
        {"reason": "called_queue", "select": ("bare", None, None, None)},
    ),
    (called_queue, Facts(ACCOUNT, called="+33199000207"), SETTLED, {"select": ("207", None, None, None)}),
    (called_queue, Facts(ACCOUNT, called="+33199000213"), UNDECIDED, None),
    (called_queue, Facts(ACCOUNT, called="+33199000207"), KNOWN_ALREADY, None),
    (called_queue, Facts(ACCOUNT), UNDECIDED, None),
    (unknown_caller, Facts(ACCOUNT, NUMBER), UNDECIDED, {"reason": "unknown_caller"}),
    (unknown_caller, Facts(ACCOUNT, NUMBER, None, (OLDEST,)), KNOWN_ALREADY, None),
    (unknown_caller, Facts(ACCOUNT), Decision("geography"), None),
    (field_defaults, Facts(WITH_DEFAULTS), KNOWN_ALREADY, None),
    (
        field_defaults,
        Facts(WITH_DEFAULTS),
        UNKNOWN,
        {"select": ("200", None, None, "204"), "boolean": (False, True, False, False)},
    ),
    (
        field_defaults,
        Facts(WITH_DEFAULTS),
        Decision(select=("1", None, "3", None), boolean=(True, False, True, True)),
        {"select": ("1", None, "3", "204")},
    ),
    (
        field_defaults,
        Facts(WITH_DEFAULTS),
        Decision(select=("1", "2", "3", "4")),
        {"boolean": (False, True, False, False)},
    ),
]
SENDING: list[Case] = [
    (first_destination, Facts(ACCOUNT), KNOWN_ALREADY, {"destination": "207"}),
    (first_destination, Facts(ACCOUNT), UNKNOWN, None),
    (first_destination, Facts(ACCOUNT), SETTLED, None),
    (
        first_destination,
        Facts(ACCOUNT, named={"queue": "CLOSED"}),
        KNOWN_ALREADY,
        {"reason": "first_destination", "destination": "208"},
    ),
    (
        first_destination,
        Facts(ACCOUNT, named={"queue": "bare"}),
        UNKNOWN,
        {"reason": "first_destination", "destination": "bare"},
    ),
    (
        opening_hours,
        Facts(ACCOUNT, at=AT),
        to("207"),
        {name: value for name, value in meant_for(OPEN, "207").items() if name not in ("destination", "until")},
    ),
    (
        opening_hours,
        Facts(ACCOUNT, at=AT),
        to("208"),
        {"reason": "opening_hours"}
        | {name: value for name, value in meant_for(CLOSED, "299").items() if value is not None},
    ),
    (
        opening_hours,
        Facts(ACCOUNT, at=AT),
        to("209"),
        {"reason": "opening_hours"}
        | {name: value for name, value in meant_for(ONWARD, "299", CLOSED).items() if value is not None},
    ),
    (
        opening_hours,
        Facts(ACCOUNT, at=AT),
        to("210"),
        {"reason": "opening_hours"}
        | {name: value for name, value in meant_for(LOOP, "210", BACK).items() if name not in ("destination", "until")},
    ),
    (
        opening_hours,
        Facts(ACCOUNT, at=AT),
        to("bare"),
        {name: value for name, value in meant_for(BARE, "bare").items() if name not in ("destination", "until")},
    ),
    (opening_hours, Facts(ACCOUNT, at=AT), to("213"), None),
    (opening_hours, Facts(ACCOUNT, at=AT), to("sip:desk@example.org"), None),
    (opening_hours, Facts(ACCOUNT, at=AT), UNKNOWN, None),
    (opening_hours, Facts(ACCOUNT, at=AT), replace(SETTLED, destination="208"), None),
    (
        on_call,
        Facts(ACCOUNT, at=AT),
        IN_CLOSED,
        {
            "reason": "on_call",
            "destination": ANA.number if ON_CALL.member == ANA else "+33639980102",
            "duty": ON_CALL,
            "until": ON_CALL.until,
        },
    ),
    (on_call, Facts(ACCOUNT, at=AT), IN_OPEN, None),
    (on_call, Facts(ACCOUNT, at=AT), replace(IN_CLOSED, boolean=(None, False, None, None)), None),
    (on_call, Facts(ACCOUNT, at=AT), IN_ONWARD, None),
    (
        on_call,
        Facts(RESERVE, at=AT),
        IN_ONWARD,
        {
            "reason": "on_call",
            "destination": "+33639980102" if ON_CALL.member != ANA else ANA.number,
            "duty": ON_CALL,
            "until": ON_CALL.until,
        },
    ),
    (on_call, Facts(compiled(rota=GAP), at=AT), IN_ONWARD, None),
    (on_call, Facts(RESERVE, at=AT), to("sip:desk@example.org", boolean=(None, True, None, None)), None),
    (
        on_call,
        Facts(RESERVE, at=AT),
        replace(IN_CLOSED, state=replace(ACCOUNT.hours.state(CLOSED, AT), reason="switch")),
        None,
    ),
    (vip_priority, Facts(ACCOUNT), KNOWN_ALREADY, {"priority": 10}),
    (vip_priority, Facts(compiled(vip_priority=0)), KNOWN_ALREADY, {}),
    (vip_priority, Facts(ACCOUNT), UNKNOWN, None),
]
CASES = BLOCKING + KNOWING + PLACING + SENDING
