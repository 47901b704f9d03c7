"""The second factor: a code that changes every 30 seconds (TOTP, RFC 6238), shown by an app on the user's phone."""

import hmac
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from aiguillage.desk.change import Change, change_directory, require_operator, require_proven, require_unlimited
from aiguillage.desk.passwords import prove_password, require_anothers, require_still_so, wrong
from aiguillage.desk.throttle import forgive, pay, refund
from aiguillage.desk.users import find_user, require_user
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.moments import SECOND
from aiguillage.domain.recovery import new_codes, recovery_code
from aiguillage.storage.recovery import count_codes, has_recovery_code, put_codes, spend_recovery_code
from aiguillage.storage.schema import users
from aiguillage.storage.sqlite.engine import Database

ISSUER = "aiguillage"
STEP = 30 * SECOND
"""Microseconds for which a code is shown (RFC 6238, 5.2)."""

SKEW = 1
"""Steps by which a phone's clock may be wrong, either way."""


class Enrolment(NamedTuple):
    """What the user's app is given, once: the secret in base32, and in an otpauth URI, to be shown as a QR code."""

    secret: str
    uri: str


def is_on(user: Row[Any]) -> bool:
    """Whether the user's sign-in takes a code: a secret alone was never confirmed."""
    return user.totp_secret is not None and user.totp_step is not None


def begin_second_factor(db: Database, actor: Actor, password: str, *, address: str | None) -> Enrolment:
    """A new secret, which counts once a code of it was confirmed. Raises Refusal (unauthorized, conflict, limited).

    It takes the password: whoever found an open session must not lock its user out.
    """
    import pyotp  # noqa: PLC0415 - calls need none of it

    require_unlimited(actor)
    proven = prove_password(db, actor.at, actor.name, password, address)
    secret = pyotp.random_base32()
    with change_directory(db, actor) as change:
        user = require_still_so(change.connection, proven)
        forgive(change.connection, actor.at, proven.paid)
        if not is_on(user):
            _keep(change, user.id, totp_secret=secret, totp_step=None)
    if is_on(user):
        raise conflict("The second factor is already on. Remove it first: DELETE /me/totp")
    return Enrolment(secret, uri_of(actor, secret))


def uri_of(actor: Actor, secret: str) -> str:
    """What the user's app reads: a secret in base32, whose it is, and of what."""
    import pyotp  # noqa: PLC0415 - calls need none of it

    return pyotp.TOTP(secret).provisioning_uri(name=actor.name, issuer_name=ISSUER)


def confirm_second_factor(db: Database, actor: Actor, code: str) -> None:
    """Turns the second factor on, with a code of the new secret. Raises Refusal (conflict, invalid)."""
    require_unlimited(actor)
    with change_directory(db, actor) as change:
        user = _own(change)
        if user.totp_secret is None or is_on(user):
            raise conflict("There is nothing to confirm. Begin with POST /me/totp")
        step = step_of(user.totp_secret, code, actor.at)
        if step is None:
            raise invalid("This is not the code that the app shows now. Check the phone's clock.", "code")
        _keep(change, user.id, totp_step=step)
        _record(change, user.id, on=True)


def end_second_factor(db: Database, actor: Actor, *, password: str = "", code: str = "", address: str | None) -> None:
    """Takes the second factor off, with the password or a code; so too a new secret that was not confirmed.

    Raises Refusal (unauthorized, limited).
    """
    require_unlimited(actor)
    if code and not password:
        _end_with_code(db, actor, code, address)
        return
    proven = prove_password(db, actor.at, actor.name, password, address)
    with change_directory(db, actor) as change:
        require_still_so(change.connection, proven)
        forgive(change.connection, actor.at, proven.paid)
        _take_off(change, _own(change))


def _end_with_code(db: Database, actor: Actor, code: str, address: str | None) -> None:
    paid = pay(db, actor.at, actor.name, address)
    with change_directory(db, actor) as change:
        user = _own(change)
        if not spend_code(change.connection, user, code, actor.at):
            raise wrong()
        refund(change.connection, actor.at, paid)
        _take_off(change, user)


def remove_second_factor(db: Database, actor: Actor, email: str) -> None:
    """Takes a user's second factor off who lost their phone (operators only). Raises Refusal."""
    require_operator(actor)
    require_proven(actor)
    with change_directory(db, actor) as change:
        user = require_user(change.connection, email)
        require_anothers(actor, user.id, "DELETE /me/totp")
        _take_off(change, user)


def has_second_factor(db: Database, actor: Actor, email: str) -> bool:
    """Whether a user's second factor is on (operators only). Raises Refusal."""
    require_operator(actor)
    with db.read() as connection:
        return is_on(require_user(connection, email))


def step_of(secret: str, code: str, at: int) -> int | None:
    """The step whose code it is, of those around that moment; None where it is no code of theirs."""
    import pyotp  # noqa: PLC0415 - calls need none of it

    given, now, generator = "".join(code.split()).encode(), at // STEP, pyotp.TOTP(secret)
    for step in range(now - SKEW, now + SKEW + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), given):
            return step
    return None


def spend_code(connection: Connection, user: Row[Any], code: str, at: int) -> bool:
    """Whether it is a code of the user's second factor that was not used yet; from now on it is (RFC 6238, 5.2).

    So is one of their recovery codes.
    """
    recovery = recovery_code(code)
    if recovery is not None:
        return is_on(user) and spend_recovery_code(connection, user.id, recovery)
    step = step_of(user.totp_secret, code, at) if is_on(user) else None
    if step is None:
        return False
    unused = update(users).where(users.c.id == user.id, users.c.totp_step < step)
    return connection.execute(unused.values(totp_step=step)).rowcount == 1


def has_code(connection: Connection, email: str, code: str, at: int) -> bool:
    """Whether it is a code of the second factor of that e-mail's user, not used yet."""
    user = find_user(connection, email)
    if user is None or not is_on(user):
        return False
    recovery = recovery_code(code)
    if recovery is not None:
        return has_recovery_code(connection, user.id, recovery)
    step = step_of(user.totp_secret, code, at)
    return step is not None and step > user.totp_step


def new_recovery_codes(db: Database, actor: Actor) -> list[str]:
    """The actor's recovery codes, told this once, in place of those before. Raises Refusal (forbidden, conflict)."""
    require_proven(actor)
    fresh = new_codes()
    with change_directory(db, actor) as change:
        user = _own(change)
        if not is_on(user):
            raise conflict("The second factor is off: there is nothing to recover. Turn it on first.")
        put_codes(change.connection, user.id, fresh)
        change.record(change.take_seqs(), "issue", "user", user.id, None, {"recovery_codes": len(fresh)})
    return fresh


def count_recovery_codes(db: Database, actor: Actor) -> int:
    """How many recovery codes the actor has left."""
    with db.read() as connection:
        return count_codes(connection, actor.user_id or 0)


def _own(change: Change) -> Row[Any]:
    return change.connection.execute(select(users).where(users.c.id == change.actor.user_id)).one()


def _take_off(change: Change, user: Row[Any]) -> None:
    _keep(change, user.id, totp_secret=None, totp_step=None)
    put_codes(change.connection, user.id, [])
    if is_on(user):
        _record(change, user.id, on=False)


def _keep(change: Change, user_id: int, **values: object) -> None:
    change.connection.execute(update(users).where(users.c.id == user_id).values(**values))


def _record(change: Change, user_id: int, *, on: bool) -> None:
    """That it was turned on or off; its secret stays out of the journal."""
    before, after = {"second_factor": not on}, {"second_factor": on}
    change.record(change.take_seqs(), "set", "user", user_id, before, after)
