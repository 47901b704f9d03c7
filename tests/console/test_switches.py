"""Switches in the console: flipped with a button, for good or until a moment; what is refused stays at its card."""

import re

from tests.console.visiting import EDITOR, HERE, READER, Site, Visitor, text_of

AT = f"{HERE}/switches"


def added(editor: Visitor, name: str) -> str:
    listed = editor.send_form(f"{AT}/new", name=name, owner="account:", destination="299")
    ids: list[str] = re.findall(rf'href="{AT}/(\d+)"', listed.text)
    return max(ids, key=int)


def test_a_switch_is_on_until_it_is_switched_off(site: Site) -> None:
    editor = site.as_(EDITOR)
    switch = added(editor, "Tempête")
    answer = editor.send_form(f"{AT}/{switch}/flip", to="on", until="never")
    assert "Tempête is on." in text_of(answer)
    assert "On · until somebody switches it off Tempête The whole account → 299" in text_of(answer)
    answer = editor.send_form(f"{AT}/{switch}/flip", to="off")
    assert "Tempête is off." in text_of(answer)
    assert "Off Tempête" in text_of(answer)


def test_a_switch_is_on_until_a_moment(site: Site) -> None:
    editor = site.as_(EDITOR)
    switch = added(editor, "Grève")
    morning = re.findall(r'name="until" value="(\d{4}-\d\d-\d\dT08:00:00)"', editor.get(AT).text)
    answer = editor.send_form(f"{AT}/{switch}/flip", to="on", until=morning[0])
    assert re.search(r"On · until \d+ \w+ (\d{4} )?08:00 Grève", text_of(answer))
    editor.send_form(f"{AT}/{switch}/flip", to="off")
    answer = editor.send_form(f"{AT}/{switch}/flip", to="on", until="moment", moment="2090-01-01T12:00")
    assert "On · until 1 January 2090 12:00 Grève" in text_of(answer)
    editor.send_form(f"{AT}/{switch}/flip", to="off")


def test_what_is_refused_is_said_at_its_switch_and_what_was_typed_stays(site: Site) -> None:
    editor = site.as_(EDITOR)
    switch = added(editor, "Panne")
    for moment, words in (
        ("", "That is no moment. Choose a day and a time."),
        ("2020-01-01T12:00", "already be off"),
        ("x", "no moment"),
    ):
        answer = editor.send_form(f"{AT}/{switch}/flip", to="on", until="moment", moment=moment)
        assert answer.status_code == 422
        assert answer.text.count('id="fault-until"') == 1
        assert words in text_of(answer)
        assert f'name="moment" value="{moment}"' in answer.text
    assert editor.send_form(f"{AT}/99999/flip", to="on").status_code == 404


def test_a_reader_sees_how_they_are(site: Site) -> None:
    shown = site.as_(READER).get(AT)
    assert "Off Réunion Support → 207" in text_of(shown)
    assert "/flip" not in shown.text
