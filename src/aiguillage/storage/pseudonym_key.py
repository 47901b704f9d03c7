"""The secret behind pseudonyms: a file beside the call log, made when first needed, copied and exported nowhere."""

import os
from pathlib import Path
from secrets import token_bytes

from aiguillage.domain.errors import Refusal, unavailable

NAME = "pseudonyms.key"
_BYTES = 32


def pseudonym_key(log: Path) -> bytes:
    """The key beside that call log. Raises Refusal(unavailable) where it can be neither read nor made."""
    path = log.with_name(NAME)
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error
    if len(key) != _BYTES:
        raise _unusable(path, "it is not 32 bytes long")
    return key


def _make(path: Path) -> None:
    """Written whole under another name first: of two that try at once one wins, and both read what it wrote."""
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _unusable(path: Path, why: str) -> Refusal:
    return unavailable(path, f"{path} cannot be used ({why}). Put a copy in its place, or move it away.")
