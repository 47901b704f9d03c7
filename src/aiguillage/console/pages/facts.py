"""Pages of facts: the list of a kind, one of them to change, a new one; all alike, of what the domain declares."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from aiguillage.console.changes import last_of
from aiguillage.console.forms import OWNER, Choice, defaults_of, empty_of, fields_of, is_list, sent_of, values_of
from aiguillage.console.labels import BY_SLUG, DRAFTED, LABELS, SUBJECTS, Subject
from aiguillage.console.visits import Answer, Moved, Run, Shown, Visit, back_of, faults_of, form, number_of, page
from aiguillage.desk.drafts import places_of, touched_elsewhere
from aiguillage.desk.facts import Done, add_fact, list_facts, name_of, remove_fact, set_fact, show_fact
from aiguillage.desk.sent import changes_of, new_fact, on_wire
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.geo_models import MODELS
from aiguillage.domain.parts import parts_of
from aiguillage.domain.queues import ACCOUNT, GROUP, QUEUE
from aiguillage.domain.remarks import WEEKDAYS
from aiguillage.storage.drafts import Draft
from aiguillage.storage.facts import Kept

NAMED = {"group": GROUP, "rota": "rota", "level2": "rota", "geo_list": "geo_list", "cti": "cti"}
"""Parts that name a fact of a kind."""

WHOLE = f"{ACCOUNT}:"
"""An address of a page of ours."""

Choices = Mapping[str, Sequence[Choice]]


class Beside(NamedTuple):
    """What a page of facts shows beside what all of them do: a template that extends theirs, and values for it.

    The values are made of one fact, or for the page of a list of all of the kind.
    """

    template: str
    values: Callable[[Visit, Any], Mapping[str, Any]]


BESIDE: dict[str, Beside] = {}
"""Of the pages of one fact, by the subject's slug."""

LISTED: dict[str, Beside] = {}
"""Of the pages of a list."""


def choices_of(visit: Visit, kind: str) -> Choices:
    """What can be chosen in a form of a kind: facts of the account, by their ids as text."""
    parts = {part.name for part in parts_of(BY_NAME[kind].type)}
    found: dict[str, Sequence[Choice]] = {name: named(visit, NAMED[name]) for name in NAMED.keys() & parts}
    if "owner_id" in parts:
        found[OWNER] = [owner for owner in owners(visit) if kind == "switch" or owner[0] != WHOLE]
    if "model" in parts:
        found["model"] = [(str(model.id), visit.say(model.name)) for model in MODELS]
    return found


def owners(visit: Visit) -> list[Choice]:
    """What facts can belong to, by kind and id."""
    queues_and_groups = [(f"{of}:{id_}", name) for of in (QUEUE, GROUP) for id_, name in named(visit, of)]
    return [(WHOLE, visit.say("The whole account")), *queues_and_groups]


def named(visit: Visit, kind: str) -> list[Choice]:
    """The facts of a kind, by their ids as text."""
    return [(str(kept.id), str(_name(kept))) for kept in list_facts(visit.db, visit.actor, visit.code, kind)]


def _name(kept: Kept) -> str | int:
    return getattr(kept.fact, "name", "") or name_of(kept)


def shown(visit: Visit, kept: Kept, choices: Choices) -> dict[str, Any]:
    """A fact's values as a table shows them, by the domain's names."""
    values: dict[str, Any] = {}
    for part in parts_of(BY_NAME[kept.kind].type):
        value = getattr(kept.fact, part.name)
        if part.name == "owner_id":
            value = dict(choices[OWNER]).get(f"{kept.fact.owner_type}:{value or ''}", value)
        elif part.name == "day_of_week" and value:
            value = visit.say(WEEKDAYS[value - 1])
        elif part.name == "model":
            value = dict(choices["model"]).get(str(part.value(kept.fact)), value)
        elif part.name in choices and value is not None:
            value = dict(choices[part.name]).get(str(value), value)
        elif part.name == "select":
            value = ", ".join(one or "-" for one in value).rstrip(", -")
        elif isinstance(value, tuple):
            value = ", ".join(_words(one) for one in value)
        values[part.name] = value
    return values


