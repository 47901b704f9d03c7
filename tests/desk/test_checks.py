"""What needs a look, with what the facts do not have: tokens that end soon, have ended, or were never used."""

from msgspec.structs import replace

from aiguillage.desk.call_flow_tokens import issue_call_token
from aiguillage.desk.checks import EXPIRES_WITHIN, UNUSED_AFTER, check_account
from aiguillage.desk.facts import add_fact
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import DAY
from aiguillage.domain.queues import Queue
from tests.cast import ACCOUNT, NOW, Cast, email
from tests.refusal import refused


def found(cast: Cast, who: str | Actor = "manager", later: int = 0) -> list[tuple[str, int | None]]:
    """The checks that find something for somebody, some time later, and on what."""
    actor = cast[who] if isinstance(who, str) else who
    findings = check_account(cast.db, replace(actor, at=NOW + later), ACCOUNT)
    return [(one.name, one.id) for one in findings]


def test_a_token_is_found_when_it_ends_soon_when_it_has_ended_and_not_once_it_is_revoked(cast: Cast) -> None:
    ends = NOW + EXPIRES_WITHIN + DAY
    token, _ = issue_token(cast.db, cast["manager"], email("manager"), name="Standard", expires_at=ends)

    assert found(cast) == []
    assert found(cast, later=2 * DAY) == [("expires", token.id)]
    assert found(cast, later=EXPIRES_WITHIN + DAY) == [("expired", token.id)]
    revoke_token(cast.db, cast["manager"], token.id)
    assert found(cast, later=2 * DAY) == []


def test_a_token_that_nobody_used_is_found_after_a_week(cast: Cast) -> None:
    token, _ = issue_token(cast.db, cast["manager"], email("manager"), name="Standard", role=Role.READ)

    assert found(cast, later=UNUSED_AFTER - 1) == []
    assert found(cast, later=UNUSED_AFTER) == [("never_used", token.id)]


def test_a_token_that_only_calls_may_use_is_not_called_unused(cast: Cast) -> None:
    issue_call_token(cast.db, cast["manager"], ACCOUNT, name="Standard")
    issue_token(cast.db, cast["manager"], email("manager"), name="Standard", role=Role.ROUTE)

    assert found(cast, later=UNUSED_AFTER) == []


def test_each_sees_the_tokens_that_they_may_see(cast: Cast) -> None:
    own, _ = issue_token(cast.db, cast["reader"], email("reader"), name="Le mien", role=Role.READ)
    flow, _ = issue_call_token(cast.db, cast["manager"], ACCOUNT, name="Standard", expires_at=NOW + EXPIRES_WITHIN)
    issue_token(cast.db, cast["outsider"], email("outsider"), name="Ailleurs")

    assert found(cast, "reader", UNUSED_AFTER) == [("never_used", own.id)]
    assert found(cast, "manager", UNUSED_AFTER) == [("expires", flow.id)]
    assert found(cast, "operator", UNUSED_AFTER) == [("expires", flow.id), ("never_used", own.id)]
    limited = replace(cast["reader"], most=Role.READ)
    assert found(cast, limited, UNUSED_AFTER) == []


def test_a_token_for_other_accounts_is_none_of_this_one(cast: Cast) -> None:
    issue_token(cast.db, cast.operator, email("manager"), name="Ici", role=Role.READ, accounts=[ACCOUNT])

    (token,) = list_tokens(cast.db, cast["manager"])
    assert found(cast, later=UNUSED_AFTER) == [("never_used", token.id)]


def test_facts_come_first(cast: Cast) -> None:
    queue = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept.id
    token, _ = issue_token(cast.db, cast["manager"], email("manager"), name="Standard", role=Role.READ)

    assert found(cast, later=UNUSED_AFTER) == [("no_hours", queue), ("never_used", token.id)]


def test_an_outsider_is_told_of_no_account(cast: Cast) -> None:
    with refused(Kind.MISSING, "CL0000"):
        check_account(cast.db, cast["outsider"], ACCOUNT)
    with refused(Kind.FORBIDDEN, "read"):
        check_account(cast.db, cast["router"], ACCOUNT)
