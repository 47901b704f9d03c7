"""Rotas: members who are on call in turns, by layers and by overrides, on the account's wall clock."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account, check_email
from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import DAY, WEEK
from aiguillage.domain.numbers import parse_number
from aiguillage.domain.problems import Code
from aiguillage.domain.timeline import shown_in

DAYS = "days"
UNITS = {DAYS: DAY, "weeks": WEEK}
LONGEST_TURN = 366
SUNDAY = 7
MOST_MEMBERS, MOST_LAYERS, MOST_WINDOWS, MOST_OVERRIDES = 200, 50, 50, 1_000
"""Members and layers of a rota, windows of a layer, overrides. Who is on call is worked out of all of them together."""

OVERRIDE, CALENDAR = "override", "calendar"
"""What says who is on duty, besides a layer's name."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_SIP = re.compile(r"(?i)sips?:.")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be on call; `number` is what the phone system dials."""

    name: Annotated[str, means("The member's name, by which layers, overrides and calendars know them.", "Ana Roche")]
    number: Annotated[str, means("What the phone system dials to reach the member.", "+33639981201")]
    email: Annotated[str, means("The member's e-mail address; empty for none.", "ana@example.org")] = ""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """`[start_time, end_time)` on a day of the week, 1 Monday .. 7 Sunday; read as a time span is."""

    day_of_week: Annotated[int, means("1 Monday to 7 Sunday.", 6)]
    start_time: Annotated[time, means("When it begins, `HH:MM` or `HH:MM:SS` by the account's clock.", "09:00:00")]
    end_time: Annotated[
        time, means("When it ends, alike; not after the start it is on the next day.", "12:30:00", ends=True)
    ]


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """Members who take turns of `every` days or weeks, from `start` at `handover` on, in their order (by name).

    `end` is the first day without the layer. With `windows` it is set only inside them, and turns of days count the
    days alone on which it is.
    """

    name: Annotated[str, means("The layer's name.", "Semaines")]
    members: Annotated[tuple[str, ...], means("The names of those who take turns, in their order.", ["Ana Roche"])]
    every: Annotated[int, means("How many days or weeks a turn lasts.", 1)] = 1
    unit: Annotated[str, means("`days` or `weeks`.", "weeks")] = "weeks"
    start: Annotated[date, means("The day on which the first turn begins, `YYYY-MM-DD`.", "2026-11-02")]
    handover: Annotated[time, means("When turns change, `HH:MM` or `HH:MM:SS` by the account's clock.", "09:00:00")] = (
        time(9)
    )
    end: Annotated[date | None, means("The first day without the layer, `YYYY-MM-DD`; null for none.")] = None
    windows: Annotated[
        tuple[Window, ...], means("The times of the week in which alone the layer is set; empty for always.")
    ] = ()


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody takes over from one moment to another, `[begins, ends)`."""

    begins: Annotated[
        datetime, means("When it begins, by the account's clock unless it has an offset.", "2026-12-24T18:00:00")
    ]
    ends: Annotated[datetime, means("When it ends, alike.", "2026-12-26T09:00:00")]
    member: Annotated[str, means("The name of the member who takes over.", "Ana Roche")]


class Rota(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call when: later layers win where they are set, its calendars' shifts over layers, overrides over all.

    `level2` is the id of the rota whose members come second.
    """

    code: Annotated[str, means("What call flows name the rota by.", "astreinte")]
    name: Annotated[str, meanings.NAME]
    members: Annotated[tuple[Member, ...], means("Those who can be on call.")]
    layers: Annotated[tuple[Layer, ...], means("Turns: later layers win where they are set.")] = ()
    overrides: Annotated[
        tuple[Override, ...], means("Who takes over from one moment to another, whatever layers and calendars say.")
    ] = ()
    level2: Annotated[
        int | None, means("The id of the rota whose members come second; null for none.", wire="level2_id")
    ] = None


