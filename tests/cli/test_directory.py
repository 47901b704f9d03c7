"""Accounts, users, grants, tokens and fields through the terminal."""

import pytest

from aiguillage.api.moments import now
from aiguillage.desk.signing_in import Credentials, sign_in
from aiguillage.domain.accounts import looks_like_secret
from tests.cast import ACCOUNT, Cast, email
from tests.cli.terminal import Terminal


def test_an_account_is_added_set_shown_and_removed(terminal: Terminal) -> None:
    added = terminal.read("account", "add", "CL0002", "--name", "Librairie Saule", "--country", "BE")
    changed = terminal.read("account", "set", "CL0002", "--shared-numbers", "ask_code")

    assert (added["name"], added["country"], added["time_zone"]) == ("Librairie Saule", "BE", "Europe/Paris")
    assert changed == terminal.read("account", "show", "CL0002")
    assert changed["shared_numbers"] == "ask_code"
    terminal.done("account", "remove", "CL0002", "--yes")
    assert "CL0002" not in terminal.done("account", "list")


def test_an_accounts_rota_and_vip_priority_are_set(terminal: Terminal) -> None:
    rota = terminal.read("rota", "add", ACCOUNT, "night", "--member", "Ana=0639981201")["id"]

    account = terminal.read("account", "set", ACCOUNT, "--rota", "Night", "--vip-priority", "0")

    assert (account["rota"], account["vip_priority"]) == (rota, 0)
    assert "night" in terminal.done("account", "show", ACCOUNT)
    assert terminal.read("account", "set", ACCOUNT, "--rota", "")["rota"] is None
    assert "There is no rota 'x'" in terminal.refused("account", "set", ACCOUNT, "--rota", "x")


def test_an_account_is_not_removed_without_a_yes(terminal: Terminal) -> None:
    assert terminal.run("account", "remove", ACCOUNT, typed="n\n").status == 1
    assert terminal.run("account", "remove", ACCOUNT).status == 1

    assert ACCOUNT in terminal.done("account", "list")
    assert terminal.run("account", "remove", ACCOUNT, typed="y\n").status == 0


def test_a_user_is_added_granted_disabled_and_enabled(terminal: Terminal) -> None:
    terminal.done("user", "add", "new@example.org", "--name", "Noé", "--password-stdin", typed="long enough indeed\n")
    terminal.done("user", "grant", "new@example.org", ACCOUNT, "edit")

    assert terminal.read("account", "list") == terminal.read("--as", "manager@example.org", "account", "list") + [
        account for account in terminal.read("account", "list") if account["code"] != ACCOUNT
    ]
    assert terminal.read("--as", "new@example.org", "contacts", "list", ACCOUNT) == []
    terminal.done("user", "revoke", "new@example.org", ACCOUNT)
    assert "no account" in terminal.refused("--as", "new@example.org", "contacts", "list", ACCOUNT)
    terminal.done("user", "disable", "new@example.org")
    assert "disabled" in terminal.refused("--as", "new@example.org", "account", "list")
    terminal.done("user", "enable", "new@example.org")
    assert terminal.read("--as", "new@example.org", "account", "list") == []


def test_a_password_is_set_and_a_second_factor_taken_off(terminal: Terminal, cast: Cast) -> None:
    terminal.done("user", "password", email("reader"), typed="long enough indeed\n")
    terminal.done("user", "one-factor", email("reader"))

    credentials = Credentials(email("reader"), "long enough indeed", new="staple in the barn")
    who, _ = sign_in(cast.db, now(), credentials, address=None)
    assert who.email == email("reader")
    assert "too short" in terminal.refused("user", "password", email("reader"), typed="short\n")
    assert "operator" in terminal.refused("--as", email("manager"), "user", "one-factor", email("reader"))


def test_a_session_is_listed_and_ended_by_its_user(terminal: Terminal, cast: Cast) -> None:
    terminal.done("user", "password", email("reader"), typed="long enough indeed\n")
    credentials = Credentials(email("reader"), "long enough indeed", new="staple in the barn")
    who, _ = sign_in(cast.db, now(), credentials, address="192.0.2.7", agent="curl/8")

    assert "192.0.2.7" in terminal.done("session", "list")
    assert terminal.read("--as", email("reader"), "session", "list")[0]["name"] == "curl/8"
    assert terminal.read("--as", email("outsider"), "session", "list") == []
    number = str(who.token.id)
    assert "no session" in terminal.refused("--as", email("outsider"), "session", "revoke", number)
    terminal.done("--as", email("reader"), "session", "revoke", number)
    assert terminal.read("session", "list") == []


