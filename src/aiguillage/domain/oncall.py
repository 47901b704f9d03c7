"""On-call rotas: who is on call when, by layers of turns and by overrides, on the account's wall clock."""

from datetime import date, datetime, time

import msgspec


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be on call; `number` is what the phone system dials."""

    name: str
    number: str
    email: str = ""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """`[start_time, end_time)` on a day of the week, 1 Monday .. 7 Sunday; read as a time span is."""

    day_of_week: int
    start_time: time
    end_time: time


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """Members who take turns of `every` days or weeks, from `start` at `handover` on, in their order (by name).

    `end` is the first day without the layer. With `windows` it is set only inside them.
    """

    name: str
    members: tuple[str, ...]
    every: int = 1
    unit: str = "weeks"
    start: date
    handover: time = time(9)
    end: date | None = None
    windows: tuple[Window, ...] = ()


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody takes over from one moment to another, `[begins, ends)`."""

    begins: datetime
    ends: datetime
    member: str


class Rota(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call when: later layers win where they are set, shifts of its calendars over layers, overrides over all.

    `level2` is the id of the rota whose members come second.
    """

    code: str
    name: str
    members: tuple[Member, ...]
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    level2: int | None = None
