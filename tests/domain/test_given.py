"""What was sent is given back as it came, as long as it says what is kept."""

import pytest

from aiguillage.domain.contacts import Contact, Telecom, folded
from aiguillage.domain.given import Sent, emails_given, keep_given, plain_telecom, sent_as, telecoms_given

LANDLINE, MOBILE = "+33199001234", "+33639981234"
CONTACT = Contact(telecoms=(Telecom(LANDLINE), Telecom(MOBILE, "mobile", "direct")), emails=("zoe@example.org",))
SPELT: dict[str, Sent] = {
    LANDLINE: "01 99 00 12 34",
    MOBILE: {"number": "0639981234", "type": "mobile", "label": " direct ", "since": 2020},
    "zoe@example.org": {"email": "zoe@example.org", "type": "work"},
}


def test_numbers_and_addresses_are_given_back_as_they_were_sent() -> None:
    contact = keep_given(CONTACT, SPELT)

    assert contact.given == SPELT
    assert telecoms_given(contact) == [SPELT[LANDLINE], SPELT[MOBILE]]
    assert emails_given(contact) == [SPELT["zoe@example.org"]]


def test_what_nobody_sent_is_given_plainly() -> None:
    assert telecoms_given(CONTACT) == [LANDLINE, {"number": MOBILE, "type": "mobile", "label": "direct"}]
    assert emails_given(CONTACT) == ["zoe@example.org"]


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        (LANDLINE, LANDLINE),
        (LANDLINE, {"number": LANDLINE, "type": "mobile"}),
        (MOBILE, "06 39 98 12 34"),
        (MOBILE, {"number": MOBILE, "type": "mobile", "label": "direct"}),
        (MOBILE, {"number": MOBILE, "type": "landline", "label": "direct"}),
        (MOBILE, {"number": MOBILE, "type": "mobile"}),
        ("+33199009999", "01 99 00 99 99"),
        ("zoe@example.org", "zoe@example.org"),
        ("lea@example.org", {"email": "lea@example.org"}),
    ],
)
def test_what_says_something_else_or_nothing_new_is_not_kept(number: str, sent: Sent) -> None:
    assert keep_given(CONTACT, {number: sent}) is CONTACT


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("0199001234", "0199001234"),
        ({"number": "0199001234"}, {"number": "0199001234"}),
        ({"number": LANDLINE, "given": "0199001234"}, "0199001234"),
        ({"number": LANDLINE, "given": {"number": "0199001234"}}, {"number": "0199001234"}),
        ({"number": LANDLINE, "given": 7}, {"number": LANDLINE, "given": 7}),
    ],
)
def test_a_part_may_bring_along_what_is_to_be_given_back(part: Sent, given: Sent) -> None:
    assert sent_as(part) == given


def test_a_number_without_a_type_is_plainly_a_text() -> None:
    assert plain_telecom(Telecom(LANDLINE)) == LANDLINE
    assert plain_telecom(Telecom(LANDLINE, label="desk")) == {"number": LANDLINE, "label": "desk"}


@pytest.mark.parametrize(
    ("name", "searched"),
    [
        ("Garage", "garage"),
        ("École ÉLÉMENTAIRE", "ecole elementaire"),
        ("E\u0301cole", "ecole"),
        ("Cœur & Œuvre", "coeur & oeuvre"),
        ("Straße", "strasse"),
        ("ﬀ" * 200, "f" * 200),
        ("", ""),
    ],
)
def test_names_are_searched_without_case_and_accents(name: str, searched: str) -> None:
    assert folded(name) == searched
