"""Settings: the environment, read once into a frozen value; the only reader of the environment."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from aiguillage.domain.errors import invalid
from aiguillage.domain.mails import parse_smtp_url, without_password
from aiguillage.domain.proxies import Proxies

PREFIX = "AIGUILLAGE_"
AGI_TOKEN = PREFIX + "AGI_TOKEN"
_PUBLIC = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this process runs."""

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    desk_workers: int = 1
    uds: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    trusted_proxies: str = ""
    public_url: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    agi_token: str = ""
    keep_alive: int = 5
    log_level: str = "info"
    cache_mib: int = 8

    @property
    def database(self) -> Path:
        """The file of facts."""
        return self.data_dir / "aiguillage.db"

    @property
    def calls(self) -> Path:
        """The call log."""
        return self.data_dir / "calls.db"


MEANING = {
    "data_dir": "the directory of the database and the call log",
    "host": "the address to listen on",
    "port": "the TCP port to listen on",
    "workers": "how many processes answer calls",
    "desk_workers": "how many processes answer everything that is no call",
    "uds": "a Unix socket to listen on instead of host and port",
    "tls_cert": "the certificate file, to serve over TLS",
    "tls_key": "the key file of the certificate",
    "trusted_proxies": "addresses whose X-Forwarded-For is believed, with commas; none if empty",
    "public_url": "the URL by which people reach this server, for links in answers; the one that they asked if empty",
    "smtp_url": "the mail server, as in smtp+starttls://user:password@mail.example.org; no mail is sent if empty",
    "mail_from": "the e-mail address that mail comes from",
    "agi_token": "the token with which `aiguillage agi` asks, where the dialplan names none",
    "keep_alive": "how many seconds an idle connection is kept open, and up to as many again",
    "log_level": "debug, info, warning or error",
    "cache_mib": "how much of the database a worker keeps in memory, in MiB",
}
WHOLE_NUMBERS = {
    "port": (0, 65535),
    "workers": (1, 256),
    "desk_workers": (1, 64),
    "keep_alive": (1, 3600),
    "cache_mib": (1, 65536),
}
LEVELS = ("debug", "info", "warning", "error")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment names, the rest at their defaults. Raises Refusal(invalid)."""
    variables = {PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    given = {name: environment[variable] for variable, name in variables.items() if variable in environment}
    return with_settings(Settings(), given)


def with_settings(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with some of them replaced, numbers read from text. Raises Refusal(invalid) with all faults."""
    values = msgspec.structs.asdict(settings) | dict(changes)
    faults = dict(_faults(values))
    if faults:
        refusal = invalid(" ".join(faults.values()))
        refusal.errors = {name: [fault] for name, fault in faults.items()} if len(faults) > 1 else None
        raise refusal
    numbers = {name: int(str(values[name])) for name in WHOLE_NUMBERS}
    return Settings(**values | numbers | {"data_dir": Path(values["data_dir"])})


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address of a server, without a query."""
    return _PUBLIC.fullmatch(text) is not None


def _faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with settings, by the names of their variables."""
    for name, (lowest, highest) in WHOLE_NUMBERS.items():
        if not _is_whole_number(values[name], lowest, highest):
            yield _variable(name, f"is '{values[name]}'. Use a whole number from {lowest} to {highest}.")
    if values["log_level"] not in LEVELS:
        yield _variable("log_level", f"is '{values['log_level']}'. Use one of: {', '.join(LEVELS)}.")
    try:
        Proxies(values["trusted_proxies"])
    except ValueError as error:
        name = PREFIX + "TRUSTED_PROXIES"
        yield name, f"{name}: {error}. Use addresses or networks with commas, or *."
    if bool(values["tls_cert"]) != bool(values["tls_key"]):
        yield PREFIX + "TLS_CERT", "TLS needs both a certificate and its key: --tls-cert and --tls-key."
    if values["public_url"] and not is_web_address(values["public_url"]):
        yield _variable("public_url", f"is '{values['public_url']}'. Use one like https://calls.example.org")
    if values["smtp_url"]:
        yield from _mail_faults(values)


def _mail_faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with how mail is sent; never with the URL in it, which holds a password."""
    from aiguillage.domain.accounts import looks_like_email  # noqa: PLC0415 - brings the plans of all countries along

    try:
        parse_smtp_url(values["smtp_url"])
    except ValueError as error:
        yield _variable("smtp_url", str(error))
    if not looks_like_email(values["mail_from"]):
        yield _variable("mail_from", f"is '{values['mail_from']}'. Use the e-mail address that mail comes from.")
    if not values["public_url"]:
        yield _variable("public_url", "is empty. Mail has links: set it to the URL by which people reach this server.")


def _variable(name: str, fault: str) -> tuple[str, str]:
    variable = PREFIX + name.upper()
    return variable, f"{variable} {fault}"


def _is_whole_number(value: object, lowest: int, highest: int) -> bool:
    try:
        return lowest <= int(str(value)) <= highest
    except ValueError:
        return False


def shown(settings: Settings, name: str) -> str:
    """A setting's value as people may read it."""
    value = str(getattr(settings, name))
    if name == "agi_token":
        return "***" if value else ""
    return without_password(value) if name == "smtp_url" else value


def origin(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Where a setting's value comes from."""
    return f"environment {PREFIX}{name.upper()}" if PREFIX + name.upper() in environment else "default"


def as_environment(settings: Settings, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a process that is to have these settings."""
    ours = {PREFIX + name.upper(): str(value) for name, value in msgspec.structs.asdict(settings).items()}
    return dict(environment) | ours


def given_sockets(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether systemd keeps the socket for this process (sd_listen_fds(3))."""
    return environment.get("LISTEN_PID") == str(os.getpid()) and environment.get("LISTEN_FDS") == "1"


def language(environment: Mapping[str, str] = os.environ) -> str:
    """The language that the person wants to read, as in `fr`; looked up where gettext(3) looks."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return environment[name].split(":")[0].split(".")[0].split("_")[0].lower()
    return ""
