"""Files that browsers may keep for ever: their addresses change with what is in them."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from litestar.datastructures import CacheControlHeader

FOR_EVER = CacheControlHeader(public=True, max_age=365 * 24 * 3600, immutable=True)


def fingerprint(folders: Iterable[Path]) -> str:
    """A word that changes with any file in some folders: it stands in their addresses."""
    digest = sha256()
    for asset in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        digest.update(asset.read_bytes())
    return digest.hexdigest()[:12]
