"""Phone systems that ask in their own words, and what Twilio signs its requests with."""

from typing import Annotated

from aiguillage.api.operations import Asked, Nothing, Operations
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.desk.phone_systems import forget_auth_token, set_auth_token
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.phone_systems import PHONE_SYSTEM

TAG = "Phone systems"
OPERATIONS = Operations(TAG, needs=Role.MANAGE)
PATH = f"{BASE}/phone-systems"


EXAMPLE = {"auth_token": "0123456789abcdef0123456789abcdef"}


class AuthToken(Body, frozen=True):
    """What Twilio signs its requests with. It is never answered."""

    auth_token: Annotated[str, means("The auth token that Twilio's console shows.", "0123456789abcdef0123456789abcdef")]


@OPERATIONS.put(f"{PATH}/{{id}}/auth-token", "setAuthToken", status=204, refuses=(409,), example=EXAMPLE)
def _set(asked: Asked[Nothing, AuthToken]) -> None:
    """Keep the auth token of a phone system of Twilio.

    In place of the one before. No answer, journal or export ever has it.
    """
    set_auth_token(asked.db, asked.actor, asked.account, asked.id(), asked.body.auth_token)


@OPERATIONS.delete(f"{PATH}/{{id}}/auth-token", "forgetAuthToken", status=204)
def _forget(asked: Asked[Nothing, None]) -> None:
    """Forget an auth token.

    Twilio's next request is refused.
    """
    forget_auth_token(asked.db, asked.actor, asked.account, asked.id())


PHONE_SYSTEMS = FactResource(
    path=PATH,
    noun="phone system",
    plural="the phone systems",
    sent="A phone system as it is sent. Those of Twilio read out prompts; a webhook has names and answers of its own.",
    told="A phone system as it is answered.",
    tag=TAG,
    kind=PHONE_SYSTEM,
    example={"code": "pabx", "name": "Standard", "system": "webhook", "number_parameter": "from"},
    change={"answer": '{"target": "{destination}", "vip": {vip}}'},
)
