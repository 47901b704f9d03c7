"""Survey records: kept, changed, removed, found page by page, exported."""

import io
from collections.abc import Callable
from typing import Any

import msgspec
import openpyxl
import pytest

from aiguillage.desk.facts import add_fact, remove_fact
from aiguillage.desk.journal import list_changes
from aiguillage.desk.surveys import (
    add_records,
    export_records,
    list_records,
    remove_records,
    set_record,
    show_record,
    sum_up_records,
)
from aiguillage.domain.errors import Kind
from aiguillage.domain.surveys import Survey, SurveyRecord
from aiguillage.storage.surveys import KeptRecord, RecordSearch
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.refusal import refused

SECOND = 1_000_000


@pytest.fixture
def survey(cast: Cast) -> int:
    """The id of a survey of CL0000."""
    return add_fact(cast.db, cast["editor"], ACCOUNT, Survey(name="Accueil")).kept.id


def record(survey: int, **values: Any) -> SurveyRecord:  # noqa: ANN401 - of any field
    """A record of the survey."""
    return msgspec.convert({"survey_id": survey, "caller": "0199001234", "moment": NOW} | values, SurveyRecord)


def added(cast: Cast, *records: SurveyRecord) -> list[KeptRecord]:
    """New records of CL0000."""
    return add_records(cast.db, cast["editor"], ACCOUNT, records)


def found(cast: Cast, **search: Any) -> list[int]:  # noqa: ANN401 - of any field
    """The ids of the records that are found."""
    return [kept.id for kept in list_records(cast.db, cast["reader"], ACCOUNT, RecordSearch(**search)).records]


def test_a_record_is_kept_with_its_caller_in_e164(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey, score_1=" 5 ", agent_name=" "))

    assert show_record(cast.db, cast["reader"], ACCOUNT, kept.id) == kept
    assert kept.record == record(survey, caller="+33199001234", score_1="5")


def test_a_caller_that_is_no_number_is_kept_as_sent(cast: Cast, survey: int) -> None:
    assert [kept.record.caller for kept in added(cast, record(survey, caller=" Ana "), record(survey, caller=""))] == [
        "Ana",
        "",
    ]


def test_records_are_journalled_one_by_one_without_a_gap(cast: Cast, survey: int) -> None:
    first, second = added(cast, record(survey), record(survey, score_1="1"))
    changed = set_record(cast.db, cast["editor"], ACCOUNT, first.id, {"score_2": "4"})
    remove_records(cast.db, cast["editor"], ACCOUNT, [second.id, second.id])

    entries = list_changes(cast.db, cast["manager"], ACCOUNT, limit=4)

    assert [(entry.action, entry.entity, entry.entity_id) for entry in entries] == [
        ("remove", "survey_record", second.id),
        ("set", "survey_record", first.id),
        ("add", "survey_record", second.id),
        ("add", "survey_record", first.id),
    ]
    assert [entry.seq for entry in entries] == [entries[0].seq - n for n in range(4)]
    assert entries[0].before == msgspec.to_builtins(second.record)
    assert entries[1].after == msgspec.to_builtins(changed.record)


def test_a_change_that_changes_nothing_leaves_no_trace(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey))

    assert set_record(cast.db, cast["editor"], ACCOUNT, kept.id, {"caller": "01 99 00 12 34"}) == kept


def test_records_are_added_and_removed_all_or_none(cast: Cast, survey: int) -> None:
    kept = added(cast, record(survey))[0]

    with refused(Kind.INVALID, "too long"):
        added(cast, record(survey), record(survey, agent_name="x" * 201))
    with refused(Kind.MISSING, "no survey 99"):
        added(cast, record(survey), record(99))
    with refused(Kind.MISSING, "no survey record 99"):
        remove_records(cast.db, cast["editor"], ACCOUNT, [kept.id, 99])

    assert found(cast) == [kept.id]


@pytest.mark.parametrize("change", [{"survey_id": 99}, {"survey_id": 2**70}])
def test_a_record_cannot_move_to_a_survey_that_is_not_there(cast: Cast, survey: int, change: dict[str, Any]) -> None:
    (kept,) = added(cast, record(survey))

    with refused(Kind.MISSING, "no survey"):
        set_record(cast.db, cast["editor"], ACCOUNT, kept.id, change)


def test_somebody_elses_change_is_not_overwritten(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey))
    set_record(cast.db, cast["editor"], ACCOUNT, kept.id, {"score_1": "1"}, expected=kept.seq)

    with refused(Kind.STALE, "Somebody changed this"):
        set_record(cast.db, cast["editor"], ACCOUNT, kept.id, {"score_1": "2"}, expected=kept.seq)
    with refused(Kind.STALE, "Somebody changed this"):
        remove_records(cast.db, cast["editor"], ACCOUNT, [kept.id], expected=kept.seq)


def test_records_are_found_whatever_the_case_of_accented_letters(cast: Cast, survey: int) -> None:
    (kept, _) = added(cast, record(survey, agent_name="Étienne Ça"), record(survey, agent_name="Aline"))

    assert found(cast, filters={"agent_name": "ÉTIENNE ÇA"}) == [kept.id]
    assert found(cast, words="éti") == [kept.id]
    assert found(cast, filters={"agent_name": "étienne"}) == []


