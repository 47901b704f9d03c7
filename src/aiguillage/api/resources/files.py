"""Exports as the API answers them: which format is asked for, and the file."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from aiguillage.api.operations import Asked, File
from aiguillage.desk.importing.sent import CSV, JSON, JSON_LINES, XLSX

TEXTS = {"csv": CSV, "json": JSON, "jsonl": JSON_LINES}
MEDIA = TEXTS | {"xlsx": XLSX}


class FileQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`format` is csv, xlsx, json or jsonl; without it `Accept` decides, else it is csv."""

    format: str = ""


def exported(asked: Asked, name: str, export: Callable[..., Iterator[bytes]], media: Mapping[str, str] = MEDIA) -> File:
    """What the use case exports, in the format that is asked for."""
    form = asked.query.format or _accepted(asked.headers.get("accept", ""), media)
    pieces = export(asked.db, asked.actor, asked.account, form)
    return File(pieces, media[form], f"{name}-{asked.account}.{form}")


def _accepted(accept: str, media: Mapping[str, str]) -> str:
    """The format that the client names first; CSV for one that names none of ours."""
    liked = [part.partition(";")[0].strip() for part in accept.lower().split(",")]
    by_media = {one: form for form, one in media.items()}
    return next((by_media[one] for one in liked if one in by_media), "csv")
