"""A real mail server on a free port, whose mails a test reads."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

USER, PASSWORD = "aiguillage", "secret of the mail server"


@dataclass
class Mailbox:
    """What the server took. `refuses` is what it answers instead: to the address, then to the mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's names
        """Takes the address, or refuses it."""
        if "address" in self.refuses:
            return self.refuses["address"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Envelope) -> str:  # noqa: ANN401, N802 - same
        """Takes the mail, or refuses it."""
        if "mail" in self.refuses:
            return self.refuses["mail"]
        self.recipients += envelope.rcpt_tos
        self.signed_in.append(bool(session.authenticated))
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@contextmanager
def mail_server(mailbox: Mailbox, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Serves while the block runs; on the same port again where the mailbox had one. With TLS, people sign in."""

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's
        right = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right)

    options: dict[str, Any] = {"authenticator": known, "auth_required": True} if tls else {}
    controller = Controller(mailbox, "127.0.0.1", mailbox.port or _free_port(), tls_context=tls, **options)
    mailbox.port = controller.port
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def _free_port() -> int:
    import socket  # noqa: PLC0415 - here alone

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
