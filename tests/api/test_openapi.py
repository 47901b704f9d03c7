"""The OpenAPI document: valid, complete, and true of the running server."""

import json
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from aiguillage import __version__
from aiguillage.app import DIALECTS
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT
from tests.standing import Standing

Document = dict[str, Any]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALL_PATHS = [path for dialect in DIALECTS for path in dialect.DESCRIBED["paths"]]
ALL_STATUSES = {"200", "400", "401", "403", "404", "405", "503"}
CALLERS = {"number": (NUMBER, "0199009999", "anonymous", "nobody"), "code": (CODE, "9999", "", "né")}
"""Known, unknown, and two odd ones."""

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"format": "raw"},
    {"destination": "2"},
    {"destination3": "", "format": "raw"},
    {"include": ["vip", "onCallDutyContract"]},
)


@schemathesis.deserializer("text/plain")
def text(_context: object, response: Response) -> str:
    """A text body, so that it too is compared with its schema."""
    return response.content.decode()


@pytest.fixture(scope="module")
def document(standing: Standing) -> Document:
    """The document as served."""
    found: Document = json.loads(standing.ask("/openapi.json").body)
    return found


@pytest.fixture(scope="module")
def schema(document: Document) -> BaseSchema:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document)


def conform(standing: Standing, case: Case[Any], secret: str | None = None) -> int:
    """Asks the running server, and compares its answer with the document; the status."""
    answer = case.call_and_validate(
        f"http://127.0.0.1:{standing.server.port}",
        headers={"Authorization": f"Bearer {secret or standing.secret}"},
        checks=CHECKS,
    )
    return answer.status_code


def ask_for(operation: APIOperation[Any, Any, Any, Any], account: str, caller: str, **query: object) -> Case[Any]:
    """A request of the operation about a caller, by number or code as its path has it."""
    known_by = "code" if "{code}" in operation.path else "number"
    if "{" in operation.path:
        return operation.Case(path_parameters={"customerAccount": account, known_by: caller})
    return operation.Case(query={"customerAccount": account, known_by: caller} | query)


def test_the_document_is_valid_openapi_3_1(schema: BaseSchema, document: Document) -> None:
    schema.validate()

    assert document["openapi"].startswith("3.1.")
    assert document["info"]["version"] == __version__
    assert document["servers"][0]["url"] == "/"


def test_every_reference_leads_somewhere(document: Document) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        place: Any = document
        for step in reference.split("/"):
            assert step in place, reference
            place = place[step]


def test_operations_have_names_of_their_own_tags_and_summaries(document: Document) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    tags = {tag["name"] for tag in document["tags"]}

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and set(operation["tags"]) <= tags for operation in operations)


def test_every_path_is_described_for_get_and_head(document: Document) -> None:
    secret = {"/feeds/rotas/{file}", "/api/v2/switches/{code}"}

    assert set(document["paths"]) == {*CALL_PATHS, *secret, "/healthz", "/readyz", "/metrics", "/openapi.json"}
    assert all({"get", "head"} <= methods.keys() for methods in document["paths"].values())


def test_a_dialects_described_paths_are_its_own() -> None:
    for dialect in DIALECTS:
        for path in dialect.DESCRIBED["paths"]:
            assert dialect.handles(path.format(customerAccount=ACCOUNT, number=NUMBER, code=CODE))


@pytest.mark.parametrize("path", CALL_PATHS)
def test_a_call_path_tells_every_status_and_needs_a_token(document: Document, path: str) -> None:
    for operation in document["paths"][path].values():
        assert set(operation["responses"]) == ALL_STATUSES
        assert operation["security"] == [{"bearer": []}]
        assert operation.get("deprecated", False) == ("customer" in path)


def test_the_viewer_and_clients_know_the_bearer_scheme(document: Document) -> None:
    scheme = document["components"]["securitySchemes"]["bearer"]

    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", CALL_PATHS)
def test_every_status_is_answered_as_described(standing: Standing, schema: BaseSchema, path: str, method: str) -> None:
    operation = schema[path][method]
    known, unknown, *_ = CALLERS["code" if "{code}" in path else "number"]
    malformed = ask_for(operation, ACCOUNT, "1" * 9000, number="x")

    assert conform(standing, ask_for(operation, ACCOUNT, known)) == 200
    assert conform(standing, malformed) == 400
    assert conform(standing, ask_for(operation, ACCOUNT, known), "wrong") == 401
    assert conform(standing, ask_for(operation, OTHER_ACCOUNT, known)) == 403
    assert conform(standing, ask_for(operation, ACCOUNT, unknown)) == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_the_servers_own_paths_answer_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    assert conform(standing, schema[path]["get"].Case()) == 200
    assert conform(standing, schema[path]["head"].Case()) == 200


@pytest.mark.parametrize("path", CALL_PATHS)
def test_another_method_is_answered_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    case = ask_for(schema[path]["get"], ACCOUNT, "1")
    url = case.as_transport_kwargs(f"http://127.0.0.1:{standing.server.port}")["url"]

    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = requests.request(method, url, timeout=30)
        assert answer.status_code == 405
        case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", CALL_PATHS)
def test_whatever_is_asked_is_answered_as_described(
    standing: Standing, schema: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @settings(max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode))
    def ask(case: Case[Any]) -> None:
        conform(standing, case)

    ask()


@pytest.mark.parametrize("path", CALL_PATHS)
def test_odd_callers_and_options_are_answered_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    operation = schema[path]["get"]
    callers = CALLERS["code" if "{code}" in path else "number"]

    @settings(max_examples=20, derandomize=True, deadline=None, database=None)
    @given(caller=st.sampled_from([caller for caller in callers if caller]), options=st.sampled_from(OPTIONS))
    def ask(caller: str, options: dict[str, Any]) -> None:
        assert conform(standing, ask_for(operation, ACCOUNT, caller, **options)) in {200, 400, 404}

    ask()
