"""The dialplan for Asterisk: it is read whole, what it names is there, and what it asks is understood."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from aiguillage.dialects import v2
from aiguillage.dialects.parameters import FORM_BODY
from aiguillage.settings import Settings
from tests.callpath.conftest import Inside
from tests.cast import Cast, known_caller
from tests.docs.markdown import blocks, read

DIALPLAN = read("integrations/asterisk/extensions.conf")
CONTEXT = re.compile(r"\[([a-z]+)\]")
GLOBAL = re.compile(r"([A-Z_]+)=(.+)")
STEP = re.compile(
    r"(?:exten => (?P<exten>[^,]+),1| same => n(?:\((?P<label>[a-z]+)\))?),(?P<app>[A-Za-z]+)\((?P<given>.*)\)"
)
APPLICATIONS = {"Answer", "Dial", "ExecIf", "Gosub", "Goto", "GotoIf", "Hangup", "Queue", "Read", "Return", "Set"}
FUNCTIONS = {"CALLERID", "CURL", "CUT", "DIALPLAN_EXISTS", "FILTER", "ISNULL", "REGEX", "URIENCODE"}
OWN = {"internal"}
"""Contexts that whoever copies the file has."""


class Step(NamedTuple):
    """A line of the dialplan."""

    context: str
    exten: str
    label: str | None
    app: str
    given: str


def steps() -> Iterator[Step]:
    """Every step; what is no step, setting, context or comment fails."""
    context, exten = "", ""
    for line in DIALPLAN.splitlines():
        if not line or line.lstrip().startswith(";"):
            continue
        if found := CONTEXT.fullmatch(line):
            context, exten = found[1], ""
        elif context == "globals":
            assert GLOBAL.fullmatch(line), line
        else:
            match = STEP.fullmatch(line)
            assert match, line
            exten = match["exten"] or exten
            assert exten, line
            yield Step(context, exten, match["label"], match["app"], match["given"])


STEPS = list(steps())


def targets(step: Step) -> list[str]:
    """Where a step may lead to."""
    if step.app in {"Goto", "Gosub"}:
        return [step.given]
    return step.given.rpartition("?")[2].split(":") if step.app == "GotoIf" else []


def test_every_step_is_an_application_with_its_brackets_closed() -> None:
    assert {step.app for step in STEPS} <= APPLICATIONS
    for step in STEPS:
        assert all(step.given.count(opened) == step.given.count(closed) for opened, closed in ("()", "{}", "[]")), step
    named = {name for step in STEPS for name in re.findall(r"\$\{([A-Z_]+)\(", step.given)}
    assert named <= FUNCTIONS


def test_every_place_that_is_led_to_is_there() -> None:
    labels = {(step.context, step.label) for step in STEPS}
    starts = {(step.context, step.exten) for step in STEPS}

    for step in STEPS:
        for target in targets(step):
            where = re.sub(r"\(.*", "", target).split(",")
            found = (step.context, where[0]) in labels if len(where) == 1 else (where[0], where[1]) in starts
            assert found or where[0] in OWN, target


def test_every_variable_that_is_read_is_set_before() -> None:
    given = set(re.findall(r"^([A-Z_]+)=", DIALPLAN, re.MULTILINE)) | {"ARG1"}
    given |= set(re.findall(r"Set\(([A-Z_]+)=", DIALPLAN)) | set(re.findall(r"Read\(([A-Z_]+),", DIALPLAN))

    assert set(re.findall(r"\$\{([A-Z_0-9]+)\}", DIALPLAN)) <= given


def test_the_dialplan_asks_a_question_that_is_understood() -> None:
    lines = DIALPLAN.splitlines()
    given = {name: value for name, _, value in (line.partition("=") for line in lines) if name.startswith("ROUTING_")}
    form = {"method": "POST", "query_string": b"", "headers": [(b"content-type", FORM_BODY.encode())]}

    asked = [
        v2.ask(form | {"body": f"{given['ROUTING_FORM']}{given['ROUTING_ACCOUNT']}&{more}".encode()})
        for more in ("number=0199001234", "number=0199001234&code=4321")
    ]

    assert v2.handles(given["ROUTING_URL"].removeprefix("https://calls.example.org"))
    assert [(question.fault, question.account, question.unknown) for question in asked] == [
        (None, "CL0000", "empty")
    ] * 2
    assert asked[0].shape == v2.Shape("raw", ("known", "destination", "priority"))


def test_the_line_asks_a_question_that_is_understood() -> None:
    ((url, body),) = re.findall(r"CURL\(([^,]+),(.+)\)\}\)", read("integrations/asterisk/line.txt"))

    asked = v2.ask(
        {
            "method": "POST",
            "query_string": b"",
            "headers": [(b"content-type", FORM_BODY.encode())],
            "body": body.encode(),
        }
    )

    assert v2.handles(url.removeprefix("https://calls.example.org"))
    assert (asked.fault, asked.account, asked.number) == (None, "CL0000", "0199001234")


def test_the_page_shows_the_form_that_is_asked_and_the_answer_that_comes(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    asked, answered = (block.text for block in blocks(read("docs/phone-systems/asterisk.md"), "http"))
    lines = DIALPLAN.splitlines()
    given = {name: value for name, _, value in (line.partition("=") for line in lines) if name.startswith("ROUTING_")}

    with closing(Inside(cast, settings)) as inside:
        answer = inside.ask(f"/api/v2/route?{asked.strip()}")

    assert asked == f"{given['ROUTING_FORM']}{given['ROUTING_ACCOUNT']}&number=0199001234\n"
    assert (answer.status, answer.text) == (200, answered.strip())
