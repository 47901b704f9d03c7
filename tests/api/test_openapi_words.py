"""Everything in the OpenAPI document has words, and whatever can be sent or answered an example that is true to it."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from aiguillage.api.management import operations
from tests.standing import Standing

Document = dict[str, Any]
MOST_BYTES = 690_000
BINARY = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"}
"""What is no text to show."""

STATELESS = {"showGeoModel", "showImport", "showReplay"}
"""What nobody changes by its id, and so has no ETag."""


class Content(NamedTuple):
    """What an operation takes or answers, of one media type."""

    operation: str
    kind: str
    told: Document


@pytest.fixture(scope="module")
def served(standing: Standing) -> bytes:
    """The document's bytes."""
    return standing.ask("/openapi.json").body


@pytest.fixture(scope="module")
def document(served: bytes) -> Document:
    """The document as served."""
    found: Document = json.loads(served)
    return found


def resolved(document: Document, part: Document) -> Document:
    """What a reference leads to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: Document = document["components"][kind][name]
    return found


def methods(document: Document) -> Iterator[Document]:
    """Every operation."""
    for path in document["paths"].values():
        yield from path.values()


def properties(part: Any, place: str) -> Iterator[tuple[str, str, Document]]:  # noqa: ANN401 - JSON
    """The properties of every schema inside: where, their names, their schemas."""
    if isinstance(part, list):
        for one in part:
            yield from properties(one, place)
    if isinstance(part, dict):
        for name, schema in part.get("properties", {}).items():
            yield place, name, schema
        for name, inner in part.items():
            if not name.startswith("example"):
                yield from properties(inner, f"{place}/{name}")


def parameters(document: Document) -> Iterator[tuple[str, Document]]:
    """The parameters of every operation."""
    for operation in methods(document):
        for part in operation.get("parameters", []):
            yield operation["operationId"], resolved(document, part)


def contents(document: Document) -> Iterator[Content]:
    """All that is sent and answered."""
    for operation in methods(document):
        answers = (resolved(document, answer) for answer in operation["responses"].values())
        for part in (operation.get("requestBody", {}), *answers):
            for kind, told in part.get("content", {}).items():
                yield Content(operation["operationId"], kind, told)


def examples(told: Document) -> list[Any]:
    """The examples of one media type."""
    return [told["example"]] if "example" in told else [one["value"] for one in told.get("examples", {}).values()]


def test_every_property_says_what_it_means(document: Document) -> None:
    found = list(properties(document, ""))

    assert len(found) > 1000
    assert [(place, name) for place, name, schema in found if not schema.get("description")] == []


def test_every_parameter_says_what_it_asks_for(document: Document) -> None:
    found = list(parameters(document))

    assert len(found) > 800
    assert [(operation, one["name"]) for operation, one in found if not one.get("description")] == []


def test_whatever_is_sent_or_answered_has_an_example(document: Document) -> None:
    found = [content for content in contents(document) if content.kind not in BINARY]

    assert len(found) > 1000
    assert [(operation, kind) for operation, kind, told in found if not examples(told)] == []


def test_every_example_is_valid_against_its_schema(document: Document) -> None:
    validators: dict[str, Any] = {}
    for operation, kind, told in contents(document):
        schema = json.dumps(told["schema"])
        if schema not in validators:
            whole = {**told["schema"], "components": document["components"]}
            validators[schema] = jsonschema_rs.validator_for(whole)
        for example in examples(told):
            assert [error.message for error in validators[schema].iter_errors(example)] == [], (operation, kind)


def test_a_page_shown_is_that_of_its_own_path(document: Document) -> None:
    answer = document["paths"]["/smart-routings/ctis/{cti_id}/destinations"]["get"]["responses"]["200"]
    page = answer["content"]["application/json"]["example"]

    assert page["path"].endswith("/smart-routings/ctis/12/destinations")
    assert page["total"] == len(page["data"]) == 1


def test_pages_that_follow_by_cursor_have_no_numbers_in_their_examples_either(document: Document) -> None:
    answer = document["paths"]["/smart-routings/journal"]["get"]["responses"]["200"]
    page = answer["content"]["application/json"]["example"]

    assert (page["current_page"], page["total"]) == (None, None)


def test_an_answer_is_shown_with_what_was_sent(document: Document) -> None:
    added = document["paths"]["/smart-routings/blocked-callers"]["post"]
    sent = added["requestBody"]["content"]["application/json"]["example"]
    shown = added["responses"]["201"]["content"]["application/json"]["example"]

    assert shown["label"] == sent["label"]
    assert shown["number"] == "+33536490000"


def test_one_thing_is_told_with_its_state(document: Document) -> None:
    for operation in operations():
        if operation.method == "GET" and operation.path.endswith("{id}"):
            answer = document["paths"][operation.path]["get"]["responses"]["200"]
            assert ("ETag" in answer["headers"]) == (operation.name not in STATELESS), operation.name


def test_what_is_stored_is_told_with_its_state_also_where_little_is_wanted(document: Document) -> None:
    paths = document["paths"]
    added = paths["/smart-routings/contacts"]["post"]["responses"]["201"]
    stored = paths["/smart-routings/contacts/{id}"]["put"]["responses"]

    assert list(added["headers"]) == ["ETag", "Preference-Applied", "Location", "X-Request-Id"]
    assert list(stored["200"]["headers"]) == ["ETag", "X-Request-Id"]
    assert list(stored["204"]["headers"]) == ["Preference-Applied", "ETag", "X-Request-Id"]


def test_every_answer_says_that_it_has_its_requests_id(document: Document) -> None:
    shared = document["components"]["responses"]
    told = [
        shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        for methods in document["paths"].values()
        for operation in methods.values()
        for answer in operation["responses"].values()
    ]

    assert [answer for answer in told if "X-Request-Id" not in answer["headers"]] == []


def test_a_list_says_which_parameters_filter(document: Document) -> None:
    told = {part["name"]: part["description"] for name, part in parameters(document) if name == "listCallQueues"}

    assert told["code"] == "Only those with this value. What call flows name the queue by."
    assert told["sort"] == "The field to sort by, with `-` in front to fall."


@pytest.mark.parametrize(
    ("shape", "field", "text"),
    [
        ("ContactShown", "field_boolean_1", "Whether the contact is a VIP; null takes the field's default."),
        ("ContactShown", "field_boolean_3", "Boolean field 3; null takes the field's default."),
        ("WindowBody", "day_of_week", "1 Monday to 7 Sunday."),
        (
            "GeoListBody",
            "fallback_destination_2",
            "Destination 2 of callers who are in none of the list's zones; null for none.",
        ),
        ("TimeSpanShown", "start_time", "When it begins, `HH:MM:SS` by the account's clock."),
    ],
)
def test_a_field_has_the_words_of_its_declaration(document: Document, shape: str, field: str, text: str) -> None:
    assert document["components"]["schemas"][shape]["properties"][field]["description"] == text


def test_a_value_that_is_answered_otherwise_than_sent_has_an_example_of_each(document: Document) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["BlockedCallerBody"]["properties"]["number"]["examples"] == ["05 36 49 00 00"]
    assert schemas["BlockedCallerShown"]["properties"]["number"]["examples"] == ["+33536490000"]


def test_shapes_of_queries_are_told_as_parameters_alone(document: Document) -> None:
    assert [name for name in document["components"]["schemas"] if name.endswith("Query")] == []


def test_the_document_stays_small(served: bytes) -> None:
    assert len(served) < MOST_BYTES
