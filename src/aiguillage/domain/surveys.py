"""Surveys: what callers said of their calls when they were asked."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import Refusal, conflict, invalid
from aiguillage.domain.numbers import parse_number
from aiguillage.domain.problems import Code

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_800_000_000
"""The moments at which the years 1 and 10000 begin, in microseconds since 1970 UTC."""

LONGEST_CALLER, LONGEST_SCORE, LONGEST_EXTENSION = 64, 64, 64


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that callers are asked; only its name is kept here."""

    name: Annotated[str, meanings.NAME]


class SurveyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one caller answered at a moment (microseconds since 1970 UTC).

    `caller` is a number in E.164 where it looks like one, else as it was sent. Scores are texts, as phone systems send
    them. `survey_id` is the survey's id.
    """

    survey_id: int
    caller: str = ""
    score_1: str | None = None
    score_2: str | None = None
    score_3: str | None = None
    agent_extension: str | None = None
    agent_name: str | None = None
    moment: int


def check_survey(
    fact: Survey, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account
) -> Survey:
    """The survey as it is kept; `fact_id` is None for a new one. Raises Refusal(invalid, conflict)."""
    name = parse_text(fact.name, field="name")
    if not name:
        raise invalid("The survey has no name. Give it one.", "name")
    for other_id, other in by_kind.get("survey", {}).items():
        if other_id != fact_id and other.name.casefold() == name.casefold():
            raise conflict(f"{account.code} has a survey {other.name} already. Choose another name.", Code.TAKEN)
    return Survey(name=name)


def check_record(record: SurveyRecord, country: str) -> SurveyRecord:
    """The record as it is kept. Raises Refusal(invalid)."""
    if not FIRST <= record.moment < LAST:
        raise invalid(
            "The date and time is not in a year from 1 to 9999. Send the one at which the caller answered.", "datetime"
        )
    return SurveyRecord(
        survey_id=record.survey_id,
        caller=survey_caller(record.caller, country),
        score_1=_text(record.score_1, "score_1", LONGEST_SCORE),
        score_2=_text(record.score_2, "score_2", LONGEST_SCORE),
        score_3=_text(record.score_3, "score_3", LONGEST_SCORE),
        agent_extension=_text(record.agent_extension, "agent_extension", LONGEST_EXTENSION),
        agent_name=_text(record.agent_name, "agent_name"),
        moment=record.moment,
    )


def survey_caller(text: str, country: str) -> str:
    """Who answered, as it is kept and looked for: E.164 where it looks like a number. Raises Refusal(invalid)."""
    try:
        return parse_number(text, country)
    except Refusal:
        return _text(text, "caller", LONGEST_CALLER) or ""


def _text(text: str | None, field: str, longest: int = 200) -> str | None:
    """A text without blanks around it; None for an empty one."""
    return None if text is None else parse_text(text, longest, field) or None
