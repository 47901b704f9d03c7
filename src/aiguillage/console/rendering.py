"""Templates, in the visitor's language: every value is escaped, and a name that is not there is a failure."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from aiguillage.assets import fingerprint
from aiguillage.console.forms import MARK
from aiguillage.console.labels import REASONS
from aiguillage.console.navigation import SECTIONS
from aiguillage.console.sessions import form_token
from aiguillage.console.visits import ROOT, Visit
from aiguillage.domain.accounts import Role
from aiguillage.domain.moments import in_zone
from aiguillage.domain.remarks import WEEKDAYS
from aiguillage.translation import FRENCH

HERE = Path(__file__).parent
STATIC, VENDORED, ICONS = HERE / "static", HERE / "vendored" / "static", HERE / "vendored" / "icons"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def asset_root() -> str:
    """Where the assets are."""
    return f"{ROOT}/assets/{fingerprint([STATIC, VENDORED])}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def icon(name: str) -> Markup:
    """A small picture beside a word; whoever cannot see it misses nothing."""
    return Markup((ICONS / f"{name}.svg").read_text().replace("<svg", '<svg aria-hidden="true"'))  # noqa: S704 - a file of ours


def render(visit: Visit, template: str, values: dict[str, Any]) -> str:
    """A page as HTML."""
    return (
        _environment()
        .get_template(template)
        .render(
            values
            | {
                "_": visit.say,
                "visit": visit,
                "icon": icon,
                "mark": MARK,
                "reasons": REASONS,
                "sections": SECTIONS,
                "root": ROOT,
                "at": visit.at if visit.account is not None else ROOT,
                "live": visit.live if visit.account is not None else ROOT,
                "assets": asset_root(),
                "token": form_token(visit.session),
                "may_edit": visit.role is not None and visit.role >= Role.EDIT,
                "may_manage": visit.role is not None and visit.role >= Role.MANAGE,
                "when": lambda moment: when(visit, moment),
                "day": lambda date: day_of(visit, date),
                "day_and_time": lambda moment: day_and_time(visit, moment),
                "month_names": MONTHS,
            }
        )
    )


def day_of(visit: Visit, shown: date) -> str:
    """A day as people write it."""
    return f"{shown:%d/%m/%Y}" if visit.language == FRENCH else f"{shown:%d %b %Y}"


def when(visit: Visit, moment: int | None) -> str:
    """A moment (microseconds since 1970 UTC) by the account's clock; the day is left out where it is today."""
    if moment is None:
        return ""
    zone = ZoneInfo(visit.account.time_zone if visit.account else "UTC")
    shown, today = in_zone(moment, zone), in_zone(visit.actor.at, zone)
    if shown.date() == today.date():
        return f"{shown:%H:%M}"
    return day_in_words(visit, shown, same_year=shown.year == today.year) + f" {shown:%H:%M}"


def day_and_time(visit: Visit, moment: int) -> str:
    """A moment (microseconds since 1970 UTC) by the account's clock, with its weekday."""
    shown = in_zone(moment, ZoneInfo(visit.here.time_zone))
    return f"{visit.say(WEEKDAYS[shown.weekday()])} {day_in_words(visit, shown, same_year=False)} {shown:%H:%M}"


def day_in_words(visit: Visit, shown: date, *, same_year: bool) -> str:
    """A day with its month's name; the year is left out where it is that of all around it."""
    month = visit.say(MONTHS[shown.month - 1])
    return f"{day_of_month(visit, shown)} {month}" + ("" if same_year else f" {shown.year}")


def day_of_month(visit: Visit, shown: date) -> str:
    """A day's number as it is read out: a French month begins with its 1er."""
    return "1er" if shown.day == 1 and visit.language == FRENCH else str(shown.day)
