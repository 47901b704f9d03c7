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
from schemathesis.schemas import BaseSchema

from aiguillage import __version__
from aiguillage.api.management import operations
from aiguillage.dialects.all import DIALECTS
from tests.api.conforming import CHECKS
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT
from tests.document import CALLS as ASKED
from tests.standing import Standing

Document = dict[str, Any]
OTHERS_WORDS = "/dialects/"
"""Under which phone systems ask in words of their own; how, each dialect's own tests say."""

CALLS = [(operation.path, operation.method.lower()) for operation in ASKED]
CALL_PATHS = list(dict.fromkeys(path for path, _ in CALLS))
OUR_CALLS = [call for call in CALLS if not call[0].startswith(OTHERS_WORDS)]
WEBHOOK = "/dialects/webhook/{account}/{code}"
OUR_PATHS = list(dict.fromkeys(path for path, _ in OUR_CALLS))
WITHOUT_CODES = ("/smart-routings/", "/api/v2/queues/", "/api/v2/oncall/")
"""Call paths on which nobody types a code."""

ALL_STATUSES = {"200", "400", "401", "403", "404", "405", "429", "503"}
OWN_PATHS = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/feeds/rotas/{file}", "/api/v2/switches/{code}"}
NUMBERS, CODES = (NUMBER, "0199009999", "anonymous", "nobody"), (CODE, "9999", "", "né")
"""Known, unknown, and two odd ones."""

FOUND = {
    "/api/v2/queues/{code}": {"code": "support"},
    "/api/v2/oncall/{rota}": {"rota": "duty"},
    "/smart-routings/call-queues/lookup": {"code": "desk"},
    "/smart-routings/geo/destinations/lookup": {"list_id": "departments", "value": "69"},
    "/smart-routings/ctis/lookup": {"origin": NUMBER, "cti": "lobby"},
}
"""What there is to look up; the first parameter is what is varied."""

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"format": "raw"},
    {"destination": "2"},
    {"destination3": "", "format": "raw"},
    {"include": "vip,onCallDutyContract"},
    {"format": "kv", "fields": "destination,vip"},
    {"format": "text", "unknown": "empty"},
    {"explain": "1", "queue": "desk"},
    {"value": "69001", "list": "departments"},
)


@schemathesis.deserializer("text/plain", "text/xml")
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


