"""Exports as the API answers them: which format is asked for, and the file."""

from collections.abc import Callable, Iterator

import msgspec

from aiguillage.api.operations import Asked, File

MEDIA = {"csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl"}


class FileQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`format` is csv, json or jsonl; without it `Accept` decides, else it is csv."""

    format: str = ""


def exported(asked: Asked, name: str, export: Callable[..., Iterator[bytes]]) -> File:
    """What the use case exports, in the format that is asked for."""
    form = asked.query.format or _accepted(asked.headers.get("accept", ""))
    pieces = export(asked.db, asked.actor, asked.account, form)
    return File(pieces, MEDIA[form], f"{name}-{asked.account}.{form}")


def _accepted(accept: str) -> str:
    liked = [part.partition(";")[0].strip() for part in accept.lower().split(",")]
    by_media = {media: form for form, media in MEDIA.items()}
    return next((by_media[one] for one in liked if one in by_media), "csv")
