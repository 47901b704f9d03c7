"""The week of a call queue or group: times added, moved, copied, removed; and what a caller gets at a moment."""

import re
from itertools import count

import httpx
import pytest

from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, Visitor, text_of

QUEUES = f"{HERE}/call-queues"
_numbers = count(400)


@pytest.fixture
def editor(site: Site) -> Visitor:
    return site.as_(EDITOR)


@pytest.fixture
def queue(editor: Visitor) -> str:
    """The id of a new queue without hours; calls go to 299 while it is closed."""
    number = str(next(_numbers))
    sent = {"name": f"File {number}", "code": f"file-{number}", "number": number, "default_destination": "299"}
    return editor.send_form(f"{QUEUES}/new", **sent).url.path.rpartition("/")[2]


def newest(listed: httpx.Response, at: str) -> str:
    ids: list[str] = re.findall(rf'href="{at}/(\d+)"', listed.text)
    return max(ids, key=int)


def add(editor: Visitor, owner: str, days: list[str], begin: str, end: str, **more: str) -> httpx.Response:
    return editor.send_form(f"{HERE}/hours/{owner}/add", days=days, start_time=begin, end_time=end, **more)


def rows(answer: httpx.Response) -> list[tuple[str, str, str, str]]:
    """The day, begin, end (seconds since midnight) and destination of each time that the week is drawn from."""
    named = re.findall(r'data-day="(\d?)" data-begin="(\d+)" data-end="(\d+)" data-destination="([^"]*)"', answer.text)
    return [(day, begin, end, to) for day, begin, end, to in named]


def spans(answer: httpx.Response) -> list[tuple[str, str]]:
    """The id and seq of each."""
    return re.findall(r'data-span="(\d+)" data-seq="(\d+)"', answer.text)


def test_times_are_added_on_several_days_at_once(editor: Visitor, queue: str) -> None:
    assert "Without any, it is always open." in text_of(editor.get(f"{QUEUES}/{queue}"))
    answer = add(editor, f"call-queues/{queue}", ["1", "2"], "09:00", "12:30", destination="214")
    assert "The opening times are added." in text_of(answer)
    assert rows(answer) == [("1", "32400", "45000", "214"), ("2", "32400", "45000", "214")]


def test_a_night_ends_on_the_next_day(editor: Visitor, queue: str) -> None:
    answer = add(editor, f"call-queues/{queue}", ["7"], "19:00", "08:00")
    assert rows(answer) == [("7", "68400", "115200", "")]
    assert "19:00 – 08:00 the next day" in text_of(answer)


def test_what_is_refused_is_said_beside_what_was_typed(editor: Visitor, queue: str) -> None:
    answer = add(editor, f"call-queues/{queue}", [], "09:00", "12:30")
    assert (answer.status_code, 'id="fault-day_of_week"' in answer.text) == (422, True)
    answer = add(editor, f"call-queues/{queue}", ["3"], "morning", "12:30")
    assert (answer.status_code, 'id="fault-start_time"' in answer.text) == (422, True)
    assert 'value="12:30"' in answer.text
    assert 'name="days" value="3" checked' in answer.text
    assert rows(answer) == []


def test_what_was_dragged_is_moved_unless_somebody_moved_it_before(editor: Visitor, queue: str) -> None:
    ((span, seq),) = spans(add(editor, f"call-queues/{queue}", ["1"], "09:00", "12:30", destination="214"))
    sent = {"day_of_week": "4", "start_time": "10:00:00", "end_time": "00:00:00", "seq": seq}
    answer = editor.send_form(f"{HERE}/hours/{span}/move", **sent)
    assert rows(answer) == [("4", "36000", "86400", "214")]
    assert "10:00 – 24:00" in text_of(answer)
    answer = editor.send_form(f"{HERE}/hours/{span}/move", **sent | {"day_of_week": "5"})
    assert (answer.status_code, rows(answer)) == (409, [("4", "36000", "86400", "214")])
    answer = editor.send_form(f"{HERE}/hours/{span}/move", **sent | {"day_of_week": "9", "seq": ""})
    assert answer.status_code == 422


def test_two_times_that_overlap_are_remarked(editor: Visitor, queue: str) -> None:
    add(editor, f"call-queues/{queue}", ["1"], "09:00", "12:30")
    answer = add(editor, f"call-queues/{queue}", ["1"], "12:00", "18:00")
    assert text_of(answer).count("While both hold, that one wins: it starts earlier.") == 2
    assert "While both hold, this one wins: it starts earlier." in text_of(answer)


