"""What headers ask for and tell: states that are expected, where a new thing is shown, answers without a body."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.client import Client, on_new_account
from tests.standing import Busy

LITTLE = {"Prefer": "return=minimal"}


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def located(client: Client, answer: httpx.Response) -> httpx.Response:
    """What is shown where an answer says."""
    url = f"http://127.0.0.1:{client.server.port}{answer.headers['location']}"
    return httpx.get(url, headers={"Authorization": f"Bearer {client.secret}"}, timeout=60)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/contacts", {"company": "Garage Belleville"}),
        ("/fields", {"name": "File d'attente"}),
        ("/fields/1/options", {"name": "Accueil", "value": "207"}),
        ("/call-queues/queues", {"name": "Support", "code": "support"}),
        ("/geo/lists", {"list_id": "agences", "list_name": "Agences", "geo_routing_model_id": 1}),
    ],
)
def test_what_was_added_is_shown_where_its_answer_says(client: Client, path: str, body: object) -> None:
    whole = client.ask("POST", path, body)
    shown = located(client, whole)

    assert shown.status_code == 200
    assert shown.json().items() <= whole.json().items()
    assert shown.headers["etag"] == whole.headers["etag"]


def test_an_answer_without_a_body_still_tells_where_the_new_thing_is(client: Client) -> None:
    key = {"Idempotency-Key": "little"}

    made, again = (client.ask("POST", "/contacts", {"company": "A"}, headers=LITTLE | key) for _ in range(2))
    changed = client.ask("PUT", f"/contacts/{located(client, made).json()['id']}", {"company": "B"}, headers=LITTLE)

    assert (made.status_code, made.content, made.headers["preference-applied"]) == (201, b"", "return=minimal")
    assert (again.status_code, again.headers["location"]) == (201, made.headers["location"])
    assert (changed.status_code, changed.content, "location" in changed.headers) == (204, b"", False)
    assert located(client, made).json()["company"] == "B"


def test_what_is_only_done_and_adds_nothing_has_no_body_and_no_place(client: Client) -> None:
    done = client.ask("POST", "/contacts/bulk", {"contacts": [{"id_code": "1"}]}, headers=LITTLE)

    assert (done.status_code, "location" in done.headers) == (204, False)


@pytest.mark.parametrize("listed", ['"x", {}', '{}, "1"', 'W/"1" , "12345678901234567890",{}', "{}", "*"])
def test_a_change_to_one_of_several_expected_states_is_made(client: Client, listed: str) -> None:
    made = client.ask("POST", "/contacts", {"company": "A"})
    one = f"/contacts/{made.json()['id']}"

    changed = client.ask("PUT", one, {"company": "B"}, headers={"If-Match": listed.format(made.headers["etag"])})

    assert (changed.status_code, client.get(one)["company"]) == (200, "B")


@pytest.mark.parametrize("listed", ['"x", "1"', '"x"', '"91", "92"', ",", '"*"'])
def test_a_change_to_none_of_the_expected_states_is_refused(client: Client, listed: str) -> None:
    one = f"/contacts/{client.done('POST', '/contacts', {'company': 'A'})['id']}"

    client.refused(412, "PUT", one, {"company": "B"}, headers={"If-Match": listed})

    assert client.get(one)["company"] == "A"


def test_another_refusal_than_of_a_state_comes_at_once(client: Client) -> None:
    made = client.ask("POST", "/contacts", {"company": "A"})
    etags = {"If-Match": f'{made.headers["etag"]}, "1"'}

    client.refused(422, "PUT", f"/contacts/{made.json()['id']}", {"id_code": "12,34"}, headers=etags)
    client.refused(404, "PUT", "/contacts/1", {"company": "B"}, headers=etags)


def test_a_body_that_is_too_long_is_told_how_long_one_may_be(client: Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(33):
            yield b"x" * (1 << 15)

    headers = {"Content-Type": "application/json"}
    announced = client.refused(413, "POST", "/contacts", content=b"x" * (33 << 15), headers=headers)
    unannounced = client.refused(413, "POST", "/contacts", content=pieces(), headers=headers)

    assert announced == unannounced
    assert announced["detail"] == "The body has more than 1,048,576 bytes. Send less at a time."
