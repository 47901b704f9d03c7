"""The journal over the management API: looked through, and reverted change by change."""

from collections.abc import Iterator

import pytest

from tests.api.record_server import Records, assert_kept_from_others, record_server
from tests.cast import ACCOUNT, email


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """A server on which an editor and a manager changed something."""
    with record_server(tmp_path_factory.mktemp("journal")) as records:
        yield records


@pytest.fixture
def contact_id(records: Records) -> Iterator[int]:
    """A contact that was added and renamed."""
    added = records["editor"].done("POST", "/contacts", {"company": "Mistral", "id_code": "77"})
    records["manager"].done("PUT", f"/contacts/{added['id']}", {"company": "Acacias"})
    yield added["id"]
    records["editor"].ask("DELETE", f"/contacts/{added['id']}")


def newest(records: Records, **filters: object) -> int:
    """The number of the last of these changes."""
    return int(records["manager"].get("/journal", **filters)["data"][0]["seq"])


def test_changes_are_listed_newest_first_page_behind_page(records: Records, contact_id: int) -> None:
    pages = [records["manager"].get("/journal", per_page=2)]
    while pages[-1]["next_page_url"]:
        pages.append(records["manager"].ask("GET", pages[-1]["next_page_url"]).json())

    changes = [change for page in pages for change in page["data"]]
    assert [change["seq"] for change in changes] == list(range(changes[0]["seq"], 0, -1))
    assert changes[0]["entity_id"] == contact_id
    assert (changes[0]["before"]["company"], changes[0]["after"]["company"]) == ("Mistral", "Acacias")
    assert changes[0]["at"].endswith("Z")


def test_changes_are_chosen_by_what_they_were(records: Records, contact_id: int) -> None:
    about = {"entity": "contact", "entity_id": contact_id}
    manager = records["manager"]

    assert [change["action"] for change in manager.get("/journal", **about)["data"]] == ["set", "add"]
    assert len(manager.get("/journal", **about, actor=email("manager"))["data"]) == 1
    assert len(manager.get("/journal", **about, action="add")["data"]) == 1
    assert len(manager.get("/journal", **about, since="2026-01-01T00:00:00Z")["data"]) == 2
    assert len(manager.get("/journal", **about, since="2999-01-01T00:00:00Z")["data"]) == 0
    assert len(manager.get("/journal", **about, before=newest(records, **about))["data"]) == 1
    assert manager.get("/journal", entity="nothing")["data"] == []


@pytest.mark.parametrize(
    ("filters", "field"), [({"since": "x"}, "since"), ({"before": "x"}, "before"), ({"per_page": "1001"}, "per_page")]
)
def test_what_cannot_be_looked_for_is_told(records: Records, filters: dict[str, str], field: str) -> None:
    assert list(records["manager"].refused(422, "GET", "/journal", params=filters)["errors"]) == [field]


def test_a_reverted_change_is_undone_journalled_and_can_be_reverted_again(records: Records, contact_id: int) -> None:
    entry = records["manager"].done("POST", f"/journal/{newest(records)}/revert")

    assert (entry["action"], entry["actor"], entry["entity_id"]) == ("revert", email("manager"), contact_id)
    assert records["reader"].get(f"/contacts/{contact_id}")["company"] == "Mistral"

    records["manager"].done("POST", f"/journal/{entry['seq']}/revert")

    assert records["reader"].get(f"/contacts/{contact_id}")["company"] == "Acacias"


def test_a_change_that_others_followed_is_told_of(records: Records, contact_id: int) -> None:
    added = newest(records, entity="contact", entity_id=contact_id, action="add")

    problem = records["manager"].refused(409, "POST", f"/journal/{added}/revert")

    assert f"has since been changed by {email('manager')} (change {newest(records)})" in problem["detail"]


@pytest.mark.parametrize("seq", ["0", "99999", "9" * 17, "x", "9" * 30])
def test_a_change_that_there_is_not_is_missing(records: Records, seq: str) -> None:
    records["manager"].refused(404, "POST", f"/journal/{seq}/revert")


@pytest.mark.parametrize(("method", "path"), [("GET", "/journal"), ("POST", "/journal/2/revert")])
def test_managers_see_it_and_nobody_else(records: Records, method: str, path: str) -> None:
    assert_kept_from_others(records, "manager", method, path)


def test_another_accounts_change_is_missing(records: Records, contact_id: int) -> None:
    ours = newest(records, entity="contact", entity_id=contact_id)

    problem = records.elsewhere().refused(404, "POST", f"/journal/{ours}/revert")

    assert ACCOUNT not in problem["detail"]
