"""Throughput of every way in which a call may ask, beside V2's JSON: one server, the same callers, in turns.

All ask the same: who calls, and which number they dialled; but V0 and V1, which have no word for the latter.
"""

import hmac
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiguillage.app import open_database
from aiguillage.desk.facts import add_fact
from aiguillage.desk.phone_systems import set_auth_token
from aiguillage.domain.phone_systems import TWILIO, PhoneSystem
from bench.drawn import ACCOUNT
from bench.installation import Installation, operator
from bench.load import Side
from bench.machine import Cores
from bench.servers import Server, ask, serving
from bench.throughput import Plan, Ratio, Samples, measure, ratio

V2 = "V2, JSON"
CODE = "bench"
TWILIO_CODE = "bench-twilio"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - nobody's
CALLED = "0199000299"
"""The number that every caller dialled."""

PUBLIC = "https://calls.example.org"
"""Where Twilio calls, as its signature says."""

FORM = "Content-Type: application/x-www-form-urlencoded"
ROUTE = f"/api/v2/route?customerAccount={ACCOUNT}&number="


class Dialect(NamedTuple):
    """A request for a caller's number (E.164), as load.lua reads it, and what is in the answer of a known caller."""

    request: Callable[[str], str]
    known: str


class Dialects(NamedTuple):
    """Every round of every dialect."""

    samples: Samples

    def ratios(self) -> dict[str, Ratio]:
        """How many times V2's JSON each is."""
        return {name: ratio(mine, self.samples[V2]) for name, mine in self.samples.items()}

    def measured(self) -> dict[str, float]:
        """By the figure's key: the slowest of them."""
        return {"dialects_to_v2": min(one.median for one in self.ratios().values())}

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "rounds": {name: [sample._asdict() for sample in each] for name, each in self.samples.items()},
            "to_v2": {name: one._asdict() for name, one in self.ratios().items()},
        }


def _v0(number: str) -> str:
    return f"/api/{ACCOUNT}/customer/number/00{number[1:]}"


def _v1(number: str) -> str:
    return f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=00{number[1:]}"


def _v2(form: str) -> Callable[[str], str]:
    more = f"&format={form}" if form else ""
    return lambda number: f"{ROUTE}00{number[1:]}&called={CALLED}{more}"


def _freeswitch(number: str) -> str:
    """What integrations/freeswitch/xml_curl.conf.xml has it send."""
    form = {
        "hostname": "pabx",
        "section": "dialplan",
        "tag_name": "",
        "key_name": "",
        "key_value": "",
        "Caller-Context": "public",
        "Caller-Caller-ID-Number": number,
        "Caller-Destination-Number": CALLED,
        "Caller-Privacy-Hide-Number": "false",
        "Hunt-Context": "public",
        "Hunt-Caller-ID-Number": number,
        "Hunt-Destination-Number": CALLED,
        "Hunt-Privacy-Hide-Number": "false",
    }
    return _posted(f"/dialects/freeswitch?account={ACCOUNT}", form)


def _twilio(number: str) -> str:
    """A signed request, with what Twilio sends of a call (twilio.com/docs/voice/twiml, "Request parameters")."""
    form = {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": "CA" + "0" * 32,
        "CallStatus": "ringing",
        "Called": f"+33{CALLED[1:]}",
        "Caller": number,
        "Direction": "inbound",
        "From": number,
        "FromCountry": "FR",
        "To": f"+33{CALLED[1:]}",
        "ToCountry": "FR",
    }
    path = f"/dialects/twilio/{ACCOUNT}/{TWILIO_CODE}"
    signed = f"{PUBLIC}{path}" + "".join(name + value for name, value in sorted(form.items()))
    signature = b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), "sha1")).decode()
    return _posted(path, form, f"X-Twilio-Signature: {signature}")


def _webhook(number: str) -> str:
    return f"/dialects/webhook/{ACCOUNT}/{CODE}?{urlencode({'number': number, 'called': CALLED})}"


def _posted(path: str, form: Mapping[str, str], *headers: str) -> str:
    return "\t".join(("POST", path, urlencode(form), FORM, *headers))


DIALECTS = {
    V2: Dialect(_v2(""), '"known":true'),
    "V2, strings": Dialect(_v2("strings"), '"known":"true"'),
    "V2, XML": Dialect(_v2("xml"), "<known>1</known>"),
    "V2, TwiML": Dialect(_v2("twiml"), "<Enqueue>"),
    "V1": Dialect(_v1, '"destination1": "'),
    "V0": Dialect(_v0, "2"),
    "FreeSWITCH": Dialect(_freeswitch, "aig_status=known"),
    "Twilio, signed": Dialect(_twilio, "<Enqueue>"),
    "webhook": Dialect(_webhook, '{"destination": "'),
}


def measure_dialects(installation: Installation, plan: Plan, cores: Cores, told: Callable[[str], None]) -> Dialects:
    """All of them. Adds phone systems to the account."""
    _add_phone_systems(installation)
    with (
        tempfile.TemporaryDirectory(prefix="dialects-", dir=installation.settings.data_dir.parent) as directory,
        serving(installation, cores.server) as server,
    ):
        return Dialects(measure(list(_sides(installation, server, Path(directory))), plan, cores, told))


def _add_phone_systems(installation: Installation) -> None:
    database, actor = open_database(installation.settings), operator()
    twilio = PhoneSystem(code=TWILIO_CODE, name="Twilio", system=TWILIO, public_url=PUBLIC)
    kept = add_fact(database, actor, ACCOUNT, twilio).kept
    set_auth_token(database, actor, ACCOUNT, kept.id, AUTH_TOKEN)
    add_fact(database, actor, ACCOUNT, PhoneSystem(code=CODE, name="Webhook"))
    database.close()


def _sides(installation: Installation, server: Server, directory: Path) -> Iterator[Side]:
    """Raises RuntimeError where the first answer is not that of a known caller."""
    numbers = [line.rpartition("=00")[2] for line in installation.callers.known.read_text().splitlines()]
    for place, (name, dialect) in enumerate(DIALECTS.items()):
        lines = [dialect.request(f"+{number}") for number in numbers]
        status, body = ask(server, lines[0], installation.secret)
        if status != 200 or dialect.known not in body:
            raise RuntimeError(f"{name}: a known caller got {status} {body}")
        file = directory / f"{place}.requests"
        file.write_text("".join(f"{line}\n" for line in lines))
        yield Side(name, server, file, installation.secret)
