"""Phone systems that ask in their own words: what each of an account's sends, and wants to be answered."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import ByKind, having, own_key
from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.problems import Code
from aiguillage.domain.templates import JSON, TEXT, XML, check_template

PHONE_SYSTEM = "phone_system"
TWILIO, WEBHOOK = "twilio", "webhook"
SYSTEMS = (TWILIO, WEBHOOK)
LONGEST_SAID = 500
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_PARAMETER = re.compile(r"[A-Za-z0-9_$@:.\[\]-]{1,64}")
_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,255}(/[A-Za-z0-9._~/-]{0,255})?")
_KEY = re.compile(r"[!-~]{16,128}")


class PhoneSystem(msgspec.Struct, frozen=True, kw_only=True):
    """A phone system of the account. Of twilio and webhook, each has parts that the other does not look at.

    The prompts are read out by Twilio. The names of parameters and the answers are those of a webhook.
    """

    code: Annotated[str, means("Its name in its address: letters, digits, - and _.", "accueil")]
    name: Annotated[str, meanings.NAME]
    system: Annotated[str, means("`twilio` or `webhook`.", WEBHOOK)] = WEBHOOK
    fallback_destination: Annotated[
        str | None, means("Where calls go for which nothing else says where; null for the account's.", "299")
    ] = None
    prompt: Annotated[
        str, means("What an unknown caller hears who is asked for a code; empty: no code is asked for.", "")
    ] = ""
    prompt_again: Annotated[str, means("The same after a wrong code; empty: what was said first.", "")] = ""
    prompt_language: Annotated[str, means("The language of the prompts, as in `fr-FR`.", "fr-FR")] = "fr-FR"
    public_url: Annotated[
        str, means("The address by which Twilio reaches this server, where a proxy hides it; mostly empty.", "")
    ] = ""
    number_parameter: Annotated[str, means("The parameter that has the caller's number.", "number")] = "number"
    called_parameter: Annotated[str, means("The one that has the number dialled; empty for none.", "called")] = "called"
    code_parameter: Annotated[str, means("The one that has the code typed; empty for none.", "code")] = "code"
    media_type: Annotated[str, means("What is answered: `json`, `xml` or `text`.", JSON)] = JSON
    answer: Annotated[str, means("The answer, with fields in braces.", '{"destination": "{destination}"}')] = (
        '{"destination": "{destination}"}'
    )
    unknown_answer: Annotated[str, means("The answer for an unknown caller; empty: an empty one.", "")] = ""


class Preset(NamedTuple):
    """What a phone system sends and wants, under the name of its preset; `values` are those of a PhoneSystem."""

    title: str
    values: Mapping[str, str]


def _values(number: str, called: str, code: str, media_type: str, answer: str, **others: str) -> dict[str, str]:
    names = {"number_parameter": number, "called_parameter": called, "code_parameter": code}
    return names | {"media_type": media_type, "answer": answer, "system": WEBHOOK} | others


PRESETS: Mapping[str, Preset] = {
    # support.aircall.io/en-gb/articles/15462492900893, "Smart Routing: Ring to (via API)": the widget sends what its
    # editor writes into the query or the body, and takes the target from a path into JSON that is chosen there.
    "aircall": Preset(
        "Aircall",
        _values("number", "called", "code", JSON, '{"target": "{destination}", "known": {known}}', unknown_answer="{}"),
    ),
    # contracts/phone-systems.md, Enreach SmartRouting.
    "enreach": Preset(
        "Enreach",
        _values(
            "anum",
            "bnum",
            "extradata.code",
            JSON,
            '{"InitialTarget": "{destination}"}',
        ),
    ),
    # developer.sipgate.io/push-api/api-reference: a form with from, to, direction; XML with Dial and Number.
    "sipgate": Preset(
        "sipgate.io",
        _values(
            "from",
            "to",
            "dtmf",
            XML,
            '<?xml version="1.0" encoding="UTF-8"?><Response><Dial><Number>{destination}</Number></Dial></Response>',
            unknown_answer='<?xml version="1.0" encoding="UTF-8"?><Response/>',
        ),
    ),
    # contracts/phone-systems.md: GET with callernum, a plain answer.
    "yeastar": Preset("Yeastar", _values("callernum", "did", "code", TEXT, "{destination}")),
}
"""The phone systems whose words are known: each fills a webhook in."""


def check_phone_system(fact: PhoneSystem, fact_id: int | None, by_kind: ByKind, account: Account) -> PhoneSystem:
    """The phone system as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    Raises Refusal(invalid, conflict).
    """
    code, name = fact.code.strip(), parse_text(fact.name, field="name")
    if not _CODE.fullmatch(code):
        raise invalid(
            f"'{code[:40]}' is not a code for a phone system. Use up to 32 letters, digits, - or _, as in accueil.",
            "code",
        )
    if fact.system not in SYSTEMS:
        raise invalid(f"'{fact.system[:40]}' is not a system. Choose one of: {', '.join(SYSTEMS)}.", "system")
    fallback = fact.fallback_destination
    kept = msgspec.structs.replace(
        fact,
        code=code,
        name=name or code,
        fallback_destination=None if fallback is None else parse_destination(fallback, "fallback_destination"),
        answer=check_template(fact.answer, fact.media_type, "answer"),
        unknown_answer=check_template(fact.unknown_answer, fact.media_type, "unknown_answer"),
        **_said(fact),
        **_names(fact),
    )
    if having(by_kind, PHONE_SYSTEM, phone_system_keys(kept), phone_system_keys).keys() - {fact_id}:
        raise conflict(f"{account.code} already has a phone system {code}. Choose another code.", Code.TAKEN)
    return kept


def phone_system_keys(fact: PhoneSystem) -> tuple[str]:
    """What no other phone system may have."""
    return (own_key(fact.code.lower()),)


def _said(fact: PhoneSystem) -> dict[str, str]:
    """What Twilio reads out, and how it reaches us. Raises Refusal(invalid)."""
    language, url = fact.prompt_language.strip(), fact.public_url.strip().rstrip("/")
    if not _LANGUAGE.fullmatch(language):
        raise invalid(f"'{language[:40]}' is not a language. Write it as in fr-FR.", "prompt_language")
    if url and not _URL.fullmatch(url):
        raise invalid(f"'{url[:40]}' is not an address. Write it as in https://calls.example.org.", "public_url")
    prompts = {name: parse_text(getattr(fact, name), LONGEST_SAID, name) for name in ("prompt", "prompt_again")}
    return prompts | {"prompt_language": language, "public_url": url}


def _names(fact: PhoneSystem) -> dict[str, str]:
    """The names that a webhook's requests have. Raises Refusal(invalid)."""
    names = {name: getattr(fact, name).strip() for name in ("number_parameter", "called_parameter", "code_parameter")}
    for field, name in names.items():
        if not _PARAMETER.fullmatch(name) and (name or field == "number_parameter"):
            raise invalid(
                f"'{name[:40]}' is not the name of a parameter. Use up to 64 letters, digits and -_.:$@[], as in "
                "number, or call.from for a value inside a JSON object.",
                field,
            )
    _refuse_twice(names)
    return names


