"""`aiguillage replay`: what is told of calls that other facts would have sent elsewhere."""

from contextlib import closing
from pathlib import Path

import pytest

from aiguillage.domain.calls import Question
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast, email, known_caller
from tests.cli.terminal import Terminal
from tests.replayed import Asked

REPLAY = ("replay", ACCOUNT, "--since", "2026-11-01")
UNMOVED = "5 calls decided again; 0 would have gone elsewhere.\n"


@pytest.fixture
def called(terminal: Terminal, cast: Cast, settings: Settings) -> Terminal:
    """A terminal after three calls of a contact's, one of a stranger's and one of a withheld caller."""
    known_caller(cast)
    terminal.done("queue", "add", ACCOUNT, "support", "--number", "207")
    terminal.done("hours", "add", ACCOUNT, "--queue", "support", "--day", "1-7", "--from", "0", "--to", "0")
    terminal.done("switch", "add", ACCOUNT, "Fire", "--destination", "999")
    moments = [NOW + n * 60_000_000 for n in range(3)]
    asked = Asked(settings, cast)
    asked.call_at(moments, Question(number=NUMBER))
    asked.call_at(moments[:1], Question(number="+33465710000"), Question(number=""))
    return terminal


@pytest.fixture
def moved(called: Terminal) -> Terminal:
    """The same after a switch was flipped that sends every call elsewhere."""
    called.done("switch", "on", ACCOUNT, "Fire")
    return called


def cells(text: str) -> list[list[str]]:
    """The rows of a table, cell by cell."""
    return [line.split() for line in text.splitlines()]


def test_unchanged_facts_move_no_call(called: Terminal) -> None:
    assert called.done(*REPLAY, "--calls") == UNMOVED


def test_moves_are_told_with_their_counts(moved: Terminal) -> None:
    told = moved.done(*REPLAY)

    first, headings, _, *moves = told.splitlines()
    assert first == "5 calls decided again; 5 would have gone elsewhere."
    assert headings.split() == ["went", "to", "would", "go", "to", "calls"]
    assert cells("\n".join(moves)) == [["207", "999", "3"], ["(nowhere)", "999", "2"]]


def test_facts_from_before_a_change_move_none_of_the_calls_before_it(moved: Terminal) -> None:
    last = moved.read("journal", ACCOUNT, "--limit", "1")[0]["seq"]

    assert moved.done(*REPLAY, "--journal-before", str(last)) == UNMOVED


def test_a_document_tells_what_a_change_would_do(called: Terminal, tmp_path: Path) -> None:
    document = tmp_path / "facts.json"
    document.write_text(called.done("facts", "export", ACCOUNT).replace('"on": false', '"on": true'))

    told = called.read(*REPLAY, "--against", str(document))

    assert (told["calls"], told["left_out"]) == (5, 0)
    assert told["moves"] == [
        {"went": "207", "would_go": "999", "calls": 3},
        {"went": None, "would_go": "999", "calls": 2},
    ]
    newest = told["moved"][0]
    assert (newest["number"], newest["went"], newest["would_go"]) == (NUMBER, "207", "999")
    assert newest["at"] == "2026-11-18T11:08:40.000Z"
    assert called.done(*REPLAY) == UNMOVED


def test_the_calls_are_listed_one_by_one(moved: Terminal) -> None:
    told = moved.done(*REPLAY, "--calls")

    listed = [line.split()[2:] for line in told.splitlines() if line.startswith("2026-")]
    assert listed[:2] == [[NUMBER, "207", "999"]] * 2
    assert sorted(line[0] for line in listed) == ["+33199001234"] * 3 + ["+33465710000", "withheld"]
    assert "time (Europe/Paris)" in told


def test_a_call_that_names_what_is_gone_would_be_refused(called: Terminal, cast: Cast, settings: Settings) -> None:
    Asked(settings, cast).call_at([NOW], Question(number=NUMBER, named={"queue": "support"}))
    called.done("queue", "set", ACCOUNT, "support", "--code", "helpdesk", "--name", "x")

    told = called.done(*REPLAY)

    assert ["207", "(refused)", "1"] in cells(told)


def test_calls_of_an_older_release_are_told_apart(called: Terminal, settings: Settings) -> None:
    with closing(open_log(settings.calls)) as log:
        log.execute("UPDATE calls SET seq = NULL WHERE number = ?", (NUMBER,))

    told = called.done(*REPLAY)

    assert told.splitlines() == [
        "2 calls decided again; 0 would have gone elsewhere.",
        "Left out are 3 calls that an older release logged.",
    ]


def test_a_french_reader_reads_french(moved: Terminal) -> None:
    told = Terminal(moved.data_dir, "fr").done(*REPLAY, "--calls")

    assert "5 appels décidés à nouveau" in told
    assert "(nulle part)" in told
    assert "masqué" in told


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--journal-before", "999"), "no change 999"),
        (("--against", "nowhere.json"), "nowhere.json"),
        (("--against", "THEIRS"), f"about {OTHER_ACCOUNT}, not {ACCOUNT}"),
        (("--against", "THEIRS", "--journal-before", "1"), "not both"),
        (("--since", "yesterday"), "is not a date and time"),
    ],
)
def test_what_makes_no_sense_is_refused(called: Terminal, tmp_path: Path, words: tuple[str, ...], advice: str) -> None:
    theirs = tmp_path / "theirs.json"
    theirs.write_text(called.done("facts", "export", OTHER_ACCOUNT))

    said = called.refused("replay", ACCOUNT, *(word.replace("THEIRS", str(theirs)) for word in words))

    assert advice in said


def test_a_file_that_is_no_document_is_refused(called: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text("[]")

    assert "not a document of facts" in called.refused("replay", ACCOUNT, "--against", str(file))


def test_a_router_may_not_replay(called: Terminal) -> None:
    assert "requires the role read" in called.refused("--as", email("router"), "replay", ACCOUNT)
