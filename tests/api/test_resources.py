"""Every resource of facts over the management API: its five verbs, its filters, and who may do what."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.api.people import acting
from tests.api.resource_cases import BASE, CASES, CUSTOMER, Ids, Resource, added, parents
from tests.cast import OTHER_ACCOUNT
from tests.standing import Busy

MISSING_ID = 10**17


@pytest.fixture(scope="module")
def people(busy: Busy) -> Iterator[dict[str, httpx.Client]]:
    """Clients of the cast, by name."""
    with ExitStack() as stack:
        names = ("router", "reader", "editor", "manager", "outsider")
        yield {name: stack.enter_context(acting(busy, name)) for name in names}


@pytest.fixture(scope="module")
def editor(people: dict[str, httpx.Client]) -> httpx.Client:
    """CL0000's editor, whose every request is about CL0000."""
    client = people["editor"]
    client.params = client.params.merge(CUSTOMER)
    return client


@pytest.fixture(scope="module")
def ids(editor: httpx.Client) -> Ids:
    """What things may belong to."""
    return parents(editor)


@pytest.fixture
def resource(name: str, ids: Ids) -> Resource:
    """The resource of that name."""
    case = CASES[name]
    return Resource(case, BASE + case.path.format(**ids), ids)


def one(client: httpx.Client, resource: Resource) -> tuple[str, Any]:
    """The path of a new thing, and what was answered of it."""
    shown = added(client, resource.path, resource.body())
    return f"{resource.path}/{shown['id']}", shown


every_resource = pytest.mark.parametrize("name", CASES)


@every_resource
def test_what_is_added_is_shown(editor: httpx.Client, resource: Resource) -> None:
    body = resource.body()

    answer = editor.post(resource.path, json=body)
    shown = editor.get(f"{resource.path}/{answer.json()['id']}")

    assert (answer.status_code, shown.status_code) == (201, 200)
    assert shown.json().items() >= resource.case.shown.items()
    assert {name: value for name, value in answer.json().items() if name != "remarks"} == shown.json()
    assert shown.headers["etag"] == answer.headers["etag"]


@every_resource
def test_a_change_leaves_alone_what_is_not_sent(editor: httpx.Client, resource: Resource) -> None:
    path, before = one(editor, resource)
    etag = editor.get(path).headers["etag"]

    answer = editor.put(path, json=resource.case.changes, headers={"If-Match": etag})
    late = editor.put(path, json=resource.case.changes, headers={"If-Match": etag})

    changed = {name for name in before if name != "remarks" and answer.json()[name] != before[name]}
    assert (answer.status_code, late.status_code) == (200, 412)
    assert changed == resource.case.changes.keys()
    assert answer.headers["etag"] != etag


@every_resource
def test_what_is_shown_can_be_sent_back(editor: httpx.Client, resource: Resource) -> None:
    path, shown = one(editor, resource)
    body = {name: value for name, value in shown.items() if name not in ("id", "customer_id", "remarks")}

    answer = editor.put(path, json={name: value for name, value in body.items() if value is not None})

    assert answer.status_code == 200, answer.text
    assert answer.json() == shown


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.cleared is not None])
def test_null_clears(editor: httpx.Client, resource: Resource) -> None:
    assert resource.case.cleared is not None
    field, left = resource.case.cleared
    path, _ = one(editor, resource)

    answer = editor.put(path, json={field: None})

    assert answer.json()[field] == left


@every_resource
def test_things_are_filtered_searched_sorted_and_paged(editor: httpx.Client, resource: Resource) -> None:
    first, second = (one(editor, resource)[1] for _ in range(2))
    wanted = {"id": second["id"], "customer_id": second["customer_id"]}

    filtered = editor.get(resource.path, params=wanted).json()
    foreign = editor.get(resource.path, params={"customer_id": MISSING_ID}).json()
    newest = editor.get(resource.path, params={"sort": "-id", "per_page": 1}).json()
    older = httpx.get(newest["next_page_url"], headers=editor.headers, trust_env=False).json()
    past = editor.get(resource.path, params={"updated_since": "2999-01-01T00:00:00Z"}).json()

    assert [thing["id"] for thing in filtered["data"]] == [second["id"]]
    assert (foreign["data"], foreign["next_page_url"], past["data"]) == ([], None, [])
    assert [thing["id"] for thing in newest["data"] + older["data"]] == [second["id"], first["id"]]
    assert older["prev_page_url"] is not None


