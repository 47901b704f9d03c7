"""The journal: who changed what, and the way back."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.paging import Paged, check_paging, filtering, page_behind, page_type
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.journal import Wanted, list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import missing
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.storage.journal import Entry
from aiguillage.storage.schema import can_be_id

TAG = "Journal"
OPERATIONS = Operations(TAG, needs=Role.MANAGE)
Text = str | msgspec.UnsetType
Number = int | msgspec.UnsetType
FILTERS = ("entity", "entity_id", "actor", "action")


class JournalQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes: of what, by whom, since when; `before` is a change that only earlier ones are wanted of."""

    entity: Annotated[Text, filtering("What kind of thing it was done to, as in `contact` or `queue`.")] = UNSET
    entity_id: Annotated[Number, filtering("The id of that thing.")] = UNSET
    actor: Annotated[Text, filtering("Who did it: an e-mail address, or empty for the machine itself.")] = UNSET
    action: Annotated[Text, filtering("What was done: `add`, `set`, `remove`, `revert` and the like.")] = UNSET
    since: Annotated[Text, meanings.SINCE] = UNSET
    before: Annotated[Number, means("Only changes before this one, by its number.")] = UNSET
    per_page: Annotated[int, meanings.PER_PAGE] = meanings.ON_A_PAGE


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A change: what an entity was and what it became; null where it was not there.

    `{"erased": true}` stands for what was kept about somebody who had it erased.
    """

    seq: Annotated[int, means("The change's number in the account's journal.", 118)]
    at: Annotated[str | None, meanings.WHEN]
    actor: Annotated[str, meanings.ACTOR]
    action: Annotated[str, means("What was done: `add`, `set`, `remove`, `revert` and the like.", "set")]
    entity: Annotated[str, means("What kind of thing it was done to, as in `contact` or `queue`.", "queue")]
    entity_id: Annotated[int, means("The id of that thing.", 12)]
    before: Annotated[dict[str, Any] | None, means("What it was; null where it was not there.", {"destination": "207"})]
    after: Annotated[dict[str, Any] | None, means("What it became; null where it is gone.", {"destination": "209"})]


def show_entry(entry: Entry) -> ChangeShown:
    """A change as it is answered."""
    return ChangeShown(**msgspec.structs.asdict(entry) | {"at": iso(entry.at)})


@OPERATIONS.get(f"{BASE}/journal", "listChanges", answer=page_type("Change", ChangeShown))
def _list(asked: Asked[JournalQuery, None]) -> Paged:
    """List changes, newest first.

    `next_page_url` leads on to earlier changes.
    """
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


@OPERATIONS.post(
    f"{BASE}/journal/{{seq}}/revert",
    "revertChange",
    answered={"seq": 119, "action": "revert", "before": {"destination": "209"}, "after": {"destination": "207"}},
    refuses=(404, 409),
)
def _revert(asked: Asked[Nothing, None]) -> ChangeShown:
    """Revert a change.

    What it was about becomes what it was before, if nobody changed it since: else a 409 says what stands in the way.
    Contacts, fields, settings and every kind of fact; an import is undone as a whole. A removed fact comes back under
    its id, without its secrets and without what belonged to it: that has changes of its own. Answers the new entry,
    which can itself be reverted.
    """
    seq = asked.id("seq")
    if not can_be_id(seq):
        raise missing("There is nothing with that id that you can see.")
    return show_entry(revert_change(asked.db, asked.actor, asked.account, seq))
