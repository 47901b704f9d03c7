"""Surveys and their records (contracts/cx-engine.md, 'surveys' and 'survey-records')."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.api.operations import AnyAsked, Asked, File, Nothing, Operations, Shown
from aiguillage.api.paging import LISTING, Paged, check_paging, page_of, page_type, query_of
from aiguillage.api.resources.facts import FactResource, Ids
from aiguillage.api.resources.files import MEDIA, FileQuery, exported, samples_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, Number, Text, given
from aiguillage.api.shown import ANSWERED_SURVEY, SOME_RECORDS
from aiguillage.desk.accounts import show_account
from aiguillage.desk.journal import seq_since
from aiguillage.desk.sent import make_fact
from aiguillage.desk.surveys import (
    HEADER,
    add_records,
    export_records,
    list_records,
    remove_records,
    set_record,
    show_record,
)
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import example_of, means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.surveys import SurveyRecord
from aiguillage.storage.surveys import KeptRecord, RecordSearch

TAG = "Surveys"
OPERATIONS = Operations(TAG)
PATH = f"{BASE}/survey-records"
ONE = f"{PATH}/{{id}}"
SCORES = ("score_1", "score_2", "score_3")
MOST_REMOVED = 10_000
Score = str | int | float | None | msgspec.UnsetType


SURVEY_ID = means("The id of the survey that the record belongs to.", 12)
SCORE_1 = means("Answer 1 of the caller: a text, as phone systems send it; null for none.", "5")
SCORE_2 = means("Answer 2 of the caller: a text, as phone systems send it; null for none.", "4")
SCORE_3 = means("Answer 3 of the caller: a text, as phone systems send it; null for none.", None)
AGENT_EXTENSION = means("The extension of who took the call.", "207")
AGENT_NAME = means("The name of who took the call.", "Ana Roche")


class RecordBody(Body, frozen=True):
    """A record as it is sent; `datetime` is by the account's clock unless it has an offset, and now if it is new."""

    survey_id: Annotated[Number, SURVEY_ID] = UNSET
    caller: Annotated[Text, means("Who called: a number in any spelling, or a text.", "01 99 00 12 34")] = UNSET
    score_1: Annotated[Score, SCORE_1] = UNSET
    score_2: Annotated[Score, SCORE_2] = UNSET
    score_3: Annotated[Score, SCORE_3] = UNSET
    agent_extension: Annotated[Text, AGENT_EXTENSION] = UNSET
    agent_name: Annotated[Text, AGENT_NAME] = UNSET
    datetime: Annotated[
        Text, means("When: ISO 8601, by the account's clock unless it has an offset.", "2026-11-24T18:00:00+01:00")
    ] = UNSET


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is answered; the caller is in E.164 where it looks like a number."""

    id: Annotated[int, meanings.ID]
    survey_id: Annotated[int, SURVEY_ID]
    caller: Annotated[str, means("Who called, in E.164 where it looks like a number.", "+33199001234")]
    score_1: Annotated[str | None, SCORE_1]
    score_2: Annotated[str | None, SCORE_2]
    score_3: Annotated[str | None, SCORE_3]
    agent_extension: Annotated[str | None, AGENT_EXTENSION]
    agent_name: Annotated[str | None, AGENT_NAME]
    datetime: Annotated[str | None, meanings.WHEN]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]


RecordsQuery = query_of("RecordsQuery", RecordShown)
FILTERS = tuple(name for name in RecordsQuery.__struct_fields__ if name not in LISTING)


EXAMPLE = {
    "survey_id": ANSWERED_SURVEY,
    "caller": "01 99 00 12 34",
    "score_1": "5",
    "agent_extension": "207",
    "agent_name": "Ana Roche",
    "datetime": "2026-11-24T18:00:00+01:00",
}
RECORD = example_of(RecordShown)


def _who(asked: AnyAsked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


def _show_one(kept: KeptRecord, account_id: int) -> RecordShown:
    values = msgspec.structs.asdict(kept.record)
    return RecordShown(id=kept.id, customer_id=account_id, datetime=iso(values.pop("moment")), **values)


def _shown(asked: AnyAsked, kept: KeptRecord) -> Shown[RecordShown]:
    return Shown(_show_one(kept, asked.account_id), kept.seq)


@OPERATIONS.get(
    PATH, "listSurveyRecords", query=RecordsQuery, answer=page_type("SurveyRecord", RecordShown), needs=Role.READ
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List survey records."""
    query = asked.query
    check_paging(query.page, query.per_page)
    filters = {name: value for name in FILTERS if (value := getattr(query, name)) is not UNSET}
    strangers = filters.pop("customer_id", asked.account_id) != asked.account_id
    if "datetime" in filters:
        filters["moment"] = _moment(asked, filters.pop("datetime"))
    search = RecordSearch(
        filters=filters | ({"id": 0} if strangers else {}),
        words="" if query.q is UNSET else query.q,
        since=None if query.updated_since is UNSET else _since(asked),
        sort="id" if query.sort is UNSET else query.sort.replace("datetime", "moment"),
        offset=(query.page - 1) * query.per_page,
        limit=query.per_page,
    )
    found = list_records(*_who(asked), search)
    shown = [_show_one(kept, asked.account_id) for kept in found.records]
    return page_of(shown, found.total, query.page, query.per_page, asked.url)


