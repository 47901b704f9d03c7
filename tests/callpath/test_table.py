"""The table: what it finds, and that nothing it remembers is ever out of date."""

import itertools
import json
from datetime import time
from time import time_ns

import pytest

from aiguillage.desk.accounts import add_account, remove_account, set_account
from aiguillage.desk.contacts import add_contact, remove_contact
from aiguillage.desk.facts import add_fact, remove_fact
from aiguillage.desk.fields import set_field
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.desk.users import add_user, disable_user, grant_role, revoke_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.queues import Queue, TimeSpan
from aiguillage.domain.sessions import IDLE
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast, email, known_caller
from tests.changing import set_contact

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number="
BY_NUMBER = V1 + NUMBER
BY_CODE = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&code={CODE}"


STEPS_OF_BEGIN = 4
"""SQLite's steps after which a transaction has begun, and the look into the file has not ended."""


def searches(inside: Inside) -> list[str]:
    """The tables that were read since the last look, in their order."""
    read = [text.split("FROM ")[1].split()[0] for text in inside.statements if "FROM " in text]
    inside.statements.clear()
    return read


def test_a_known_number_takes_one_search_once_the_directory_is_remembered(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    inside.ask(BY_NUMBER)
    searches(inside)

    answer = inside.ask(BY_NUMBER)

    assert (answer.text, searches(inside)) == ("207,209,214,216", ["caller_key"])


def test_calls_of_one_turn_share_one_read_transaction(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    inside.ask(BY_NUMBER)
    inside.statements.clear()

    inside.ask_together([BY_NUMBER, BY_CODE, BY_NUMBER])

    assert [text for text in inside.statements if text in ("BEGIN", "COMMIT")] == ["BEGIN", "COMMIT"]


def test_a_changed_contact_is_answered_changed_by_the_next_call(cast: Cast, inside: Inside) -> None:
    kept = known_caller(cast)
    before = inside.ask(BY_NUMBER).text

    set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"select": ("500", None, None, None)})

    assert (before, inside.ask(BY_NUMBER).text) == ("207,209,214,216", "500,,,")
    remove_contact(cast.db, cast["editor"], ACCOUNT, kept.id)
    assert inside.ask(BY_NUMBER).status == 404


def test_a_changed_default_is_answered_by_the_next_call(cast: Cast, inside: Inside) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
    before = inside.ask(BY_NUMBER).text

    set_field(cast.db, cast["editor"], ACCOUNT, "select_2", default="800")

    assert (before, inside.ask(BY_NUMBER).text) == (",,,", ",800,,")


def test_a_revoked_token_is_refused_by_the_next_call(cast: Cast, inside: Inside) -> None:
    before = inside.ask(BY_NUMBER).status
    token = list_tokens(cast.db, cast["operator"], email("router"))[0]

    revoke_token(cast.db, cast["operator"], token.id)

    assert (before, inside.ask(BY_NUMBER).status) == (404, 401)


def test_a_disabled_users_token_is_refused_by_the_next_call(cast: Cast, inside: Inside) -> None:
    before = inside.ask(BY_NUMBER).status

    disable_user(cast.db, cast["operator"], email("router"))

    assert (before, inside.ask(BY_NUMBER).status) == (404, 401)


def test_a_look_that_failed_is_looked_again(cast: Cast, inside: Inside) -> None:
    inside.ask(BY_NUMBER)
    revoke_token(cast.db, cast["operator"], cast.token_id("router"))

    steps = itertools.count()
    inside.connection.set_progress_handler(lambda: int(next(steps) > STEPS_OF_BEGIN), 1)
    failed = [answer.status for answer in inside.ask_together([BY_NUMBER, BY_NUMBER])]
    inside.connection.set_progress_handler(None, 1)

    assert (failed, inside.ask(BY_NUMBER).status) == ([503, 503], 401)


def test_a_token_in_a_header_as_long_as_a_book_is_not_remembered(cast: Cast, inside: Inside) -> None:
    known_caller(cast)

    answer = inside.ask(BY_NUMBER, " " * 1000 + cast.secret("router"))
    searches(inside)
    inside.ask(BY_NUMBER, " " * 1000 + cast.secret("router"))

    assert answer.status == 200
    assert "tokens" in searches(inside)


def test_a_role_given_and_taken_counts_from_the_next_call_on(cast: Cast, inside: Inside) -> None:
    other = f"/api/v1/smartRoutings?customerAccount={OTHER_ACCOUNT}&number={NUMBER}"
    statuses = [inside.ask(other).status]

    grant_role(cast.db, cast["operator"], email("router"), OTHER_ACCOUNT, Role.ROUTE)
    statuses.append(inside.ask(other).status)
    revoke_role(cast.db, cast["operator"], email("router"), OTHER_ACCOUNT)
    statuses.append(inside.ask(other).status)

    assert statuses == [403, 404, 403]


def test_an_edit_of_contacts_or_of_another_account_makes_nobody_decode_again(cast: Cast, inside: Inside) -> None:
    kept = known_caller(cast)
    inside.ask(BY_NUMBER)
    set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"company": "Garage Belleville et fils"})
    set_field(cast.db, cast["outsider"], OTHER_ACCOUNT, "select_1", default="1")
    searches(inside)

    inside.ask(BY_NUMBER)

    assert searches(inside) == ["accounts", "accounts", "caller_key"]


def test_an_account_removed_and_made_again_is_another(cast: Cast, inside: Inside) -> None:
    known_caller(cast)
    before = inside.ask(BY_NUMBER).status

    remove_account(cast.db, cast.log, cast["operator"], ACCOUNT)
    gone = inside.ask(BY_NUMBER).status
    add_account(cast.db, cast["operator"], Account(ACCOUNT))

    assert (before, gone, inside.ask(BY_NUMBER).status) == (200, 403, 403)


