"""Searching: the words that a contact is found by, and what typed texts look for."""

import pytest

from aiguillage.domain.contacts import Contact, Telecom, folded
from aiguillage.domain.searching import filtered_by, fits, readings_of, traits_of, words_of

SCHOOL = Contact(
    code="43-AB",
    company="Œuvre d'Été / École",
    first_name="Zoé",
    last_name="Roche-Été",
    telecoms=(Telecom("+33199001234"), Telecom("+3319900*"), Telecom("207")),
    emails=("Zoé.Roche@example.org", "o'neil@example.org"),
)
EMAILS = "zoe.roche@example.org @example.org o neil@example.org neil"


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        (Contact(), ""),
        (Contact(company="Garage  Belleville"), " garage belleville"),
        (Contact(company="Garage", last_name="GARAGE", code="4321"), " garage 4321"),
        (Contact(company="C++ & Cie"), " c cie"),
        (Contact(telecoms=(Telecom("+33199001234"),)), " +33199001234"),
        (Contact(code="*12#"), " 12"),
        (SCHOOL, f" oeuvre d ete ecole roche zoe 43 ab +33199001234 +3319900 207 {EMAILS}"),
    ],
)
def test_a_contact_is_found_by_each_of_its_words_once(contact: Contact, words: str) -> None:
    names = [folded(name) for name in (contact.company, contact.last_name, contact.first_name)]

    assert words_of(contact, names) == words


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
def test_blanks_are_no_search(text: str) -> None:
    assert readings_of(text, "FR") is None


@pytest.mark.parametrize("text", ["%", "-", '"*"', "+", "()", "\0", "\U0010ffff", "🚀"])
def test_signs_alone_find_nothing(text: str) -> None:
    assert readings_of(text, "FR") == ()


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("Garage", ((("garage",),),)),
        ("ÉCOLE d'été", ((("ecole",), ("d",), ("ete",)),)),
        ("roche Roche", ((("roche",),),)),
        ("roche 0199", ((("roche",), ("0199", "+33199")),)),
        ("0199", ((("0199", "+33199"),),)),
        ("+33199", ((("33199", "+33199"),),)),
        ("43", ((("43", "+43", "+3343"),),)),
        ("01 99 00 12", ((("01",), ("99",), ("00",), ("12",)), (("01990012", "+331990012"),))),
        ("+33 1 99", ((("33",), ("1",), ("99",)), (("33199", "+33199"),))),
        ("zoe.roche@exa", ((("zoe.roche@exa",),),)),
        ("@example", ((("@example",),),)),
        ("a+b", ((("a",), ("b",)),)),
    ],
)
def test_a_text_is_read_as_beginnings_of_words(text: str, readings: object) -> None:
    assert readings_of(text, "FR") == readings


LISTED = Contact(
    language="fr-CA",
    telecoms=(Telecom("+33199001234"),),
    select=("Queue 7", "209", None, None),
    boolean=(True, False, None, None),
)


def test_traits_are_what_many_have_alike() -> None:
    assert traits_of(LISTED) == "Queue 7\tfr-CA\t10--"
    assert traits_of(Contact()) == "\t\t----n"


@pytest.mark.parametrize(
    ("name", "value", "fitting", "others"),
    [
        ("field_select_1", "queue 7", True, False),
        ("field_select_1", "queue", False, False),
        ("field_select_1", "", False, True),
        ("language_code", "FR-ca", True, False),
        ("field_boolean_1", True, True, False),
        ("field_boolean_1", False, False, False),
        ("field_boolean_2", False, True, False),
        ("field_boolean_4", True, False, False),
        ("telecoms", "", False, True),
    ],
)
def test_traits_answer_filters(name: str, value: str | bool, *, fitting: bool, others: bool) -> None:
    assert filtered_by(name, value)
    assert fits(traits_of(LISTED), [(name, value)]) is fitting
    assert fits(traits_of(Contact()), [(name, value)]) is others
    assert fits(traits_of(LISTED), [(name, value), ("field_select_1", "Queue 8")]) is False


@pytest.mark.parametrize(("name", "value"), [("telecoms", "+33199001234"), ("company", "a"), ("field_select_2", "209")])
def test_other_filters_are_compared_with_the_contacts(name: str, value: str) -> None:
    assert not filtered_by(name, value)
