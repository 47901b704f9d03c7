"""The kinds of fact: what each names, what they compile to."""

from datetime import time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.ctis import CtiDestination
from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import BY_NAME, DECIDING, KINDS, Reference, decode_fact, kind_named
from aiguillage.domain.geo import GeoDestination
from aiguillage.domain.oncall import Rota
from aiguillage.domain.queues import Calendar, Group, Queue, Switch, TimeSpan
from tests.domain.compiled import ACCOUNT, ANA, BACK, BARE, BY_KIND, CLOSED, LOBBY, LOOP, ONWARD, OPEN, compiled
from tests.refusal import refused

SPAN = TimeSpan(owner_type="queue", owner_id=1, day_of_week=1, start_time=time(8), end_time=time(9))


def test_a_kind_goes_by_its_name() -> None:
    assert [kind_named(kind.name) for kind in KINDS] == list(KINDS)
    with refused(Kind.MISSING, "Choose one of: group, rota, queue"):
        kind_named("lead")


@pytest.mark.parametrize(
    ("kind", "fact", "references"),
    [
        ("group", Group(name="All"), []),
        ("queue", Queue(name="A", code="a"), []),
        ("queue", Queue(name="A", code="a", group=3, rota=4), [("group", 3, False), ("rota", 4, False)]),
        ("rota", Rota(code="r", name="R", members=(ANA,)), []),
        ("rota", Rota(code="r", name="R", members=(ANA,), level2=5), [("rota", 5, False)]),
        ("time_span", SPAN, [("queue", 1, True)]),
        ("calendar", Calendar(owner_type="rota", owner_id=4, name="C"), [("rota", 4, True)]),
        ("switch", Switch(name="S", owner_type="account", destination="1"), []),
        ("geo_destination", GeoDestination(geo_list=6, zones=("1",)), [("geo_list", 6, True)]),
        ("cti_destination", CtiDestination(cti=7, origin="1", destination="2"), [("cti", 7, True)]),
    ],
)
def test_a_fact_tells_which_others_it_names(kind: str, fact: Any, references: list[Reference]) -> None:  # noqa: ANN401
    assert list(BY_NAME[kind].references(fact)) == references


def test_what_a_fact_can_belong_to_stands_before_it() -> None:
    names = [kind.name for kind in KINDS]

    assert names.index("group") < names.index("queue") < names.index("time_span")
    assert not {"cti_destination", "survey", "webhook"} & set(DECIDING)


def test_most_kinds_are_not_remarked_on() -> None:
    assert [kind.name for kind in KINDS if kind.remarks is not None] == ["rota", "queue", "time_span"]
    assert [kind.name for kind in KINDS if kind.parting is not None] == ["time_span"]


def test_a_fact_is_what_its_json_says() -> None:
    assert decode_fact("time_span", msgspec.json.encode(SPAN)) == SPAN


def test_active_queues_are_dialled_by_their_own_numbers_too() -> None:
    own = {"207": OPEN, "208": CLOSED, "209": ONWARD, "210": LOOP, "211": BACK}

    assert ACCOUNT.dialled == {"+33199000207": OPEN, "+33199000212": BARE, **own}


def test_a_number_is_dialled_as_a_call_has_it_and_one_from_outside_goes_first() -> None:
    queues = {
        1: Queue(name="A", code="a", number="0199001111"),
        2: Queue(name="B", code="b", number="lobby"),
        3: Queue(name="C", code="c", number="sip:desk@example.org"),
        4: Queue(name="D", code="d", number="01 99 00 11 11"),
        5: Queue(name="E", code="e", number="0199002222"),
        6: Queue(name="F", code="f", did_number="+33199002222"),
    }

    assert compiled({"queue": queues}).dialled == {"+33199001111": 1, "+33199002222": 6}


def test_a_cti_goes_by_its_name_in_any_case_and_by_its_id() -> None:
    assert ACCOUNT.ctis == {"lobby": LOBBY, str(LOBBY): LOBBY}


def test_an_account_tells_which_kinds_of_facts_it_has() -> None:
    assert ACCOUNT.kinds == set(BY_KIND)
    assert compiled({"queue": {}}).kinds == set()


def test_the_defaults_of_the_eight_fields_are_destinations_and_answers() -> None:
    account = compiled({}, ("200", None, "3", None, "1", "0", None, "1"))

    assert (account.select, account.boolean) == (("200", None, "3", None), (True, False, False, True))