@every_resource
def test_every_text_is_searched_for_what_it_begins_with(editor: httpx.Client, resource: Resource) -> None:
    _, shown = one(editor, resource)
    texts = {name: value for name, value in shown.items() if isinstance(value, str) and name != "datetime" and value}

    for name, value in texts.items():
        found = editor.get(resource.path, params={"q": value[:-1], name: value, "id": shown["id"]}).json()["data"]
        assert [thing["id"] for thing in found] == [shown["id"]], name


@every_resource
def test_a_removed_thing_is_gone(editor: httpx.Client, resource: Resource) -> None:
    path, shown = one(editor, resource)

    removed, again, gone = editor.delete(path), editor.delete(path), editor.get(path)

    assert (removed.status_code, again.status_code, gone.status_code) == (204, 404, 404)
    assert gone.json()["detail"] == again.json()["detail"]
    assert str(shown["id"]) not in str(editor.get(resource.path, params={"id": shown["id"]}).json()["data"])


@every_resource
def test_a_wrong_value_is_told_with_its_field(editor: httpx.Client, resource: Resource) -> None:
    path, before = one(editor, resource)

    for bad, field in resource.case.bad:
        for answer in (editor.post(resource.path, json=resource.body() | bad), editor.put(path, json=bad)):
            assert answer.status_code == 422, (bad, answer.text)
            assert list(answer.json()["errors"]) == [field], bad

    assert {k: v for k, v in editor.get(path).json().items() if k in before} == {
        k: v for k, v in before.items() if k != "remarks"
    }


@every_resource
def test_foreign_and_missing_ids_look_alike(
    people: dict[str, httpx.Client], editor: httpx.Client, resource: Resource
) -> None:
    path, shown = one(editor, resource)
    of_nobody = path.replace(str(shown["id"]), str(MISSING_ID))
    theirs = {"customer_account": OTHER_ACCOUNT}

    outsider = people["outsider"]
    for method in ("GET", "PUT", "DELETE"):
        body: Any = {} if method == "PUT" else None
        foreign = outsider.request(method, path, params=theirs, json=body)
        missing = outsider.request(method, of_nobody, params=theirs, json=body)
        ours = outsider.request(method, path, params=CUSTOMER, json=body)

        assert foreign.status_code == missing.status_code == ours.status_code == 404
        assert foreign.text.replace(str(shown["id"]), "") == missing.text.replace(str(MISSING_ID), "")


@every_resource
def test_an_outsider_cannot_tell_the_account_from_none(people: dict[str, httpx.Client], resource: Resource) -> None:
    outsider = people["outsider"]
    for method in ("GET", "POST"):
        body = resource.body() if method == "POST" else None
        ours, none = (
            outsider.request(method, resource.path, params={"customer_account": code}, json=body)
            for code in ("CL0000", "CL9999")
        )

        assert ours.status_code == none.status_code == 404
        assert ours.text == none.text.replace("CL9999", "CL0000")


@every_resource
def test_readers_read_and_editors_edit(
    people: dict[str, httpx.Client], editor: httpx.Client, resource: Resource
) -> None:
    path, _ = one(editor, resource)

    for who, reads, writes in (("router", 403, 403), ("reader", 200, 403), ("manager", 200, 200)):
        somebody = people[who]
        listed, shown = (somebody.get(p, params=CUSTOMER).status_code for p in (resource.path, path))
        changed = somebody.put(path, params=CUSTOMER, json={}).status_code
        stored = somebody.post(resource.path, params=CUSTOMER, json=resource.body()).status_code

        assert (listed, shown, changed) == (reads, reads, writes), who
        assert stored == (201 if writes == 200 else 403), who
