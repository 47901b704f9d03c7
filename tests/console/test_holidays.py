"""Public holidays in the console: a place chosen, days ticked, destinations given, refused, changed by two people."""

import re
from html import unescape

import httpx

from tests.console.visiting import EDITOR, HERE, READER, Site, Visitor, form_of, text_of

AT = f"{HERE}/holidays"


def sent_of(answer: httpx.Response) -> dict[str, str | list[str]]:
    """What a browser would send of the days as they are shown."""
    return form_of(answer, f"{AT}/days") | {
        "label": [unescape(label) for label in re.findall(r'name="label" value="([^"]*)"', answer.text)]
    }


def row_of(sent: dict[str, str | list[str]], label: str) -> int:
    return list(sent["label"]).index(label)


def observe(editor: Visitor, country: str = "FR", subdivision: str = "") -> httpx.Response:
    return editor.send_form(AT, country=country, subdivision=subdivision)


def test_a_place_is_chosen_and_its_days_of_this_year_and_the_next_are_shown(own_site: Site) -> None:
    editor = own_site.as_(EDITOR)
    assert "These public holidays count from now on." in text_of(observe(editor, "FR", "57"))
    shown = editor.get(AT)
    assert {"Vendredi saint", "Noël"} <= set(sent_of(shown)["label"])
    assert form_of(shown, AT) | {"token": ""} == {"token": "", "country": "FR", "subdivision": "57"}
    other = text_of(editor.get(AT, params={"country": "MC"}))
    assert "This country has no parts" in other
    assert ">Bayern</option>" in editor.get(AT, params={"country": "DE"}).text
    assert editor.get(AT, params={"country": "??"}).status_code == 200
    answer = observe(editor, "FR", "Mars")
    assert (answer.status_code, 'id="fault-subdivision"' in answer.text) == (422, True)
    assert "No public holidays count any more." in text_of(editor.send_form(f"{AT}/forget"))
    assert f'action="{AT}/days"' not in editor.get(AT).text
    assert "No public holidays count" in text_of(own_site.as_(READER).get(AT))
    assert editor.send_form(f"{AT}/days", label=["Noël"]).status_code == 404


def test_days_are_ticked_and_given_destinations_in_one_change(own_site: Site) -> None:
    editor = own_site.as_(EDITOR)
    sent = sent_of(editor.get(AT))
    noel, bastille = row_of(sent, "Noël"), row_of(sent, "Fête nationale")
    sent |= {f"to.{bastille}": "214"}
    del sent[f"on.{noel}"]
    answer = editor.post(f"{AT}/days", data=sent)
    assert "The public holidays are changed." in text_of(answer)
    after = sent_of(answer)
    assert (f"on.{noel}" in after, after[f"to.{bastille}"]) == (False, "214")
    answer = editor.post(f"{AT}/days", data=sent | {f"to.{noel}": "299"})
    assert answer.status_code == 409
    assert sent_of(answer)[f"to.{noel}"] == "299"
    answer = editor.post(f"{AT}/days", data=sent_of(editor.get(AT)) | {f"to.{noel}": "299, 214"})
    assert (answer.status_code, f'id="fault-to.{noel}"' in answer.text) == (422, True)
    assert sent_of(answer)[f"to.{noel}"] == "299, 214"
    assert editor.post(f"{AT}/days", data=sent_of(editor.get(AT)) | {"label": "Nowhere Day"}).status_code == 404