def _since(asked: AnyAsked) -> int:
    return seq_since(*_who(asked), parse_moment(asked.query.updated_since, "updated_since"))


@OPERATIONS.post(PATH, "addSurveyRecord", status=201, needs=Role.EDIT, example=EXAMPLE)
def _add(asked: Asked[Nothing, RecordBody]) -> Shown[RecordShown]:
    """Add a survey record."""
    record = make_fact(SurveyRecord, {"moment": asked.actor.at} | _changes(asked), {"datetime": "moment"})
    return _shown(asked, add_records(*_who(asked), [record])[0])


@OPERATIONS.get(ONE, "showSurveyRecord", needs=Role.READ)
def _show(asked: Asked[Nothing, None]) -> Shown[RecordShown]:
    """Show a survey record."""
    return _shown(asked, show_record(*_who(asked), asked.id()))


@OPERATIONS.put(ONE, "setSurveyRecord", needs=Role.EDIT, refuses=(412,), example={"score_2": "4"})
def _set(asked: Asked[Nothing, RecordBody]) -> Shown[RecordShown]:
    """Change a survey record."""
    return _shown(asked, set_record(*_who(asked), asked.id(), _changes(asked), expected=asked.expected))


def _changes(asked: AnyAsked) -> dict[str, Any]:
    """What was sent as values of a record. Raises Refusal(invalid)."""
    sent = given(asked.body, {"datetime": "moment"})
    for name in SCORES:
        if sent.get(name) is not None:
            sent[name] = str(sent[name])
    if sent.get("survey_id", UNSET) is None:
        raise invalid("A record belongs to a survey. Send the survey's id.", "survey_id")
    if "moment" in sent:
        sent["moment"] = asked.actor.at if sent["moment"] is None else _moment(asked, sent["moment"])
    return sent | ({"caller": sent["caller"] or ""} if "caller" in sent else {})


def _moment(asked: AnyAsked, text: str) -> int:
    """A moment; by the account's clock where it has no offset. Raises Refusal(invalid)."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            zone = ZoneInfo(show_account(*_who(asked)).time_zone)
            text = moment.replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        pass
    return parse_moment(text, "datetime")


@OPERATIONS.delete(ONE, "removeSurveyRecord", status=204, needs=Role.EDIT, refuses=(412,))
def _remove(asked: Asked[Nothing, None]) -> None:
    """Remove a survey record."""
    remove_records(*_who(asked), [asked.id()], expected=asked.expected)


@OPERATIONS.delete(
    f"{PATH}/bulk",
    "removeSurveyRecords",
    status=204,
    needs=Role.EDIT,
    description=f"Up to {MOST_REMOVED:,}.",
    example={"ids": SOME_RECORDS},
)
def _remove_many(asked: Asked[Nothing, Ids]) -> None:
    """Remove survey records, all or none."""
    if len(asked.body.ids) > MOST_REMOVED:
        raise invalid(f"The list has {len(asked.body.ids):,} ids. Send up to {MOST_REMOVED:,} at a time.", "ids")
    remove_records(*_who(asked), asked.body.ids)


@OPERATIONS.get(
    f"{PATH}/export",
    "exportSurveyRecords",
    needs=Role.READ,
    apart=0,
    gives=tuple(MEDIA.values()),
    samples=samples_of(HEADER, {name: RECORD[name] for name in HEADER}, {}),
)
def _export(asked: Asked[FileQuery, None]) -> File:
    """Export survey records."""
    return exported(asked, "survey-records", export_records)


SURVEYS = FactResource(
    path=f"{BASE}/surveys",
    noun="survey",
    plural="the surveys",
    sent="A survey as it is sent.",
    told="A survey as it is answered.",
    tag=TAG,
    kind="survey",
    example={"name": "Accueil"},
    change={"name": "Livraisons"},
)
