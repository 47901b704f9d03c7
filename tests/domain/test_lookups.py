"""Look-ups: a queue, a rota, a zone, an origin; what is missing is refused, what is malformed too."""

import pytest

from aiguillage.domain.calls import Facts, Rule
from aiguillage.domain.errors import Kind
from aiguillage.domain.lookups import ORIGIN, QUEUE, ROTA, ZONE
from aiguillage.domain.routing import decide
from tests.domain.compiled import ACCOUNT, AT, BACKUP, BO, BY_DEPARTMENT, CLOSED, DUTY, LOBBY, OPEN
from tests.refusal import refused


@pytest.mark.parametrize(
    ("named", "called", "queue"),
    [
        ({"code": "open"}, None, OPEN),
        ({"code": "OPEN"}, None, OPEN),
        ({"number": "208"}, None, CLOSED),
        ({"did_number": "01 99 00 02 07"}, "+33199000207", OPEN),
        ({"id": str(CLOSED)}, None, CLOSED),
    ],
)
def test_a_queue_is_found_by_code_number_dialled_number_or_id(
    named: dict[str, str], called: str | None, queue: int
) -> None:
    decision = decide(Facts(ACCOUNT, at=AT, called=called, named=named), QUEUE)

    state = ACCOUNT.hours.state(queue, AT)
    assert (decision.queue, decision.state, decision.steps) == (queue, state, ((queue, state),))
    assert (decision.reason, decision.destination, decision.until) == (state.reason, state.destination, state.until)


@pytest.mark.parametrize(
    "named",
    [
        {"code": "nothing"},
        {"code": "asleep"},
        {"number": "213"},
        {"did_number": "x"},
        {"id": "7"},
        {"id": "99"},
        {"id": "one"},
        {"id": "9" * 19},
        {"id": "²"},
    ],
)
def test_a_queue_that_is_not_there_or_not_active_is_missing(named: dict[str, str]) -> None:
    with refused(Kind.MISSING, "no such call queue"):
        decide(Facts(ACCOUNT, at=AT, named=named), QUEUE)


def test_a_queues_own_number_is_not_what_callers_dial_from_outside() -> None:
    with refused(Kind.MISSING, "no such call queue"):
        decide(Facts(ACCOUNT, at=AT, called="207", named={"did_number": "207"}), QUEUE)


def test_a_queue_must_be_named() -> None:
    with refused(Kind.INVALID, "code, number, did_number or id"):
        decide(Facts(ACCOUNT, at=AT), QUEUE)


def test_a_rota_tells_who_is_on_call_and_the_second_level() -> None:
    decision = decide(Facts(ACCOUNT, at=AT, named={"rota": "DUTY"}), ROTA)

    duty = ACCOUNT.on_call.duty(DUTY, AT)
    assert (decision.duty, decision.until) == (duty, duty.until)
    assert decision.destination == (duty.member and duty.member.number)
    assert decision.second == ACCOUNT.on_call.duty(BACKUP, AT)


def test_a_rota_without_a_second_level_or_with_a_gap_tells_so() -> None:
    backup, gap = (decide(Facts(ACCOUNT, at=AT, named={"rota": code}), ROTA) for code in ("backup", "gap"))

    assert (backup.destination, backup.second) == (BO.number, None)
    assert (gap.destination, gap.duty and gap.duty.member) == (None, None)


def test_a_zone_tells_its_destinations_or_the_lists_fallback() -> None:
    rhone, nowhere = (
        decide(Facts(ACCOUNT, at=AT, value=value, named={"list": name}), ZONE)
        for value, name in (("69", "departments"), ("75", str(BY_DEPARTMENT)))
    )

    assert (rhone.destination, rhone.select[1], rhone.zone and rhone.zone.nickname) == ("207", "208", "Rhône")
    assert (nowhere.destination, nowhere.zone and nowhere.zone.fallback) == (None, True)


def test_an_origin_tells_where_it_leads() -> None:
    decision = decide(Facts(ACCOUNT, named={"cti": str(LOBBY), "origin": "1"}, leads_to="207"), ORIGIN)

    assert decision.destination == "207"


@pytest.mark.parametrize(
    ("facts", "rules", "kind", "message"),
    [
        (Facts(ACCOUNT, at=AT, named={"rota": "nobody"}), ROTA, Kind.MISSING, "no such rota"),
        (Facts(ACCOUNT, value="69", named={"list": "nowhere"}), ZONE, Kind.MISSING, "no such geo list"),
        (Facts(ACCOUNT, value="69"), ZONE, Kind.INVALID, "list_id"),
        (Facts(ACCOUNT, named={"list": "departments"}), ZONE, Kind.INVALID, "value"),
        (Facts(ACCOUNT, named={"cti": "1", "origin": "1"}), ORIGIN, Kind.MISSING, "no such origin"),
        (Facts(ACCOUNT, named={"cti": "1"}), ORIGIN, Kind.INVALID, "origin"),
        (Facts(ACCOUNT, named={"origin": "1"}), ORIGIN, Kind.INVALID, "cti"),
    ],
)
def test_what_is_missing_or_malformed_is_refused(
    facts: Facts, rules: tuple[Rule, ...], kind: Kind, message: str
) -> None:
    with refused(kind, message):
        decide(facts, rules)
