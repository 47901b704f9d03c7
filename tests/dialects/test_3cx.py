"""3CX's CRM template: valid, and its look-ups find contacts on a real server."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact
from aiguillage.integrations import Place, file_of
from tests.cast import ACCOUNT, NUMBER
from tests.docs.markdown import ROOT
from tests.ruled import STRANGER, Ruled

TEMPLATE = etree.parse(ROOT / "integrations/3cx/3cx.xml")
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests/dialects/crm_template.xsd"))
SERVED = f"/integrations/3cx.xml?customer_account={ACCOUNT}"
ADDRESS = "https://calls.example.org"
MAIL = "accueil@example.org"
BY_NUMBER, BY_EMAIL = "", "LookupByEmail"


def at(told: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """What a path such as a.b[0] leads to; nothing where there is none."""
    for step in re.findall(r"\w+", path):
        try:
            told = told[int(step) if step.isdigit() else step]
        except (IndexError, KeyError, TypeError):
            return None
    return told


def look_up(ruled: Ruled, scenario: str, by: str = "reading", **given: str) -> dict[str, str] | None:
    """The outputs of a scenario, as 3CX makes them; None where its rule does not apply."""
    found = next(one for one in TEMPLATE.iter("Scenario") if one.get("Id") == scenario)
    skipped = re.fullmatch(r'\[IIf\(\[(\w+)\]=="",True,False\)\]', found.find("Request").get("SkipIf"))
    assert skipped is not None
    if not given[skipped[1]]:
        return None
    secret = ruled.secret(by)
    url = found.find("Request").get("Url").removeprefix(ADDRESS)
    for name, value in given.items():
        url = url.replace(f"[{name}]", quote(value))
    assert found.findtext("Request/Headers/Value[@Key='Authorization']") == "Bearer [Token]"
    told = json.loads(ruled.server.ask(url, secret).body)
    if not at(told, found.findtext("Rules/Rule[@Type='Any']")):
        return None
    values = given | {one.get("Name"): at(told, one.get("Path")) for one in found.iter("Variable")}
    outputs = {one.get("Type"): one.get("Value") for one in found.iter("Output")}
    return {
        kind: re.sub(r"\[(\w+)\]", lambda place: str(values[place[1]] or ""), value) for kind, value in outputs.items()
    }


def test_the_template_has_nothing_that_its_description_does_not_name() -> None:
    SCHEMA.assertValid(TEMPLATE)


def test_the_template_is_served_filled_in_with_the_address_that_was_asked_and_without_a_token(ruled: Ruled) -> None:
    secret = ruled.secret("reading")
    here = f"http://127.0.0.1:{ruled.server.port}"

    answer = ruled.server.ask(SERVED, secret)

    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="3cx-{ACCOUNT}.xml"'
    assert answer.text == file_of("3cx", "3cx.xml", Place(here, ACCOUNT))
    assert secret not in answer.text
    SCHEMA.assertValid(etree.ElementTree(etree.fromstring(answer.body)))


def test_the_template_of_a_stranger_s_account_is_as_one_of_no_account(ruled: Ruled) -> None:
    outsider = ruled.secret("outsider")

    theirs, none = (ruled.server.ask(SERVED.replace(ACCOUNT, code), outsider) for code in (ACCOUNT, "CL9999"))

    assert (theirs.status, none.status) == (404, 404)
    assert theirs.text.replace(ACCOUNT, "CL9999") == none.text
    assert ruled.server.ask(SERVED).status == 401
    assert ruled.server.ask(SERVED, ruled.secret("router")).status == 403


@pytest.mark.parametrize("number", [NUMBER, "33199001234", "0199001234", "0033199001234"])
def test_a_caller_is_found_by_number_in_any_spelling(ruled: Ruled, number: str) -> None:
    told = look_up(ruled, BY_NUMBER, Number=number)

    assert told is not None
    assert told | {"CompanyName": "Garage Belleville", "LastName": "Roche", "CustomValue": "207"} == told
    assert told["ContactUrl"] == f"{ADDRESS}/console/{ACCOUNT}/contacts/{told['ContactID']}"
    assert told["PhoneBusiness"] == NUMBER


def test_a_contact_is_found_by_e_mail(ruled: Ruled) -> None:
    contact = Contact(company="Accueil", emails=(MAIL,), select=("208", None, None, None))
    add_contact(ruled.cast.db, ruled.cast["editor"], ACCOUNT, contact)

    told = look_up(ruled, BY_EMAIL, Email=MAIL)

    assert told is not None
    assert told | {"CompanyName": "Accueil", "Email": MAIL, "CustomValue": "208", "FirstName": ""} == told


def test_nobody_is_found_for_strangers_odd_numbers_and_tokens_of_others(ruled: Ruled) -> None:
    assert [look_up(ruled, BY_NUMBER, Number=number) for number in (STRANGER, "anonymous", "x&y=1", "")] == [None] * 4
    assert [look_up(ruled, BY_EMAIL, Email=email) for email in ("nobody@example.org", "")] == [None] * 2
    assert look_up(ruled, BY_NUMBER, by="outsider", Number=NUMBER) is None
