"""Webhooks at the terminal."""

from aiguillage.storage.deliveries import erase_bodies
from tests.cast import ACCOUNT, Cast, email
from tests.cli.terminal import Terminal
from tests.storage.facts import account_id

URL = "https://hook.invalid:8443/calls"
"""Nothing is sent there: no name ends so (RFC 6761)."""


def test_a_webhook_is_added_changed_and_removed(terminal: Terminal) -> None:
    said = terminal.run("webhook", "add", ACCOUNT, "CRM", URL, "-e", "call.unknown", "-e", "import.finished")
    shown = terminal.read("webhook", "show", ACCOUNT, "crm")
    changed = terminal.read("webhook", "set", ACCOUNT, "CRM", "--off", "-e", "queue.closed", "--url", f"{URL}/2")

    assert said.out.startswith("whsec_")
    assert said.out.count("\n") == 1
    assert (shown["url"], shown["events"], shown["active"]) == (URL, ["call.unknown", "import.finished"], True)
    assert (changed["url"], changed["events"], changed["active"]) == (f"{URL}/2", ["queue.closed"], False)
    assert said.out.strip() not in str(terminal.read("journal", ACCOUNT))
    assert "CRM" in terminal.done("webhook", "list", ACCOUNT)
    assert "Nothing to set" in terminal.refused("webhook", "set", ACCOUNT, "CRM")
    terminal.done("webhook", "remove", ACCOUNT, "CRM")
    assert "No webhook yet" in terminal.done("webhook", "list", ACCOUNT)


def test_a_new_secret_is_printed_once(terminal: Terminal) -> None:
    first = terminal.read("webhook", "add", ACCOUNT, "CRM", URL, "-e", "call.unknown")

    second = terminal.read("webhook", "secret", ACCOUNT, "CRM")

    assert second["id"] == first["id"]
    assert second["secret"] != first["secret"]


def test_what_was_sent_is_listed_and_sent_again(terminal: Terminal) -> None:
    terminal.done("webhook", "add", ACCOUNT, "CRM", URL, "-e", "call.unknown")
    none = terminal.done("webhook", "deliveries", ACCOUNT, "CRM")

    told = terminal.done("webhook", "test", ACCOUNT, "CRM")
    ping = terminal.read("webhook", "test", ACCOUNT, "CRM")
    again = terminal.done("webhook", "resend", ACCOUNT, "CRM", str(ping["id"]))

    listed = terminal.read("webhook", "deliveries", ACCOUNT, "CRM")
    assert "Nothing was sent" in none
    assert "failed" in told
    assert "is no name that is known" in told
    assert (ping["state"], ping["body"]["event"], ping["next_at"]) == ("failed", "ping", None)
    assert f"{ping['id']} is sent again" in again
    assert [one["state"] for one in listed] == ["waiting", "failed"]
    assert terminal.read("webhook", "deliveries", ACCOUNT, "CRM", "--state", "waiting") == listed[:1]
    assert "waiting" in terminal.done("webhook", "deliveries", ACCOUNT, "CRM")
    assert "not a state" in terminal.refused("webhook", "deliveries", ACCOUNT, "CRM", "--state", "lost")


def test_a_delivery_is_listed_also_when_what_it_said_was_erased(terminal: Terminal, cast: Cast) -> None:
    terminal.done("webhook", "add", ACCOUNT, "CRM", URL, "-e", "call.unknown")
    ping = terminal.read("webhook", "test", ACCOUNT, "CRM")

    with cast.db.write() as connection:
        erase_bodies(connection, account_id(cast.db, ACCOUNT), [ping["id"]])

    assert [one["body"] for one in terminal.read("webhook", "deliveries", ACCOUNT, "CRM")] == [None]
    assert "has been erased" in terminal.refused("webhook", "resend", ACCOUNT, "CRM", str(ping["id"]))


def test_webhooks_are_for_managers(terminal: Terminal) -> None:
    assert "requires the role manage" in terminal.refused("--as", email("editor"), "webhook", "list", ACCOUNT)
    assert terminal.read("--as", email("manager"), "webhook", "list", ACCOUNT) == []
