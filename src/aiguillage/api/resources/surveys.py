"""Surveys and their records (contracts/cx-engine.md, 'surveys' and 'survey-records')."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.api.operations import Asked, File, Operation, Shown
from aiguillage.api.paging import LISTING, Paged, check_paging, page_of, page_type, query_of
from aiguillage.api.resources import samples
from aiguillage.api.resources.facts import Ids
from aiguillage.api.resources.files import MEDIA, FileQuery, exported
from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, Number, Text, given, make_fact
from aiguillage.api.shown import ANSWERED_SURVEY, SOME_RECORDS
from aiguillage.desk.accounts import show_account
from aiguillage.desk.change import account_id_of
from aiguillage.desk.journal import seq_since
from aiguillage.desk.surveys import add_records, export_records, list_records, remove_records, set_record, show_record
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.surveys import SurveyRecord
from aiguillage.storage.surveys import KeptRecord, RecordSearch

TAG = "Surveys"
PATH = f"{BASE}/survey-records"
ONE = f"{PATH}/{{id}}"
SCORES = ("score_1", "score_2", "score_3")
MOST_REMOVED = 10_000
Score = str | int | float | None | msgspec.UnsetType


class SurveyBody(Body, frozen=True):
    """A survey as it is sent."""

    name: Text = UNSET


class SurveyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A survey as it is answered."""

    id: int
    name: str
    customer_id: int


class RecordBody(Body, frozen=True):
    """A record as it is sent; `datetime` is by the account's clock unless it has an offset, and now if it is new."""

    survey_id: Number = UNSET
    caller: Text = UNSET
    score_1: Score = UNSET
    score_2: Score = UNSET
    score_3: Score = UNSET
    agent_extension: Text = UNSET
    agent_name: Text = UNSET
    datetime: Text = UNSET


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is answered; the caller is in E.164 where it looks like a number."""

    id: int
    survey_id: int
    caller: str
    score_1: str | None
    score_2: str | None
    score_3: str | None
    agent_extension: str | None
    agent_name: str | None
    datetime: str | None
    customer_id: int


RecordsQuery = query_of("RecordsQuery", RecordShown)
FILTERS = tuple(name for name in RecordsQuery.__struct_fields__ if name not in LISTING)


def _who(asked: Asked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


def _show_one(kept: KeptRecord, account_id: int) -> RecordShown:
    values = msgspec.structs.asdict(kept.record)
    return RecordShown(id=kept.id, customer_id=account_id, datetime=iso(values.pop("moment")), **values)


def _shown(asked: Asked, kept: KeptRecord) -> Shown:
    return Shown(_show_one(kept, account_id_of(*_who(asked))), kept.seq)


def _list(asked: Asked) -> Paged:
    query = asked.query
    check_paging(query.page, query.per_page)
    filters = {name: value for name in FILTERS if (value := getattr(query, name)) is not UNSET}
    account_id = account_id_of(*_who(asked))
    strangers = filters.pop("customer_id", account_id) != account_id
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
    shown = [_show_one(kept, account_id) for kept in found.records]
    return page_of(shown, found.total, query.page, query.per_page, asked.url)


def _since(asked: Asked) -> int:
    return seq_since(*_who(asked), parse_moment(asked.query.updated_since, "updated_since"))


def _add(asked: Asked) -> Shown:
    record = make_fact(SurveyRecord, {"moment": asked.actor.at} | _changes(asked), {"datetime": "moment"})
    return _shown(asked, add_records(*_who(asked), [record])[0])


def _show(asked: Asked) -> Shown:
    return _shown(asked, show_record(*_who(asked), asked.id()))


def _set(asked: Asked) -> Shown:
    return _shown(asked, set_record(*_who(asked), asked.id(), _changes(asked), expected=asked.expected))


def _changes(asked: Asked) -> dict[str, Any]:
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


def _moment(asked: Asked, text: str) -> int:
    """A moment; by the account's clock where it has no offset. Raises Refusal(invalid)."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            zone = ZoneInfo(show_account(*_who(asked)).time_zone)
            text = moment.replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        pass
    return parse_moment(text, "datetime")


def _remove(asked: Asked) -> None:
    remove_records(*_who(asked), [asked.id()], expected=asked.expected)


def _remove_many(asked: Asked) -> None:
    if len(asked.body.ids) > MOST_REMOVED:
        raise invalid(f"There are {len(asked.body.ids):,} ids. Send up to {MOST_REMOVED:,} at a time.", "ids")
    remove_records(*_who(asked), asked.body.ids)


def _export(asked: Asked) -> File:
    return exported(asked, "survey-records", export_records)


SURVEYS = FactResource(
    path=f"{BASE}/surveys",
    noun="survey",
    plural="the surveys",
    tag=TAG,
    kind="survey",
    body=SurveyBody,
    answer=SurveyShown,
    example={"name": "Accueil"},
    change={"name": "Livraisons"},
)
EXAMPLE = {
    "survey_id": ANSWERED_SURVEY,
    "caller": "01 99 00 12 34",
    "score_1": "5",
    "agent_extension": "207",
    "agent_name": "Ana Roche",
    "datetime": "2026-11-24T18:00:00+01:00",
}
OPERATIONS = (
    Operation(
        *("GET", PATH, "listSurveyRecords", "List survey records", TAG, _list),
        query=RecordsQuery,
        answer=page_type("SurveyRecord", RecordShown),
        needs=Role.READ,
    ),
    Operation(
        *("POST", PATH, "addSurveyRecord", "Add a survey record", TAG, _add),
        body=RecordBody,
        answer=RecordShown,
        status=201,
        needs=Role.EDIT,
        example=EXAMPLE,
    ),
    Operation(
        *("DELETE", f"{PATH}/bulk", "removeSurveyRecords", "Remove survey records, all or none", TAG, _remove_many),
        body=Ids,
        status=204,
        needs=Role.EDIT,
        description=f"Up to {MOST_REMOVED:,}.",
        example={"ids": SOME_RECORDS},
    ),
    Operation(
        *("GET", f"{PATH}/export", "exportSurveyRecords", "Export survey records", TAG, _export),
        query=FileQuery,
        needs=Role.READ,
        apart=0,
        gives=tuple(MEDIA.values()),
        samples=samples.RECORDS,
    ),
    Operation(
        *("GET", ONE, "showSurveyRecord", "Show a survey record", TAG, _show),
        answer=RecordShown,
        needs=Role.READ,
    ),
    Operation(
        *("PUT", ONE, "setSurveyRecord", "Change a survey record", TAG, _set),
        body=RecordBody,
        answer=RecordShown,
        needs=Role.EDIT,
        refuses=(412,),
        example={"score_2": "4"},
    ),
    Operation(
        *("DELETE", ONE, "removeSurveyRecord", "Remove a survey record", TAG, _remove),
        status=204,
        needs=Role.EDIT,
        refuses=(412,),
    ),
)