def folded(text: str) -> str:
    """A name as names are compared."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def check_rota(fact: Rota, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account) -> Rota:
    """The rota in its standard form, if it makes sense beside the account's others; `fact_id` is None for a new one.

    Raises Refusal(invalid), and Refusal(conflict) where another rota has its code.
    """
    code = _check_code(fact.code.strip(), fact_id, by_kind.get("rota", {}))
    if fact.level2 is not None and fact.level2 == fact_id:
        raise invalid(f"Rota '{code}' is its own level 2. Name another rota, or none.", "level2")
    _check_count(fact.members, MOST_MEMBERS, "members")
    _check_count(fact.layers, MOST_LAYERS, "layers")
    _check_count(fact.overrides, MOST_OVERRIDES, "overrides")
    members = _check_members(fact.members, code, account.country)
    names = {folded(member.name): member.name for member in members}
    return msgspec.structs.replace(
        fact,
        code=code,
        name=parse_text(fact.name, field="name"),
        members=members,
        layers=tuple(_check_layer(layer, names, f"layers.{n}") for n, layer in enumerate(fact.layers)),
        overrides=tuple(
            _check_override(override, names, account.time_zone, f"overrides.{n}")
            for n, override in enumerate(fact.overrides)
        ),
    )


def _check_count(things: Sequence[object], most: int, words: str, field: str | None = None) -> None:
    """Raises Refusal(invalid) where there are too many."""
    if len(things) > most:
        raise invalid(f"There are {len(things):,} {words}. Give up to {most:,}.", field or words)


def _check_code(code: str, fact_id: int | None, rotas: Mapping[int, Rota]) -> str:
    if not _CODE.fullmatch(code):
        raise invalid(
            f"'{code[:40]}' is not a rota code. Use 1 to 32 letters, digits, _, . or -, beginning with a "
            "letter or digit.",
            "code",
        )
    for rota_id, rota in rotas.items():
        if rota_id != fact_id and rota.code.casefold() == code.casefold():
            raise conflict(
                f"Another rota has the code '{rota.code}'. Choose another code, or change that rota.", Code.TAKEN
            )
    return code


def _check_members(members: Sequence[Member], code: str, country: str) -> tuple[Member, ...]:
    if not members:
        message = f"Rota '{code}' has nobody in it. Add a member with a name and a number."
        raise invalid(message, "members", beside=("members",))
    checked = tuple(_check_member(member, country, f"members.{n}") for n, member in enumerate(members))
    seen = set()
    for member in checked:
        if folded(member.name) in seen:
            raise invalid(f"Two members are called '{member.name}'. Give each a different name.", "members")
        seen.add(folded(member.name))
    return checked


def _check_member(member: Member, country: str, field: str) -> Member:
    name = parse_text(member.name, field=f"{field}.name")
    if not name:
        raise invalid("A member has no name. Give a name and a number.", f"{field}.name")
    text, email, where = member.number.strip(), member.email.strip(), f"{field}.number"
    return Member(
        name=name,
        number=parse_destination(text, where) if _SIP.match(text) else parse_number(text, country, where),
        email=check_email(email, f"{field}.email") if email else "",
    )


def _check_layer(layer: Layer, names: Mapping[str, str], field: str) -> Layer:
    name = parse_text(layer.name, field=f"{field}.name")
    if name in ("", OVERRIDE, CALENDAR):
        raise invalid(f"A layer cannot be called '{name}'. Give it a name such as Weeks or Nights.", f"{field}.name")
    _check_count(layer.windows, MOST_WINDOWS, f"windows of layer '{name}'", f"{field}.windows")
    _check_count(layer.members, MOST_MEMBERS, f"turns of layer '{name}'", f"{field}.members")
    _check_turns(layer, name, field)
    return msgspec.structs.replace(
        layer,
        name=name,
        members=tuple(_check_name(member, names, f"Layer '{name}'", f"{field}.members") for member in layer.members),
        handover=_check_time(layer.handover, f"{field}.handover"),
        windows=tuple(_check_window(window, f"{field}.windows[{n}]") for n, window in enumerate(layer.windows)),
    )


def _check_turns(layer: Layer, name: str, field: str) -> None:
    if not layer.members:
        message = f"Layer '{name}' has nobody in it. Name the members who take turns, in their order."
        raise invalid(message, f"{field}.members", beside=(f"{field}.members",))
    if layer.unit not in UNITS:
        message = f"'{layer.unit[:20]}' is not a unit for the turns of layer '{name}'. Choose days or weeks."
        raise invalid(message, f"{field}.unit")
    if not 1 <= layer.every <= LONGEST_TURN:
        message = f"Layer '{name}' hands over every {layer.every} {layer.unit}. Give 1 to {LONGEST_TURN}."
        raise invalid(message, f"{field}.every")
    if layer.end is not None and layer.end <= layer.start:
        message = f"Layer '{name}' ends on {layer.end}, before its first day is over. Give a day after {layer.start}."
        raise invalid(message, f"{field}.end", beside=(f"{field}.start",))


def _check_window(window: Window, field: str) -> Window:
    if not 0 <= window.day_of_week <= SUNDAY:
        message = f"{window.day_of_week} is not a day of the week. Write 1 for Monday to 7 for Sunday."
        raise invalid(message, f"{field}.day_of_week")
    return Window(
        day_of_week=window.day_of_week or SUNDAY,
        start_time=_check_time(window.start_time, f"{field}.start_time"),
        end_time=_check_time(window.end_time, f"{field}.end_time"),
    )


def _check_override(override: Override, names: Mapping[str, str], time_zone: str, field: str) -> Override:
    member = _check_name(override.member, names, "An override", f"{field}.member")
    begins = _on_the_wall(override.begins, time_zone, f"{field}.begins")
    ends = _on_the_wall(override.ends, time_zone, f"{field}.ends")
    if ends <= begins:
        raise invalid(
            f"The override of {member} begins on {begins:%Y-%m-%d %H:%M} and ends on {ends:%Y-%m-%d %H:%M}. "
            "Let it end after it begins.",
            f"{field}.ends",
            beside=(f"{field}.begins",),
        )
    return Override(begins=begins, ends=ends, member=member)


def _check_name(text: str, names: Mapping[str, str], where: str, field: str) -> str:
    """The member's name as it is written among the members."""
    name = names.get(folded(text))
    if name is None:
        raise invalid(
            f"{where} names '{text[:40]}', who is not a member. Choose one of: "
            f"{', '.join(names.values())}; or add them as a member.",
            field,
            beside=("members",),
        )
    return name


def _check_time(hour: time, field: str) -> time:
    if hour.tzinfo is not None:
        raise invalid(f"'{hour}' has an offset from UTC. Write the local time, as in 18:00.", field)
    return hour


def _on_the_wall(moment: datetime, time_zone: str, field: str) -> datetime:
    """A moment with an offset from UTC is what the account's clock shows then."""
    try:
        return shown_in(time_zone, moment)
    except OverflowError:
        raise invalid(f"'{moment}' is too far from today. Give a nearer date.", field) from None
