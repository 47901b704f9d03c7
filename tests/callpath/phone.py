"""A phone system's requests to the call path in this process: forms that Twilio signs, webhooks in any words."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.facts import add_fact
from aiguillage.desk.phone_systems import set_auth_token
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.phone_systems import PhoneSystem
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, Cast
from tests.server import Answer

KEY = "0123456789abcdef0123456789abcdef"
HOST = "https://calls.example.org"
TWILIO = f"{HOST}/dialects/twilio/{ACCOUNT}/accueil"
FORM = b"application/x-www-form-urlencoded"


def add_twilio(cast: Cast, **values: Any) -> int:  # noqa: ANN401 - values of the fact
    """A phone system of Twilio, with its key."""
    given = {
        "code": "accueil",
        "prompt": "Tapez votre code",
        "prompt_again": "Encore",
        "fallback_destination": "299",
    } | values
    kept = add_fact(cast.db, cast["manager"], ACCOUNT, PhoneSystem(name="A", system="twilio", **given))
    set_auth_token(cast.db, cast["manager"], ACCOUNT, kept.kept.id, KEY)
    return kept.kept.id


def contact_sent_to(cast: Cast, destination: str) -> int:
    """A VIP whose calls go there: the contact's id."""
    telecoms, select = (Telecom("+33199001234"),), (destination, None, None, None)
    contact = Contact(company="Garage", telecoms=telecoms, select=select, boolean=(True, None, None, None))
    return add_contact(cast.db, cast["editor"], ACCOUNT, contact).id


def send(
    inside: Inside, url: str, body: bytes | None = b"", method: str = "POST", headers: dict[str, str] | None = None
) -> Answer:
    """One request."""
    parts = urlsplit(url)
    dialect = inside.call_path.dialect_of(parts.path)
    assert dialect is not None, url
    named = {"host": parts.netloc, **(headers or {})}
    scope = {
        "method": method,
        "path": parts.path,
        "query_string": parts.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 9),
        "body": body,
    }
    status, told, answer = inside.call_path.call(dialect, scope, b"inside")
    inside.call_path.end_turn()
    return Answer(status, {name.decode(): value.decode() for name, value in told}, answer)


def call(
    inside: Inside, url: str = TWILIO, *, signed: str = "", headers: dict[str, str] | None = None, **form: str
) -> Answer:
    """A call as Twilio asks about it: `signed` is the address that it called, where a proxy makes another of it."""
    sent = {"CallSid": "CA" + "0" * 32, "From": "+33199001234", "To": "+33199000000"} | form
    signature = RequestValidator(KEY).compute_signature(signed or url, sent)
    named = {"X-Twilio-Signature": signature, "Content-Type": FORM.decode()} | (headers or {})
    return send(inside, url, urlencode(sent).encode(), headers=named)
