"""FastAGI: Asterisk asks over a connection of its own, and this process asks V2 for it.

    Asterisk  -- agi_network: yes ... agi_callerid: 0199001234, a blank line -->  this process  -- POST V2 -->  a server
              <-- SET VARIABLE AIG_STATUS "known" --                              (kept
              -- 200 result=1 -->                                                 connections)
              <-- SET VARIABLE AIG_DESTINATION "207" --   ... and so on, then it closes

It knows no database: it may run beside Asterisk. A silent server would hold the call for ever, so each session has a
time; and the dialplan goes on after any close, so an error sets AIG_STATUS too. tests/files has what a real
Asterisk said (agi-session.txt). The application is described at
https://docs.asterisk.org/Latest_API/API_Documentation/Dialplan_Applications/AGI
"""

import asyncio
import logging
import re
import signal
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import parse_qsl

import httpx
import msgspec

from aiguillage.dialects import v2
from aiguillage.domain.answered import FIELDS
from aiguillage.domain.errors import Refusal, invalid

__all__ = ["Gateway", "Limits", "parse_networks", "read_head", "serve", "variables"]

_log = logging.getLogger(__name__)
_RESTRICTION, _RESTRICTED = 0x60, 0x20
"""Of `agi_callingpres`, as ITU-T Q.931 codes the presentation: the caller asked that the number be not shown."""

_NAMES = {"onCallDutyContract": "AIG_ON_CALL_CONTRACT"}
_GIVEN = {"account": "customerAccount"} | {
    name: name for name in ("code", "value", "list", "called", "queue", "unknown")
}
"""What a script's address and its arguments may say, and what V2 calls it."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Limits(msgspec.Struct, frozen=True):
    """What peers may cost: sessions at once, bytes of a line and of a head, seconds to ask and for a whole session.

    `asked` is how many questions the server is sent at a time.
    """

    sessions: int = 500
    asked: int = 16
    line: int = 8 * 1024
    head: int = 64 * 1024
    ask_seconds: float = 1.5
    session_seconds: float = 5.0


LIMITS = Limits()
Networks = tuple[IPv4Network | IPv6Network, ...]


def parse_networks(text: str) -> Networks:
    """Addresses and networks, with commas. Raises Refusal(invalid)."""
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise invalid(f"{error}. Use addresses or networks with commas, as in 127.0.0.1,192.0.2.0/24.") from error


def variable_of(field: str) -> str:
    """The channel variable of one of V2's fields: AIG_FIRST_NAME of firstName."""
    return _NAMES.get(field) or "AIG_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field).upper()


def variables(status: str, told: Mapping[str, object]) -> dict[str, str]:
    """All channel variables, AIG_STATUS first: those of another question on the same channel must not be left."""
    found = {variable_of(name): _text(told.get(name)) for name in FIELDS if name != "known"}
    return {"AIG_STATUS": status} | found


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)


def command(name: str, value: str) -> bytes:
    """The line that sets a variable: quotes and backslashes escaped, no line end inside the value."""
    escaped = _CONTROLS.sub(" ", value).replace("\\", "\\\\").replace('"', '\\"')
    return f'SET VARIABLE {name} "{escaped}"\n'.encode()


def read_head(lines: list[bytes]) -> tuple[dict[str, str], str]:
    """What to ask V2, and the token if an argument has one; an address has none, for addresses are logged."""
    said = dict(_pair(line.decode("utf-8", "replace"), ": ") for line in lines)
    query = parse_qsl(said.get("agi_network_script", "").partition("?")[2], keep_blank_values=True)
    arguments = dict(_pair(value, "=") for name, value in said.items() if name.startswith("agi_arg_"))
    given = dict(query) | arguments
    asked = {name: given[word] for word, name in _GIVEN.items() if given.get(word)}
    return asked | {"number": _caller(said)}, arguments.get("token", "")


def _pair(text: str, sign: str) -> tuple[str, str]:
    name, _, value = text.partition(sign)
    return name, value


def _caller(said: Mapping[str, str]) -> str:
    """The caller's number as it came; empty for a withheld one."""
    shown = said.get("agi_callingpres", "0")
    hidden = shown.isdecimal() and int(shown[:9]) & _RESTRICTION == _RESTRICTED
    number = said.get("agi_callerid", "unknown")
    return "" if hidden or number == "unknown" else number


