"""The tables in the documents say what the code does."""

import json
import re

import pytest

from aiguillage.api.jobs import AT_ONCE
from aiguillage.api.management import operations
from aiguillage.api.operations import MOST_BESIDE
from aiguillage.api.resources import blocked, calendars, call_queues, ctis, geo, rotas, surveys, switches
from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.health import Health
from aiguillage.desk.exports import CSV_COLUMNS
from aiguillage.desk.importing.headings import said_by
from aiguillage.desk.importing.outcome import WHY_UNREAD
from aiguillage.dialects.cx_lookups import REFUSALS
from aiguillage.dialects.v2_formats import FORMATS
from aiguillage.dialects.v2_lookups import OnCallNow, QueueNow
from aiguillage.domain.accounts import SHARED_NUMBERS, UNKNOWN_MODES, Role
from aiguillage.domain.answered import FIELDS
from aiguillage.domain.calls import Rule
from aiguillage.domain.contacts import NO, YES
from aiguillage.domain.problems import CODES, Code
from aiguillage.domain.routing import KEPT, RULES
from aiguillage.lanes import ROOMS
from aiguillage.settings import MEANING, PREFIX, Settings
from tests.docs.markdown import ROOT, blocks, codes, read, rows, section
from tests.document import CALLS, document

V2, RULES_PAGE = "docs/v2.md", "docs/rules.md"
API, OPERATING, IMPORTING = "docs/call-flow-api.md", "docs/operating.md", "docs/importing.md"
WORDS = (
    *("account", "user", "role", "token", "caller", "number", "code", "contact", "field", "destination"),
    *("VIP, on-call contract", "call queue", "time span, exception, holiday", "geo model, list, destination", "rota"),
    *("switch", "decision", "call path", "desk", "journal", "call log"),
)
"""The words that the design fixes, one for each thing."""


MANAGING, RESOURCES = "docs/management-api.md", "## Queues, rotas, zones and the rest"
FACTS_TOLD = (blocked, calendars, call_queues, ctis, geo, rotas, surveys, switches)


def first_codes(text: str) -> list[str]:
    """The first code of each row whose first cell has one."""
    return [found[0] for cells in rows(text) if (found := codes(cells[0]))]


def test_the_settings_are_listed_with_their_defaults_and_meanings() -> None:
    defaults = Settings()
    expected = [
        [PREFIX + name.upper(), str(getattr(defaults, name)), MEANING[name]] for name in Settings.__struct_fields__
    ]

    listed = [cells for cells in rows(section(read(OPERATING), "## Settings")) if PREFIX in cells[0]]

    assert [[cell.strip("`") for cell in cells] for cells in listed] == expected


def test_the_places_of_each_kind_of_request_are_listed() -> None:
    expected = [[name, *map(str, room)] for name, room in ROOMS.items()]

    assert [cells for cells in rows(section(read(MANAGING), "## Limits")) if len(cells) == 6][1:] == expected


def test_what_is_carried_out_in_a_process_of_its_own_is_listed() -> None:
    apart = {operation.name: operation.apart for operation in operations() if operation.apart is not None}
    always = {name for name, least in apart.items() if least == 0}
    in_bulk = {one.path.rpartition("/")[2] for one in operations() if one.apart == MOST_BESIDE}

    listed = [cells for cells in rows(section(read(MANAGING), "## Limits")) if len(cells) == 2]

    assert {name for what, least in listed if least == "any" for name in codes(what)} == always
    assert [least for _, least in listed[1:]][-1] == f"{MOST_BESIDE >> 10} KiB"
    assert set(apart.values()) == {0, MOST_BESIDE}
    assert in_bulk == {"bulk"}


