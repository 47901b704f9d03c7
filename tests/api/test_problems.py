"""How the web room says no."""

import json
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.exceptions import InternalServerException
from litestar.testing import TestClient

from aiguillage.api.problems import PROBLEMS
from aiguillage.domain.errors import CODE, Kind, Refusal
from aiguillage.domain.problems import CODES
from aiguillage.storage.sqlite.library import unusable
from tests.api.client import on_new_account
from tests.logged import logged
from tests.standing import Busy, Standing

PROBLEM = "application/problem+json"


def test_every_kind_of_refusal_is_mapped() -> None:
    assert set(CODE) == set(Kind)


@pytest.mark.parametrize("path", ["/nothing", "/apis", "/v1/nothing", "/docs/nothing", "/docs/assets/no.js"])
def test_an_unknown_path_is_a_problem(standing: Standing, path: str) -> None:
    answer = standing.ask(path)

    assert (answer.status, answer.headers["content-type"]) == (404, PROBLEM)
    assert json.loads(answer.body) == {
        "status": 404,
        "title": "Not Found",
        "detail": "There is nothing at this path. /docs lists the paths.",
        "code": "unknown_path",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/docs"])
def test_a_method_that_a_path_lacks_is_a_problem_that_tells_the_others(
    standing: Standing, method: str, path: str
) -> None:
    answer = standing.ask(path, method=method)

    assert (answer.status, answer.headers["content-type"]) == (405, PROBLEM)
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/docs/assets/../docs.html", "/docs/assets/%2e%2e/docs.html", "/docs/assets//etc/passwd"]
)
def test_nothing_beside_the_assets_is_served(standing: Standing, path: str) -> None:
    assert standing.ask(path).status == 404


@pytest.mark.parametrize("kind", list(Kind))
def test_a_refusal_is_a_problem_in_its_own_words(kind: Kind) -> None:
    @get("/", sync_to_thread=False)
    def refuse() -> None:
        raise Refusal(kind, "Do this instead.")

    with TestClient(Litestar([refuse], plugins=[PROBLEMS], logging_config=None)) as client:
        answer = client.get("/")

    assert (answer.status_code, answer.headers["content-type"]) == (CODES[CODE[kind]].status, PROBLEM)
    assert answer.json()["detail"] == "Do this instead."
    assert ("www-authenticate" in answer.headers) == (kind is Kind.UNAUTHORIZED)


def test_where_a_file_is_on_the_server_is_logged_and_not_told() -> None:
    @get("/", sync_to_thread=False)
    def refuse() -> None:
        raise unusable(Path("/srv/hush/facts.db"), "attempt to write a readonly database")

    application = Litestar([refuse], plugins=[PROBLEMS], logging_config=None)
    with logged() as lines, TestClient(application) as client:
        answer = client.get("/")

    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    assert answer.json()["detail"] == (
        "facts.db cannot be used (attempt to write a readonly database). "
        "Make its directory and the files in it writable for this user."
    )
    assert [(line["event"], str(line["why"]).split(" ")[0]) for line in lines] == [
        ("request_refused", "/srv/hush/facts.db")
    ]


@pytest.mark.parametrize("error", [ValueError("+33199001234"), InternalServerException("+33199001234")])
def test_a_failure_of_ours_is_logged_in_one_line_and_tells_the_client_nothing(error: Exception) -> None:
    @get("/", sync_to_thread=False)
    def fail() -> None:
        raise error

    application = Litestar([fail], plugins=[PROBLEMS], logging_config=None, debug=False)
    with logged() as lines, TestClient(application, raise_server_exceptions=False) as client:
        answer = client.get("/")

    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "33199001234" not in answer.text
    assert "Traceback" not in answer.text
    assert len(lines) == 1
    assert lines[0]["event"] == "request_failed"
    assert lines[0]["error"] == type(error).__name__
    assert "33199001234" not in str(lines)


@pytest.mark.parametrize("language", ["fr-FR, en;q=0.8", "en"])
def test_a_refusal_is_in_the_language_that_is_asked_for(busy: Busy, language: str) -> None:
    client = on_new_account(busy.server, busy.cast)
    asked = {"Accept-Language": language}
    is_french = language.startswith("fr")

    unknown = client.ask("GET", "/nothing", headers=asked)
    faulty = client.ask("POST", "/contacts", {"id_code": "1,2", "sex": 1}, headers=asked)

    detail, errors = faulty.json()["detail"], faulty.json()["errors"]
    assert (unknown.status_code, faulty.status_code) == (404, 422)
    assert ("Il n’y a rien à ce chemin" in unknown.json()["detail"]) is is_french
    assert ("«\u00a01,2\u00a0» n’est pas un code" in detail, "Omettez-le" in detail) == (is_french, is_french)
    assert detail == " ".join(text for texts in errors.values() for text in texts)
    assert {one.headers.get("content-language") for one in (unknown, faulty)} == {"fr" if is_french else None}
