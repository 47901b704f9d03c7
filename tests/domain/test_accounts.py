"""Accounts, roles, hosts and the secrets of tokens."""

import string
from base64 import b64encode
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.accounts import (
    HIGHEST_PRIORITY,
    SHARED_NUMBERS,
    UNKNOWN_MODES,
    Account,
    Role,
    check_account,
    check_email,
    check_unknown_mode,
    email_meant,
    host_allowed,
    hosts_within,
    looks_like_secret,
    new_secret,
    parse_hosts,
    role_named,
    secret_of,
)
from aiguillage.domain.errors import Kind, Refusal
from tests.refusal import refused

ACACIAS = Account("CL0000", "Clinique des Acacias")
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@pytest.mark.parametrize("word", ["route", "read", "edit", "manage"])
def test_a_role_is_named_by_its_word_in_any_case(word: str) -> None:
    assert role_named(word).word == word
    assert role_named(word.upper()) is role_named(word)


def test_each_role_can_do_what_the_ones_before_it_can() -> None:
    assert Role.ROUTE < Role.READ < Role.EDIT < Role.MANAGE


@pytest.mark.parametrize("word", ["", "admin", "1", "route ", "ROLE"])
def test_what_is_no_role_is_refused_with_the_four(word: str) -> None:
    with refused(Kind.INVALID, "is not a role. Choose one of: route, read, edit, manage"):
        role_named(word)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"code": "a0"},
        {"code": "Customer_1-b"},
        {"name": ""},
        {"country": "CI"},
        {"time_zone": "UTC"},
        {"time_zone": "Indian/Reunion"},
        *({"shared_numbers": policy} for policy in SHARED_NUMBERS),
        {"vip_priority": 0},
        {"vip_priority": HIGHEST_PRIORITY},
    ],
)
def test_an_account_with_settings_that_make_sense_is_taken_as_it_is(changes: dict[str, Any]) -> None:
    account = msgspec.structs.replace(ACACIAS, **changes)

    assert check_account(account) == account


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": ""}, "is not an account code. Use a letter, then"),
        ({"code": "A"}, "is not an account code"),
        ({"code": "0000CL"}, "is not an account code"),
        ({"code": "CL 0000"}, "is not an account code"),
        ({"code": "CL0000\n"}, "is not an account code"),
        ({"code": "C" * 33}, "is not an account code"),
        ({"name": "x" * 201}, "Use up to 200 characters"),
        ({"name": "a\nb"}, "control characters"),
        ({"country": "fr"}, "is not a country. Use its two-letter ISO code"),
        ({"country": "XX"}, "is not a country"),
        ({"country": ""}, "is not a country"),
        ({"time_zone": "Paris"}, "'Paris' is not a time zone. Use a name such as Europe/Paris"),
        ({"time_zone": "europe/paris"}, "is not a time zone"),
        ({"time_zone": "localtime"}, "is not a time zone"),
        ({"time_zone": "../../etc/passwd"}, "is not a time zone"),
        ({"time_zone": ""}, "is not a time zone"),
        ({"shared_numbers": "last"}, "is not a policy for shared numbers. Choose one of: refuse, ask_code, first"),
        ({"vip_priority": -1}, "-1 is not a priority. Use a whole number from 0 to 1000000"),
        ({"vip_priority": HIGHEST_PRIORITY + 1}, "is not a priority"),
        ({"keep_calls_days": 0}, "keep_calls_days must be a whole number of days from 1 to"),
    ],
)
def test_an_account_with_a_setting_that_makes_none_is_refused(changes: dict[str, Any], message: str) -> None:
    with refused(Kind.INVALID, message):
        check_account(msgspec.structs.replace(ACACIAS, **changes))


def test_an_accounts_name_is_kept_without_blanks_around_it() -> None:
    assert check_account(Account("CL0000", "  Clinique des Acacias ")) == ACACIAS