def test_every_job_is_listed_with_where_to_ask_and_is_carried_out_in_a_process_of_its_own() -> None:
    jobs = {operation.name: operation for operation in operations() if operation.goes_on}
    shown = {operation.path.removeprefix("/smart-routings") for operation in operations() if operation.method == "GET"}

    listed = {codes(cells[0])[0]: cells for cells in rows(section(read(MANAGING), "## Jobs")) if codes(cells[0])}

    assert {name: int(cells[1]) for name, cells in listed.items()} == {
        name: job.status if job.longer is None else 202 for name, job in jobs.items()
    }
    assert {codes(cells[2])[0].removeprefix("GET ") for cells in listed.values()} <= shown
    assert {job.apart for job in jobs.values()} == {0}
    assert f"longer than {AT_ONCE:.0f} seconds" in listed["replayCalls"][0]


@pytest.mark.parametrize(
    ("document", "heading", "rules"),
    [(RULES_PAGE, "## In their order", RULES), (API, "## How a caller is decided on", KEPT)],
)
def test_the_rules_are_listed_in_their_order_each_with_its_sentence(
    document: str, heading: str, rules: tuple[Rule, ...]
) -> None:
    under = section(read(document), heading)
    names = {rule.__name__ for rule in RULES}

    listed = [(codes(name)[0], sentence) for name, sentence in rows(under) if set(codes(name)) & names]

    assert listed == [(rule.__name__, rule.__doc__) for rule in rules]


def test_every_path_of_the_call_path_is_named_in_its_reference() -> None:
    systems = "".join(read(page) for page in ROOT.glob("docs/phone-systems/*.md"))
    named = re.findall(r"(/(?:api|smart-routings|dialects)/[^\s`]+)`", read(API) + read(V2) + systems)

    assert {operation.path for operation in CALLS} <= set(named)


def test_every_parameter_and_field_of_v2_is_in_its_reference() -> None:
    operation = document()["paths"]["/api/v2/route"]["get"]

    parameters = first_codes(section(read(V2), "## What can be asked"))
    fields = first_codes(section(read(V2), "## What is answered"))

    assert parameters == [parameter["name"] for parameter in operation["parameters"]]
    assert fields == list(FIELDS)
    assert first_codes(section(read(V2), "## Formats")) == ["format", *FORMATS]
    assert first_codes(section(read(V2), "## An unknown caller")) == ["unknown", *UNKNOWN_MODES]


def test_the_look_ups_of_v2_are_shown_with_all_their_fields() -> None:
    shown = [json.loads(block.text) for block in blocks(section(read(V2), "## Look-ups"), "json")]

    assert [list(one) for one in shown] == [list(shape.__struct_encode_fields__) for shape in (QueueNow, OnCallNow)]


def test_every_parameter_and_status_of_v1_is_in_its_reference() -> None:
    operation = document()["paths"]["/api/v1/smartRoutings"]["get"]
    bare = {f"destination{n}" for n in range(1, 5)}

    parameters = set(first_codes(section(read(API), "## V1")))
    statuses = {cells[0] for cells in rows(section(read(API), "## Errors")) if cells[0].isdigit()}

    assert parameters == {parameter["name"] for parameter in operation["parameters"]} - bare
    assert statuses == operation["responses"].keys() - {"200"}


@pytest.mark.parametrize(
    ("document", "heading", "expected"),
    [
        (OPERATING, "## Who may do what", [role.word for role in Role]),
        (API, "## How a caller is decided on", [*(rule.__name__ for rule in KEPT), *SHARED_NUMBERS]),
    ],
)
def test_every_role_and_policy_has_its_row(document: str, heading: str, expected: list[str]) -> None:
    assert first_codes(section(read(document), heading)) == expected


def test_every_answer_to_unknown_callers_has_its_row() -> None:
    under = section(read(API), "## Tokens")

    assert [code for code in first_codes(under) if not code.startswith("-")] == list(UNKNOWN_MODES)


def test_every_code_of_a_problem_is_listed_with_what_to_do() -> None:
    expected = [[f"`{code}`", str(meaning.status.value), meaning.do] for code, meaning in CODES.items()]

    assert [cells for cells in rows(section(read(MANAGING), "## Problems")) if codes(cells[0])][1:] == expected