def subjects_of(path: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """What a path asks about: the parameter's name, values known, unknown and odd, and what goes with them."""
    if path in FOUND:
        (name, value), *others = FOUND[path].items()
        return name, (value, "nothing", "9999", "né"), dict(others)
    return ("code", CODES, {}) if "{code}" in path else ("number", NUMBERS, {})


def ask_for(operation: APIOperation[Any, Any, Any, Any], account: str, caller: str, **query: object) -> Case[Any]:
    """A request of the operation about a caller, or about what it looks up, each parameter where the path has it."""
    name, _, others = subjects_of(operation.path)
    in_query = "customer_account" if operation.path.startswith("/smart-routings") else "customerAccount"
    given = {in_query: account, name: caller} | others | query
    in_path = {one: value for one, value in given.items() if f"{{{one}}}" in operation.path}
    rest = {one: value for one, value in given.items() if one not in in_path}
    return operation.Case(path_parameters=in_path, query={} if "/customer/" in operation.path else rest)


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
    told = [operation for path in document["paths"].values() for operation in path.values()]
    tags = {tag["name"] for tag in document["tags"]}

    assert len({operation["operationId"] for operation in told}) == len(told)
    assert all(operation["summary"] and set(operation["tags"]) <= tags for operation in told)


def test_every_path_is_described_with_its_methods(document: Document) -> None:
    managed = {(operation.path, operation.method.lower()) for operation in operations()}
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    asked = {(path, "get") for path in {*OUR_PATHS, *OWN_PATHS}}
    posted = {("/api/v2/route", "post"), ("/api/v2/switches/{code}", "post"), ("/dialects/freeswitch", "post")}
    own_words = {(WEBHOOK, "get"), (WEBHOOK, "post"), ("/dialects/twilio/{account}/{code}", "post")}

    assert described == managed | asked | posted | own_words


def test_a_managing_operation_tells_every_status_that_all_have(document: Document) -> None:
    for operation in operations():
        told = document["paths"][operation.path][operation.method.lower()]

        assert {"400", "413", "422", "503", str(operation.status)} <= set(told["responses"]), operation.name
        assert told["security"] == ([] if operation.public else [{"bearer": []}]), operation.name
        assert ("401" in told["responses"]) == (not operation.public or 401 in operation.refuses), operation.name


def test_what_is_about_many_things_has_no_state_to_name(document: Document) -> None:
    many = [each for path, item in document["paths"].items() if path.endswith("/bulk") for each in item.values()]

    assert many
    assert all("412" not in operation["responses"] for operation in many)


def test_what_is_added_links_to_what_can_be_done_with_it(document: Document) -> None:
    names = {one["operationId"] for methods in document["paths"].values() for one in methods.values()}
    added = document["paths"]["/smart-routings/ctis/{cti_id}/destinations"]["post"]["responses"]["201"]["links"]
    links = re.findall(r'"links": ({.*?}})', json.dumps(document))

    assert added["showCtiDestination"]["parameters"] == {
        "path.cti_id": "$request.path.cti_id",
        "path.id": "$response.body#/id",
        "query.customer_account": "$request.query.customer_account",
    }
    assert len(links) > 10
    assert {name for link in links for name in re.findall(r'"operationId": "(\w+)"', link)} <= names


def test_a_dialects_described_paths_are_its_own() -> None:
    for dialect in DIALECTS:
        for operation in dialect.OPERATIONS:
            assert dialect.handles(
                operation.path.format(account=ACCOUNT, customerAccount=ACCOUNT, number=NUMBER, code=CODE, rota="duty")
            )


@pytest.mark.parametrize("path", OUR_PATHS)
def test_a_call_path_tells_every_status_and_needs_a_token(document: Document, path: str) -> None:
    for operation in document["paths"][path].values():
        assert set(operation["responses"]) == ALL_STATUSES - ({"429"} if path.startswith(WITHOUT_CODES) else set())
        assert operation["security"] == [{"bearer": []}]
        assert operation.get("deprecated", False) == ("customer" in path)


def test_the_viewer_and_clients_know_the_bearer_scheme(document: Document) -> None:
    scheme = document["components"]["securitySchemes"]["bearer"]

    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize(("path", "method"), OUR_CALLS)
def test_every_status_is_answered_as_described(standing: Standing, schema: BaseSchema, path: str, method: str) -> None:
    operation = schema[path][method]
    _, (known, unknown, *_), _ = subjects_of(path)
    malformed = ask_for(operation, ACCOUNT, "1" * 9000)

    assert conform(standing, ask_for(operation, ACCOUNT, known)) == 200
    assert conform(standing, malformed) == 400
    assert conform(standing, ask_for(operation, ACCOUNT, known), "wrong") == 401
    assert conform(standing, ask_for(operation, OTHER_ACCOUNT, known)) == 403
    assert conform(standing, ask_for(operation, ACCOUNT, unknown)) == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_the_servers_own_paths_answer_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    assert conform(standing, schema[path]["get"].Case()) == 200


@pytest.mark.parametrize("path", OUR_PATHS)
def test_head_is_answered_as_get_but_for_the_body(standing: Standing, schema: BaseSchema, path: str) -> None:
    _, (known, unknown, *_), _ = subjects_of(path)

    for caller in (known, unknown):
        asked = ask_for(schema[path]["get"], ACCOUNT, caller).as_transport_kwargs("http://localhost")
        url = requests.Request("GET", asked["url"], params=asked.get("params")).prepare().path_url
        get, head = standing.ask(url), standing.ask(url, method="HEAD")
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("path", OUR_PATHS)
def test_another_method_is_answered_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    case = ask_for(schema[path]["get"], ACCOUNT, "1")
    url = case.as_transport_kwargs(f"http://127.0.0.1:{standing.server.port}")["url"]

    for method in {"POST", "PUT", "DELETE", "OPTIONS"} - {method.upper() for at, method in CALLS if at == path}:
        answer = requests.request(method, url, timeout=30)
        assert answer.status_code == 405
        case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_whatever_is_asked_is_answered_as_described(
    standing: Standing, schema: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @settings(max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode))
    def ask(case: Case[Any]) -> None:
        conform(standing, case)

    ask()


@pytest.mark.parametrize("path", OUR_PATHS)
def test_odd_callers_and_options_are_answered_as_described(standing: Standing, schema: BaseSchema, path: str) -> None:
    operation = schema[path]["get"]
    _, callers, _ = subjects_of(path)

    @settings(max_examples=20, derandomize=True, deadline=None, database=None)
    @given(caller=st.sampled_from([caller for caller in callers if caller]), options=st.sampled_from(OPTIONS))
    def ask(caller: str, options: dict[str, Any]) -> None:
        assert conform(standing, ask_for(operation, ACCOUNT, caller, **options)) in {200, 400, 404}

    ask()
