"""Contacts over the management API, as contracts/cx-engine.md has them."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.users import actor_named
from aiguillage.domain.contacts import PARTS, Contact
from tests.api.client import Client, client_of, on_new_account
from tests.cast import NOW, OTHER_ACCOUNT, email
from tests.standing import Busy

SHOWN = {
    *("id", "reference", "id_code", "language_code", "company", "first_name", "last_name"),
    *("emails", "telecoms", "numbers", "email_destination", "telecom_destination"),
    *(f"field_select_{n}" for n in range(1, 5)),
    *(f"field_boolean_{n}" for n in range(1, 5)),
    *("customer_id", "created_at", "updated_at", "updated_seq"),
}
GARAGE = {
    "reference": "C-1",
    "id_code": "4321",
    "language_code": "fr",
    "company": "Garage Belleville",
    "last_name": "Roche",
    "emails": ["atelier@example.org", {"email": "zoe@example.org", "type": "work"}],
    "telecoms": ["01 99 00 12 34", {"number": "06 39 98 12 34", "type": "mobile", "label": "Zoé", "since": 2020}],
    "email_destination": "file@example.org",
    "telecom_destination": "207",
    "field_select_1": "207",
    "field_boolean_1": True,
    "field_boolean_2": False,
}


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def test_a_contact_is_created_shown_changed_and_deleted(client: Client) -> None:
    made = client.ask("POST", "/contacts", GARAGE)
    one = f"/contacts/{made.json()['id']}"

    assert (made.status_code, made.json().keys()) == (201, SHOWN | {part.wire for part in PARTS.values()})
    assert {name: made.json()[name] for name in GARAGE} == GARAGE
    assert made.json()["numbers"] == ["+33199001234", "+33639981234"]
    assert client.get(one) == made.json()
    changed = client.done("PUT", one, {"company": "Garage Mistral", "id_code": None, "field_boolean_1": None})
    assert changed == made.json() | {
        "company": "Garage Mistral",
        "id_code": None,
        "field_boolean_1": None,
        "updated_at": changed["updated_at"],
        "updated_seq": changed["updated_seq"],
    }
    assert client.ask("DELETE", one).status_code == 204
    client.refused(404, "GET", one)


def test_null_clears_whatever_can_be_cleared(client: Client) -> None:
    one = f"/contacts/{client.done('POST', '/contacts', GARAGE)['id']}"

    cleared = client.done("PUT", one, {name: None for name in GARAGE if name != "company"})

    assert cleared["company"] == "Garage Belleville"
    assert [cleared[name] for name in GARAGE if name != "company"] == [
        [] if isinstance(value, list) else None for name, value in GARAGE.items() if name != "company"
    ]
    assert cleared["numbers"] == []


def test_a_change_to_a_state_that_is_no_more_is_refused(client: Client) -> None:
    made = client.ask("POST", "/contacts", GARAGE)
    one, seen = f"/contacts/{made.json()['id']}", {"If-Match": made.headers["etag"]}

    client.done("PUT", one, {"company": "A"}, headers=seen)

    client.refused(412, "PUT", one, {"company": "B"}, headers=seen)
    client.refused(412, "DELETE", one, headers=seen)
    client.refused(412, "PUT", one, {"company": "B"}, headers={"If-Match": '"no ETag"'})
    assert client.get(one)["company"] == "A"
    assert client.ask("DELETE", one, headers={"If-Match": "*"}).status_code == 204


def test_two_who_write_one_contact_never_lose_an_update(client: Client) -> None:
    one = f"/contacts/{client.done('POST', '/contacts', {'company': 'Counter', 'reference': '0'})['id']}"

    def count_up(times: int) -> None:
        while times:
            seen = client.ask("GET", one)
            more = {"reference": str(int(seen.json()["reference"]) + 1)}
            answer = client.ask("PUT", one, more, headers={"If-Match": seen.headers["etag"]})
            assert answer.status_code in {200, 412}
            times -= answer.status_code == 200

    with ThreadPoolExecutor(2) as writers:
        list(writers.map(count_up, [15, 15]))

    assert client.get(one)["reference"] == "30"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"customer_id": 1, "company": "x"}, "customer_id"),
        ({"role": "manage"}, "role"),
        ({"seq": 7}, "seq"),
        ({"id": 7}, "id"),
        ({"telecoms": ["0199001234", "12x"]}, "telecoms.1"),
        ({"telecoms": [{"type": "mobile"}]}, "telecoms.0"),
        ({"telecoms": [{"number": "0199001234", "note": "x" * 2000}]}, "telecoms.0"),
        ({"telecoms": ["0199001234"] * 51}, "telecoms"),
        ({"telecoms": "0199001234"}, "telecoms"),
        ({"emails": ["nobody"]}, "emails.0"),
        ({"company": 7}, "company"),
        ({"field_boolean_1": "perhaps"}, "field_boolean_1"),
        ({}, "request"),
        ({"company": "a\x00b"}, "company"),
        ({"field_select_1": "2,3"}, "field_select_1"),
    ],
)
def test_a_contact_that_makes_no_sense_is_refused_by_field(client: Client, body: dict[str, object], field: str) -> None:
    problem = client.refused(422, "POST", "/contacts", body)

    assert list(problem["errors"]) == [field]
    assert client.get("/contacts")["total"] == 0


def test_a_number_of_somebody_else_is_a_conflict(client: Client) -> None:
    client.done("POST", "/contacts", GARAGE)

    problem = client.refused(409, "POST", "/contacts", {"telecoms": ["0033199001234"]})

    assert "+33199001234 already belongs to contact" in problem["detail"]


def test_a_list_is_paged_by_number_as_laravel_does(client: Client) -> None:
    for n in range(5):
        client.done("POST", "/contacts", {"company": f"Company {n}"})

    first = client.get("/contacts", per_page=2)
    last = client.ask("GET", client.ask("GET", first["next_page_url"]).json()["next_page_url"]).json()

    assert [one["company"] for one in first["data"]] == ["Company 0", "Company 1"]
    assert {name: first[name] for name in ("current_page", "per_page", "total", "from", "to", "last_page")} == {
        "current_page": 1,
        "per_page": 2,
        "total": 5,
        "from": 1,
        "to": 2,
        "last_page": 3,
    }
    assert [one["company"] for one in last["data"]] == ["Company 4"]
    assert (last["next_page_url"], last["to"]) == (None, 5)
    assert client.get("/contacts", page=9)["data"] == []


def test_a_list_is_paged_by_cursor_when_the_client_asks_so(client: Client) -> None:
    for n in range(5):
        client.done("POST", "/contacts", {"company": f"Company {n}"})

    page, seen = client.get("/contacts", per_page=2, cursor="", sort="-company"), []
    seen += page["data"]
    while page["next_page_url"] is not None:
        page = client.ask("GET", page["next_page_url"]).json()
        seen += page["data"]

    assert [one["company"] for one in seen] == [f"Company {n}" for n in range(4, -1, -1)]
    assert (page["total"], page["current_page"], page["last_page"]) == (5, None, None)


def test_filters_words_order_and_changes_since_choose_from_the_list(client: Client) -> None:
    client.done("POST", "/contacts", GARAGE)
    client.done("POST", "/contacts", {"company": "École Mistral", "telecoms": ["207"]})

    def companies(**params: object) -> list[str]:
        return [one["company"] for one in client.get("/contacts", **params)["data"]]

    assert companies(q="ecole") == companies(q="20") == companies(reference="") == ["École Mistral"]
    assert companies(field_boolean_1=1) == companies(telecoms="0199001234", sort="-id") == ["Garage Belleville"]
    assert companies(field_boolean_2=0, q="garage") == companies(id_code="4321") == ["Garage Belleville"]
    assert (
        companies(sort="-company")
        == companies(updated_since="2026-01-01T00:00:00Z")
        == [
            "Garage Belleville",
            "École Mistral",
        ]
    )
    assert companies(updated_since="2099-01-01T00:00:00+01:00") == []


def test_contacts_have_the_moments_at_which_they_were_added_and_changed(client: Client, busy: Busy) -> None:
    who = actor_named(busy.cast.db, email("manager"), NOW)
    old = add_contact(busy.cast.db, who, client.account, Contact(company="Garage Belleville")).id
    new = client.done("POST", "/contacts", {"company": "École Mistral"})
    changed = client.done("PUT", f"/contacts/{old}", {"company": "Garage Mistral"})

    def ids(**params: object) -> list[int]:
        return [one["id"] for one in client.get("/contacts", **params)["data"]]

    assert changed["created_at"] == "2026-11-18T11:06:40Z"
    assert changed["updated_at"] >= new["updated_at"] == new["created_at"] > "2026-01-01T00:00:00Z"
    assert client.get(f"/contacts/{old}") == changed
    assert ids(sort="created_at") == ids(sort="-updated_at") == [old, new["id"]]
    assert ids(created_at="2026-11-18T12:06:40+01:00") == [old]
    assert ids(created_at=new["created_at"], updated_at=new["updated_at"]) == [new["id"]]
    assert ids(updated_since=changed["updated_at"])[-1:] == [old]


def test_the_list_says_what_it_cannot_do(client: Client) -> None:
    for params in (
        {"created_at": "yesterday"},
        {"updated_at": ""},
        {"sort": "role"},
        {"page": 0},
        {"per_page": 1001},
        {"cursor": "x"},
        {"telecoms": "x"},
        {"nose": 1},
    ):
        problem = client.refused(422, "GET", "/contacts", params=params)

        assert list(problem["errors"]) == list(params)


def test_many_are_deleted_all_or_none(client: Client, busy: Busy) -> None:
    ids = [client.done("POST", "/contacts", {"company": f"Company {n}"})["id"] for n in range(3)]
    outsider = client_of(busy.server, busy.cast, "outsider", OTHER_ACCOUNT)
    foreign = [outsider.done("POST", "/contacts", {"company": "Boulangerie Mistral"})["id"] for _ in range(9)][-1]

    answers = [
        client.ask("DELETE", "/contacts/bulk", {"ids": [*ids, other]}).text.replace(f" {other} ", " ")
        for other in (foreign, 999_999)
    ]

    assert answers[0] == answers[1]
    assert client.get("/contacts")["total"] == 3
    assert client.ask("DELETE", "/contacts/bulk", {"ids": [*ids[1:], ids[1]]}).status_code == 204
    assert [one["id"] for one in client.get("/contacts")["data"]] == ids[:1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/contacts"),
        ("POST", "/contacts"),
        ("GET", "/contacts/{id}"),
        ("PUT", "/contacts/{id}"),
        ("DELETE", "/contacts/{id}"),
        ("DELETE", "/contacts/bulk"),
        ("POST", "/contacts/bulk"),
        ("GET", "/contacts/export"),
        ("GET", "/imports"),
        ("POST", "/imports/{id}/undo"),
    ],
)
def test_an_outsider_cannot_tell_an_account_from_none(client: Client, busy: Busy, method: str, path: str) -> None:
    contact_id = client.done("POST", "/contacts", GARAGE)["id"]
    body = {"contacts": []} if method == "POST" and "bulk" in path else {"ids": [1]} if "bulk" in path else {}

    def ask(account: str) -> httpx.Response:
        outsider = client_of(busy.server, busy.cast, "outsider", account)
        return outsider.ask(method, path.format(id=contact_id), None if method == "GET" else body)

    ours, none = ask(client.account), ask("CL9999")

    assert ours.status_code == none.status_code == 404
    assert ours.text.replace(client.account, "") == none.text.replace("CL9999", "")
