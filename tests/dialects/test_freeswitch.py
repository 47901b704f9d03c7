"""FreeSWITCH's dialplan look-ups, asked of a call path in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from lxml import etree

from aiguillage.callpath.log import Logged
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.tokens import issue_token
from aiguillage.dialects import freeswitch
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.settings import Settings
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast, email, new_cast
from tests.docs.markdown import ROOT
from tests.ruled import BLOCKED, DIALLED, STRANGER, add_rules
from tests.server import Answer

FORM = "application/x-www-form-urlencoded"
HOSTILE = "+33199000666"
"""The number of a contact whose company would do things to FreeSWITCH, or to XML."""

COMPANY = '${system rm} $${x} \\$ <X-PRE-PROCESS cmd="exec"/> & \'Vis 5"\' </document> \ufffe]]>'
DESTINATIONS = {
    "+33199000701": ("207", "transfer", "207 XML default"),
    "+33199000702": ("+33639980101", "transfer", "+33639980101 XML default"),
    "+33199000703": ("support", "transfer", "207 XML default"),
    "+33199000704": (
        "sip:d@example.org;transport=tls",
        "bridge",
        "sofia/external/sip:d@example.org;transport=tls",
    ),
    "+33199000705": ("reject", "hangup", "CALL_REJECTED"),
    "+33199000706": ("sip:a@b|${system x}", "transfer", "'sip:a@b| {system x}' XML default"),
    "+33199000707": ("x' XML public", "transfer", "'x  XML public' XML default"),
    "+33199000708": ('<&">', "transfer", '<&"> XML default'),
}
"""Contacts by number: their destination, and what FreeSWITCH is to do with it."""


class Plan(NamedTuple):
    """A dialplan as FreeSWITCH reads it: the variables that it sets, and what it does at last."""

    variables: dict[str, str]
    way: tuple[str, str]


class Asking:
    """Look-ups with the router's token, for a caller in the context of calls from outside."""

    def __init__(self, inside: Inside, secrets: dict[str, str]) -> None:
        self.inside = inside
        self.secrets = secrets

    def ask(self, query: str = f"account={ACCOUNT}", *, by: str | None = None, **posted: str) -> Answer:
        """Asks; names are FreeSWITCH's, with `_` for their dashes and variables as they are."""
        names = {name: name if name.startswith("variable") else name.replace("_", "-") for name in posted}
        given = {"section": "dialplan", "Caller-Context": "public"} | {names[one]: posted[one] for one in posted}
        return self.send(query, urlencode(given).encode(), by)

    def send(self, query: str, body: bytes | None, by: str | None = None, method: str = "POST") -> Answer:
        """Sends a body as it is."""
        secret = self.secrets[by] if by else self.inside.secret
        headers = [(b"authorization", f"Bearer {secret}".encode()), (b"content-type", FORM.encode())]
        path = freeswitch.PATH
        scope = {"method": method, "path": path, "query_string": query.encode(), "headers": headers, "body": body}
        call_path = self.inside.call_path
        status, told, answered = call_path.call(freeswitch, scope | {"client": ("127.0.0.1", 9)}, b"inside")
        call_path.end_turn()
        return Answer(status, {name.decode(): value.decode() for name, value in told}, answered)

    def plan(self, query: str = f"account={ACCOUNT}", *, by: str | None = None, **posted: str) -> Plan:
        """The dialplan of an answer; it has to be well-formed, and one extension that applies without a condition."""
        answer = self.ask(query, by=by, **posted)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        document = etree.fromstring(answer.body)
        *path, condition = document.xpath("//section[@name='dialplan'] | //context | //extension | //condition")
        assert [dict(one.attrib) for one in path[1:]] == [{"name": "public"}, {"name": "aiguillage"}]
        assert not condition.attrib
        actions = [(one.get("application"), one.get("data")) for one in condition]
        assert {name for name, _ in actions[:-1]} == {"set"}
        return Plan(dict(data.split("=", 1) for _, data in actions[:-1]), actions[-1])

    def logged(self) -> list[Logged]:
        """The calls since the last time."""
        return self.inside.logged()


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """On an account with rules of every kind, and tokens of every mode for unknown callers."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("freeswitch") / "data")
    with new_cast(settings) as cast:
        add_rules(cast)
        _furnish(cast)
        secrets = {
            mode: issue_token(cast.db, cast["operator"], email("router"), name=mode, unknown=mode)[1]
            for mode in ("404", "empty", "default")
        }
        inside = Inside(cast, settings)
        yield Asking(inside, secrets | {"outsider": cast.secret("outsider"), "wrong": "aig_wrong"})
        inside.close()


def _furnish(cast: Cast) -> None:
    for number, (destination, _, _) in DESTINATIONS.items():
        contact = Contact(company=number, telecoms=(Telecom(number),), select=(destination, None, None, None))
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)
    odd = Contact(company=COMPANY, telecoms=(Telecom(HOSTILE),), select=("207", None, None, None))
    add_contact(cast.db, cast["editor"], ACCOUNT, odd)


def is_not_found(answer: Answer) -> bool:
    """Whether FreeSWITCH reads that it is to go on with its own dialplan."""
    status = etree.fromstring(answer.body).xpath("string(section[@name='result']/result/@status)")
    return (answer.status, status) == (200, "not found")


def test_a_known_callers_dialplan_sets_what_is_known_and_sends_the_call_on(asking: Asking) -> None:
    variables, way = asking.plan(Caller_Caller_ID_Number=NUMBER, Caller_Destination_Number="0199000207")

    assert way == ("transfer", "207 XML default")
    assert {name: variables[name] for name in ("aig_status", "aig_called", "aig_vip", "aig_priority", "aig_open")} == {
        "aig_status": "known",
        "aig_called": "0199000207",
        "aig_vip": "true",
        "aig_priority": "10",
        "aig_open": "true",
    }
    assert (variables["aig_company"], variables["aig_reason"]) == ("Garage Belleville", "known_caller")


@pytest.mark.parametrize("number", DESTINATIONS)
def test_each_form_of_destination_is_what_freeswitch_does(asking: Asking, number: str) -> None:
    assert asking.plan(Caller_Caller_ID_Number=number).way == DESTINATIONS[number][1:]


def test_nothing_that_people_enter_is_carried_out_by_freeswitch(asking: Asking) -> None:
    answer = asking.ask(Caller_Caller_ID_Number=HOSTILE)
    company = asking.plan(Caller_Caller_ID_Number=HOSTILE).variables["aig_company"]

    assert company == COMPANY.translate(dict.fromkeys(map(ord, "$\\\ufffe"), " "))
    assert b"$" not in answer.body
    assert b"<X-PRE" not in answer.body


def test_a_caller_who_hides_their_number_is_unknown_and_their_number_in_no_log(asking: Asking) -> None:
    asking.logged()

    answer = asking.ask(by="404", Caller_Caller_ID_Number=NUMBER, Caller_Privacy_Hide_Number="true")

    (call,) = asking.logged()
    assert is_not_found(answer)
    assert (call.number, call.outcome, call.dialect) == ("", "unknown", "freeswitch")


def test_a_code_makes_a_stranger_known(asking: Asking) -> None:
    plan = asking.plan(Caller_Caller_ID_Number=STRANGER, variable_aiguillage_code=CODE)

    assert (plan.variables["aig_by"], plan.way) == ("code", ("transfer", "207 XML default"))


def test_a_blocked_caller_is_rejected(asking: Asking) -> None:
    assert asking.plan(Caller_Caller_ID_Number=BLOCKED).way == ("hangup", "CALL_REJECTED")


def test_the_number_that_was_dialled_leads_to_its_queue(asking: Asking) -> None:
    plan = asking.plan(Caller_Caller_ID_Number="anonymous", Caller_Destination_Number=DIALLED)

    assert (plan.variables["aig_status"], plan.way) == ("unknown", ("transfer", "207 XML default"))


def test_an_unknown_caller_gets_what_the_token_says(asking: Asking) -> None:
    dialled = {"Caller_Caller_ID_Number": STRANGER, "Caller_Destination_Number": "0199000299"}
    absent = asking.ask(by="404", **dialled)
    empty, default = (asking.plan(by=mode, **dialled) for mode in ("empty", "default"))

    assert is_not_found(absent)
    assert (empty.variables["aig_status"], empty.variables["aig_called"]) == ("unknown", "0199000299")
    assert empty.way == ("transfer", "aiguillage_unknown XML default")
    assert (default.variables["aig_status"], default.way) == ("unknown", ("transfer", "290 XML default"))


def test_what_somebody_dials_sends_no_call_where_it_likes(asking: Asking) -> None:
    plan = asking.plan(by="empty", Caller_Caller_ID_Number=STRANGER, Caller_Destination_Number="1 XML default")

    assert "aig_called" not in plan.variables


@pytest.mark.parametrize(
    "posted",
    [
        {"Caller_Context": "default"},
        {"Hunt_Context": "features"},
        {"section": "directory"},
        {"Caller_Context": "default", "by": "wrong"},
    ],
)
def test_a_look_up_that_is_no_call_from_outside_is_not_decided_and_not_logged(
    asking: Asking, posted: dict[str, str]
) -> None:
    asking.logged()

    assert is_not_found(asking.ask(Caller_Caller_ID_Number=NUMBER, **posted))
    assert asking.logged() == []


def test_the_contexts_and_the_account_may_be_named(asking: Asking) -> None:
    plan = asking.plan("context=public&into=inside", Hunt_Caller_ID_Number=NUMBER, variable_aiguillage_account=ACCOUNT)

    assert plan.way == ("transfer", "207 XML inside")


@pytest.mark.parametrize(
    ("query", "by", "posted", "status"),
    [
        (f"account={ACCOUNT}", "wrong", {}, 401),
        (f"account={ACCOUNT}", "outsider", {}, 403),
        (f"account={OTHER_ACCOUNT}", None, {}, 403),
        ("account=CL9999", None, {}, 403),
        ("", None, {}, 400),
        (f"account={ACCOUNT}&context=default", None, {}, 400),
        (f"account={ACCOUNT}&account=CL0001", None, {}, 400),
    ],
)
def test_what_is_wrong_with_a_look_up_has_its_status(
    asking: Asking, query: str, by: str | None, posted: dict[str, str], status: int
) -> None:
    answer = asking.ask(query, by=by, Caller_Caller_ID_Number=NUMBER, **posted)

    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")


def test_a_form_that_is_too_long_or_no_form_is_refused_and_another_method_too(asking: Asking) -> None:
    query = f"account={ACCOUNT}"

    assert [asking.send(query, body).status for body in (None, b"Caller-Context=%FF")] == [400, 400]
    assert asking.send(query, b"", method="GET").headers["allow"] == "POST"


def test_the_configuration_sends_what_is_read_and_nothing_else() -> None:
    binding = etree.parse(Path(ROOT, "integrations/freeswitch/xml_curl.conf.xml")).find("bindings/binding")
    sent = [one.get("value") for one in binding.iterfind("param[@name='enable-post-var']")]
    url, credentials = (
        binding.find(f"param[@name='{name}']").get("value") for name in ("gateway-url", "gateway-credentials")
    )

    assert sent == list(freeswitch.POSTED)
    assert url == f"https://calls.example.org{freeswitch.PATH}?account=CL0000"
    assert credentials == "aiguillage:aig_..."
