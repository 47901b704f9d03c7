"""Connecting a phone system in the console: its files, filled in with the server's address and the account's code."""

from html import unescape

from aiguillage.integrations import TITLES, Place, files_of, lines_for, systems
from tests.console.visiting import HERE, READER, Site


def test_every_phone_system_is_listed_and_its_files_are_filled_in(site: Site) -> None:
    reader = site.as_(READER)
    place = Place(str(reader.base_url).rstrip("/"), "CL0000")

    listed = reader.get(f"{HERE}/integrations").text

    for system in systems():
        assert f'href="{HERE}/integrations/{system}"' in listed
        shown = unescape(reader.get(f"{HERE}/integrations/{system}").text)
        assert TITLES[system] in shown
        assert all(name in shown and text in shown for name, text in files_of(system, place).items())


def test_a_system_that_there_is_not_is_nowhere(site: Site) -> None:
    assert site.as_(READER).get(f"{HERE}/integrations/fax").status_code == 404


def test_a_tried_call_shows_the_line_that_each_system_asks_with(site: Site) -> None:
    reader = site.as_(READER)
    place = Place(str(reader.base_url).rstrip("/"), "CL0000")

    shown = unescape(reader.get(f"{HERE}/try?number=0199001234&code=4321").text)

    lines = lines_for(place, "customerAccount=CL0000&number=0199001234&code=4321")
    assert "code=4321" in lines["curl"]
    assert all(line.strip() in shown for line in lines.values())
