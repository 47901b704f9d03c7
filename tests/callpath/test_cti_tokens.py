"""A CTI's own token: good for that CTI's origins, and nothing else."""

from aiguillage.desk.ctis import issue_cti_token, revoke_cti_token
from aiguillage.desk.facts import add_fact, list_facts
from aiguillage.domain.ctis import Cti, CtiDestination
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, NUMBER, OTHER_ACCOUNT, Cast

BY_NUMBER = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number={NUMBER}"


def lobby(cast: Cast, *, account: str = ACCOUNT, name: str = "Lobby", by: str = "editor") -> str:
    """Adds a CTI with one origin, `door`, that leads to 207; its own token."""
    cti = add_fact(cast.db, cast[by], account, Cti(name=name)).kept.id
    add_fact(cast.db, cast[by], account, CtiDestination(cti=cti, origin="door", destination="207"))
    return issue_cti_token(cast.db, cast.operator, account, cti)


ORIGIN = "/smart-routings/ctis/lookup?origin=door"


def test_a_ctis_own_token_looks_up_that_cti_alone(cast: Cast, inside: Inside) -> None:
    secret, other = lobby(cast), lobby(cast, name="Gate")
    asked = (ORIGIN, f"{ORIGIN}&customer_account={ACCOUNT}&cti=lobby", f"{ORIGIN}&cti=gate", f"{ORIGIN}&cti=nothing")

    assert [inside.ask(target, secret).status for target in asked] == [200, 200, 403, 403]
    assert inside.ask(f"{ORIGIN}&cti=gate", other).text == '{"origin":"door","destination":"207"}'


def test_a_ctis_own_token_asks_nothing_else_and_about_no_other_account(cast: Cast, inside: Inside) -> None:
    secret = lobby(cast)
    lobby(cast, account=OTHER_ACCOUNT, by="outsider")
    queue = f"/smart-routings/call-queues/lookup?customer_account={ACCOUNT}&code=x"

    targets = (BY_NUMBER, queue, f"{ORIGIN}&customer_account={OTHER_ACCOUNT}")

    assert [inside.ask(target, secret).status for target in targets] == [403, 403, 403]


def test_an_origin_of_a_cti_that_is_not_there_leads_nowhere(cast: Cast, inside: Inside) -> None:
    lobby(cast)
    asked = f"{ORIGIN}&customer_account={ACCOUNT}&cti="

    assert [inside.ask(asked + name).status for name in ("lobby", "gate")] == [200, 404]
    assert inside.ask(asked.replace("door", "window") + "lobby").status == 404


def test_a_revoked_token_of_a_cti_is_refused_by_the_next_call(cast: Cast, inside: Inside) -> None:
    secret = lobby(cast)
    before = inside.ask(ORIGIN, secret).status
    (cti,) = list_facts(cast.db, cast["reader"], ACCOUNT, "cti")

    revoke_cti_token(cast.db, cast.operator, ACCOUNT, cti.id)

    assert (before, inside.ask(ORIGIN, secret).status) == (200, 401)
