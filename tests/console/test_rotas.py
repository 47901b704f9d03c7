"""A rota in the console: who is on call, gaps, replacements, two shifts swapped, the calendar's address."""

import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, text_of

AT = f"{HERE}/rotas"
TODAY = datetime.now(UTC).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)


@pytest.fixture
def rota(site: Site) -> str:
    """The id of a new rota: two people, a week each."""
    code = f"rota-{time.time_ns()}"
    sent = {"code": code, "name": code} | {
        "members.0.name": "Ana Roche",
        "members.0.number": "06 39 98 12 71",
        "members.1.name": "Yanis Morel",
        "members.1.number": "06 39 98 12 72",
        "layers.0.name": "Semaines",
        "layers.0.members": "Ana Roche\nYanis Morel",
        "layers.0.start": MONDAY.isoformat(),
        "layers.0.handover": "09:00",
        "layers.0.every": "1",
        "layers.0.unit": "weeks",
    }
    listed = site.as_(EDITOR).send_form(f"{AT}/new", **sent)
    ids: list[str] = re.findall(rf'href="{AT}/(\d+)"', listed.text)
    return max(ids, key=int)


def shifts(answer: httpx.Response) -> list[tuple[str, str]]:
    """When each shift begins, and who has it."""
    rows = re.findall(r'data-shift data-begin="([^"]+)".*?data-who>.*?<strong>([^<]+)</strong>', answer.text, re.DOTALL)
    return [(begin, who) for begin, who in rows]


def choices(answer: httpx.Response) -> list[tuple[str, str]]:
    """What can be chosen as the first shift to swap: its value and its words."""
    inside = re.findall(r'<select[^>]*id="f-first"[^>]*>(.*?)</select>', answer.text, re.DOTALL)[0]
    return re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', inside)


def at(days: int, hour: str) -> str:
    """A moment some days from now, as the browser's field writes it."""
    return f"{TODAY + timedelta(days=days)}T{hour}"


def test_the_next_weeks_are_shown(site: Site, rota: str) -> None:
    shown = site.as_(READER).get(f"{AT}/{rota}")
    assert {who for _, who in shifts(shown)} == {"Ana Roche", "Yanis Morel"}
    assert len(shifts(shown)) in {5, 6, 7}
    assert "Somebody is always on call." in text_of(shown)
    assert "/swap" not in shown.text


def test_somebody_stands_in(site: Site, rota: str) -> None:
    sent = {"member": "Yanis Morel", "begins": at(3, "18:00"), "ends": at(3, "19:00")}
    answer = site.as_(EDITOR).send_form(f"{AT}/{rota}/replace", **sent)
    assert "The replacement is added." in text_of(answer)
    sent |= {"member": "Ana Roche", "begins": at(3, "20:00"), "ends": at(3, "21:00")}
    answer = site.as_(EDITOR).send_form(f"{AT}/{rota}/replace", **sent)
    found = dict(shifts(answer))
    assert (at(3, "18:00:00"), "Yanis Morel") in found.items() or (at(3, "20:00:00"), "Ana Roche") in found.items()
    assert "replacement" in text_of(answer)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"member": "Ana Roche", "begins": "soon", "ends": at(3, "19:00")}, "begins"),
        ({"member": "Ana Roche", "begins": at(3, "18:00"), "ends": ""}, "ends"),
        ({"member": "Ana Roche", "begins": at(3, "18:00"), "ends": at(2, "18:00")}, "ends"),
        ({"member": "Nobody", "begins": at(3, "18:00"), "ends": at(3, "19:00")}, "member"),
    ],
)
def test_a_replacement_that_makes_no_sense_is_refused(site: Site, rota: str, sent: dict[str, str], field: str) -> None:
    answer = site.as_(EDITOR).send_form(f"{AT}/{rota}/replace", **sent)
    assert (answer.status_code, f'id="fault-{field}"' in answer.text) == (422, True)
    assert f'value="{sent["begins"]}"' in answer.text


def test_two_people_swap_shifts(site: Site, rota: str) -> None:
    editor = site.as_(EDITOR)
    offered = choices(editor.get(f"{AT}/{rota}"))
    before = shifts(editor.get(f"{AT}/{rota}"))
    # Of a shift that has begun only the rest can be swapped: on the day of a handover that is the second one.
    answer = editor.send_form(f"{AT}/{rota}/swap", first=offered[2][0], second=offered[3][0])
    assert "The two shifts are swapped." in text_of(answer)
    after = dict(shifts(answer))
    assert (after[before[2][0]], after[before[3][0]]) == (before[3][1], before[2][1])
    for first, second in ((offered[2][0], offered[2][0]), (offered[2][0], "7"), ("", "")):
        refused = editor.send_form(f"{AT}/{rota}/swap", first=first, second=second)
        assert (refused.status_code, 'id="fault-second"' in refused.text) == (422, True)


def test_gaps_are_marked(site: Site, rota: str) -> None:
    answer = site.as_(EDITOR).send_form(
        f"{AT}/new",
        **{
            "code": f"gap-{rota}",
            "name": "Jours",
            "members.0.name": "Ana Roche",
            "members.0.number": "06 39 98 12 71",
            "layers.0.name": "Jours",
            "layers.0.members": "Ana Roche",
            "layers.0.start": MONDAY.isoformat(),
            "layers.0.windows.0.day_of_week": "1",
            "layers.0.windows.0.start_time": "08:00",
            "layers.0.windows.0.end_time": "18:00",
        },
    )
    ids: list[str] = re.findall(rf'href="{AT}/(\d+)"', answer.text)
    shown = site.as_(EDITOR).get(f"{AT}/{max(ids, key=int)}")
    assert re.search(r"Nobody is on call in \d stretches of time, marked in red.", text_of(shown))
    assert 'data-gap="nobody" class="gap"' in shown.text


def test_the_address_of_the_calendar_is_shown_once(site: Site, rota: str) -> None:
    manager = site.as_(MANAGER)
    answer = manager.send_form(f"{AT}/{rota}/feed")
    address = re.findall(r'value="(http[^"]+/feeds/rotas/[^"]+\.ics)"', answer.text)[0]
    assert "BEGIN:VCALENDAR" in httpx.get(address).text
    assert address not in manager.get(f"{AT}/{rota}").text
    assert "no longer works" in text_of(manager.send_form(f"{AT}/{rota}/feed/end"))
    assert httpx.get(address).status_code == 404
    assert site.as_(EDITOR).send_form(f"{AT}/{rota}/feed").status_code == 403
    assert "/feed" not in site.as_(EDITOR).get(f"{AT}/{rota}").text
