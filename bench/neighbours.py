"""The accounts beside the one that is worked on: whose calls are measured, and who edits a hundred thousand zones."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from aiguillage.app import open_database
from aiguillage.desk.accounts import add_account, set_account
from aiguillage.desk.facts import add_fact
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.geo import MOST_ZONES, GeoDestination, GeoList
from aiguillage.domain.queues import Switch
from aiguillage.storage.sqlite.engine import Database
from bench.drawn import ACCOUNT, QUEUES
from bench.installation import Filled, Installation, fill_account, operator

NEIGHBOUR, ZONED = "CL0001", "CL0002"
EDITOR = "desk@example.org"
DESTINATIONS = 20
"""Of nearly as many zones as a destination may have: with those of the rules, what one account may have in all."""


class Neighbours(NamedTuple):
    """`other` is left alone, `zoned` has the zones and a switch; the editor works on all but `other`."""

    other: Filled
    zoned: Filled
    switch: int
    editor: str


def add_neighbours(installation: Installation, directory: Path, size: int) -> Neighbours:
    """Adds both, with so many contacts each, and an editor."""
    other, zoned = (_add_account(installation, directory / account, account, size) for account in (NEIGHBOUR, ZONED))
    database, actor = open_database(installation.settings), operator()
    switch = _add_zones(database, actor)
    add_user(database, actor, EDITOR)
    for account in (ACCOUNT, ZONED):
        grant_role(database, actor, EDITOR, account, Role.EDIT)
    editor = issue_token(database, actor, EDITOR, name="bench", role=Role.EDIT)[1]
    database.close()
    return Neighbours(other, zoned, switch, editor)


def _add_account(installation: Installation, directory: Path, account: str, size: int) -> Filled:
    directory.mkdir()
    return fill_account(installation.settings, directory, account, size)


def _add_zones(database: Database, actor: Actor) -> int:
    """The zones, and a switch that turns one call queue's calls away; its id."""
    geo_list = add_fact(database, actor, ZONED, GeoList(code="towns", name="Towns", model="e164-prefixes")).kept.id
    for n in range(DESTINATIONS):
        zones = tuple(f"+3319900{n:02}{zone:04}" for zone in range(MOST_ZONES - 1))
        select = (QUEUES[n % len(QUEUES)], None, None, None)
        add_fact(database, actor, ZONED, GeoDestination(geo_list=geo_list, zones=zones, select=select))
    set_account(database, actor, ZONED, {"geo_list": geo_list})
    return add_fact(database, actor, ZONED, Switch(name="Away", owner_type="account", destination="299")).kept.id


def new_accounts(installation: Installation) -> Iterator[str]:
    """Empty accounts without end, to import into; the editor may."""
    for number in count(1000):
        account = f"CL{number}"
        database, actor = open_database(installation.settings), operator()
        add_account(database, actor, Account(account, f"Bench {account}"))
        grant_role(database, actor, EDITOR, account, Role.EDIT)
        database.close()
        yield account
