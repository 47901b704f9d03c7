"""How many users, tokens, sessions and contacts there may be, and what happens for one more."""

import pytest
from sqlalchemy import update

from aiguillage.desk.accounts import add_account
from aiguillage.desk.call_flow_tokens import issue_call_token, list_call_tokens, revoke_call_token
from aiguillage.desk.change import change_directory
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.importing.files import SentFile
from aiguillage.desk.imports import import_contacts
from aiguillage.desk.sessions import open_session
from aiguillage.desk.token_rows import MOST_CALL_TOKENS, MOST_SESSIONS, MOST_TOKENS
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.desk.users import MOST_INVITED, MOST_USERS, actor_named, grant_role, list_grants
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import MOST_CONTACTS, Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import DAY
from aiguillage.storage.schema import accounts
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast, email
from tests.refusal import refused


def has_contacts(cast: Cast, count: int) -> None:
    """Says of CL0000 that it has so many contacts."""
    with cast.db.write() as connection:
        connection.execute(update(accounts).where(accounts.c.code == ACCOUNT).values(contacts=count))


def test_an_account_has_ten_million_contacts_at_most(cast: Cast) -> None:
    has_contacts(cast, MOST_CONTACTS - 1)

    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="1"))
    with refused(Kind.INVALID, "CL0000 already has 10,000,000 contacts, the most that it can have. Remove some first"):
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="2"))

    assert add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(code="2")).contact.code == "2"


def test_an_import_that_would_make_them_more_is_not_done(cast: Cast) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="1", telecoms=(Telecom(NUMBER),)))
    has_contacts(cast, MOST_CONTACTS)
    file = SentFile("clients.csv", b"code;tel\n1;0199001234\n2;0199001235\n")

    with refused(Kind.INVALID, "The account would have more than 10,000,000 contacts"):
        import_contacts(cast.db, cast["editor"], ACCOUNT, file)

    assert import_contacts(cast.db, cast["editor"], ACCOUNT, SentFile("a.csv", b"code;company\n1;Roche\n")).changed == 1


def test_an_account_has_a_thousand_users_at_most(cast: Cast) -> None:
    there = len(list_grants(cast.db, cast["manager"], ACCOUNT))
    with cast.db.write() as connection:
        ids = range(10**6, 10**6 + MOST_USERS - there)
        account = connection.execute(accounts.select().where(accounts.c.code == ACCOUNT)).one().id
        connection.exec_driver_sql(
            "INSERT INTO users (id, email, name, operator, created_at) VALUES (?, ?, '', 0, 0)",
            [(user_id, f"user{user_id}@example.org") for user_id in ids],
        )
        connection.exec_driver_sql(
            "INSERT INTO grants (account_id, user_id, role) VALUES (?, ?, 1)", [(account, user_id) for user_id in ids]
        )

    for actor in ("manager", "operator"):
        with refused(
            Kind.INVALID, "CL0000 already has 1,000 users, the most that it can have. Remove a user's role first"
        ):
            grant_role(cast.db, cast[actor], email("outsider"), ACCOUNT, Role.READ)

    assert grant_role(cast.db, cast["manager"], email("reader"), ACCOUNT, Role.EDIT).role == "edit"


def test_a_manager_invites_a_hundred_people_a_day_known_or_not(cast: Cast) -> None:
    for n in range(MOST_INVITED):
        grant_role(cast.db, cast["manager"], f"guest{n}@example.org", ACCOUNT, Role.READ)

    for address in ("one.more@example.org", email("outsider")):
        with refused(
            Kind.LIMITED, "You have invited 100 people to CL0000 within a day. Continue tomorrow, or ask"
        ) as no:
            grant_role(cast.db, cast["manager"], address, ACCOUNT, Role.READ)
        assert no.value.wait == 3_600
    assert grant_role(cast.db, cast["operator"], email("outsider"), ACCOUNT, Role.READ).role == "read"
    tomorrow = actor_named(cast.db, email("manager"), NOW + DAY + 1)

    assert grant_role(cast.db, tomorrow, "one.more@example.org", ACCOUNT, Role.READ).role == "read"


def test_a_user_has_a_hundred_good_tokens_at_most(cast: Cast) -> None:
    reader = cast["reader"]
    soon = [issue_token(cast.db, reader, reader.name, name="soon", expires_at=NOW + 1)[0]]
    kept = [issue_token(cast.db, reader, reader.name, name=f"t{n}")[0] for n in range(MOST_TOKENS - 1)]

    with refused(Kind.INVALID, "reader@example.org already has 100 tokens, the most allowed. Revoke one first"):
        issue_token(cast.db, reader, reader.name, name="more")
    later = actor_named(cast.db, reader.name, NOW + 2)
    issue_token(cast.db, later, reader.name, name="in place of the expired one")
    revoke_token(cast.db, later, kept[0].id)
    issue_token(cast.db, later, reader.name, name="in place of the revoked one")

    assert soon[0].id in [token.id for token in list_tokens(cast.db, reader, reader.name)]
    assert issue_token(cast.db, cast["outsider"], email("outsider"), name="another's")


def test_an_account_has_a_hundred_call_flow_tokens_at_most(cast: Cast) -> None:
    add_account(cast.db, cast.operator, Account(code="CL0002", name="Garage Mistral"))
    grant_role(cast.db, cast.operator, email("manager"), "CL0002", Role.MANAGE)
    manager = cast["manager"]
    for n in range(MOST_CALL_TOKENS):
        issue_call_token(cast.db, manager, ACCOUNT, name=f"t{n}")

    with refused(Kind.INVALID, "CL0000 already has 100 call-flow tokens, the most allowed. Revoke one first"):
        issue_call_token(cast.db, manager, ACCOUNT, name="more")
    issue_call_token(cast.db, manager, "CL0002", name="another account's")
    revoke_call_token(cast.db, manager, ACCOUNT, list_call_tokens(cast.db, manager, ACCOUNT)[0].id)

    assert issue_call_token(cast.db, manager, ACCOUNT, name="in place of it")[0].name == "in place of it"


@pytest.mark.parametrize("count", [MOST_SESSIONS, MOST_SESSIONS + 3])
def test_for_one_more_session_the_oldest_ends(cast: Cast, count: int) -> None:
    reader = cast["reader"]
    assert reader.user_id is not None

    opened = []
    for n in range(count):
        with change_directory(cast.db, Actor(reader.name, NOW + n, reader.user_id)) as change:
            opened.append(open_session(change, reader.user_id, address=None, agent=f"browser {n}")[0])

    with cast.db.read() as connection:
        ended = connection.exec_driver_sql("SELECT id FROM tokens WHERE kind = 'session' AND revoked_at IS NOT NULL")
        assert sorted(ended.scalars()) == [session.id for session in opened[: count - MOST_SESSIONS]]