def test_an_email_address_is_kept_in_lower_case() -> None:
    assert check_email("Camille.Roche@Example.org") == "camille.roche@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "camille@example.org",
        " Camille@Example.org ",
        "Camille Roche <camille@example.org>",
        '"Roche, Camille" <camille@example.org>',
        "<camille@example.org>",
        "mailto:camille@example.org",
        "MAILTO:camille@example.org?subject=Panne",
        "Camille <mailto:camille@example.org>",
        "camille@example.org.",
        "'camille@example.org'",
        "\u200bcamille@example.org\u00a0",
        "camille@example.org;",
    ],
)
def test_an_email_address_is_understood_as_people_copy_it(text: str) -> None:
    assert check_email(text) == "camille@example.org"


def test_an_address_that_is_asked_for_is_read_as_it_was_when_it_was_kept() -> None:
    assert email_meant(" Camille Roche <Camille@Example.org>") == "camille@example.org"
    assert email_meant("Camille Roche") == "camille roche"


@pytest.mark.parametrize(
    "email",
    [
        *("", "camille", "@example.org", "camille@", "a@b@c", "a b@c", "a@b c", "a\x00@b", "a\udcff@b", "mailto:"),
        *("a@b.org,c@d.org", "a@b.org;c@d.org", "a@.org", "a@-b.org", "a@b.-", "a(c)@b.org", "A <a@b> <c@d>"),
        *("a\u200b@b.org", "Camille <camille>", "a:b@c.org", "x" * 65 + "@b"),
    ],
)
def test_what_is_no_email_address_is_refused(email: str) -> None:
    with refused(Kind.INVALID, "is not an e-mail address. Write it as in name@example.org"):
        check_email(email)


@pytest.mark.parametrize("mode", [None, *UNKNOWN_MODES])
def test_a_token_may_set_what_unknown_callers_get(mode: str | None) -> None:
    assert check_unknown_mode(mode) == mode


def test_another_answer_for_unknown_callers_is_refused() -> None:
    with refused(Kind.INVALID, "'500' is not an answer for unknown callers. Choose one of: 404, empty, default"):
        check_unknown_mode("500")


