"""The use cases about what happened, and about what is kept: calls, changes to revert, people."""

from aiguillage.desk import call_exports, calls, erasing, journal, people, reverting, surveys
from aiguillage.domain.accounts import Role
from tests.cast import ACCOUNT, NUMBER
from tests.desk.use_case import Asked, UseCase, id_of

OTHER = "+33261911234"
"""Nobody's number."""


def last_change(asked: Asked) -> int:
    """CL0000's last change, whatever account is asked about."""
    return journal.list_changes(asked.cast.db, asked.cast.operator, ACCOUNT, limit=1)[0].seq


RECORD_USE_CASES = [
    UseCase(
        calls.find_calls, Role.READ, lambda a: calls.find_calls(a.cast.db, a.cast.log, a.actor, a.code, calls.Search())
    ),
    UseCase(
        calls.all_calls, Role.READ, lambda a: calls.all_calls(a.cast.db, a.cast.log, a.actor, a.code, calls.Search())
    ),
    UseCase(calls.count_calls, Role.READ, lambda a: calls.count_calls(a.cast.db, a.cast.log, a.actor, a.code)),
    UseCase(
        call_exports.export_calls,
        Role.READ,
        lambda a: call_exports.export_calls(a.cast.db, a.cast.log, a.actor, a.code, calls.Search()),
    ),
    UseCase(
        people.export_person,
        Role.MANAGE,
        lambda a: people.export_person(a.cast.db, a.cast.log, a.actor, a.code, NUMBER),
    ),
    UseCase(
        erasing.erase_person,
        Role.MANAGE,
        lambda a: erasing.erase_person(a.cast.db, a.cast.log, a.actor, a.code, OTHER),
        "facts",
    ),
    UseCase(
        reverting.revert_change,
        Role.MANAGE,
        lambda a: reverting.revert_change(a.cast.db, a.actor, a.code, last_change(a)),
        "facts",
    ),
    UseCase(
        reverting.undo_changes,
        Role.MANAGE,
        lambda a: reverting.undo_changes(a.cast.db, a.actor, a.code, a.contact_id),
        "facts",
    ),
    UseCase(
        surveys.sum_up_records,
        Role.READ,
        lambda a: surveys.sum_up_records(a.cast.db, a.actor, a.code, id_of(a, "survey")),
    ),
]
