"""Problems: what a refusal is over HTTP."""

import json
from http import HTTPStatus

import pytest

from aiguillage.domain.errors import CODE, Kind, Refusal, conflict, invalid
from aiguillage.domain.problems import CODES, Code, as_json, problem


def test_a_problem_is_written_with_its_status_and_code() -> None:
    told = json.loads(as_json(problem(Code.TAKEN, "Choose another code.")))

    assert told == {"status": 409, "title": "Conflict", "detail": "Choose another code.", "code": "taken"}


def test_faults_are_written_by_their_fields() -> None:
    told = json.loads(as_json(problem(Code.INVALID, "Write 1.", errors={"page": ["Write 1."]})))

    assert (told["status"], told["errors"]) == (422, {"page": ["Write 1."]})


def test_a_door_can_have_a_status_of_its_own_for_a_code() -> None:
    assert problem(Code.INVALID, "Write 1.", status=HTTPStatus.BAD_REQUEST).status == 400


@pytest.mark.parametrize("kind", Kind)
def test_a_refusal_has_the_code_of_its_kind_unless_it_has_a_finer_one(kind: Kind) -> None:
    assert Refusal(kind, "No.").code is CODE[kind]


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(conflict("No.", Code.TAKEN), Code.TAKEN), (invalid("No.", code=Code.QUOTA), Code.QUOTA)],
)
def test_a_finer_code_has_the_status_of_the_kind(refusal: Refusal, code: Code) -> None:
    assert refusal.code is code
    assert CODES[code].status == CODES[CODE[refusal.kind]].status