def _refuse_twice(names: Mapping[str, str]) -> None:
    given = [name for name in names.values() if name]
    if len(set(given)) < len(given):
        raise invalid("Two of the parameters have the same name. Give each its own.", "code_parameter")


def check_auth_token(text: str) -> str:
    """What Twilio signs with, as it is kept. Raises Refusal(invalid)."""
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise invalid("This is not an auth token of Twilio. Copy it from the console of Twilio.", "auth_token")
    return key


class PhoneSystems:
    """An account's phone systems by their codes in lower case, with what those of Twilio sign with."""

    def __init__(self, by_id: Mapping[int, PhoneSystem], keys: Iterable[tuple[int, str]] = ()) -> None:
        found = dict(keys)
        self._by_code: dict[str, tuple[PhoneSystem, str | None]] = {
            fact.code.lower(): (fact, found.get(id_)) for id_, fact in by_id.items()
        }

    def named(self, code: Any, system: str) -> tuple[PhoneSystem, str | None] | None:  # noqa: ANN401 - as it was sent
        """The phone system of that code and sort, and its key; None where there is none."""
        found = self._by_code.get(str(code).lower())
        return None if found is None or found[0].system != system else found

    def fallback(self, code: str | None) -> str | None:
        """Where the calls go of the phone system with that code for which nothing says where; None for nowhere."""
        found = None if code is None else self._by_code.get(code.lower())
        return None if found is None else found[0].fallback_destination
