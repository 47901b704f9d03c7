"""The source of an account's contacts: the address that they are imported from, by a schedule or when asked for."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.jobs import Job
from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.resources.contacts import PATH, TAG
from aiguillage.api.resources.exchange import RefusedLine
from aiguillage.api.resources.shared import body_of, given, shown_of
from aiguillage.desk.importing.sent import wire_name
from aiguillage.desk.sources import SourceState, begin_source, remove_source, set_source, show_source, values_sent
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso
from aiguillage.domain.parts import parts_of
from aiguillage.domain.sources import ContactSource, Run

OPERATIONS = Operations(TAG)
ONE = f"{PATH}/source"


class SourceRun(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a source's last run."""

    at: Annotated[str | None, means("When it began, ISO 8601 in UTC.", "2026-11-24T03:00:00Z")]
    state: Annotated[str, means("`imported`, `unchanged` where nothing was new, or `failed`.", "imported")]
    import_id: Annotated[int | None, meanings.IMPORT_ID]
    created: Annotated[int, meanings.CREATED]
    updated: Annotated[int, meanings.UPDATED]
    unchanged: Annotated[int, meanings.UNCHANGED]
    refused: Annotated[int, meanings.REFUSED]
    deleted: Annotated[int, meanings.DELETED]
    refusals: Annotated[list[RefusedLine], means("Why, for the first 20 rows that were refused.", [])]


SourceBody = body_of("Source", ContactSource, "The source as it is sent.", {})
SourceShown = shown_of(
    "Source",
    ContactSource,
    "The address that the account's contacts are imported from; `state` is `running` while they are.",
    {
        "state": (str, means("`waiting`, `running`, or `failing`.", "waiting")),
        "next_at": (
            str | None,
            means("When it is imported next, ISO 8601 in UTC; null for only when asked for.", "2026-11-25T03:00:00Z"),
        ),
        "failing_since": (str | None, means("Since when it fails, ISO 8601 in UTC; null while it does not.", None)),
        "trouble": (str, means("Why it fails; empty while it does not.", "")),
        "last": (SourceRun | None, means("What came of the last run; null before the first one.")),
    },
)
EXAMPLE = {
    "url": "https://crm.example.org/export/contacts.csv",
    "schedule": "daily",
    "time_of_day": "04:00",
    "delete_missing": True,
    "columns": {"Ref. client": "reference"},
}


def _who(asked: AnyAsked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


def _shown(asked: AnyAsked, state: SourceState) -> Shown[Any]:
    source = state.source
    failing = source.failing_since is not None
    shown = SourceShown(
        id=state.kept.id,
        customer_id=asked.account_id,
        **{part.wire: part.value(source) for part in parts_of(ContactSource)},
        state="running" if state.running else "failing" if failing else "waiting",
        next_at=iso(state.next_at),
        failing_since=iso(source.failing_since),
        trouble=source.trouble,
        last=None if state.last is None else _last(state.last),
    )
    return Shown(shown, state.kept.seq)


def _last(run: Run) -> SourceRun:
    return SourceRun(
        at=iso(run.at),
        state=run.state,
        import_id=run.import_id,
        created=run.created,
        updated=run.changed,
        unchanged=run.unchanged,
        refused=run.refused,
        deleted=run.deleted,
        refusals=[RefusedLine(one.line, wire_name(one.column), one.value, one.message) for one in run.refusals],
    )


@OPERATIONS.get(ONE, "showSource", answer=SourceShown, needs=Role.EDIT, refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> Shown[Any]:
    """Show the source of the account's contacts."""
    return _shown(asked, show_source(*_who(asked)))


@OPERATIONS.put(
    ONE, "setSource", body=SourceBody, answer=SourceShown, needs=Role.EDIT, refuses=(409, 412), example=EXAMPLE
)
def _set(asked: Asked[Nothing, Any]) -> Shown[Any]:
    """Set the source of the account's contacts, or change it.

    A CSV, XLSX or JSON file at a public https address, imported by hand (`/run`), each hour or each day. Its schedule
    begins now. JSON is as in `/import`, or an object with one list under any name.
    """
    return _shown(asked, set_source(*_who(asked), values_sent(given(asked.body)), expected=asked.expected))


@OPERATIONS.delete(ONE, "removeSource", status=204, needs=Role.EDIT, refuses=(404, 412))
def _remove(asked: Asked[Nothing, None]) -> None:
    """Remove the source of the account's contacts.

    What was imported from it stays.
    """
    remove_source(*_who(asked), expected=asked.expected)


@OPERATIONS.post(
    f"{ONE}/run",
    "runSource",
    status=202,
    answer=SourceShown,
    answered={"state": "running"},
    needs=Role.EDIT,
    apart=0,
    fetches=True,
    refuses=(404, 409),
)
def _run(asked: Asked[Nothing, None]) -> Job[Shown[Any]]:
    """Import from the source now.

    It goes on after the answer: `GET /contacts/source` tells its `state`, and in `last` what came of it.
    """
    work = begin_source(*_who(asked))
    return Job(_shown(asked, show_source(*_who(asked))), work)
