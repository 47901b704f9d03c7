"""A path under `/api` that is none: a 400 that names the right ones. A 404 would say that the caller is unknown."""

from aiguillage.dialects import encom_v0, encom_v1, v2, v2_lookups
from aiguillage.dialects.encom import refuse
from aiguillage.dialects.http import Answer
from aiguillage.dialects.paths import tidy
from aiguillage.domain.errors import invalid

OF_THE_DESK = "/api/v2/switches/"
RIGHT = {
    "v1": (encom_v1.PATH,),
    "v2": (v2.PATH, *(f"{path.begin}{path.names.upper()}" for path in v2_lookups.PATHS), f"{OF_THE_DESK}CODE"),
    "customer": tuple(f"/api/ACCOUNT/customer/{verb}/CALLER" for verb in encom_v0.ASKS),
}
"""The right addresses, by the part of a wrong one that says which of them may be meant."""


def wrong_address(path: str, query: bytes) -> Answer | None:
    """The answer to a path that no dialect knows; None where it is not under `/api`, or the desk's."""
    tidied = tidy(path).lower()
    if not f"{tidied}/".startswith("/api/") or path.startswith(OF_THE_DESK):
        return None
    parts = tidied.split("/")
    meant = next((right for part, right in RIGHT.items() if part in parts), None)
    right = meant or [address for some in RIGHT.values() for address in some]
    told = invalid(f"this is no address; the right one is among: {', '.join(right)}")
    return refuse(told, raw=b"format=raw" in query.split(b"&"))
