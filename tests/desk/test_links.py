"""Links by which people choose a password: who gets one, what it opens, when it ends."""

import pyotp
import pytest

from aiguillage.desk.accounts import add_account
from aiguillage.desk.links import make_link, show_link, use_link
from aiguillage.desk.passwords import set_password
from aiguillage.desk.second_factor import begin_second_factor, confirm_second_factor
from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.desk.users import actor_named, add_user, disable_user, grant_role, invite_person
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Kind
from aiguillage.domain.mails import INVITED_FOR
from aiguillage.domain.moments import DAY, MINUTE, SECOND
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, email
from tests.refusal import refused
from tests.storage.facts import rows

NEWCOMER = email("newcomer")
OWN, OTHER = "correct horse battery", "quite another horse battery"


def invited(cast: Cast, actor: Actor, address: str = NEWCOMER, code: str = ACCOUNT, role: Role = Role.READ) -> str:
    """The secret that whoever invites is shown."""
    return invite_person(cast.db, actor, address, code, role, mailed=False, language="en")[1]


def is_good(cast: Cast, secret: str, at: int = NOW) -> bool:
    """Whether a link is good for something."""
    try:
        show_link(cast.db, at, secret)
    except Exception:  # noqa: BLE001 - any refusal
        return False
    return True


def test_a_link_sets_the_password_once_and_signs_in(cast: Cast) -> None:
    secret = invited(cast, cast["manager"])
    with refused(Kind.INVALID, "too short"):
        use_link(cast.db, NOW, secret, "short", address=None)

    who, session = use_link(cast.db, NOW, secret, OWN, address="192.0.2.1", agent="Firefox")

    assert (who.email, who.token.address) == (NEWCOMER, "192.0.2.1")
    assert session
    with refused(Kind.MISSING, "used already"):
        use_link(cast.db, NOW, secret, OTHER, address=None)
    assert sign_in(cast.db, NOW, Credentials(NEWCOMER, OWN), address=None)[0].email == NEWCOMER
    assert all(secret.encode() not in bytes(row.digest) for row in rows(cast.db, "SELECT * FROM sign_in_links"))


def test_a_link_is_looked_at_as_often_as_anybody_likes_until_it_is_too_old(cast: Cast) -> None:
    secret = invited(cast, cast["manager"])

    assert all(show_link(cast.db, NOW + n, secret).email == NEWCOMER for n in range(3))
    assert is_good(cast, secret, NOW + INVITED_FOR - 1)
    assert not is_good(cast, secret, NOW + INVITED_FOR)
    for nonsense in ("", "aig_" + "0" * 33, secret[:-1]):
        assert not is_good(cast, nonsense)


def test_a_newer_link_ends_the_older_and_so_do_a_password_and_being_disabled(cast: Cast) -> None:
    older, newer = invited(cast, cast["manager"]), invited(cast, cast["manager"])
    assert (is_good(cast, older), is_good(cast, newer)) == (False, True)

    set_password(cast.db, cast.operator, NEWCOMER, OWN)
    assert not is_good(cast, newer)
    made = make_link(cast.db, cast.operator, NEWCOMER).secret
    assert is_good(cast, made)
    disable_user(cast.db, cast.operator, NEWCOMER)
    assert not is_good(cast, made)
    with refused(Kind.CONFLICT, "is disabled"):
        make_link(cast.db, cast.operator, NEWCOMER)


def test_a_manager_is_shown_no_link_that_opens_more_than_their_own_accounts(cast: Cast) -> None:
    add_user(cast.db, cast.operator, email("known"), password=OWN, one_time=False)
    add_user(cast.db, cast.operator, email("chief"), operator=True)

    links = {name: invited(cast, cast["manager"], email(name)) for name in ("known", "outsider", "chief", "reader")}

    assert all(links.values())
    assert {name for name, secret in links.items() if is_good(cast, secret)} == {"reader"}
    assert is_good(cast, invited(cast, cast.operator, email("outsider")))


def test_a_link_that_a_manager_was_shown_ends_when_another_account_gives_a_role(cast: Cast) -> None:
    shown = invited(cast, cast["manager"])
    elsewhere = invited(cast, cast["outsider"], code=OTHER_ACCOUNT)
    assert not is_good(cast, shown)
    assert not is_good(cast, elsewhere)

    operators = invited(cast, cast.operator, email("other"))
    add_account(cast.db, cast.operator, Account("CL0002"))
    grant_role(cast.db, cast.operator, email("other"), "CL0002", Role.READ)
    assert is_good(cast, operators)


def test_an_operators_link_replaces_a_forgotten_password_which_is_good_until_then(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER, password=OWN, one_time=False)
    made = make_link(cast.db, cast.operator, NEWCOMER)

    assert made.expires_at == NOW + DAY
    assert sign_in(cast.db, NOW, Credentials(NEWCOMER, OWN), address=None)
    use_link(cast.db, NOW, made.secret, OTHER, address=None)
    with refused(Kind.UNAUTHORIZED, "wrong"):
        sign_in(cast.db, NOW, Credentials(NEWCOMER, OWN), address=None)


@pytest.mark.parametrize("name", ["manager", "outsider"])
def test_only_operators_make_links(cast: Cast, name: str) -> None:
    with refused(Kind.FORBIDDEN, "Only an operator"):
        make_link(cast.db, cast[name], email("reader"))


def test_a_link_does_not_take_the_place_of_the_second_factor(cast: Cast) -> None:
    add_user(cast.db, cast.operator, NEWCOMER, password=OWN, one_time=False)
    actor = actor_named(cast.db, NEWCOMER, NOW)
    app = pyotp.TOTP(begin_second_factor(cast.db, actor, OWN, address=None).secret)
    confirm_second_factor(cast.db, actor, app.at(NOW // SECOND))
    secret = make_link(cast.db, cast.operator, NEWCOMER).secret

    assert show_link(cast.db, NOW, secret).second_factor
    with refused(Kind.INVALID, "Send its code too"):
        use_link(cast.db, NOW, secret, OTHER, address=None)
    with refused(Kind.INVALID, "The code is wrong"):
        use_link(cast.db, NOW, secret, OTHER, "000000", address=None)
    later = NOW + MINUTE
    assert use_link(cast.db, later, secret, OTHER, app.at(later // SECOND), address=None)[1]
