"""CTI maps: how origins are compared, and what makes sense as a CTI and as an origin of one."""

from typing import Any

import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.ctis import (
    LONGEST_ORIGIN,
    Cti,
    CtiDestination,
    check_cti,
    check_cti_destination,
    origin_key,
)
from aiguillage.domain.errors import Kind
from tests.refusal import refused

ACCOUNT = Account("CL0000")
FACTS: dict[str, dict[int, Any]] = {
    "cti": {1: Cti(name="Reception"), 2: Cti(name="Éole")},
    "cti_destination": {
        11: CtiDestination(cti=1, origin="01 99 00 12 34", destination="201"),
        12: CtiDestination(cti=1, origin="Site-A", destination="202"),
    },
}


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("sip:0199001234@pbx.example.org", "+33199001234"),
        ("207", "207"),
        (" site-a ", "SITE-A"),
        ("00", "00"),
    ],
)
def test_an_origin_is_compared_as_a_number_where_it_is_one_else_in_capitals(origin: str, key: str) -> None:
    assert origin_key(origin, "FR") == key


@pytest.mark.parametrize("origin", ["", "  "])
def test_an_empty_origin_is_refused(origin: str) -> None:
    with refused(Kind.INVALID, "The origin is empty. Give what the phone system sends"):
        origin_key(origin, "FR")


def test_a_cti_is_kept_with_its_name_without_blanks_around_it() -> None:
    assert check_cti(Cti(name=" Workshop "), None, FACTS, ACCOUNT) == Cti(name="Workshop")


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "The CTI has no name. Give it one"), (" ", "The CTI has no name"), ("x" * 201, "is too long")],
)
def test_a_cti_without_a_proper_name_is_refused(name: str, message: str) -> None:
    with refused(Kind.INVALID, message):
        check_cti(Cti(name=name), None, FACTS, ACCOUNT)


@pytest.mark.parametrize("name", ["Reception", " RECEPTION", "éole"])
def test_two_ctis_cannot_have_one_name_in_any_case(name: str) -> None:
    with refused(Kind.CONFLICT, "CL0000 already has a CTI (Reception|Éole). Choose another name"):
        check_cti(Cti(name=name), 3, FACTS, ACCOUNT)


def test_a_cti_may_be_given_again_under_its_own_name() -> None:
    assert check_cti(Cti(name="reception"), 1, FACTS, ACCOUNT) == Cti(name="reception")


def test_an_origin_is_kept_as_it_was_written() -> None:
    fact = CtiDestination(cti=2, origin=" 02 61 91 12 34 ", destination=" 201 ")

    checked = check_cti_destination(fact, None, FACTS, ACCOUNT)

    assert checked == CtiDestination(cti=2, origin="02 61 91 12 34", destination="201")


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (CtiDestination(cti=3, origin="a", destination="201"), "CL0000 has no CTI 3. Add it first"),
        (CtiDestination(cti=1, origin=" ", destination="201"), "The origin is empty"),
        (CtiDestination(cti=1, origin="x" * (LONGEST_ORIGIN + 1), destination="201"), "is too long"),
        (CtiDestination(cti=1, origin="a", destination=""), "is not a destination"),
    ],
)
def test_an_origin_that_makes_no_sense_is_refused(fact: CtiDestination, message: str) -> None:
    with refused(Kind.INVALID, message):
        check_cti_destination(fact, None, FACTS, ACCOUNT)


@pytest.mark.parametrize(
    ("origin", "kept"), [("+33199001234", "01 99 00 12 34"), ("0199001234", "01 99 00 12 34"), ("SITE-A", "Site-A")]
)
def test_an_origin_is_in_a_cti_once_however_it_is_written(origin: str, kept: str) -> None:
    fact = CtiDestination(cti=1, origin=origin, destination="209")

    with refused(Kind.CONFLICT, f"Reception already has the origin {kept}. Change that one"):
        check_cti_destination(fact, None, FACTS, ACCOUNT)


def test_an_origin_can_be_in_two_ctis() -> None:
    fact = CtiDestination(cti=2, origin="Site-A", destination="209")

    assert check_cti_destination(fact, None, FACTS, ACCOUNT) == fact


def test_an_origin_may_be_given_again_with_another_destination() -> None:
    fact = CtiDestination(cti=1, origin="site-a", destination="209")

    assert check_cti_destination(fact, 12, FACTS, ACCOUNT) == fact
