"""Geo models, CTIs with their tokens, imports and exports, and what is beside them, over the management API."""

import io
from collections.abc import Iterator
from itertools import count
from typing import Any

import openpyxl
import pytest

from tests.api.asking import Person, person
from tests.standing import Busy

numbers = count(1)
CSV = {"Content-Type": "text/csv"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def manager(busy: Busy) -> Iterator[Person]:
    """CL0000's manager."""
    with person(busy, "manager") as manager:
        yield manager


@pytest.fixture
def name() -> str:
    """A CTI's name that nobody else has."""
    return f"Usine {next(numbers)}"


def origins(manager: Person, name: str) -> list[tuple[str, str]]:
    """A CTI's origins and where they lead."""
    (cti,) = manager.done("GET", "/ctis", params={"name": name})["data"]
    data = manager.done("GET", f"/ctis/{cti['id']}/destinations")["data"]
    return [(one["origin"], one["destination"]) for one in data]


def sent(name: str, **leads: str) -> list[dict[str, Any]]:
    """A CTI as an import has it."""
    return [{"name": name, "destinations": [{"origin": o, "destination": d} for o, d in leads.items()]}]


def cells(content: bytes) -> list[tuple[Any, ...]]:
    """A spreadsheet's rows."""
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_the_shipped_models_are_listed_and_shown(manager: Person) -> None:
    listed = manager.done("GET", "/geo/models", params={"match_position": "start", "sort": "-id"})
    shown = manager.done("GET", "/geo/models/1")

    assert [model["id"] for model in listed["data"]] == [3, 2, 1]
    assert listed["data"][-1] == shown
    assert {"code": "2A", "name": "Corse-du-Sud"} in shown["zones"]
    assert manager.ask("GET", "/geo/models/99").status_code == 404


def test_outsiders_do_not_see_the_models_of_an_account(busy: Busy) -> None:
    with person(busy, "outsider") as outsider:
        assert outsider.ask("GET", "/geo/models").status_code == 404
        assert outsider.ask("GET", "/geo/models/1").status_code == 404


def test_a_destination_of_another_list_is_missing(manager: Person) -> None:
    first, second = (
        manager.add("/geo/lists", {"list_id": f"autre-{n}", "list_name": "Autre", "geo_routing_model_id": 2})["id"]
        for n in (1, 2)
    )
    kept = manager.add(f"/geo/lists/{first}/destinations", {"zones": ["35000"]})["id"]

    for method in ("GET", "DELETE"):
        assert manager.ask(method, f"/geo/lists/{second}/destinations/{kept}").status_code == 404
    assert manager.ask("GET", f"/geo/lists/{second}/destinations").json()["data"] == []
    assert manager.ask("POST", f"/geo/lists/{10**15}/destinations", {"zones": ["35000"]}).status_code == 404


def test_ctis_are_removed_in_bulk_with_their_origins(manager: Person, name: str) -> None:
    manager.done("POST", "/ctis/import", sent(name, site="207"))
    (cti,) = manager.done("GET", "/ctis", params={"name": name})["data"]

    refused = manager.ask("DELETE", "/ctis/bulk", {"ids": [cti["id"], 10**15]})
    done = manager.ask("DELETE", "/ctis/bulk", {"ids": [cti["id"]]})

    assert (refused.status_code, done.status_code) == (404, 204)
    assert manager.ask("GET", f"/ctis/{cti['id']}/destinations").status_code == 404


def test_a_regenerated_token_looks_up_its_cti_and_the_one_before_does_not(manager: Person, name: str) -> None:
    manager.done("POST", "/ctis/import", sent(name, site="207"))
    (cti,) = manager.done("GET", "/ctis", params={"name": name})["data"]
    lookup = {"origin": "site", "customer_account": "CL0000"}

    tokens = [manager.done("POST", f"/ctis/{cti['id']}/regenerate-token")["token"] for _ in range(2)]
    statuses = [
        manager.client.get("/smart-routings/ctis/lookup", params=lookup, headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]
    manager.done("DELETE", f"/ctis/{cti['id']}/token")
    ended = manager.client.get(
        "/smart-routings/ctis/lookup", params=lookup, headers={"Authorization": f"Bearer {tokens[1]}"}
    )

    assert [answer.status_code for answer in statuses] == [401, 200]
    assert statuses[1].json() == {"origin": "site", "destination": "207"}
    assert ended.status_code == 401


def test_only_managers_issue_tokens(busy: Busy, manager: Person, name: str) -> None:
    cti = manager.add("/ctis", {"name": name})

    with person(busy, "editor") as editor:
        assert editor.ask("POST", f"/ctis/{cti['id']}/regenerate-token").status_code == 403
        assert editor.ask("DELETE", f"/ctis/{cti['id']}/token").status_code == 403


def test_an_import_adds_changes_and_leaves_alone(manager: Person, name: str) -> None:
    first = manager.done("POST", "/ctis/import", {"ctis": sent(name, site="207", depot="208")})
    text = (
        f"\ufeffcti;destination;origin\r\n{name};209;SITE\r\n{name};208;depot\r\n{name};214;0199001234\r\n{name};;\r\n"
    )
    second = manager.done("POST", "/ctis/import", content=text.encode(), headers=CSV)

    assert first == {"created": 3, "updated": 0, "unchanged": 0, "refused": 0, "refusals": []}
    assert second == {"created": 1, "updated": 1, "unchanged": 2, "refused": 0, "refusals": []}
    assert origins(manager, name) == [("SITE", "209"), ("depot", "208"), ("0199001234", "214")]


def test_an_import_with_a_refused_row_keeps_nothing_unless_it_is_partial(manager: Person, name: str) -> None:
    rows = sent(name, site="207", depot="a,b")

    whole = manager.ask("POST", "/ctis/import", rows)
    tried = manager.done("POST", "/ctis/import", rows, params={"dry_run": 1})
    nothing = manager.done("GET", "/ctis", params={"name": name})["total"]
    partial = manager.done("POST", "/ctis/import", rows, params={"partial": 1})

    assert whole.status_code == 422
    assert "Line 2: 'a,b' is not a destination." in whole.json()["detail"]
    assert nothing == 0
    assert tried == partial
    assert (partial["created"], partial["refused"], partial["refusals"][0]["line"]) == (2, 1, 2)
    assert origins(manager, name) == [("site", "207")]


def test_every_refused_row_of_an_import_is_told_by_its_line(manager: Person, name: str) -> None:
    refusal = manager.ask("POST", "/ctis/import", [{"name": name}, *sent(name, site="a,b", depot="208", quai="c,d")])

    errors = refusal.json()["errors"]
    assert list(errors) == ["line 2", "line 4"]
    assert "'c,d' is not a destination." in errors["line 4"][0]
    assert "Line 2: 'a,b' is not a destination." in refusal.json()["detail"]


def test_what_an_index_shows_can_be_imported(manager: Person, name: str) -> None:
    manager.done("POST", "/ctis/import", sent(name, site="207"))
    (cti,) = manager.done("GET", "/ctis", params={"name": name})["data"]
    of_it = manager.done("GET", f"/ctis/{cti['id']}/destinations")["data"]

    told = manager.done("POST", "/ctis/import", [cti, cti | {"destinations": of_it}])
    unknown = manager.ask("POST", "/ctis/import", [cti | {"nose": 1}])

    assert (told["created"], told["updated"], told["unchanged"]) == (0, 0, 2)
    assert unknown.status_code == 422


def test_an_origin_is_imported_once(manager: Person, name: str) -> None:
    text = f"cti;origin;destination\n{name};site;207\n{name};SITE;208\n;site;207\n{name};;208\n"

    told = manager.done("POST", "/ctis/import", content=text, headers=CSV, params={"partial": "1"})

    assert [one["line"] for one in told["refusals"]] == [3, 4, 5]
    assert "Line 2 has the origin SITE already." in told["refusals"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"origin;destination\n", "text/csv", 422),
        (b"", "text/csv", 422),
        (b"\x00\x01", "text/csv", 422),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'[{"name": 5}]', "application/json", 422),
        (b'{"name": "x"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"<x/>", "application/xml", 415),
        (b"PK\x03\x04 and no spreadsheet", XLSX, 422),
    ],
)
def test_what_is_no_list_of_ctis_is_refused(manager: Person, content: bytes, kind: str, status: int) -> None:
    answer = manager.ask("POST", "/ctis/import", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status, answer.text


def test_an_export_imports_unchanged(manager: Person, name: str) -> None:
    manager.done("POST", "/ctis/import", [*sent(name, site="207", **{"=1+1": "208"}), {"name": f"{name} seul"}])

    table = manager.ask("GET", "/ctis/export")
    objects = manager.ask("GET", "/ctis/export", headers={"Accept": "application/json"})
    lines = manager.ask("GET", "/ctis/export", params={"format": "jsonl"})
    sheet = manager.ask("GET", "/ctis/export", headers={"Accept": XLSX})
    again = [
        manager.done("POST", "/ctis/import", content=table.content, headers=CSV),
        manager.done("POST", "/ctis/import", objects.json()),
        manager.done("POST", "/ctis/import", content=sheet.content, headers={"Content-Type": XLSX}),
    ]

    assert table.headers["content-type"].startswith("text/csv")
    assert f"{name};'=1+1;208\r\n{name} seul;;\r\n" in table.text
    assert objects.json()[-1] == {"name": f"{name} seul", "destinations": []}
    assert len(lines.text.splitlines()) == len(objects.json())
    assert [(told["created"], told["updated"], told["refused"]) for told in again] == [(0, 0, 0)] * 3
    assert again[2] == again[0]
    assert sheet.headers["content-type"] == XLSX
    assert (name, "'=1+1", "208") in cells(sheet.content)
    assert manager.ask("GET", "/ctis/export", params={"format": "pdf"}).status_code == 422
