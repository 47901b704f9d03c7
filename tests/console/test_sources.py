"""The address that contacts are imported from, and the meaning of columns that is remembered, in the console."""

import re

from tests.console.test_importing import IMPORT, chosen, send, send_again
from tests.console.visiting import HERE, MANAGER, Site, form_of, text_of
from tests.server import eventually

SOURCE = f"{HERE}/source"


def test_an_address_is_set_imported_and_removed_and_what_fails_is_said(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    page = manager.get(IMPORT)
    form = form_of(page, SOURCE)

    bad = manager.post(SOURCE, data=form | {"url": "https://127.0.0.1/a.csv", "time_of_day": "05:30"})
    kept = manager.post(SOURCE, data=form | {"url": "https://crm.invalid/a.csv", "schedule": "daily"})
    stale = manager.post(SOURCE, data=form | {"url": "https://crm.invalid/b.csv"})
    running = manager.post(f"{SOURCE}/run", data=form_of(kept, f"{SOURCE}/run"))

    assert (bad.status_code, stale.status_code) == (422, 409)
    assert "is not a public address" in text_of(bad)
    assert 'value="05:30"' in bad.text
    assert "The address is kept" in text_of(kept)
    assert 'value="https://crm.invalid/b.csv"' in stale.text
    assert running.url.path == IMPORT
    eventually(lambda: "failed, nothing was changed" in text_of(manager.get(IMPORT)))
    shown = manager.get(IMPORT)
    assert "crm.invalid is no name that is known" in text_of(shown)
    looked = manager.post(f"{SOURCE}/look", data=form_of(shown, f"{SOURCE}/look"))
    assert looked.status_code == 503
    removed = manager.post(f"{SOURCE}/remove", data=form_of(shown, f"{SOURCE}/remove"))
    assert "The address is removed" in text_of(removed)
    assert f"{SOURCE}/run" not in removed.text


def test_what_columns_mean_is_remembered_said_and_forgotten(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    first = send(manager, b"Firme;Ligne;Truc\nMistral;0199009201;C-9201\n")
    corrected = send_again(manager, first, **{"as.0": "company", "as.2": "reference"})
    send_again(manager, corrected, "/apply")
    eventually(lambda: "It is imported." in text_of(manager.get(first.url)))

    again = send(manager, b"Truc;Firme;Ligne\nC-9202;Belleville;0199009202\n")
    read = set(chosen(again, again.url.path).values())
    forgotten = manager.send_form(f"{again.url.path}/forget")

    assert "The columns are read as you said it" in text_of(again)
    assert {"company", "reference"} <= read
    assert "forgotten" in text_of(forgotten)
    assert "The columns are read as you said it" not in text_of(forgotten)
    assert not {"reference"} & set(chosen(forgotten, again.url.path).values())
    other = send(manager, b"Truc;Ligne\nC-9203;0199009203\n")
    assert not re.search("as you said it", text_of(other))
