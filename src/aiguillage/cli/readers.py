"""Who else may read the files."""

from pathlib import Path

from aiguillage.cli.printing import print_aside
from aiguillage.cli.words import _
from aiguillage.storage.private import is_open_to_others


def warn_of_readers(directory: Path) -> None:
    """Tells whoever is at the terminal, or reads the log, that others may read the files."""
    if is_open_to_others(directory):
        print_aside(
            _(
                "Other users of this machine may look into {directory}, which holds people's numbers: chmod o= it."
            ).format(directory=directory)
        )
