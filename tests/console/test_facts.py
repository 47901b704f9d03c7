"""Facts in forms: added, changed, refused with what was typed, changed by two people, removed."""

import pytest

from aiguillage.console.forms import fields_of
from aiguillage.console.labels import BY_SLUG, LABELS, SUBJECTS
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.parts import parts_of
from tests.console.visiting import EDITOR, HERE, MANAGER, Site, first_id, form_of, text_of

ADDED = {
    "call-queues": {"name": "Atelier", "code": "atelier", "number": "231"},
    "groups": {"name": "Ateliers"},
    "own-holidays": {"day": "2027-05-03", "label": "Pont"},
    "switches": {"name": "Tempête", "owner": "account:", "destination": "299"},
    "blocked-callers": {"number": "05 36 49 77 77", "label": "Importun"},
    "geography": {"list_id": "depots", "list_name": "Dépôts", "geo_routing_model_id": "1"},
    "rotas": {
        "code": "nuits",
        "name": "Nuits",
        "members.0.name": "Ana Roche",
        "members.0.number": "06 39 98 12 77",
        "members.1.name": "",
        "layers.0.name": "Semaines",
        "layers.0.members": "Ana Roche",
        "layers.0.every": "1",
        "layers.0.unit": "weeks",
        "layers.0.start": "2026-11-02",
        "layers.0.handover": "09:00",
        "layers.0.windows.0.day_of_week": "6",
        "layers.0.windows.0.start_time": "09:00",
        "layers.0.windows.0.end_time": "12:30",
    },
}


@pytest.mark.parametrize("slug", ADDED)
def test_a_fact_is_added_changed_and_removed(site: Site, slug: str) -> None:
    editor, at = site.as_(EDITOR), f"{HERE}/{slug}"
    answer = editor.send_form(f"{at}/new", **ADDED[slug])
    assert "It is added." in text_of(answer), text_of(answer)
    name = ADDED[slug].get("name") or ADDED[slug].get("label") or ADDED[slug]["list_name"]
    assert name in text_of(answer)
    mine = max(int(one) for one in _ids(editor.get(at).text, at))
    sent = form_of(editor.get(f"{at}/{mine}"), f"{at}/{mine}")
    for key, value in ADDED[slug].items():
        if value and key != "number" and not key.endswith((".number", "_time", "handover")):
            assert sent[key] == value, key
    assert "Nothing was changed." in text_of(editor.post(f"{at}/{mine}", data=sent))
    part = next(key for key in ("name", "label", "list_name") if key in sent)
    assert "It is changed." in text_of(editor.post(f"{at}/{mine}", data=sent | {part: f"{sent[part]} bis"}))
    assert "It is removed." in text_of(editor.send_form(f"{at}/{mine}/remove"))
    assert editor.get(f"{at}/{mine}").status_code == 404


def _ids(text: str, at: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split(f'href="{at}/')[1:] if part[0].isdigit()]


def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(site: Site) -> None:
    answer = site.as_(EDITOR).send_form(f"{HERE}/call-queues/new", name="Stand", code="deux mots", number="232")
    assert answer.status_code == 422
    sent = form_of(answer, f"{HERE}/call-queues/new")
    assert (sent["name"], sent["code"], sent["number"]) == ("Stand", "deux mots", "232")
    assert "'deux mots' is not a queue code." in text_of(answer)
    assert 'id="fault-code"' in answer.text


def test_rows_and_times_that_make_no_sense_stay_too(site: Site) -> None:
    sent = ADDED["rotas"] | {"layers.0.handover": "noon", "layers.0.every": "many"}
    answer = site.as_(EDITOR).send_form(f"{HERE}/rotas/new", **sent)
    assert answer.status_code == 422
    shown = form_of(answer, f"{HERE}/rotas/new")
    assert (shown["layers.0.handover"], shown["layers.0.every"]) == ("noon", "many")
    assert shown["members.0.name"] == "Ana Roche"


def test_of_two_people_the_second_sees_both_versions(site: Site) -> None:
    one, other = site.as_(EDITOR), site.as_(MANAGER)
    at = f"{HERE}/groups"
    one.send_form(f"{at}/new", name="Équipe du matin")
    mine = max(_ids(one.get(at).text, at), key=int)
    first = form_of(one.get(f"{at}/{mine}"), f"{at}/{mine}") | {"name": "Équipe de jour"}
    second = form_of(other.get(f"{at}/{mine}"), f"{at}/{mine}") | {"name": "Équipe de nuit"}
    assert "It is changed." in text_of(one.post(f"{at}/{mine}", data=first))
    answer = other.post(f"{at}/{mine}", data=second)
    assert answer.status_code == 409
    assert "Somebody changed it since you opened it." in text_of(answer)
    assert "Équipe de jour" in text_of(answer)
    again = form_of(answer, f"{at}/{mine}")
    assert again["name"] == "Équipe de nuit"
    assert "It is changed." in text_of(other.post(f"{at}/{mine}", data=again))


def test_what_others_need_is_not_removed(site: Site) -> None:
    editor, at = site.as_(EDITOR), f"{HERE}/groups"
    editor.send_form(f"{at}/new", name="Magasins")
    group = max(_ids(editor.get(at).text, at), key=int)
    editor.send_form(f"{HERE}/call-queues/new", name="Rayon", code="rayon", call_queue_group_id=group)
    answer = editor.send_form(f"{at}/{group}/remove")
    assert answer.status_code == 422
    assert "refers to it" in text_of(answer)


def test_each_part_of_each_kind_has_a_label_and_a_field() -> None:
    for subject in SUBJECTS:
        kind = BY_NAME[subject.kind].type
        assert {part.name for part in parts_of(kind)} - {"owner_type"} <= set(LABELS), subject.slug
        fields = list(fields_of(kind, {}, {"owner": []}, "UTC"))
        assert len(fields) == len([part for part in parts_of(kind) if part.name != "owner_type"])
        assert set(subject.columns) <= {part.name for part in parts_of(kind)}
    assert len(BY_SLUG) == len(SUBJECTS)


def test_the_list_leads_to_each_fact(site: Site) -> None:
    answer = site.as_(MANAGER).get(f"{HERE}/call-queues")
    assert first_id(answer, f"{HERE}/call-queues") is not None
    assert "Accueil" in text_of(answer)
