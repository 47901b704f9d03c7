"""The successor's published client, request by request (contracts/cx-engine.md), against a real server.

What it does: it puts `customer_account` and filters into the query, booleans among them as `1` and `0`; it sends whole
objects without their id, their account and what is null; it reads `id` of answers and `data` and `next_page_url` of
lists, whose pages it asks for by number.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from aiguillage.desk.surveys import add_records
from aiguillage.domain.surveys import SurveyRecord
from tests.api.asking import Person, person
from tests.api.client_sequences import QUEUE_CLASS, SEQUENCES, Entity, Sequence
from tests.cast import ACCOUNT, NOW
from tests.standing import Busy

MANY = 10_000


class Sdk:
    """Sends what the client sends."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, method: str, path: str, query: Entity | None = None, body: Any = None) -> httpx.Response:  # noqa: ANN401
        """One request; what does not succeed ends the test."""
        told = {name: int(value) if isinstance(value, bool) else value for name, value in (query or {}).items()}
        url = f"/smart-routings{path}"
        answer = self._client.request(method, url, params={"customer_account": ACCOUNT, **told}, json=body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer

    def pages(self, path: str, query: Entity) -> Iterator[list[Entity]]:
        """The `data` of every page: it asks for the next one by number while there is a `next_page_url`."""
        page = 1
        while True:
            answer = self.send("GET", path, {**query, "page": page}).json()
            yield answer["data"]
            if answer["next_page_url"] is None:
                return
            page += 1


@pytest.fixture(scope="module")
def manager(busy: Busy) -> Iterator[Person]:
    """CL0000's manager."""
    with person(busy, "manager") as manager:
        yield manager


@pytest.fixture(scope="module")
def sdk(manager: Person) -> Sdk:
    """The client, with a token of a manager."""
    return Sdk(manager.client)


@pytest.fixture(scope="module")
def ids(sdk: Sdk) -> dict[str, int]:
    """What the sequences' things belong to."""
    bodies = {
        "group": ("/call-queues/groups", {"name": "Groupe du client"}),
        "queue": ("/call-queues/queues", {"name": "File du client", "code": "sdk-file"}),
        "geo_list": ("/geo/lists", {"list_id": "sdk-zones", "list_name": "Zones", "geo_routing_model_id": 1}),
        "cti": ("/ctis", {"name": "CTI du client"}),
        "survey": ("/surveys", {"name": "Enquête du client"}),
    }
    return {name: sdk.send("POST", path, body=body).json()["id"] for name, (path, body) in bodies.items()}


def filled(entity: Entity, ids: dict[str, int]) -> Entity:
    """The entity, with the ids of what it belongs to."""
    named = {f"{{{name}}}": id_ for name, id_ in ids.items()}
    return {name: named.get(value, value) if isinstance(value, str) else value for name, value in entity.items()}


def entity_of(answer: Entity, sequence: Sequence) -> Entity:
    """What the client keeps of an answer, and sends: without `id`, `customer_id` and what is null."""
    return {name: answer[name] for name in sequence.fields if answer[name] is not None}


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_client_creates_reads_pages_updates_and_deletes(sdk: Sdk, ids: dict[str, int], name: str) -> None:
    sequence = SEQUENCES[name]
    path, new = sequence.path.format(**ids), filled(sequence.new, ids)
    query = {field: new[field] for field in sequence.place}
    body = {field: value for field, value in new.items() if field not in query}

    created = sdk.send("POST", path, query, body)
    one = f"{path}/{created.json()['id']}"
    read = sdk.send("GET", one).json() if sequence.shows else created.json()
    updated = sdk.send("PUT", one, body=entity_of(read, sequence) | sequence.change)
    listed = [found for page in sdk.pages(path, sequence.filter | {"per_page": 1}) for found in page]
    deleted = sdk.send("DELETE", one)

    gone = 200 if name == "time spans" else 204  # the last hours of its queue: what that means is answered
    assert [answer.status_code for answer in (created, updated, deleted)] == [201, 200, gone]
    assert read.keys() >= {"id", *sequence.fields}
    assert updated.json()["id"] == read["id"]
    assert entity_of(updated.json(), sequence) == entity_of(read, sequence) | sequence.change
    assert [found["id"] for found in listed] == [read["id"]]
    assert list(sdk.pages(path, sequence.filter)) == [[]]


def test_the_client_sets_and_clears_a_field(sdk: Sdk) -> None:
    read = sdk.send("GET", "/fields/3").json()
    body = {name: read[name] for name in ("name", "default_value", "default_option_id") if read[name] is not None}

    updated = sdk.send("PUT", "/fields/3", body=body | {"default_value": "207"}).json()
    cleared = sdk.send("DELETE", "/fields/3")

    assert updated == read | {"default_value": "207"}
    assert cleared.status_code == 204
    assert sum(len(page) for page in sdk.pages("/fields", {"per_page": 3})) == 8


def test_the_client_reads_the_models(sdk: Sdk) -> None:
    (models,) = sdk.pages("/geo/models", {})

    assert [sdk.send("GET", f"/geo/models/{model['id']}").json() for model in models] == models


def test_the_client_keeps_time_spans_in_bulk(sdk: Sdk, ids: dict[str, int]) -> None:
    of = {"time_spanable_id": ids["queue"], "time_spanable_type": QUEUE_CLASS}
    week = [of | {"day_of_week": day, "start_time": "14:00", "end_time": "18:00:00"} for day in range(1, 6)]

    created = sdk.send("POST", "/call-queues/time-spans/bulk", body=week).json()["data"]
    listed = [span["id"] for page in sdk.pages("/call-queues/time-spans", of | {"per_page": 2}) for span in page]
    sdk.send("DELETE", "/call-queues/time-spans/bulk", body={"ids": [span["id"] for span in created]})

    assert listed == [span["id"] for span in created]
    assert list(sdk.pages("/call-queues/time-spans", of)) == [[]]


def test_the_client_enters_a_holiday_for_the_whole_account(sdk: Sdk) -> None:
    holiday = {"label": "Fête du client", "day": date(2026, 11, 30).isoformat(), "destination": "214"}

    created = sdk.send("POST", "/call-queues/exceptions/holidays", body=holiday).json()

    assert created in sdk.send("GET", "/call-queues/exceptions/holidays").json()["data"]


def test_the_client_imports_exports_and_removes_ctis(sdk: Sdk, manager: Person) -> None:
    sdk.send("POST", "/ctis/import", body=[{"name": "Usine", "destinations": [{"origin": "1", "destination": "207"}]}])
    (page,) = sdk.pages("/ctis", {"name": "Usine"})
    token = sdk.send("POST", f"/ctis/{page[0]['id']}/regenerate-token").json()["token"]

    looked_up = sdk.send("GET", "/ctis/lookup", {"cti": "Usine", "origin": "1"}).json()
    by_token = manager.client.get(
        "/smart-routings/ctis/lookup",
        params={"customer_account": ACCOUNT, "origin": "1"},
        headers={"Authorization": f"Bearer {token}"},
    )
    exported = sdk.send("GET", "/ctis/export").text
    sdk.send("DELETE", "/ctis/bulk", body={"ids": [page[0]["id"]]})

    assert looked_up == by_token.json() == {"origin": "1", "destination": "207"}
    assert "Usine;1;207" in exported
    assert list(sdk.pages("/ctis", {"name": "Usine"})) == [[]]


def test_the_client_asks_where_a_queue_and_a_zone_lead(sdk: Sdk, ids: dict[str, int]) -> None:
    sdk.send("POST", f"/geo/lists/{ids['geo_list']}/destinations", body={"zones": ["22"], "destination_1": "209"})

    queue = sdk.send("GET", "/call-queues/lookup", {"code": "sdk-file"}).json()
    zone = sdk.send("GET", "/geo/destinations/lookup", {"list_id": "sdk-zones", "value": "22000"}).json()

    assert queue["queue"] == "sdk-file"
    assert (zone["zone"], zone["destination1"]) == ("22", "209")


def test_the_client_pages_through_ten_thousand_survey_records(sdk: Sdk, busy: Busy, ids: dict[str, int]) -> None:
    records = (SurveyRecord(survey_id=ids["survey"], caller=str(n), moment=NOW) for n in range(MANY))
    kept = add_records(busy.cast.db, busy.cast["manager"], ACCOUNT, records)

    pages = list(sdk.pages("/survey-records", {"survey_id": ids["survey"], "per_page": 200}))

    assert len(pages) == MANY / 200
    assert [record["id"] for page in pages for record in page] == [one.id for one in kept]
    assert len(sdk.send("GET", "/survey-records/export").text.splitlines()) > MANY
    sdk.send("DELETE", "/survey-records/bulk", body={"ids": [one.id for one in kept]})
    assert sdk.send("GET", "/survey-records", {"survey_id": ids["survey"]}).json()["total"] == 0


def test_the_client_pages_through_ten_thousand_contacts(sdk: Sdk) -> None:
    contacts = [{"company": "Dix mille", "id_code": f"88{n:05}"} for n in range(MANY)]
    sdk.send("POST", "/contacts/bulk", body={"contacts": contacts})

    pages = list(sdk.pages("/contacts", {"company": "Dix mille", "per_page": 200}))

    assert {contact["id_code"] for page in pages for contact in page} == {one["id_code"] for one in contacts}
    assert sum(len(page) for page in pages) == MANY
    sdk.send("DELETE", "/contacts/bulk", body={"ids": [contact["id"] for contact in pages[0]]})
    assert sdk.send("GET", "/contacts", {"company": "Dix mille"}).json()["data"][0]["id"] == pages[1][0]["id"]
