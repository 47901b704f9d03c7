"""The command that fills in what a phone system takes: real address, account and token in the places of examples."""

from pathlib import Path

from aiguillage.integrations import ACCOUNT as EXAMPLE
from aiguillage.integrations import ADDRESS, LINE, TITLES, TOKEN, Place, filled, folder, systems
from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal

SECRET = "aig_" + "s" * 20


def test_every_folder_is_a_phone_system_with_a_name() -> None:
    assert {one.name for one in folder().iterdir() if one.is_dir()} == set(TITLES)
    assert all((folder() / name / file).is_file() for name, files in systems().items() for file in files or (LINE,))


def test_all_systems_are_listed(terminal: Terminal) -> None:
    assert "curl" in terminal.done("integration", "list")
    assert terminal.read("integration", "list") == {
        name: {"title": TITLES[name], "files": list(files)} for name, files in systems().items()
    }


def test_a_file_is_printed_with_the_real_address_account_and_token(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text(f"{SECRET}\n")

    said = terminal.done(
        *("integration", "curl", ACCOUNT, "--url", "https://routes.example.org/"),
        *("--token-file", str(tmp_path / "token.txt")),
    )

    assert f"Bearer {SECRET}" in said
    assert f"https://routes.example.org/api/v2/route?customerAccount={ACCOUNT}&" in said


def test_every_file_is_written_to_a_folder_and_none_over_another(terminal: Terminal, tmp_path: Path) -> None:
    place = Place("https://routes.example.org", ACCOUNT)
    for system, files in systems().items():
        words = ("integration", system, ACCOUNT, "--url", place.address, "--into", str(tmp_path / system))
        terminal.done(*words)

        written = {one.name: one.read_text() for one in (tmp_path / system).iterdir()}
        assert written == {name: filled((folder() / system / name).read_text(), place) for name in files or (LINE,)}
        assert "is there already" in terminal.refused(*words)


def test_what_cannot_be_filled_in_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    assert "Choose one of: curl" in terminal.refused("integration", "fax", ACCOUNT)
    assert "The account is missing" in terminal.refused("integration", "curl")
    nothing = str(tmp_path / "none")
    assert "cannot be read" in terminal.refused("integration", "curl", ACCOUNT, "--token-file", nothing)
    (tmp_path / "file").write_text("")
    inside = str(tmp_path / "file" / "folder")
    assert "cannot be written to" in terminal.refused("integration", "curl", ACCOUNT, "--into", inside)


def test_the_examples_texts_stand_nowhere_but_where_the_real_ones_belong() -> None:
    place = Place("https://routes.example.org", "CL4321", SECRET)
    for system, files in systems().items():
        for name in files:
            text = filled((folder() / system / name).read_text(), place)
            assert not any(example in text for example in (ADDRESS, EXAMPLE, TOKEN))
