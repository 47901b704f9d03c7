"""Rotas are kept in their standard form, or refused with what to do."""

from datetime import UTC, date, time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind
from aiguillage.domain.oncall import Member, Override, Rota, Window, check_rota
from tests.domain.rotas import DENIS, MEMBERS, layer, override, rota, window
from tests.refusal import refused

ACCOUNT = Account("CL0000")


def checked(fact: Rota, fact_id: int | None = None, **others: Rota) -> Rota:
    """The rota as it is kept beside others, whose ids are in their names: `rota_9`."""
    kept = {int(name.removeprefix("rota_")): other for name, other in others.items()}
    return check_rota(fact, fact_id, {"rota": kept}, ACCOUNT)


def test_a_rota_is_kept_in_its_standard_form() -> None:
    nights = window(0, "18:00", "08:00")
    typed = Rota(
        code=" N1 ",
        name=" Nights ",
        members=(
            Member(name=" Camille Roche ", number="06 39 98 00 01", email=" Camille@Example.org "),
            Member(name="Denis", number="204"),
            Member(name="Élise", number=" sip:elise@pbx.example.org "),
        ),
        layers=(layer(" Weeks ", ["DENIS", " camille roche", "E\u0301lise"], windows=(nights,)),),
        overrides=(override("2026-07-01 06:00+00:00", "2026-07-01 09:00", "denis"),),
        level2=9,
    )

    kept = checked(typed, 3)

    assert kept == Rota(
        code="N1",
        name="Nights",
        members=(
            Member(name="Camille Roche", number="+33639980001", email="camille@example.org"),
            Member(name="Denis", number="204"),
            Member(name="Élise", number="sip:elise@pbx.example.org"),
        ),
        layers=(layer("Weeks", ["Denis", "Camille Roche", "Élise"], windows=(window(7, "18:00", "08:00"),)),),
        overrides=(override("2026-07-01 08:00", "2026-07-01 09:00", "Denis"),),
        level2=9,
    )
    assert checked(kept, 3) == kept


@pytest.mark.parametrize("code", ["a", "7", "N-1_b.c", "x" * 32])
def test_a_code_is_letters_and_digits(code: str) -> None:
    assert checked(rota(code=code)).code == code


@pytest.mark.parametrize("code", ["", "-a", "x" * 33, "a b", "é", "a/b"])
def test_another_code_is_refused(code: str) -> None:
    with refused(Kind.INVALID, "not a rota code. Use 1 to 32 letters"):
        checked(rota(code=code))