@pytest.mark.parametrize(
    ("number", "queue"),
    [
        ("+33261910000", "100"),
        ("+33261911000", "200"),
        ("+33261911234", "300"),
        ("+33261911235", "200"),
        ("+33353010000", None),
        ("+33261", None),
    ],
)
def test_the_longest_prefix_wins_and_an_exact_number_beats_it(
    cast: Cast, inside: Inside, number: str, queue: str | None
) -> None:
    for key, destination in (
        ("+3326191*", "100"),
        ("+33261911*", "200"),
        ("+33261911234", "300"),
        ("+33261919*", "400"),
        ("+3326192*", "500"),
    ):
        contact = Contact(telecoms=(Telecom(key),), select=(destination, None, None, None))
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)

    answer = inside.ask(V1 + number)

    assert answer.text.split(",")[0] == (queue or "")


@pytest.mark.parametrize(("policy", "text"), [("ask_code", ""), ("first", "1,,,")])
def test_a_shared_number_asks_for_the_code_or_is_the_oldest_contacts(
    cast: Cast, inside: Inside, policy: str, text: str
) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": policy})
    for n in ("1", "2"):
        contact = Contact(telecoms=(Telecom(NUMBER),), code=n, select=(n, None, None, None))
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)

    assert inside.ask(BY_NUMBER).text == text
    assert inside.ask(BY_NUMBER + "&code=2").text == ("2,,," if policy == "ask_code" else "1,,,")


def test_a_token_works_from_its_hosts_alone(cast: Cast, inside: Inside) -> None:
    _, secret = issue_token(cast.db, cast["operator"], email("router"), name="pbx", hosts=["192.0.2.0/24"])
    clients = (("192.0.2.7", 1), ("198.51.100.7", 1), None)

    assert [inside.ask(BY_NUMBER, secret, client).status for client in clients] == [404, 403, 403]


def test_a_token_reaches_its_accounts_alone(cast: Cast, inside: Inside) -> None:
    grant_role(cast.db, cast["operator"], email("router"), OTHER_ACCOUNT, Role.ROUTE)
    _, secret = issue_token(cast.db, cast["operator"], email("router"), name="one", accounts=[OTHER_ACCOUNT])
    other = BY_NUMBER.replace(ACCOUNT, OTHER_ACCOUNT)

    assert [inside.ask(target, secret).status for target in (BY_NUMBER, other)] == [403, 404]


def test_an_expired_token_is_refused(cast: Cast, inside: Inside) -> None:
    in_1970 = Actor("terminal", at=1, operator=True)
    _, secret = issue_token(cast.db, in_1970, email("router"), name="short", expires_at=2)

    assert inside.ask(BY_NUMBER, secret).status == 401


def test_an_operators_token_reaches_every_account(cast: Cast, inside: Inside) -> None:
    add_user(cast.db, cast["operator"], email("boss"), operator=True)
    _, secret = issue_token(cast.db, cast["operator"], email("boss"), name="all")

    assert inside.ask(BY_NUMBER, secret).status == 404


def test_a_moment_without_a_zone_is_by_the_accounts_clock(cast: Cast, inside: Inside) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"time_zone": "Indian/Reunion"})
    queue = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept.id
    nine = TimeSpan(owner_type="queue", owner_id=queue, day_of_week=1, start_time=time(9), end_time=time(10))
    add_fact(cast.db, cast["editor"], ACCOUNT, nine)
    asked = f"/api/v2/queues/support?customerAccount={ACCOUNT}&at="

    secret = cast.reading_secret("reader")
    answers = [
        json.loads(inside.ask(asked + at, secret).body)["open"]
        for at in ("2026-11-23T09:30", "2026-11-23T09:30Z", "2026-11-23T05:30Z", "2026-11-23T09:30:00%2B04:00")
    ]

    assert answers == [True, False, True, True]


def test_a_changed_fact_is_answered_by_the_next_call(cast: Cast, inside: Inside) -> None:
    asked = f"/api/v2/queues/support?customerAccount={ACCOUNT}"
    statuses = [inside.ask(asked).status]

    kept = add_fact(cast.db, cast["editor"], ACCOUNT, Queue(name="Support", code="support")).kept
    statuses.append(inside.ask(asked).status)
    remove_fact(cast.db, cast["editor"], ACCOUNT, "queue", kept.id)
    statuses.append(inside.ask(asked).status)

    assert statuses == [404, 200, 404]


def test_a_worker_forgets_rather_than_grow_without_end(
    cast: Cast, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("remembered", "table"):
        monkeypatch.setattr(f"aiguillage.callpath.{module}.MOST_REMEMBERED", 1)
    secrets = [issue_token(cast.db, cast["operator"], email("outsider"), name=n)[1] for n in "ab"]
    other = BY_NUMBER.replace(ACCOUNT, OTHER_ACCOUNT)

    statuses = [inside.ask(BY_NUMBER).status, *(inside.ask(other, secret).status for secret in secrets)]

    assert statuses == [404, 404, 404]


@pytest.mark.parametrize(("idle_for", "status"), [(0, 200), (2 * IDLE, 401)])
def test_a_session_that_was_left_idle_asks_no_more(cast: Cast, inside: Inside, idle_for: int, status: int) -> None:
    known_caller(cast)
    used_at = time_ns() // 1000 - idle_for
    with cast.db.write() as connection:
        connection.exec_driver_sql("UPDATE tokens SET kind = 'session', used_at = ?, expires_at = ?", (used_at, 2**62))

    answer = inside.ask(V1 + NUMBER)

    assert answer.status == status
