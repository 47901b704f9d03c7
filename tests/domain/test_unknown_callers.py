"""What the call flow of an unknown caller is told, by its mode."""

import pytest

from aiguillage.domain.accounts import DEFAULT, EMPTY, NOT_FOUND
from aiguillage.domain.calls import Decision, Facts, Known
from aiguillage.domain.geo import Zone
from aiguillage.domain.unknown_callers import told
from tests.domain.compiled import ACCOUNT, compiled

FALLBACK = compiled(fallback_destination="200")
STRANGER = Decision("unknown_caller", destination="209", select=("209", None, None, None), call_id="7")
KNOWN = Decision("known_caller", Known(1, (None,) * 4, (None,) * 4), "number")
ZONE = Zone(("207", None, None, None), "69", "Rhône", fallback=False)
OUTSIDE = Zone(("290", None, None, None), None, "", fallback=True)


@pytest.mark.parametrize(
    ("facts", "mode", "destination", "not_found"),
    [
        (Facts(ACCOUNT), DEFAULT, "209", False),
        (Facts(ACCOUNT), NOT_FOUND, None, True),
        (Facts(ACCOUNT), EMPTY, None, False),
        (Facts(FALLBACK), NOT_FOUND, None, True),
        (Facts(FALLBACK), EMPTY, None, False),
    ],
)
def test_a_stranger_is_told_of_by_the_mode(facts: Facts, mode: str, destination: str | None, not_found: bool) -> None:
    heard = told(facts, STRANGER, mode)

    assert (heard.destination, heard.not_found, heard.call_id) == (destination, not_found, "7")
    assert (heard is STRANGER) == (mode == DEFAULT)


@pytest.mark.parametrize(
    ("facts", "decision", "heard"),
    [
        (Facts(ACCOUNT), KNOWN, True),
        (Facts(ACCOUNT), Decision("account_switch", destination="999", settled=True), True),
        (Facts(ACCOUNT, named={"queue": "open"}), STRANGER, True),
        (Facts(ACCOUNT, value="69001"), Decision("geography", zone=ZONE), True),
        (Facts(ACCOUNT), Decision("geography", zone=ZONE), True),
        (Facts(ACCOUNT, value="00000"), Decision("geography", zone=OUTSIDE), True),
        (Facts(ACCOUNT), Decision("geography", zone=OUTSIDE), False),
        (Facts(ACCOUNT, called="+33199000207"), STRANGER, True),
        (Facts(ACCOUNT, called="+33199000999"), STRANGER, False),
    ],
)
@pytest.mark.parametrize("mode", [NOT_FOUND, EMPTY])
def test_what_settles_a_call_is_told_whatever_the_mode(
    facts: Facts, decision: Decision, heard: bool, mode: str
) -> None:
    assert (told(facts, decision, mode) is decision) == heard
