"""Visiting the console as a browser does, without one: cookies, forms, pages as text."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from aiguillage.app import open_database
from aiguillage.cli.demo_calls import add_calls
from aiguillage.cli.demo_examples import OTHER_ACCOUNT, PASSWORD
from aiguillage.cli.demo_facts import ACCOUNT, fill
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Actor, Role
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from tests.server import Server, running

OUTSIDER = "outsider@example.org"
MANAGER, EDITOR, READER, ROUTER, OPERATOR = (
    f"{name}@example.org" for name in ("manager", "editor", "reader", "router", "operator")
)
HERE = f"/console/{ACCOUNT}"
_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
_TAGS = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)


class Visitor(httpx.Client):
    """Somebody with a browser; redirects are followed."""

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Signs in by the form."""
        return self.send_form("/console/sign-in", email=email, password=password, **more)

    def send_form(self, path: str, /, *, page: str = "/console", **values: str | list[str]) -> httpx.Response:
        """Sends a form, with the token that a page has."""
        return self.post(path, data={"token": self.token(page), **values})

    def fill_in(self, at: str, **values: str) -> httpx.Response:
        """Opens a form's page, and sends the form as it is there but for some values."""
        path = at.partition("?")[0]
        return self.post(path, data=form_of(self.get(at), path) | values)

    def token(self, page: str = "/console") -> str:
        """What the visitor's forms carry."""
        found = _TOKEN.search(self.get(page).text)
        assert found, page
        return found[1]


@dataclass
class Site:
    """A server whose console is visited."""

    server: Server
    settings: Settings
    signed_in: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self) -> Visitor:
        """Somebody who is not signed in."""
        url = f"http://127.0.0.1:{self.server.port}"
        return Visitor(base_url=url, follow_redirects=True, timeout=30)

    def as_(self, email: str) -> Visitor:
        """Somebody who is signed in; once for all tests."""
        if email not in self.signed_in:
            visitor = self.signed_in[email] = self.visitor()
            assert visitor.sign_in(email).status_code in {200, 403, 404}
        return self.signed_in[email]


@contextmanager
def opened(directory: Path, **environment: Any) -> Iterator[Site]:  # noqa: ANN401 - variables by name
    """A server with the demonstration's data, and an outsider who manages another account."""
    settings = Settings(data_dir=directory / "data")
    database = open_database(settings)
    migrate(database)
    actor = Actor("terminal", time.time_ns() // 1000, operator=True)
    fill(database, actor)
    add_user(database, actor, OUTSIDER, name="Outsider", password=PASSWORD, one_time=False)
    grant_role(database, actor, OUTSIDER, OTHER_ACCOUNT, Role.MANAGE)
    database.close()
    add_calls(settings, actor.at)
    with running(settings, **environment) as server:
        site = Site(server, settings)
        yield site
        for visitor in site.signed_in.values():
            visitor.close()


def text_of(answer: httpx.Response) -> str:
    """What a page says, without tags."""
    return " ".join(unescape(_TAGS.sub(" ", answer.text)).split())


def first_id(answer: httpx.Response, at: str) -> str | None:
    """The id of the first thing that a list links to."""
    found = re.search(rf'href="{re.escape(at)}/(\d+)["?]', answer.text)
    return found[1] if found else None


def newest_id(answer: httpx.Response, at: str) -> int:
    """The id of what was added last, of those that a list links to."""
    return max(int(one) for one in re.findall(rf'href="{re.escape(at)}/(\d+)["?]', answer.text))


def form_of(answer: httpx.Response, action: str) -> dict[str, str]:
    """What a browser would send of a form as it is shown: its fields' values by name."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', answer.text, re.DOTALL)
    assert found, action
    shown = re.sub(r"<template>.*?</template>", "", found[1], flags=re.DOTALL)
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", shown):
        attributes = attributes_of(tag)
        if attributes.get("type") != "checkbox" or " checked" in tag:
            values[attributes["name"]] = attributes.get("value", "")
    for attributes, inside in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", shown, re.DOTALL):
        values[attributes_of(attributes)["name"]] = unescape(inside)
    for attributes, inside in re.findall(r"<select([^>]*)>(.*?)</select>", shown, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(r'<option value="([^"]*)"', inside)
        values[attributes_of(attributes)["name"]] = unescape(chosen[1]) if chosen else ""
    return values


def attributes_of(tag: str) -> Mapping[str, str]:
    """A tag's attributes."""
    return {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