def _words(one: Any) -> str:  # noqa: ANN401 - of any list
    """One of a list: by its name, else by all that it has."""
    if not isinstance(one, msgspec.Struct):
        return str(one)
    return str(getattr(one, "name", "") or " ".join(map(str, msgspec.to_builtins(one).values())))


def list_page(visit: Visit, slug: str) -> Shown:
    """The page of all facts of a kind."""
    subject = BY_SLUG[slug]
    choices = choices_of(visit, subject.kind)
    kept = list_facts(visit.db, visit.actor, visit.code, subject.kind)
    rows = [(one.id, shown(visit, one, choices)) for one in kept]
    moments = {name for name in subject.columns if name == "until"}
    values = {"subject": subject, "rows": rows, "labels": LABELS, "moments": moments, "place_here": subject.slug}
    if beside := LISTED.get(slug):
        return Shown(beside.template, {**values, **beside.values(visit, kept)})
    return Shown("facts.html", values)


def _list(subject: Subject) -> Run:
    return lambda visit: list_page(visit, subject.slug)


def _form_of(
    visit: Visit, subject: Subject, kept: Kept | None, values: Mapping[str, Any], faults: Mapping[str, list[str]]
) -> Shown:
    empty = empty_of(BY_NAME[subject.kind].type, values) if faults else {}
    faults = {field: empty.get(field, some) for field, some in faults.items()} | empty
    fields = list(fields_of(BY_NAME[subject.kind].type, values, choices_of(visit, subject.kind), visit.here.time_zone))
    owner = next((part.wire for part in parts_of(BY_NAME[subject.kind].type) if part.name == "owner_id"), None)
    told = {OWNER if field == owner else field: some for field, some in faults.items()}
    beside = BESIDE.get(subject.slug) if kept is not None else None
    return Shown(
        "fact.html" if beside is None else beside.template,
        {
            **({} if beside is None else beside.values(visit, kept)),
            "subject": subject,
            "kept": kept,
            "name": "" if kept is None else _name(kept),
            "fields": fields,
            "faults": told,
            "back": back_of(visit),
            "place_here": subject.slug,
            "also": [] if kept is None else also_in(visit, kept),
        },
        422 if faults else 200,
    )


def also_in(visit: Visit, kept: Kept) -> list[Draft]:
    """The other drafts that have the fact otherwise, or what belongs to the same thing; of a live fact all of them."""
    here = 0 if visit.draft is None else visit.draft.id
    touched = touched_elsewhere(visit.db, visit.actor, visit.code, here)
    found = {one.id: one for place in places_of(kept.kind, kept.id, kept.fact) for one in touched.get(place, ())}
    return list(found.values())


def _new(subject: Subject) -> Run:
    def new(visit: Visit) -> Answer:
        asked = {
            part.wire: visit.query[part.name]
            for part in parts_of(BY_NAME[subject.kind].type)
            if part.name in visit.query and not is_list(BY_NAME[subject.kind].type, part.name)
        }
        return _form_of(visit, subject, None, defaults_of(BY_NAME[subject.kind].type) | asked, {})

    return new


def _one(subject: Subject) -> Run:
    def one(visit: Visit) -> Answer:
        kept = show_fact(visit.db, visit.actor, visit.code, subject.kind, visit.id())
        return _form_of(visit, subject, kept, values_of(kept.fact), {})

    return one


def fact_page(visit: Visit, slug: str, kept: Kept, more: Mapping[str, Any], status: int = 200) -> Shown:
    """The page of one fact, with more values for what it shows beside the form."""
    page_ = _form_of(visit, BY_SLUG[slug], kept, values_of(kept.fact), {})
    return page_._replace(values={**page_.values, **more}, status=status)


