"""Exports as the API answers them: which format is asked for, and the file."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked, File
from aiguillage.desk.importing.sent import CSV, JSON, JSON_LINES, XLSX
from aiguillage.domain import meanings

MEDIA = {"csv": CSV, "xlsx": XLSX, "json": JSON, "jsonl": JSON_LINES}


class FileQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`format` is csv, xlsx, json or jsonl; without it `Accept` decides, else it is csv."""

    format: Annotated[str, meanings.FORMAT] = ""


def samples_of(columns: Sequence[str], thing: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any]:
    """Files with one thing, by media type; `cells` is what CSV has otherwise. A spreadsheet is no text to show."""
    row = ["" if value is None else str(value) for value in ((thing | cells).get(name) for name in columns)]
    line = msgspec.json.encode(thing).decode()
    return {CSV: f"{';'.join(columns)}\n{';'.join(row)}\n", JSON: [thing], JSON_LINES: f"{line}\n"}


def exported(asked: AnyAsked, name: str, export: Callable[..., Iterator[bytes]]) -> File:
    """What the use case exports, in the format that is asked for."""
    form = asked.query.format or _accepted(asked.headers.get("accept", ""))
    pieces = export(asked.db, asked.actor, asked.account, form)
    return File(pieces, MEDIA[form], f"{name}-{asked.account}.{form}")


def _accepted(accept: str) -> str:
    """The format that the client names first; CSV for one that names none of ours."""
    liked = [part.partition(";")[0].strip() for part in accept.lower().split(",")]
    by_media = {one: form for form, one in MEDIA.items()}
    return next((by_media[one] for one in liked if one in by_media), "csv")