@pytest.mark.parametrize(
    ("host", "block"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        (" 192.0.2.0/24 ", "192.0.2.0/24"),
        ("2001:DB8::7", "2001:db8::7/128"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
    ],
)
def test_a_host_is_an_address_or_a_block_in_standard_form(host: str, block: str) -> None:
    assert parse_hosts([host]) == (block,)
    assert parse_hosts([block]) == (block,)


@pytest.mark.parametrize("host", ["", "pbx.example.org", "192.0.2", "192.0.2.7/24", "192.0.2.0/33", "192.0.2.7:80"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with refused(Kind.INVALID, "is neither an address nor a CIDR block. Write 192.0.2.7 or 192.0.2.0/24"):
        parse_hosts(["192.0.2.7", host])


@pytest.mark.parametrize(
    ("address", "hosts", "allowed"),
    [
        ("192.0.2.7", ["192.0.2.7"], True),
        ("192.0.2.8", ["192.0.2.7"], False),
        ("192.0.2.8", ["192.0.2.7", "192.0.2.0/24"], True),
        ("::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("::ffff:192.0.2.7", ["::ffff:192.0.2.0/120"], True),
        ("::ffff:198.51.100.7", ["192.0.2.0/24"], False),
        ("192.0.2.7", ["::/0"], False),
        ("2001:db8::7", ["2001:db8::/32"], True),
        ("2001:db9::7", ["2001:db8::/32"], False),
        ("2001:db8::7", ["0.0.0.0/0"], False),
        ("192.0.2.7", [], False),
        (None, ["0.0.0.0/0"], False),
        ("", ["0.0.0.0/0"], False),
        ("testclient", ["0.0.0.0/0", "::/0"], False),
    ],
)
def test_a_client_is_allowed_from_the_blocks_alone(address: str | None, hosts: list[str], *, allowed: bool) -> None:
    assert host_allowed(address, [ip_network(block) for block in parse_hosts(hosts)]) is allowed


def test_a_secret_has_its_mark_160_bits_and_a_checksum() -> None:
    secret = new_secret()

    assert len(secret) == 4 + 27 + 6
    assert secret.startswith("aig_")
    assert set(secret[4:]) <= set(BASE62)
    assert 62**27 >= 2**160
    assert looks_like_secret(secret)


@pytest.mark.parametrize(
    ("scheme", "given", "found"),
    [
        *(("Bearer", "{}", True), ("bearer ", "{} ", True), ("Bearer", "{}x", False), ("Bearer", "", False)),
        *(("Digest", "{}", False), ("", "{}", False)),
    ],
)
def test_a_secret_is_what_stands_behind_bearer(scheme: str, given: str, found: bool) -> None:
    secret = new_secret()

    assert secret_of(f"{scheme} {given.format(secret)}") == (secret if found else None)


@pytest.mark.parametrize(
    ("given", "found"), [("phone:{}", True), (":{}", True), (": {} ", True), ("{}", False), ("{}:", False)]
)
def test_so_is_the_password_of_basic(given: str, found: bool) -> None:
    secret = new_secret()

    assert secret_of(f"Basic {b64encode(given.format(secret).encode()).decode()}") == (secret if found else None)


@pytest.mark.parametrize("authorization", ["Basic", "Basic %%%", "basic ZGVzaw=", "Basic ZGVzazo="])
def test_a_broken_basic_has_none(authorization: str) -> None:
    assert secret_of(authorization) is None


def test_no_secret_comes_twice() -> None:
    assert len({new_secret() for _ in range(1000)}) == 1000


@given(st.integers(0, 36), st.characters(codec="utf-8"))
def test_one_wrong_character_in_a_secret_is_noticed(place: int, character: str) -> None:
    secret = new_secret()

    typed = secret[:place] + character + secret[place + 1 :]

    assert looks_like_secret(typed) is (typed == secret)


@given(st.integers(0, 36), st.sampled_from(BASE62))
def test_one_other_digit_in_a_secret_is_noticed(place: int, digit: str) -> None:
    secret = new_secret()

    typed = secret[:place] + digit + secret[place + 1 :]

    assert looks_like_secret(typed) is (typed == secret)


@given(st.integers(0, 36), st.sampled_from(BASE62))
def test_a_digit_lost_or_doubled_in_a_secret_is_noticed(place: int, digit: str) -> None:
    secret = new_secret()

    assert not looks_like_secret(secret[:place] + secret[place + 1 :])
    assert not looks_like_secret(secret[:place] + digit + secret[place:])


@pytest.mark.parametrize(
    ("hosts", "outer", "within"),
    [
        (["192.0.2.7/32", "2001:db8::/48"], ["192.0.2.0/24", "2001:db8::/32"], True),
        (["192.0.2.0/24"], ["192.0.2.0/24"], True),
        (["192.0.2.0/24"], ["192.0.2.0/25", "192.0.2.128/25"], False),
        (["192.0.2.7/32", "198.51.100.7/32"], ["192.0.2.0/24"], False),
        (["0.0.0.0/0"], ["192.0.2.0/24"], False),
        (["192.0.2.7/32"], ["::/0"], False),
        (["2001:db8::/32"], ["0.0.0.0/0"], False),
        (["192.0.2.7/32"], [], False),
    ],
)
def test_hosts_are_within_others_block_by_block(hosts: list[str], outer: list[str], within: bool) -> None:
    assert hosts_within(hosts, outer) is within


@given(st.lists(st.text()))
def test_no_hosts_do_worse_than_to_be_refused(hosts: list[str]) -> None:
    try:
        blocks = parse_hosts(hosts)
    except Refusal as refusal:
        assert refusal.kind is Kind.INVALID  # noqa: PT017 - a value is as right as a refusal
    else:
        assert parse_hosts(blocks) == blocks
