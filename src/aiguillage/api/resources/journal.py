"""The journal: who changed what, and the way back."""

from typing import Any

import msgspec

from aiguillage.api.operations import Asked, Operation
from aiguillage.api.paging import Paged, check_paging, page_behind, page_type
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.journal import Wanted, list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import missing
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.storage.journal import Entry
from aiguillage.storage.schema import can_be_id

TAG = "Journal"
Text = str | msgspec.UnsetType
Number = int | msgspec.UnsetType
FILTERS = ("entity", "entity_id", "actor", "action")


class JournalQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes: of what, by whom, since when; `before` is a change that only earlier ones are wanted of."""

    entity: Text = UNSET
    entity_id: Number = UNSET
    actor: Text = UNSET
    action: Text = UNSET
    since: Text = UNSET
    before: Number = UNSET
    per_page: int = 40


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A change: what an entity was and what it became; null where it was not there.

    `{"erased": true}` stands for what was kept about somebody who had it erased.
    """

    seq: int
    at: str | None
    actor: str
    action: str
    entity: str
    entity_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def show_entry(entry: Entry) -> ChangeShown:
    """A change as it is answered."""
    return ChangeShown(**msgspec.structs.asdict(entry) | {"at": iso(entry.at)})


def _list(asked: Asked) -> Paged:
    query = asked.query
    check_paging(1, query.per_page)
    given: dict[str, Any] = {name: value for name in FILTERS if (value := getattr(query, name)) is not UNSET}
    if query.since is not UNSET:
        given["since"] = parse_moment(query.since, "since")
    before = None if query.before is UNSET else query.before
    who, limit = (asked.db, asked.actor, asked.account), query.per_page
    found = list_changes(*who, wanted=Wanted(**given), before_seq=before, limit=limit + 1)
    shown = [show_entry(entry) for entry in found[:limit]]
    return page_behind(shown, None, limit, asked.url, str(shown[-1].seq) if len(found) > limit else None, "before")


def _revert(asked: Asked) -> ChangeShown:
    seq = asked.id("seq")
    if not can_be_id(seq):
        raise missing("There is nothing of that id here for you.")
    return show_entry(revert_change(asked.db, asked.actor, asked.account, seq))


OPERATIONS = (
    Operation(
        *("GET", f"{BASE}/journal", "listChanges", "List changes, newest first", TAG, _list),
        query=JournalQuery,
        answer=page_type("Change", ChangeShown),
        needs=Role.MANAGE,
        description="`next_page_url` leads on to earlier changes.",
    ),
    Operation(
        *("POST", f"{BASE}/journal/{{seq}}/revert", "revertChange", "Revert a change", TAG, _revert),
        answer=ChangeShown,
        answered={"seq": 119, "action": "revert", "before": {"destination": "209"}, "after": {"destination": "207"}},
        needs=Role.MANAGE,
        refuses=(404, 409),
        description=(
            "What it was about becomes what it was before, if nobody changed it since: else a 409 says what stands in "
            "the way. Contacts, fields, settings and every kind of fact; an import is undone as a whole. A removed "
            "fact comes back under its id, without its secrets and without what belonged to it: that has changes of "
            "its own. Answers the new entry, which can itself be reverted."
        ),
    ),
)
