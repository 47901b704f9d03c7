"""Every use case about drafts that names an account: the role it takes, and what it changes."""

from aiguillage.desk import drafts, publishing
from aiguillage.desk.drafts import DraftReplay
from aiguillage.domain.accounts import Role
from tests.cast import ACCOUNT
from tests.desk.use_case import Asked, UseCase, id_of


def draft_id(asked: Asked) -> int:
    """The id of CL0000's one draft, whatever account is asked about."""
    return drafts.list_drafts(asked.cast.db, asked.cast.operator, ACCOUNT)[0].id


def blocked(asked: Asked) -> tuple[str, int]:
    """What is removed in that draft."""
    return "blocked", id_of(asked, "blocked")


def enter(asked: Asked) -> None:
    """Looks at the facts in the draft."""
    with drafts.in_draft(asked.cast.db, asked.actor, asked.code, draft_id(asked)):
        pass


NOTHING_FOUND = DraftReplay(
    at=0,
    seq=0,
    since=0,
    oldest=None,
    older=False,
    calls=0,
    skipped=0,
    left_out=0,
    anyhow=0,
    moved=0,
    differences=(),
    beyond=0,
)

DRAFT_USE_CASES = [
    UseCase(
        drafts.begin_draft,
        Role.EDIT,
        lambda a: drafts.begin_draft(a.cast.db, a.actor, a.code, "Easter"),
        "contacts",
    ),
    UseCase(drafts.list_drafts, Role.READ, lambda a: drafts.list_drafts(a.cast.db, a.actor, a.code)),
    UseCase(drafts.show_draft, Role.READ, lambda a: drafts.show_draft(a.cast.db, a.actor, a.code, draft_id(a))),
    UseCase(drafts.in_draft, Role.READ, enter),
    UseCase(
        drafts.touched_elsewhere,
        Role.READ,
        lambda a: drafts.touched_elsewhere(a.cast.db, a.actor, a.code, draft_id(a)),
    ),
    UseCase(
        drafts.take_out,
        Role.EDIT,
        lambda a: drafts.take_out(a.cast.db, a.actor, a.code, draft_id(a), blocked(a)),
    ),
    UseCase(
        drafts.keep_drafted,
        Role.EDIT,
        lambda a: drafts.keep_drafted(a.cast.db, a.actor, a.code, draft_id(a), blocked(a)),
    ),
    UseCase(
        drafts.keep_replay,
        Role.EDIT,
        lambda a: drafts.keep_replay(a.cast.db, a.actor, a.code, draft_id(a), NOTHING_FOUND),
    ),
    UseCase(
        publishing.publish_draft,
        Role.EDIT,
        lambda a: publishing.publish_draft(a.cast.db, a.actor, a.code, draft_id(a)),
        "facts",
    ),
    UseCase(
        drafts.discard_draft,
        Role.EDIT,
        lambda a: drafts.discard_draft(a.cast.db, a.actor, a.code, draft_id(a)),
        "contacts",
    ),
]
