"""Whatever schemathesis sends to the management API is answered as its document says; `make fuzz` sends more."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema

from aiguillage.api.operations import Operation
from tests.api.conforming import CHECKS
from tests.api.walking import OPERATIONS, Walk, collections, walking
from tests.cast import ACCOUNT
from tests.fuzz import PEOPLE, SPARED

EXAMPLES = 4
FUZZED = [operation for operation in OPERATIONS.values() if operation.name not in SPARED]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server that is asked nothing sensible."""
    with walking(tmp_path_factory.mktemp("fuzz")) as walk:
        yield walk


@pytest.fixture(scope="module")
def schema(walk: Walk) -> BaseSchema:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(json.loads(walk.person("nobody").get("/openapi.json").content))


@pytest.mark.parametrize("operation", FUZZED, ids=[operation.name for operation in FUZZED])
def test_whatever_is_sent_is_answered_as_described(walk: Walk, schema: BaseSchema, operation: Operation) -> None:
    described = schema[operation.path][operation.method]
    modes = [mode for mode in GenerationMode if operation.body is not None or mode is GenerationMode.POSITIVE]
    cases = st.one_of(*(described.as_strategy(mode) for mode in modes))
    url = f"http://127.0.0.1:{walk.busy.server.port}"

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=cases, here=st.booleans(), name=st.sampled_from(PEOPLE))
    def ask(case: Case[Any], name: str, *, here: bool) -> None:
        if here:
            place(case, operation, walk)
        case.call_and_validate(url, headers={"Authorization": f"Bearer {walk.secret(name)}"}, checks=CHECKS)

    ask()


def place(case: Case[Any], operation: Operation, walk: Walk) -> None:
    """Makes a request one about what CL0000 has, so that it gets further than the first refusal."""
    parameters = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    ids = (walk.ours[of] for of in collections(operation.path))
    case.path_parameters = dict(zip(parameters, ids, strict=True)) or case.path_parameters
    if operation.about_account:
        case.query = {**case.query, "customer_account": ACCOUNT}
