"""CTIs, their origins, their tokens; imported and exported (contracts/cx-engine.md, 'ctis')."""

from typing import Annotated, Any

import msgspec
from litestar.exceptions import HTTPException

from aiguillage.api.operations import Asked, File, Nothing, Operations, Upload
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.files import MEDIA, FileQuery, exported, samples_of
from aiguillage.api.resources.shared import BASE
from aiguillage.api.shown import SOME_CTIS
from aiguillage.desk.cti_maps import MapRefused, MapRow, RefusedRow, export_ctis, import_ctis, read_map
from aiguillage.desk.ctis import issue_cti_token, revoke_cti_token
from aiguillage.desk.importing.sent import CSV, JSON, XLSX
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Refusal, invalid

TAG = "CTIs"
OPERATIONS = Operations(TAG)
PATH = f"{BASE}/ctis"
LONGEST_IMPORT = 16 << 20
"""Bytes."""

MOST_TOLD = 100


class TokenTold(msgspec.Struct, frozen=True):
    """A CTI's new token, told this once: null when the answer is replayed."""

    token: Annotated[str | None, meanings.TOKEN]


class ImportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`dry_run=1` tells what would happen; `partial=1` leaves refused rows out, and takes the others."""

    dry_run: Annotated[bool, meanings.DRY_RUN] = False
    partial: Annotated[bool, meanings.PARTIAL] = False


class OriginSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An origin of an import; the ids that an index shows are not looked at."""

    origin: str
    destination: str
    id: Any = None
    cti_id: Any = None
    customer_id: Any = None


class CtiSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CTI of an import, and its origins; the ids that an index shows are not looked at."""

    name: str
    destinations: list[OriginSent] = []
    id: Any = None
    customer_id: Any = None


class _Wrapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ctis: list[CtiSent]


class CtiImportTold(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do: CTIs and origins; the first hundred refusals by line.

    In JSON the lines are the origins, counted from 1; a CTI without any counts as one.
    """

    created: Annotated[int, meanings.CREATED]
    updated: Annotated[int, meanings.UPDATED]
    unchanged: Annotated[int, meanings.UNCHANGED]
    refused: Annotated[int, meanings.REFUSED]
    refusals: Annotated[list[RefusedRow], meanings.REFUSALS]


ROW = {"origin": "site-12", "destination": "207"}
SAMPLES = samples_of(("cti", *ROW), {"name": "Entrepôt", "destinations": [ROW]}, {"cti": "Entrepôt", **ROW})


@OPERATIONS.post(
    f"{PATH}/import",
    "importCtis",
    needs=Role.EDIT,
    takes=(JSON, CSV, XLSX),
    longest=LONGEST_IMPORT,
    apart=0,
    samples=SAMPLES | {JSON: {"ctis": SAMPLES[JSON]}},
)
def _import(asked: Asked[ImportQuery, Upload]) -> CtiImportTold:
    """Import CTIs and their origins.

    JSON: a list of CTIs with `name` and `destinations` (a list of `origin` and `destination`), or an object with that
    list as `ctis`. CSV or XLSX: the columns `cti`, `origin`, `destination`. All rows or none.
    """
    who, how = (asked.db, asked.actor, asked.account), asked.query
    file = asked.body.content_type.partition(";")[0].strip().lower() != JSON
    rows = read_map(*who, asked.body.content) if file else _rows(asked.body.content)
    try:
        outcome = import_ctis(*who, rows, partial=how.partial, dry_run=how.dry_run)
    except MapRefused as refused:
        raise _with_errors(refused) from None
    return CtiImportTold(
        created=outcome.created,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        refused=len(outcome.refusals),
        refusals=list(outcome.refusals[:MOST_TOLD]),
    )


def _with_errors(refused: MapRefused) -> Refusal:
    """The refusal of all rows, with the first hundred's own among its errors, by line."""
    refusals = refused.outcome.refusals
    refusal = invalid(
        f"{refused} Nothing was imported. Line {refusals[0].line}: {refusals[0].reason} dry_run=1 "
        "counts what would be imported; partial=1 imports the other lines."
    )
    refusal.errors = {f"line {one.line}": [one.reason] for one in refusals[:MOST_TOLD]}
    return refusal


def _rows(content: bytes) -> list[MapRow]:
    try:
        found = msgspec.json.decode(content, type=list[CtiSent] | _Wrapped)
    except msgspec.ValidationError as error:
        raise invalid(f"{error}. Send a list of CTIs, each with `name` and `destinations`.", "ctis") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPException(status_code=400, detail="The body is not JSON. Send a list of CTIs in UTF-8.") from None
    ctis = found.ctis if isinstance(found, _Wrapped) else found
    alone = [OriginSent("", "")]
    rows = [(cti.name, one.origin, one.destination) for cti in ctis for one in cti.destinations or alone]
    return [MapRow(line, *row) for line, row in enumerate(rows, start=1)]


@OPERATIONS.get(f"{PATH}/export", "exportCtis", needs=Role.READ, apart=0, gives=tuple(MEDIA.values()), samples=SAMPLES)
def _export(asked: Asked[FileQuery, None]) -> File:
    """Export CTIs and their origins."""
    return exported(asked, "ctis", export_ctis)


@OPERATIONS.post(f"{PATH}/{{id}}/regenerate-token", "issueCtiToken", needs=Role.MANAGE, hides=("token",))
def _issue(asked: Asked[Nothing, None]) -> TokenTold:
    """Issue a CTI's token.

    In place of the one before. It looks up the origins of this CTI, and nothing else.
    """
    return TokenTold(issue_cti_token(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.delete(f"{PATH}/{{id}}/token", "revokeCtiToken", status=204, needs=Role.MANAGE)
def _revoke(asked: Asked[Nothing, None]) -> None:
    """Revoke a CTI's token."""
    revoke_cti_token(asked.db, asked.actor, asked.account, asked.id())


CTIS = FactResource(
    path=PATH,
    noun="cti",
    plural="the CTIs",
    sent="A CTI as it is sent.",
    told="A CTI as it is answered.",
    tag=TAG,
    kind="cti",
    bulk=("DELETE",),
    removed=SOME_CTIS,
    example={"name": "Standard"},
    change={"name": "Standard téléphonique"},
)
CTI_DESTINATIONS = FactResource(
    path=f"{PATH}/{{cti_id}}/destinations",
    noun="cti destination",
    plural="the origins of a CTI and where they lead",
    sent="An origin and where it leads, as they are sent.",
    told="An origin and where it leads, as they are answered.",
    tag=TAG,
    kind="cti_destination",
    scope=("cti_id", "cti"),
    example={"origin": "01 99 00 12 34", "destination": "207"},
    change={"destination": "209"},
)
