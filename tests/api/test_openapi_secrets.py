"""The paths whose address is a secret answer as the OpenAPI document describes them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import BaseSchema

from aiguillage.desk.facts import add_fact, remove_fact
from aiguillage.desk.rota_feeds import issue_rota_feed
from aiguillage.desk.switches import issue_switch_code
from aiguillage.domain.queues import Switch
from tests.api.conforming import CHECKS
from tests.calendars import rota
from tests.cast import ACCOUNT
from tests.standing import Busy

SWITCH, FEED = "/api/v2/switches/{code}", "/feeds/rotas/{file}"


@pytest.fixture(scope="module")
def schema(busy: Busy) -> BaseSchema:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(json.loads(busy.server.ask("/openapi.json").body))


@pytest.fixture(scope="module")
def code(busy: Busy) -> Iterator[str]:
    """The code of a switch."""
    fact = Switch(name="Described", owner_type="account", destination="214")
    switch_id = add_fact(busy.cast.db, busy.cast["editor"], ACCOUNT, fact).kept.id
    yield issue_switch_code(busy.cast.db, busy.cast["manager"], ACCOUNT, switch_id)
    remove_fact(busy.cast.db, busy.cast["editor"], ACCOUNT, "switch", switch_id)


def conform(busy: Busy, case: Case[Any]) -> int:
    """Asks the running server, and compares its answer with the document; the status."""
    return int(case.call_and_validate(f"http://127.0.0.1:{busy.server.port}", checks=CHECKS).status_code)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_switch_answers_as_described(busy: Busy, schema: BaseSchema, code: str, method: str) -> None:
    operation = schema[SWITCH][method]

    def ask(secret: str, **query: str) -> int:
        return conform(busy, operation.Case(path_parameters={"code": secret}, query=query))

    assert ask(code) == 200
    assert ask(code, format="raw") == 200
    assert ask(code, do="on", until="2099-01-01T00:00:00Z") == 200
    assert ask(code, format="xml") == 422
    assert ask("nobodys") == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_whatever_is_asked_of_a_switch_is_answered_as_described(
    busy: Busy, schema: BaseSchema, code: str, method: str
) -> None:
    @settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[SWITCH][method].as_strategy())
    def ask(case: Case[Any]) -> None:
        conform(busy, case)
        case.path_parameters = {"code": code}
        conform(busy, case)

    ask()


def test_a_feed_answers_as_described(busy: Busy, schema: BaseSchema) -> None:
    secret = issue_rota_feed(busy.cast.db, busy.cast["manager"], ACCOUNT, rota(busy.cast, "described"))

    operation = schema[FEED]["get"]
    assert conform(busy, operation.Case(path_parameters={"file": f"{secret}.ics"})) == 200
    assert conform(busy, operation.Case(path_parameters={"file": "nobodys.ics"})) == 404
