"""Phone systems: what makes one acceptable, the presets, how they are found."""

from typing import Any

import msgspec
import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.phone_systems import (
    PRESETS,
    TWILIO,
    WEBHOOK,
    PhoneSystem,
    PhoneSystems,
    check_auth_token,
    check_phone_system,
)
from tests.refusal import refused

CL0000 = Account("CL0000")
PABX = PhoneSystem(code="pabx", name="Standard")


def check(fact: PhoneSystem, *others: PhoneSystem) -> PhoneSystem:
    """A new fact as it is kept beside others."""
    return check_phone_system(fact, None, {"phone_system": dict(enumerate(others))}, CL0000)


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_is_acceptable_as_it_is(preset: str) -> None:
    fact = msgspec.convert({"code": preset, "name": PRESETS[preset].title, **PRESETS[preset].values}, PhoneSystem)

    assert check(fact) == fact


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"system": "pabx"}, "system"),
        ({"prompt_language": "français"}, "prompt_language"),
        ({"public_url": "ftp://example.org"}, "public_url"),
        ({"prompt": "x" * 501}, "prompt"),
        ({"number_parameter": ""}, "number_parameter"),
        ({"called_parameter": "a b"}, "called_parameter"),
        ({"code_parameter": "number"}, "code_parameter"),
        ({"fallback_destination": ","}, "fallback_destination"),
        ({"answer": "{"}, "answer"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check(msgspec.structs.replace(PABX, **values))

    assert (refusal.value.kind, refusal.value.field) == (Kind.INVALID, field)


def test_a_code_stands_for_one_phone_system() -> None:
    with refused(Kind.CONFLICT, "CL0000 already has a phone system PABX. Choose another code."):
        check(msgspec.structs.replace(PABX, code="PABX"), PABX)
    assert check_phone_system(PABX, 0, {"phone_system": {0: PABX}}, CL0000) == PABX


def test_what_is_left_out_is_filled_in() -> None:
    kept = check(
        PhoneSystem(code=" pabx ", name=" ", public_url="https://calls.example.org/", fallback_destination="299")
    )

    assert (kept.code, kept.name, kept.public_url) == ("pabx", "pabx", "https://calls.example.org")


def test_one_is_found_by_its_code_and_system_with_its_key() -> None:
    twilio = PhoneSystem(code="Accueil", name="Accueil", system=TWILIO, fallback_destination="299")
    found = PhoneSystems({1: PABX, 2: twilio}, [(2, "key")])

    assert found.named("accueil", TWILIO) == (twilio, "key")
    assert found.named("pabx", WEBHOOK) == (PABX, None)
    assert found.named("pabx", TWILIO) is found.named("nothing", TWILIO) is None
    assert [found.fallback(code) for code in ("ACCUEIL", "pabx", "nothing", None)] == ["299", None, None, None]


def test_an_auth_token_is_what_twilio_shows() -> None:
    assert check_auth_token(" 0123456789abcdef \n") == "0123456789abcdef"
    with refused(Kind.INVALID, "This is not an auth token of Twilio."):
        check_auth_token("é" * 32)
