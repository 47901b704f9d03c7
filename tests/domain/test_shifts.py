"""Whose a shift is: by its title, by an address in it, by the people invited; never by a part of another's name."""

import pytest

from aiguillage.domain.rotas import Member
from aiguillage.domain.shifts import NOBODY, SEVERAL, Naming

CAMILLE = Member(name="Camille Roche", number="+33639980001", email="camille@example.org")
DENIS = Member(name="Denis", number="+33639980002", email="denis.petit@example.org")
ELISE = Member(name="Élise", number="204", email="elise@example.org")
DURAND = Member(name="Denis Durand", number="+33639980003")
MARIE = Member(name="Marie", number="+33639980004")
ANNE_MARIE = Member(name="Anne-Marie Petit", number="+33639980005")
MEMBERS = (CAMILLE, DENIS, ELISE)
ALL = (*MEMBERS, DURAND, MARIE, ANNE_MARIE)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Denis", "Denis"),
        (" denis ", "Denis"),
        ("E\u0301LISE", "Élise"),
        ("Elise", "Élise"),
        ("Astreinte ELISE", "Élise"),
        ("Camille@Example.org", "Camille Roche"),
        ("On call: Camille Roche (week 3)", "Camille Roche"),
        ("ROCHE Camille", "Camille Roche"),
        ("Roche, Camille", "Camille Roche"),
        ("Astreinte - ROCHE Camille - S12", "Camille Roche"),
        ("[L1] Denis", "Denis"),
        ("[L1] [nuit] denis.petit@example.org", "Denis"),
        ("[L0] camille@example.org", "Camille Roche"),
        ("On Call - Denis - Technique", "Denis"),
        ("Technique primary shift: Camille Roche", "Camille Roche"),
        ("garde d'Élise", "Élise"),
        ("Denis.", "Denis"),
        ("(Denis)", "Denis"),
        ("Astreinte : camille@example.org", "Camille Roche"),
        ("Astreinte/camille@example.org.", "Camille Roche"),
        ("mailto:'camille@example.org'", "Camille Roche"),
        ("Camille Roche <camille@example.org>", "Camille Roche"),
        ("Nuit: C. Roche <camille@example.org>", "Camille Roche"),
        ('"Roche, C." < camille@example.org >', "Camille Roche"),
        ("Denis (astreinte@example.org)", "Denis"),
    ],
)
def test_a_title_names_a_member(label: str, name: str) -> None:
    named = Naming(MEMBERS).named(label)

    assert (named.member and named.member.name, named.why) == (name, "")


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("Denise", NOBODY),
        ("Camille", NOBODY),
        ("", NOBODY),
        ("Saint-Denis", NOBODY),
        ("Denis-Pierre", NOBODY),
        ("denis.durand@example.org", NOBODY),
        ("Astreinte denis.durand@example.org", NOBODY),
        ("denis@example.org", NOBODY),
        ("denis_petit@example.org", NOBODY),
        ("jean.denis.petit@example.org", NOBODY),
        ("x-camille@example.org", NOBODY),
        ("camille@example.org.fr", NOBODY),
        ("Denis Durand <denis.durand@example.org>", NOBODY),
        ("Denis <autre.denis@example.org>", NOBODY),
        ("Denis/Élise", SEVERAL),
        ("camille@example.org, denis.petit@example.org", SEVERAL),
        ("Denis, camille@example.org", SEVERAL),
        ("Denis, for Camille Roche", SEVERAL),
    ],
)
def test_a_title_that_names_nobody_or_several_is_nobodys_shift(label: str, why: str) -> None:
    named = Naming(MEMBERS).named(label)

    assert (named.member, named.why) == (None, why)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Astreinte Denis Durand", "Denis Durand"),
        ("Astreinte Durand Denis", "Denis Durand"),
        ("Astreinte Denis", "Denis"),
        ("Anne-Marie Petit (nuit)", "Anne-Marie Petit"),
        ("Marie (nuit)", "Marie"),
        ("Durand Denis <durand@perso.example.org>", "Denis Durand"),
        ("Denis Durand / Denis", None),
    ],
)
def test_a_name_inside_a_longer_one_is_the_longer_ones(label: str, name: str | None) -> None:
    member = Naming(ALL).named(label).member

    assert (member and member.name) == name


@pytest.mark.parametrize(
    ("label", "people", "name"),
    [
        ("On Call - Technique - nuits", ["denis.petit@example.org"], "Denis"),
        ("On Call - Technique - nuits", ["DENIS.PETIT@example.org <denis.petit@EXAMPLE.org>"], "Denis"),
        ("On Call", ["Camille Roche <camille@example.org>", "Chef <chef@example.org>"], "Camille Roche"),
        ("On Call", ["Camille Roche"], "Camille Roche"),
        ("On Call", ["Roche, Camille"], "Camille Roche"),
        ("On Call", ["Marie <marie@perso.example.org>"], "Marie"),
        ("On Call", ["Denis <denis.autre@example.org>"], None),
        ("On Call", ["denis.autre@example.org"], None),
        ("On Call", ["Denise", "Saint-Denis", ""], None),
        ("On Call", ["camille@example.org", "elise@example.org"], None),
        ("Denis", ["camille@example.org"], "Denis"),
        ("Nuit de Denis", ["camille@example.org"], "Denis"),
        ("Denis, pour Camille Roche", ["denis.petit@example.org", "chef@example.org"], "Denis"),
        ("Denis, pour Camille Roche", ["elise@example.org"], None),
        ("Denis, pour Camille Roche", ["denis.petit@example.org", "camille@example.org"], None),
    ],
)
def test_people_invited_name_a_member_where_the_title_does_not(label: str, people: list[str], name: str | None) -> None:
    named = Naming(ALL).named(label, tuple(people))

    assert (named.member and named.member.name) == name
    assert bool(named.why) == (name is None)


def test_an_address_of_two_members_is_neithers() -> None:
    shared = (CAMILLE, Member(name="Bob", number="+33639980009", email="camille@example.org"))

    assert Naming(shared).named("camille@example.org") == (None, SEVERAL)
    assert Naming(shared).named("Astreinte camille@example.org") == (None, SEVERAL)


def test_long_titles_made_of_addresses_take_no_time_worth_telling() -> None:
    naming = Naming([Member(name=f"Member {n}", number="204", email=f"m{n}@example.org") for n in range(200)])

    assert naming.named("a@" * 100) == (None, NOBODY)
    assert naming.named("a.b-c'd+" * 25) == (None, NOBODY)
    assert naming.named("<" * 200) == (None, NOBODY)


@pytest.mark.parametrize(("name", "label"), [(".*", "Denis"), ("(a+)+", "aaaaaaaa"), ("[", "week 3")])
def test_a_members_name_is_no_pattern(name: str, label: str) -> None:
    member = Member(name=name, number="204")

    assert Naming([member]).named(f"On call: {label}").member is None
    assert Naming([member]).named(f"On call: {name}").member is member