def test_a_day_is_copied_in_place_of_what_others_have(editor: Visitor, queue: str) -> None:
    add(editor, f"call-queues/{queue}", ["1"], "09:00", "12:00")
    add(editor, f"call-queues/{queue}", ["1"], "13:00", "18:00")
    add(editor, f"call-queues/{queue}", ["2", "6"], "06:00", "07:00")
    answer = editor.send_form(f"{HERE}/hours/call-queues/{queue}/copy", day="1", onto=["1", "2", "3"])
    assert "The day is copied." in text_of(answer)
    both = [("32400", "43200", ""), ("46800", "64800", "")]
    expected = [(day, *one) for day in "123" for one in both]
    assert rows(answer) == [*expected, ("6", "21600", "25200", "")]
    for day, onto in (("7", ["1"]), ("1", []), ("1", ["1"]), ("x", ["2"])):
        answer = editor.send_form(f"{HERE}/hours/call-queues/{queue}/copy", day=day, onto=onto)
        assert (answer.status_code, len(rows(answer))) == (422, 7)


def test_a_time_is_removed_and_changed_on_a_page_of_its_own(editor: Visitor, queue: str) -> None:
    added = spans(add(editor, f"call-queues/{queue}", ["1", "2"], "09:00", "12:30"))
    answer = editor.send_form(f"{HERE}/hours/{added[0][0]}/remove")
    assert "It is removed." in text_of(answer)
    assert [day for day, *_ in rows(answer)] == ["2"]
    sent = {"owner": f"queue:{queue}", "day_of_week": "3", "start_time": "09:00", "end_time": "10:00"}
    answer = editor.send_form(f"{HERE}/time-spans/{added[1][0]}", **sent)
    assert answer.url.path == f"{QUEUES}/{queue}"
    assert rows(answer) == [("3", "32400", "36000", "")]
    answer = editor.send_form(f"{HERE}/time-spans/{added[1][0]}/remove")
    assert (answer.url.path, rows(answer)) == (f"{QUEUES}/{queue}", [])


def test_a_group_has_a_week_that_its_queues_show(editor: Visitor) -> None:
    groups = f"{HERE}/groups"
    group = newest(editor.send_form(f"{groups}/new", name="Ateliers du nord"), groups)
    assert "No call queue is in this group." in text_of(editor.get(f"{groups}/{group}"))
    sent = {"name": "Tournage", "code": "tournage", "number": "498", "call_queue_group_id": group, "active": "1"}
    queue = editor.send_form(f"{QUEUES}/new", **sent).url.path.rpartition("/")[2]
    add(editor, f"groups/{group}", ["1"], "08:00", "12:00")
    shown = editor.get(f"{QUEUES}/{queue}")
    assert "It has those of its group, Ateliers du nord." in text_of(shown)
    assert rows(shown) == [("1", "28800", "43200", "")]
    asked = text_of(editor.get(f"{groups}/{group}", params={"at": "2026-12-07T09:00"}))
    assert "Tournage : open → 498 (time span, until 7 December 12:00)" in asked


def test_a_moment_says_what_a_caller_would_get(editor: Visitor, queue: str) -> None:
    add(editor, f"call-queues/{queue}", ["1"], "09:00", "12:30", destination="214")
    shown = text_of(editor.get(f"{QUEUES}/{queue}", params={"at": "2026-12-07T10:00"}))
    assert "open → 214 (time span, until 7 December 12:30)" in shown
    shown = text_of(editor.get(f"{QUEUES}/{queue}", params={"at": "2026-12-25T10:00"}))
    assert "closed → 299 (holiday Noël" in shown
    for text in ("soon", "9999-12-31T23:59"):
        assert editor.get(f"{QUEUES}/{queue}", params={"at": text}).status_code == 200
    assert "That is no moment." in text_of(editor.get(f"{QUEUES}/{queue}", params={"at": "soon"}))


def test_nothing_is_found_under_another_name_or_id(site: Site) -> None:
    manager = site.as_(MANAGER)
    for owner in ("rotas/51", "nothing/1", "call-queues/99999"):
        assert add(manager, owner, ["1"], "09:00", "12:30").status_code == 404
    assert manager.send_form(f"{HERE}/hours/99999/move").status_code == 404


def test_a_reader_sees_the_week(site: Site, queue: str, editor: Visitor) -> None:
    add(editor, f"call-queues/{queue}", ["1"], "09:00", "12:30")
    shown = site.as_(READER).get(f"{QUEUES}/{queue}")
    assert len(rows(shown)) == 1
    assert "data-editable" not in shown.text
