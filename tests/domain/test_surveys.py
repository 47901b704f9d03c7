"""Surveys and records as they are kept."""

import pytest

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.surveys import FIRST, LAST, Survey, SurveyRecord, check_record, check_survey
from tests.refusal import refused

HERE = Account(code="CL0000")


def test_a_survey_has_a_name_of_its_own() -> None:
    kept = {"survey": {1: Survey(name="Accueil")}}

    assert check_survey(Survey(name=" Accueil "), 1, kept, HERE) == Survey(name="Accueil")
    assert check_survey(Survey(name="Satisfaction"), None, kept, HERE) == Survey(name="Satisfaction")
    with refused(Kind.CONFLICT, "has a survey Accueil already"):
        check_survey(Survey(name="ACCUEIL"), None, kept, HERE)
    with refused(Kind.INVALID, "no name"):
        check_survey(Survey(name=" "), None, kept, HERE)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0199001234", "+33199001234"),
        ("+33 1 99 00 12 34", "+33199001234"),
        ("207", "207"),
        (" Ana ", "Ana"),
        ("anonymous", "anonymous"),
        ("", ""),
        (" ", ""),
    ],
)
def test_a_caller_is_a_number_where_it_looks_like_one(sent: str, kept: str) -> None:
    assert check_record(SurveyRecord(survey_id=1, caller=sent, moment=0), "FR").caller == kept


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"score_1": "x" * 65}, "score_1"),
        ({"score_3": "a\x00"}, "score_3"),
        ({"caller": "x" * 65}, "caller"),
        ({"agent_extension": "x" * 65}, "agent_extension"),
        ({"agent_name": "x" * 201}, "agent_name"),
        ({"moment": FIRST - 1}, "datetime"),
        ({"moment": LAST}, "datetime"),
    ],
)
def test_what_is_wrong_with_a_record_is_told_with_its_field(values: dict[str, str], field: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_record(SurveyRecord(**{"survey_id": 1, "moment": 0} | values), "FR")  # type: ignore[arg-type]

    assert (caught.value.kind, caught.value.field) == (Kind.INVALID, field)


def test_the_first_and_the_last_moment_are_kept() -> None:
    for moment in (FIRST, LAST - 1):
        assert check_record(SurveyRecord(survey_id=1, moment=moment), "FR").moment == moment
