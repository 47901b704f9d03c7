"""Switches: flipped by people, and by whoever has a switch's code."""

import pytest
from msgspec.structs import replace

from aiguillage.desk.facts import add_fact, remove_fact, show_fact
from aiguillage.desk.journal import list_changes
from aiguillage.desk.switches import (
    SwitchState,
    flip_by_code,
    flip_switch,
    issue_switch_code,
    revoke_switch_code,
    switch_by_code,
)
from aiguillage.domain.accounts import looks_like_secret, new_secret
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Switch
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.refusal import refused
from tests.storage.facts import facts_version, rows

HOUR = 3_600_000_000
SWITCH = Switch(name="Panne", owner_type="account", destination="299")
OFF = SwitchState("Panne", "299", on=False, until=None)


@pytest.fixture
def switch_id(cast: Cast) -> int:
    """A switch of CL0000, off."""
    return add_fact(cast.db, cast["editor"], ACCOUNT, SWITCH).kept.id


@pytest.fixture
def secret(cast: Cast, switch_id: int) -> str:
    """The switch's code."""
    return issue_switch_code(cast.db, cast["manager"], ACCOUNT, switch_id)


def assert_no_code(cast: Cast, code: str) -> None:
    """Neither asking nor flipping by that code tells anything."""
    with refused(Kind.MISSING, "^There is no switch with this code. Ask whoever gave it to you for a new one.$"):
        switch_by_code(cast.db, code, NOW)
    with refused(Kind.MISSING, "^There is no switch with this code. Ask whoever gave it to you for a new one.$"):
        flip_by_code(cast.db, code, "on", NOW)


@pytest.mark.parametrize(
    ("before", "action", "until", "after"),
    [
        ((False, None), "on", None, (True, None)),
        ((False, None), "on", NOW + HOUR, (True, NOW + HOUR)),
        ((True, NOW + HOUR), "on", None, (True, None)),
        ((True, None), "off", None, (False, None)),
        ((True, NOW + HOUR), "off", None, (False, None)),
        ((False, None), "toggle", None, (True, None)),
        ((False, None), "toggle", NOW + HOUR, (True, NOW + HOUR)),
        ((True, None), "toggle", NOW + HOUR, (False, None)),
        ((True, NOW - HOUR), "toggle", None, (True, None)),
    ],
)
def test_a_switch_is_flipped(
    cast: Cast, before: tuple[bool, int | None], action: str, until: int | None, after: tuple[bool, int | None]
) -> None:
    fact = replace(SWITCH, on=before[0], until=before[1])
    switch_id = add_fact(cast.db, cast["editor"], ACCOUNT, fact).kept.id

    done = flip_switch(cast.db, cast["editor"], ACCOUNT, switch_id, action, until)

    assert (done.kept.fact.on, done.kept.fact.until) == after
    assert show_fact(cast.db, cast["reader"], ACCOUNT, "switch", switch_id) == done.kept


@pytest.mark.parametrize(
    ("action", "until", "message"),
    [
        ("up", None, "'up' is not an action of a switch. Choose one of: on, off, toggle"),
        (
            "on",
            NOW,
            "The switch would already be off again, or would never switch off. Choose a date and time in the future",
        ),
        (
            "toggle",
            2**70,
            "The switch would already be off again, or would never switch off. Choose a date and time in the future",
        ),
    ],
)
def test_a_flip_that_makes_no_sense_is_refused(
    cast: Cast, switch_id: int, action: str, until: int | None, message: str
) -> None:
    with refused(Kind.INVALID, message):
        flip_switch(cast.db, cast["editor"], ACCOUNT, switch_id, action, until)

    assert not show_fact(cast.db, cast["reader"], ACCOUNT, "switch", switch_id).fact.on


def test_a_code_flips_its_switch_and_tells_how_it_is(cast: Cast, switch_id: int, secret: str) -> None:
    version = facts_version(cast.db, ACCOUNT)

    states = [
        switch_by_code(cast.db, secret, NOW),
        flip_by_code(cast.db, secret, "on", NOW, NOW + HOUR),
        switch_by_code(cast.db, secret, NOW),
        switch_by_code(cast.db, secret, NOW + HOUR),
        flip_by_code(cast.db, secret, "toggle", NOW),
    ]

    on = SwitchState("Panne", "299", on=True, until=NOW + HOUR)
    assert states == [OFF, on, on, OFF, OFF]
    assert facts_version(cast.db, ACCOUNT) == version + 2
    change = list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0]
    assert (change.actor, change.action, change.entity, change.entity_id) == ("switch code", "set", "switch", switch_id)


def test_a_code_is_kept_as_its_digest_and_not_journalled(cast: Cast, secret: str) -> None:
    assert looks_like_secret(secret)
    assert secret not in str(rows(cast.db, "SELECT * FROM secrets") + rows(cast.db, "SELECT * FROM journal"))
    change = list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0]
    assert (change.action, change.entity) == ("issue", "switch_secret")


def test_a_new_code_replaces_the_old(cast: Cast, switch_id: int, secret: str) -> None:
    new = issue_switch_code(cast.db, cast["manager"], ACCOUNT, switch_id)

    assert switch_by_code(cast.db, new, NOW) == OFF
    with refused(Kind.MISSING, "There is no switch with this code"):
        switch_by_code(cast.db, secret, NOW)


def test_a_revoked_code_is_none(cast: Cast, switch_id: int, secret: str) -> None:
    revoke_switch_code(cast.db, cast["manager"], ACCOUNT, switch_id)
    changes = list_changes(cast.db, cast["manager"], ACCOUNT)

    revoke_switch_code(cast.db, cast["manager"], ACCOUNT, switch_id)

    assert changes[0].action == "revoke"
    assert list_changes(cast.db, cast["manager"], ACCOUNT) == changes
    assert_no_code(cast, secret)


@pytest.mark.parametrize("code", ["", "1234", "\udcff", "aig_" + "0" * 33, "NEW"])
def test_what_is_no_code_is_told_nothing(cast: Cast, secret: str, code: str) -> None:
    assert_no_code(cast, code.replace("NEW", new_secret()))

    assert switch_by_code(cast.db, secret, NOW) == OFF


def test_a_token_is_no_code(cast: Cast) -> None:
    with refused(Kind.MISSING, "There is no switch with this code"):
        switch_by_code(cast.db, cast.secret("manager"), NOW)


def test_a_code_goes_with_its_switch(cast: Cast, switch_id: int, secret: str) -> None:
    remove_fact(cast.db, cast["editor"], ACCOUNT, "switch", switch_id)

    with refused(Kind.MISSING, "There is no switch with this code"):
        flip_by_code(cast.db, secret, "on", NOW)


def test_another_accounts_switch_is_not_there(cast: Cast, switch_id: int) -> None:
    with refused(Kind.MISSING, f"There is no switch {switch_id} on this account"):
        issue_switch_code(cast.db, cast["outsider"], OTHER_ACCOUNT, switch_id)
