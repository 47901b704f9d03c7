"""Messages in the language of whoever reads them."""

import re

import pytest

from aiguillage.domain.accounts import Role
from aiguillage.translation import FRENCH, preferred, refused_in, translated
from tests.cli.catalogue import read_po, refusals

PLACE = re.compile(r"\{[^{}]+\}")


def filled(sentence: str) -> str:
    """A sentence with something in each of its places."""
    return PLACE.sub(lambda place: f"Zz{len(place[0])}", sentence)


def test_every_refusal_is_found_again_by_its_words() -> None:
    french = read_po()

    for sentence in refusals():
        assert translated(filled(sentence), FRENCH) == filled(french[sentence]), sentence


def test_what_somebody_wrote_is_left_alone_and_a_sentence_inside_another_is_translated() -> None:
    refused = "The second factor is already on. Remove it first: DELETE /me/totp"
    inside = "The change cannot be reverted: " + refused
    quoted = f"'{refused}' is not a role. Choose one of: {', '.join(role.word for role in Role)}."

    assert translated(refused, FRENCH) in translated(inside, FRENCH)
    assert refused in translated(quoted, FRENCH)
    assert f"«\u00a0{refused}\u00a0»" in translated(quoted, FRENCH)


@pytest.mark.parametrize("name", ["number", "calls", "yes", "Calls", "contact"])
def test_a_name_that_is_one_of_our_words_is_still_a_name(name: str) -> None:
    refused = f"The webhook {name} already has this address. Add the events to that one."

    assert f" {name} " in translated(refused, FRENCH) != refused


@pytest.mark.parametrize("message", ["", "Nobody ever says this.", "'", "x" * 100_000, "is not a date. Write " * 5_000])
def test_what_has_no_translation_stays_as_it_is(message: str) -> None:
    assert translated(message, FRENCH) == message


@pytest.mark.parametrize("language", ["", "c", "xx", "en", "../fr"])
def test_a_language_that_we_lack_is_english(language: str) -> None:
    message = "The query is longer than 8 KiB. Shorten it."

    assert translated(message, language) == message != translated(message, FRENCH)


def test_several_faults_are_translated_one_by_one() -> None:
    one, other = "'x' is not a date. Write it as in 2026-12-24.", "The query is longer than 8 KiB. Shorten it."
    errors = {"day": [one], "query": [other]}
    message, faults = refused_in(FRENCH, f"{one} {other}", errors)

    assert faults == {"day": [translated(one, FRENCH)], "query": [translated(other, FRENCH)]}
    assert message == f"{translated(one, FRENCH)} {translated(other, FRENCH)}"
    assert refused_in(FRENCH, other, None) == (translated(other, FRENCH), None)
    assert refused_in(FRENCH, other, {"day": [one]}) == (translated(other, FRENCH), {"day": [translated(one, FRENCH)]})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-FR, fr;q=0.9, en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("de, fr ; q=0.3 , EN;q=0.4", "en"),
        ("fr;q=0", "en"),
        ("*", "en"),
        ("fr;q=x, ;;, =, fr;q=1e9", "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_spoken(header: str, language: str) -> None:
    assert preferred(header) == language