def test_every_code_of_a_look_up_is_listed_with_what_to_do() -> None:
    expected = [[f"`{code}`", status, CODES[code].do] for status, (code, _) in REFUSALS.items()]

    listed = [cells for cells in rows(section(read(V2), "## The successor's look-ups")) if len(cells) == 3]

    assert listed[-len(expected) :] == expected


def test_the_description_lists_every_code() -> None:
    schemas = document()["components"]["schemas"]

    assert set(schemas["Code"]["enum"]) == set(Code)


def test_every_metric_is_listed() -> None:
    _, _, body = Health(Counts(memory_for(1), 1), lambda: True).answer("/metrics", "GET") or (0, (), b"")
    metrics = re.findall(r"^# TYPE (\w+)", body.decode(), re.MULTILINE)

    under = section(read(OPERATING), "## Watch").partition("woken")[0]

    listed = [code for code in first_codes(under) if code.startswith("aiguillage_")]

    assert listed == metrics


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_has_every_word_of_the_design_with_its_french(word: str) -> None:
    under = section(read("docs/glossary.md"), "## The words")

    french = {cells[0]: cells[1] for cells in rows(under)}

    assert french[word]


def test_every_decision_has_a_number_of_its_own_and_is_listed() -> None:
    records = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [name[:4] for name in records]

    listed = re.findall(r"\]\(([0-9]{4}-[\w-]+\.md)\)", read("docs/decisions/README.md"))

    assert listed == records
    assert len(set(numbers)) == len(numbers)


def test_every_make_target_is_explained_to_contributors() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.MULTILINE)

    explained = [code.removeprefix("make ") for code in first_codes(section(read("CONTRIBUTING.md"), "## Set up"))]

    assert set(explained) == set(targets) - {"help"}


def test_every_column_name_in_the_docs_is_understood_so() -> None:
    under = section(read(IMPORTING), "## Columns")

    misread = [
        (codes(fact)[0], name)
        for fact, names in rows(under)
        for name in (codes(names) if codes(fact) else [])
        if getattr(said_by(name, {}).meaning, "fact", None) != codes(fact)[0].replace("numbers", "telecoms")
    ]

    assert misread == []


def test_the_columns_of_an_export_are_all_told() -> None:
    told = section(read(IMPORTING), "## Export").partition("The CSV columns:\n\n")[2].partition("\n\n")[0]

    assert codes(told) == [*CSV_COLUMNS]


def test_the_reasons_why_columns_are_not_read_are_listed() -> None:
    told = [why for cells in rows(section(read(MANAGING), "### Imports")) for why in codes(cells[0])]

    assert [why for why in told if "=" not in why and why != "name"] == [*WHY_UNREAD]


def test_yes_and_no_are_told_in_every_spelling() -> None:
    told = codes(section(read(IMPORTING), "### Yes and no"))

    assert set(told) == YES | NO


def test_every_resource_of_facts_is_listed_with_its_requests() -> None:
    base, tags = "/smart-routings", {resource.TAG for resource in FACTS_TOLD}
    plain = {("GET", ""): "index", ("POST", ""): "store", ("GET", "/{id}"): "show", ("PUT", "/{id}"): "update"}
    plain |= {("DELETE", "/{id}"): "destroy"}
    paths = [codes(cells[0])[0] for cells in rows(section(read(MANAGING), RESOURCES)) if cells[0].startswith("`/")]
    expected: dict[str, set[str]] = {path: set() for path in paths}

    for operation in operations():
        if operation.tag in tags:
            path = operation.path.removeprefix(base)
            of = max((one for one in paths if path == one or path.startswith(f"{one}/")), key=len, default=path)
            behind = (operation.method, path.removeprefix(of))
            expected.setdefault(of, set()).add(plain.get(behind, " ".join(behind).strip()))

    listed = {
        codes(cells[0])[0]: {part.strip().strip("`") for part in cells[1].split(",")}
        for cells in rows(section(read(MANAGING), RESOURCES))
        if cells[0].startswith("`/")
    }
    assert listed == expected