def test_a_code_belongs_to_one_rota_in_any_case() -> None:
    with refused(Kind.CONFLICT, "Another rota has the code 'SUPPORT'. Choose another code"):
        checked(rota(), 3, rota_9=rota(code="SUPPORT"))

    assert checked(rota(), 9, rota_9=rota(code="SUPPORT"), rota_10=rota(code="other")).code == "support"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ((), "Rota 'support' has nobody in it. Add a member"),
        ((Member(name=" ", number="204"),), "A member has no name. Give a name and a number"),
        ((*MEMBERS, Member(name="DENIS", number="204")), "Two members are called 'DENIS'. Give each a different name"),
        ((Member(name="Denis", number="0612"),), "'0612' is not a phone number in FR"),
        ((Member(name="Denis", number="sip:a,b@example.org"),), "is not a destination"),
        ((Member(name="Denis", number="204", email="denis"),), "'denis' is not an e-mail address"),
    ],
)
def test_members_are_refused_with_what_to_do(members: tuple[Member, ...], message: str) -> None:
    with refused(Kind.INVALID, message):
        checked(rota(members=members))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": " "}, "A layer cannot be called ''. Give it a name"),
        ({"name": "override"}, "A layer cannot be called 'override'"),
        ({"members": ()}, "Layer 'Weeks' has nobody in it. Name the members"),
        (
            {"members": ("Denis", "Paul")},
            "Layer 'Weeks' names 'Paul', who is not a member. Choose one of: Camille Roche, ",
        ),
        ({"every": 0}, "hands over every 0 weeks. Give 1 to 366"),
        ({"every": 367}, "hands over every 367 weeks. Give 1 to 366"),
        ({"unit": "months"}, "'months' is not a unit for the turns of layer 'Weeks'. Choose days or weeks"),
        ({"end": date(2026, 1, 5)}, "ends on 2026-01-05, before its first day is over. Give a day after 2026-01-05"),
        ({"windows": (window(8, "08:00", "18:00"),)}, "8 is not a day of the week. Write 1 for Monday"),
        ({"windows": (window(-1, "08:00", "18:00"),)}, "-1 is not a day of the week"),
        ({"handover": time(9, tzinfo=UTC)}, "'09:00:00\\+00:00' has an offset from UTC. Write the local time"),
        (
            {"windows": (Window(day_of_week=1, start_time=time(9), end_time=time(9, tzinfo=UTC)),)},
            "has an offset from UTC",
        ),
    ],
)
def test_a_layer_is_refused_with_what_to_do(changed: dict[str, Any], message: str) -> None:
    with refused(Kind.INVALID, message):
        checked(rota(msgspec.structs.replace(layer(), **changed)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (override("2026-07-01 09:00", "2026-07-01 09:00", "Denis"), "begins on 2026-07-01 09:00 and ends on"),
        (override("2026-07-01 09:00", "2026-07-01 08:00", "Denis"), "Let it end after it begins"),
        (override("2026-07-01 09:00", "2026-07-01 10:00", "Paul"), "An override names 'Paul', who is not a member"),
        (override("0001-01-01 00:00+14:00", "2026-07-01 10:00", "Denis"), "is too far from today. Give a nearer"),
    ],
)
def test_an_override_is_refused_with_what_to_do(wrong: Override, message: str) -> None:
    with refused(Kind.INVALID, message):
        checked(rota(overrides=(wrong,)))


def test_a_rota_is_not_its_own_level_2() -> None:
    with refused(Kind.INVALID, "Rota 'support' is its own level 2. Name another rota"):
        checked(rota(level2=3), 3)

    assert checked(rota(members=(DENIS,), level2=4), 3).level2 == 4


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        (
            {"members": [Member(name=f"M{n}", number="204") for n in range(201)]},
            "members",
            "201 members. Give up to 200",
        ),
        ({"layers": [layer("Weeks", ["Denis"])] * 51}, "layers", "51 layers. Give up to 50"),
        ({"overrides": [override("2026-07-01", "2026-07-02", "Denis")] * 1_001}, "overrides", "1,001 overrides"),
        ({"layers": [layer("A", ["Denis"] * 201)]}, "layers.0.members", "201 turns of layer 'A'. Give up to 200"),
        (
            {"layers": [layer("A", ["Denis"], windows=(window(1, "08:00", "09:00"),) * 51)]},
            "layers.0.windows",
            "51 windows of layer 'A'. Give up to 50",
        ),
    ],
)
def test_a_rota_is_no_larger_than_what_is_worked_out_at_once(changes: dict[str, Any], field: str, told: str) -> None:
    with refused(Kind.INVALID, f"There are {told}") as caught:
        checked(msgspec.structs.replace(rota(), **changes))

    assert caught.value.field == field


def test_a_rota_as_large_as_may_be_is_kept() -> None:
    windows = (window(1, "08:00", "09:00"),) * 50
    members = (DENIS, *(Member(name=f"M{n}", number="204") for n in range(199)))
    large = msgspec.structs.replace(
        rota(),
        members=members,
        layers=(layer("A", [member.name for member in members], windows=windows),) * 50,
        overrides=(override("2026-07-01", "2026-07-02", DENIS.name),) * 1_000,
    )

    assert checked(large) == large
