"""A geo list in the console: its departments as a map, its zones as a table, a postal code tried."""

from tests.console.visiting import EDITOR, HERE, READER, Site, first_id, text_of

AT = f"{HERE}/geography"


def test_departments_are_a_map_coloured_by_destination(site: Site) -> None:
    reader = site.as_(READER)
    shown = reader.get(f"{AT}/{first_id(reader.get(AT), AT)}")
    assert shown.text.count("<path class=") == 96
    assert "<title>Ille-et-Vilaine (35): +33261910035</title>" in shown.text
    assert "<title>Ville de Paris (75): 207</title>" in shown.text
    assert "Bretagne" in text_of(shown)
    assert "all others 89 departments" in text_of(shown)
    assert "Add zones" not in text_of(shown)


def test_a_postal_code_is_tried(site: Site) -> None:
    reader = site.as_(READER)
    at = f"{AT}/{first_id(reader.get(AT), AT)}"
    assert "Bretagne (35) → +33261910035" in text_of(reader.get(at, params={"value": "35000"}))
    assert "No zone of the list. → 207" in text_of(reader.get(at, params={"value": "75001"}))
    assert reader.get(at, params={"value": "?" * 300}).status_code == 200


def test_other_models_are_a_table(site: Site) -> None:
    editor = site.as_(EDITOR)
    sent = {"list_id": "prefixes", "list_name": "Indicatifs", "geo_routing_model_id": "2"}
    listed = editor.send_form(f"{AT}/new", **sent)
    ids = [part.partition('"')[0] for part in listed.text.split(f'href="{AT}/')[1:]]
    shown = editor.get(f"{AT}/{max((one for one in ids if one.isdigit()), key=int)}")
    assert "<path class=" not in shown.text
    assert "No zone yet" in text_of(shown)