def test_records_are_found_by_any_field_and_by_what_a_text_begins_with(cast: Cast, survey: int) -> None:
    first, second, third = (
        kept.id
        for kept in added(
            cast,
            record(survey, agent_name="Ana Roche", score_1="5"),
            record(survey, agent_name="ANA 100%", moment=NOW + SECOND),
            record(survey, caller="0199001235", agent_extension="207"),
        )
    )

    assert found(cast, filters={"caller": "00 33 1 99 00 12 34"}) == [first, second]
    assert found(cast, filters={"agent_name": "ana roche"}) == [first]
    assert found(cast, filters={"moment": NOW + SECOND}) == [second]
    assert found(cast, filters={"survey_id": survey + 1}) == []
    assert found(cast, words="ana ") == [first, second]
    assert found(cast, words="ana 100%") == [second]
    assert found(cast, words="%") == []
    assert found(cast, words="+3319900123") == [first, second, third]
    assert found(cast, since=second) == [second, third]
    assert found(cast, sort="-moment") == [second, first, third]
    assert found(cast, sort="-id", offset=1, limit=1) == [second]


def test_a_page_tells_how_many_there_are_on_all(cast: Cast, survey: int) -> None:
    added(cast, *(record(survey) for _ in range(5)))

    assert list_records(cast.db, cast["reader"], ACCOUNT, RecordSearch(limit=2)).total == 5


def test_records_are_sorted_by_what_they_have(cast: Cast) -> None:
    with refused(Kind.INVALID, "Cannot sort by 'seq'"):
        found(cast, sort="seq")


def test_a_survey_with_records_stays(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey))

    with refused(Kind.CONFLICT, "The survey Accueil has records."):
        remove_fact(cast.db, cast["editor"], ACCOUNT, "survey", survey)
    remove_records(cast.db, cast["editor"], ACCOUNT, [kept.id])
    remove_fact(cast.db, cast["editor"], ACCOUNT, "survey", survey)


def test_records_are_exported_oldest_first(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey, score_1="=1+1", agent_name="Ana; Léa"))

    table, objects, lines = (
        b"".join(export_records(cast.db, cast["reader"], ACCOUNT, form)) for form in ("csv", "json", "jsonl")
    )

    header, row = table.decode("utf-8-sig").splitlines()
    assert header == "id;survey_id;caller;score_1;score_2;score_3;agent_extension;agent_name;datetime"
    assert row == f'{kept.id};{survey};+33199001234;\'=1+1;;;;"Ana; Léa";2026-11-18T11:06:40Z'
    assert msgspec.json.decode(objects) == [msgspec.json.decode(lines)]
    assert msgspec.json.decode(lines)["caller"] == "+33199001234"


def test_records_are_exported_as_a_spreadsheet(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey, score_1="=1+1", agent_name="Ana"))

    sheet = b"".join(export_records(cast.db, cast["reader"], ACCOUNT, "xlsx"))

    header, row = openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows(values_only=True)
    assert header == ("id", *SurveyRecord.__struct_fields__[:-1], "datetime")
    assert row == (
        *(str(kept.id), str(survey), "+33199001234", "'=1+1", None, None, None),
        *("Ana", "2026-11-18T11:06:40Z"),
    )


def test_an_export_of_nothing_is_a_file_all_the_same(cast: Cast) -> None:
    assert b"".join(export_records(cast.db, cast["reader"], ACCOUNT, "json")) == b"[]"
    with refused(Kind.INVALID, "not an export format"):
        export_records(cast.db, cast["reader"], ACCOUNT, "pdf")


def test_long_lists_are_exported_in_pieces(cast: Cast, survey: int) -> None:
    added(cast, *(record(survey) for _ in range(2_001)))

    pieces = list(export_records(cast.db, cast["reader"], ACCOUNT, "json"))

    assert len(pieces) == 4
    assert len(msgspec.json.decode(b"".join(pieces))) == 2_001


def test_another_accounts_records_look_like_none(cast: Cast, survey: int) -> None:
    (kept,) = added(cast, record(survey))
    ask: list[Callable[[int], object]] = [
        lambda id_: show_record(cast.db, cast["outsider"], OTHER_ACCOUNT, id_),
        lambda id_: set_record(cast.db, cast["outsider"], OTHER_ACCOUNT, id_, {"score_1": "1"}),
        lambda id_: remove_records(cast.db, cast["outsider"], OTHER_ACCOUNT, [id_]),
    ]

    for one in ask:
        for id_ in (kept.id, 10**15, 2**70, -1):
            with refused(Kind.MISSING, f"There is no survey record {id_} on this account."):
                one(id_)
    assert list_records(cast.db, cast["outsider"], OTHER_ACCOUNT, RecordSearch()).total == 0


def test_scores_are_summed_up_by_the_months_of_the_accounts_clock(cast: Cast, survey: int) -> None:
    other = add_fact(cast.db, cast["editor"], ACCOUNT, Survey(name="Atelier")).kept.id
    last_of_october = 1_793_487_540_000_000  # 31 October 2026, 23:59 in Paris
    added(
        cast,
        record(survey, score_1="4", moment=last_of_october),
        record(survey, score_1="2,5", score_2="well", moment=last_of_october + 60 * SECOND),
        record(survey, score_1="3.5", score_2="", moment=NOW),
        record(other, score_1="1"),
    )

    scores = sum_up_records(cast.db, cast["reader"], ACCOUNT, survey)

    assert scores == [("2026-10", 1, (4.0, None, None)), ("2026-11", 2, (3.0, None, None))]
    with refused(Kind.MISSING, "no survey"):
        sum_up_records(cast.db, cast["reader"], ACCOUNT, 999_999)