def _add(subject: Subject) -> Run:
    def add(visit: Visit) -> Answer:
        sent = _sent(visit, subject)
        try:
            with on_wire(subject.kind):
                done = add_fact(visit.db, visit.actor, visit.code, new_fact(subject.kind, sent))
        except Refusal as refusal:
            return _form_of(visit, subject, None, sent, _faults(refusal))
        moved = _done(visit, subject, done, visit.say("It is added."))
        if subject.kind == QUEUE and not back_of(visit):  # whose next step is its hours
            return moved._replace(to=f"{visit.at}/{subject.slug}/{done.kept.id}#hours")
        return moved

    return add


def _sent(visit: Visit, subject: Subject) -> dict[str, Any]:
    """What the form sent, as JSON."""
    return sent_of(BY_NAME[subject.kind].type, visit.form, visit.here.time_zone)


def _set(subject: Subject) -> Run:
    def change(visit: Visit) -> Answer:
        sent = _sent(visit, subject)
        try:
            with on_wire(subject.kind):
                changes, expected = changes_of(subject.kind, sent), number_of(visit.form.get("seq", ""))
                done = set_fact(visit.db, visit.actor, visit.code, subject.kind, visit.id(), changes, expected=expected)
        except Refusal as refusal:
            return _again(visit, subject, sent, refusal)
        return _done(visit, subject, done, visit.say("It is changed."))

    return change


def _again(visit: Visit, subject: Subject, sent: Mapping[str, Any], refusal: Refusal) -> Shown:
    """The form with what was typed, and why it was refused; that of a new fact where this one is gone meanwhile."""
    faults = _faults(refusal)
    kept = None
    with suppress(Refusal):
        kept = show_fact(visit.db, visit.actor, visit.code, subject.kind, visit.id())
    again = _form_of(visit, subject, kept, sent, faults)
    if refusal.kind is not Kind.STALE or kept is None:
        return again
    other = shown(visit, kept, choices_of(visit, subject.kind))
    return again._replace(values={**again.values, "other": other, "labels": LABELS}, status=409)


def _faults(refusal: Refusal) -> dict[str, list[str]]:
    if refusal.kind not in {Kind.INVALID, Kind.CONFLICT, Kind.STALE, Kind.MISSING}:
        raise refusal
    return faults_of(refusal)


def _done(visit: Visit, subject: Subject, done: Done, said: str) -> Moved:
    remarks = " ".join(visit.tell(remark) for remark in done.remarks)
    return Moved(_after(visit, subject, done.kept.fact), f"{said} {remarks}".strip(), undo=done.kept.seq)


def _after(visit: Visit, subject: Subject, fact: Any) -> str:  # noqa: ANN401 - of any kind
    """The page to go to after a change: that from which somebody came, the list, or of a time span its week."""
    if back := back_of(visit):
        return back
    if subject.kind == "time_span":
        owner = next(one.slug for one in SUBJECTS if one.kind == fact.owner_type)
        return f"{visit.at}/{owner}/{fact.owner_id}#hours"
    return f"{visit.at}/{subject.slug}"


def _remove(subject: Subject) -> Run:
    def remove(visit: Visit) -> Answer:
        kept = show_fact(visit.db, visit.actor, visit.code, subject.kind, visit.id())
        try:
            remove_fact(visit.db, visit.actor, visit.code, subject.kind, kept.id)
        except Refusal as refusal:
            if refusal.kind is not Kind.CONFLICT:
                raise
            return _form_of(visit, subject, kept, values_of(kept.fact), _faults(refusal))
        return Moved(_after(visit, subject, kept.fact), visit.say("It is removed."), undo=last_of(visit))

    return remove


for _subject in SUBJECTS:
    _at, _drafts = f"/{{account}}/{_subject.slug}", _subject.kind in DRAFTED
    page(_at, drafts=_drafts)(_list(_subject))
    page(f"{_at}/new", drafts=_drafts)(_new(_subject))
    form(f"{_at}/new", drafts=_drafts)(_add(_subject))
    page(f"{_at}/{{id}}", drafts=_drafts)(_one(_subject))
    form(f"{_at}/{{id}}", drafts=_drafts)(_set(_subject))
    form(f"{_at}/{{id}}/remove", drafts=_drafts)(_remove(_subject))