class Gateway:
    """Takes AGI sessions from allowed peers, and asks V2 at `url` with `token`."""

    def __init__(self, url: str, token: str, allowed: Networks, limits: Limits = LIMITS) -> None:
        self._token = token
        self._allowed = allowed
        self._limits = limits
        self._sessions = 0
        # In their order: where many come at once the first are answered in time, and not all of them too late.
        self._turns = asyncio.Semaphore(limits.asked)
        kept = httpx.Limits(max_connections=limits.asked, max_keepalive_connections=limits.asked, keepalive_expiry=4.0)
        self._client = httpx.AsyncClient(base_url=url, timeout=limits.ask_seconds, limits=kept, trust_env=False)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._client.aclose()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session, from its head to its close; nothing that a peer does gets out of it."""
        self._sessions += 1
        try:
            if self._is_welcome(writer):
                async with asyncio.timeout(self._limits.session_seconds):
                    await self._talk(reader, writer)
        except (TimeoutError, OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            _log.warning("agi_session_failed", extra={"about": {"error": type(error).__name__}})
        finally:
            self._sessions -= 1
            writer.close()

    def _is_welcome(self, writer: asyncio.StreamWriter) -> bool:
        address = ip_address(writer.get_extra_info("peername")[0])
        if self._sessions > self._limits.sessions:
            _log.warning("agi_too_many_sessions", extra={"about": {"sessions": self._limits.sessions}})
            return False
        if not any(address in network for network in self._allowed):
            _log.warning("agi_not_allowed", extra={"about": {"address": str(address)}})
            return False
        return True

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines, size = [], 0
        while line := (await reader.readuntil(b"\n"))[:-1]:
            lines.append(line)
            size += len(line)
            if size > self._limits.head:
                raise ValueError(size)
        status, told = await self._ask(*read_head(lines))
        for name, value in variables(status, told).items():
            writer.write(command(name, value))
            await writer.drain()
            if not await self._is_done(reader):
                return

    async def _is_done(self, reader: asyncio.StreamReader) -> bool:
        """Whether Asterisk goes on after a command: not when the caller has hung up; it says so in place of an answer.

        A refused command (510, 520, and the lines of 520-) is said in the log; the next one is sent all the same.
        """
        answer = await reader.readuntil(b"\n")
        while answer.startswith(b"520-"):
            answer = await reader.readuntil(b"\n")
        if answer.startswith((b"HANGUP", b"511")):
            return False
        if not answer.startswith(b"200"):
            _log.warning("agi_command_refused", extra={"about": {"answer": answer[:3].decode("ascii", "replace")}})
        return True

    async def _ask(self, asked: dict[str, str], token: str) -> tuple[str, dict[str, object]]:
        """known, unknown or error; and V2's answer."""
        headers = {"Authorization": f"Bearer {token or self._token}"}
        try:
            async with asyncio.timeout(self._limits.ask_seconds), self._turns:
                answer = await self._client.post(v2.PATH, json=asked, headers=headers)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return "unknown", {}
            if answer.status_code == httpx.codes.OK:
                told = msgspec.json.decode(answer.content, type=dict[str, object])
                return ("known" if told.get("known") is True else "unknown"), told
            error = str(answer.status_code)
        except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError, UnicodeError) as failure:
            error = type(failure).__name__
        _log.warning("agi_no_answer", extra={"about": {"error": error}})
        return "error", {}


async def serve(gateway: Gateway, host: str, port: int, limits: Limits = LIMITS) -> None:
    """Takes sessions until SIGTERM or SIGINT; those that are open are answered first. Raises Refusal(invalid)."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it has a line for every question
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        server = await asyncio.start_server(gateway.take, host, port, limit=limits.line, backlog=limits.sessions)
    except OSError as error:
        raise _taken(host, port, error) from error
    address = server.sockets[0].getsockname()
    _log.info("agi_started", extra={"about": {"host": address[0], "port": address[1]}})
    await stopped.wait()
    server.close()
    sessions = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if sessions:
        await asyncio.wait(sessions, timeout=limits.session_seconds)
    await gateway.close()


def _taken(host: str, port: int, error: OSError) -> Refusal:
    return invalid(f"Nobody can listen on {host} port {port}: {error.strerror}. Use --port for another port.")
