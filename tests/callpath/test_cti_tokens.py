"""A CTI's own token: good for that CTI's origins, and nothing else."""

import hashlib

from sqlalchemy import insert, select

from aiguillage.desk.facts import add_fact
from aiguillage.domain.accounts import new_secret
from aiguillage.domain.ctis import Cti, CtiDestination
from aiguillage.storage.schema import accounts, secrets
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, NOW, NUMBER, OTHER_ACCOUNT, Cast

BY_NUMBER = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number={NUMBER}"


def lobby(cast: Cast, *, account: str = ACCOUNT, name: str = "Lobby", by: str = "editor") -> str:
    """Adds a CTI with one origin, `door`, that leads to 207; its own token."""
    cti = add_fact(cast.db, cast[by], account, Cti(name=name)).kept.id
    add_fact(cast.db, cast[by], account, CtiDestination(cti=cti, origin="door", destination="207"))
    secret = new_secret()
    with cast.db.write() as connection:
        account_id = connection.scalar(select(accounts.c.id).where(accounts.c.code == account))
        kept = {"account_id": account_id, "kind": "cti", "fact_id": cti, "created_at": NOW}
        connection.execute(insert(secrets).values(digest=hashlib.sha256(secret.encode()).digest(), **kept))
    return secret


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
