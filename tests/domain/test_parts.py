"""The parts of facts: their names, types and words, how what is sent is parsed, how they are answered."""

from datetime import date, datetime, time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.parts import Part, parts_of, read, twin_of, wire_names
from aiguillage.domain.queues import Calendar, DayException, Group, Queue, Switch, TimeSpan
from aiguillage.domain.rotas import Layer, Member, Override, Rota, Window
from tests.refusal import refused

SPAN = TimeSpan(owner_type="queue", owner_id=7, day_of_week=1, start_time=time(9, 0, 0, 5), end_time=time(0))
ON_24TH, ON_26TH = datetime.fromisoformat("2026-12-24T18:00:00"), datetime.fromisoformat("2026-12-26T09:00:00")
ROTA = Rota(
    code="astreinte",
    name="Astreinte",
    members=(Member(name="Ana", number="+33639981201"),),
    layers=(
        Layer(
            name="Semaines",
            members=("Ana",),
            start=date(2026, 11, 2),
            windows=(Window(day_of_week=6, start_time=time(9), end_time=time(12)),),
        ),
    ),
    overrides=(Override(begins=ON_24TH, ends=ON_26TH, member="Ana"),),
)
LIST = GeoList(code="agences", name="Agences", model="fr-departments", fallback=("207", None, None, "216"))


def of(kind: type[msgspec.Struct], wire: str) -> Part:
    """The part that the API calls so."""
    return next(part for part in parts_of(kind) if part.wire == wire)


def answered(fact: msgspec.Struct) -> dict[str, Any]:
    """All parts as they are answered."""
    return {part.wire: part.value(fact) for part in parts_of(type(fact))}


@pytest.mark.parametrize("kind", ["group", "queue", "time_span", "exception", "holiday", "switch", "rota", "blocked"])
def test_every_part_has_words(kind: str) -> None:
    parts = parts_of(BY_NAME[kind].type)

    assert {part.name for part in parts} == set(BY_NAME[kind].type.__struct_fields__)
    assert all(part.sent_words.description and part.shown_words.description for part in parts)


def test_a_fact_without_words_has_no_parts() -> None:
    assert parts_of(Calendar) == ()


def test_the_api_calls_some_parts_otherwise() -> None:
    assert wire_names(Queue) == {"call_queue_group_id": "group", "rota_id": "rota"}
    assert wire_names(Group) == {}


def test_four_destinations_are_four_parts_each_with_its_number_and_example() -> None:
    second = of(GeoList, "fallback_destination_2")

    assert second.sent_words.description == (
        "Destination 2 of callers who are in none of the list's zones; null for none."
    )
    assert second.sent_words.examples == ["209"]
    assert [answered(LIST)[f"fallback_destination_{n}"] for n in range(1, 5)] == ["207", None, None, "216"]
    assert read(GeoList, {"fallback_destination_2": "209", "fallback_destination_4": None}) == {
        "fallback": {1: "209", 3: None}
    }


def test_dates_and_times_are_texts() -> None:
    assert (of(TimeSpan, "date_full").sent, of(TimeSpan, "start_time").shown) == (str | None, str)
    assert answered(SPAN)["start_time"] == "09:00:00"
    assert answered(SPAN)["date_full"] is None


def test_what_is_sent_is_parsed_by_the_type_of_its_part() -> None:
    sent = {
        "date_full": " 2026-12-24 ",
        "start_time": "08:30",
        "end_time": "24:00",
        "time_spanable_type": "App\\CallQueue",
    }

    assert read(TimeSpan, sent) == {
        "owner_type": "queue",
        "date_full": "2026-12-24",
        "start_time": "08:30:00",
        "end_time": "00:00:00",
    }
    assert read(TimeSpan, {"day_of_week": 0, "date_full": None}) == {"day_of_week": 7, "date_full": None}


@pytest.mark.parametrize(
    ("kind", "sent", "field", "words"),
    [
        (TimeSpan, {"date_full": "tomorrow"}, "date_full", "not a date"),
        (TimeSpan, {"start_time": "9"}, "start_time", "not a time"),
        (TimeSpan, {"end_time": "25:00"}, "end_time", "not a time"),
        (Rota, {"overrides": [{"begins": "soon"}]}, "overrides.0.begins", "not a date and time"),
        (Rota, {"layers": [{}, {"windows": [{"start_time": "x"}]}]}, "layers.1.windows.0.start_time", "not a time"),
        (GeoList, {"geo_routing_model_id": 99}, "model", "not a geo model"),
    ],
)
def test_what_cannot_be_parsed_is_refused_by_its_place(
    kind: type[msgspec.Struct], sent: dict[str, Any], field: str, words: str
) -> None:
    with refused(Kind.INVALID, words) as raised:
        read(kind, sent)

    assert raised.value.field == field


def test_what_is_inside_a_fact_is_sent_and_answered_alike() -> None:
    shown = answered(ROTA)

    assert msgspec.convert(read(Rota, shown), Rota) == ROTA
    assert msgspec.convert(shown["layers"], list[twin_of(Layer)])  # type: ignore[misc] # made there
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"name": "Ana", "number": "1", "shoes": 3}, twin_of(Member))


def test_a_part_can_be_shown_otherwise_than_it_is_kept() -> None:
    switch = Switch(name="Panne", owner_type="account", destination="299", on=True, until=1_795_535_999_000_000)

    assert answered(switch)["until"] == "2026-11-24T15:59:59Z"
    assert answered(LIST)["geo_routing_model_id"] == 1
    assert of(Switch, "until").sent_words != of(Switch, "until").shown_words


@pytest.mark.parametrize(
    ("kind", "wire", "sent", "written"),
    [
        (DayException, "day", "2026-12-24", "2026-12-24"),
        (Switch, "until", "2026-11-24T16:59:59+01:00", "2026-11-24T15:59:59Z"),
        (GeoList, "geo_routing_model_id", 1, 1),
        (Queue, "code", "support", "support"),
        (Switch, "until", None, None),
    ],
)
def test_what_is_looked_for_is_written_as_it_is_answered(
    kind: type[msgspec.Struct],
    wire: str,
    sent: object,
    written: object,
) -> None:
    assert of(kind, wire).written(sent) == written


def test_zones_are_codes_or_objects_with_them() -> None:
    assert read(GeoDestination, {"zones": ["35", {"code": "56", "name": "Morbihan"}]}) == {"zones": ["35", "56"]}