def test_all_tokens_and_sessions_of_a_user_are_revoked_at_once(terminal: Terminal) -> None:
    for name in ("phone", "nightly import"):
        terminal.done("token", "issue", email("router"), "--name", name)

    assert "2 tokens and sessions" in terminal.done("token", "revoke", "--user", email("router"))

    assert all(token["revoked_at"] for token in terminal.read("token", "list", email("router")))
    for words in ((), ("1", "--user", email("router"))):
        assert "Name one token by its number, or a user" in terminal.refused("token", "revoke", *words)
    for name in ("manager", "outsider"):
        refusal = terminal.refused("--as", email(name), "token", "revoke", "--user", email("router"))
        assert "Only an operator" in refusal


def test_an_empty_standard_input_is_no_password(terminal: Terminal) -> None:
    assert "no password" in terminal.refused("user", "password", email("reader"))
    assert "no password" in terminal.refused("user", "add", "new@example.org", "--password-stdin")


def test_an_accounts_manager_lists_its_users(terminal: Terminal) -> None:
    users = terminal.read("--as", email("manager"), "user", "list", "--account", ACCOUNT)

    assert [user["email"] for user in users] == [email(name) for name in ("editor", "manager", "reader", "router")]


def test_a_tokens_secret_stands_alone_on_standard_output(terminal: Terminal) -> None:
    said = terminal.run("token", "issue", email("router"), "--name", "phone", "--expires-in", "365d")

    assert looks_like_secret(said.out.removesuffix("\n"))
    assert "not shown again" in said.err
    token = terminal.read("token", "list")[0]
    assert token["expires_at"].endswith("Z")
    assert said.out.strip() not in str(token)
    terminal.done("token", "revoke", str(token["id"]))
    assert "revoked" in terminal.done("token", "list", email("router"))


def test_a_token_keeps_what_it_was_issued_with(terminal: Terminal) -> None:
    words = ("--account", ACCOUNT, "--host", "192.0.2.0/24", "--host", "2001:db8::1", "--unknown", "empty")
    token = terminal.read("token", "issue", email("router"), "--name", "phone", *words)

    assert looks_like_secret(token.pop("secret"))
    assert token == terminal.read("token", "list")[0]
    assert (token["accounts"], token["hosts"]) == ([ACCOUNT], ["192.0.2.0/24", "2001:db8::1/128"])
    assert (token["role"], token["unknown"]) == ("route", "empty")


def test_a_field_gets_a_label_a_default_and_options(terminal: Terminal) -> None:
    terminal.done("field", "set", ACCOUNT, "select_1", "--label", "File", "--default", "200")
    terminal.done("field", "option", "add", ACCOUNT, "select_1", "Accueil", "200")
    terminal.done("field", "option", "add", ACCOUNT, "select_1", "Support", "207")
    field = terminal.read("field", "set", ACCOUNT, "select_1", "--strict")

    assert (field["field"], field["label"], field["default"], field["strict"]) == ("select_1", "File", "200", True)
    assert field["options"] == [{"name": "Accueil", "value": "200"}, {"name": "Support", "value": "207"}]
    assert terminal.read("field", "set", ACCOUNT, "select_1", "--no-default")["default"] is None
    assert not terminal.read("field", "option", "remove", ACCOUNT, "select_1", "200")["options"][1:]
    assert terminal.read("field", "list", ACCOUNT)[0]["strict"]
    assert "File" in terminal.done("field", "list", ACCOUNT)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("account", "add", "0bad"), "is not an account code"),
        (("account", "add", ACCOUNT), "already"),
        (("account", "add", "CL9", "--country", "XX"), "is not a country"),
        (("account", "set", ACCOUNT), "Nothing to set"),
        (("account", "set", ACCOUNT, "--time-zone", "Nowhere"), "time zone"),
        (("user", "add", "nobody"), "is not an e-mail address"),
        (("user", "grant", "who@example.org", ACCOUNT, "read"), "There is no user"),
        (("user", "grant", email("reader"), ACCOUNT, "king"), "is not a role"),
        (("user", "revoke", email("outsider"), ACCOUNT), "has no role"),
        (("token", "issue", email("router"), "--name", "x", "--expires-in", "soon"), "is not a duration"),
        (("token", "issue", email("router"), "--name", "x", "--expires-in", "0d"), "would already have expired"),
        (("token", "issue", email("router"), "--name", "x", "--host", "nowhere"), "CIDR"),
        (("token", "issue", email("router"), "--name", "x", "--unknown", "500"), "is not an answer"),
        (("token", "issue", email("router"), "--name", "x", "--role", "x"), "is not a role"),
        (("token", "revoke", "999"), "You have no token"),
        (("field", "set", ACCOUNT, "select_9", "--label", "x"), "is not a field"),
        (("field", "set", ACCOUNT, "select_1"), "Nothing to set"),
        (("field", "set", ACCOUNT, "select_1", "--default", "1", "--no-default"), "contradict"),
        (("field", "set", ACCOUNT, "select_1", "--default", "1,2"), "is not a destination"),
        (("field", "option", "remove", ACCOUNT, "select_1", "1"), "no option"),
        (("--as", "nobody@example.org", "account", "list"), "There is no user"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused(*words)
