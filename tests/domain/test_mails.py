"""Mail's rules: which server a URL names, and what of a name a mail says."""

import pytest

from aiguillage.domain.mails import Smtp, one_line, parse_smtp_url, program_of, without_password


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:2525", Smtp("smtp", "127.0.0.1", 2525)),
        ("smtp://mail.example.org/", Smtp("smtp", "mail.example.org", 25)),
        ("smtps://mail.example.org", Smtp("smtps", "mail.example.org", 465)),
        ("smtp://me:pw@localhost", Smtp("smtp", "localhost", 25, "me", "pw")),
        (
            "smtp+starttls://me%40example.org:p%3Aw@mail.example.org",
            Smtp("smtp+starttls", "mail.example.org", 587, "me@example.org", "p:w"),
        ),
    ],
)
def test_a_url_names_a_mail_server(url: str, server: Smtp) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("mail.example.org", "is not a mail server's URL"),
        ("https://mail.example.org", "is not a mail server's URL"),
        ("smtp://me:hidden@[broken", "is not a mail server's URL"),
        ("smtp://mail.example.org:hidden", "is not a mail server's URL"),
        ("smtp://mail.example.org/hidden", "is not a mail server's URL"),
        ("smtp://mail.example.org:0", "is not a mail server's URL"),
        ("smtps://hidden@mail.example.org", "needs both a user and a password"),
        ("smtp://me:hidden@mail.example.org", "readable for all"),
    ],
)
def test_a_url_that_names_none_is_refused_without_saying_it_again(url: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as refused:
        parse_smtp_url(url)

    assert "hidden" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert without_password("smtps://me:hidden@mail.example.org") == "smtps://***@mail.example.org"
    assert without_password("smtp://mail.example.org") == "smtp://mail.example.org"


def test_a_name_is_one_line_of_moderate_length() -> None:
    assert one_line("Acacias\r\nBcc:  b@example.org\u2028") == "Acacias Bcc: b@example.org"
    assert len(one_line("a" * 500)) == 80


def test_a_programs_versions_do_not_count() -> None:
    assert program_of("Firefox/140.0.1") == program_of("Firefox/141.0") == "Firefox/"
