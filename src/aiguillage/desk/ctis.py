"""A CTI's own token: it looks up the origins of that CTI, and nothing else."""

from aiguillage.desk.secrets import issue_secret, revoke_secret
from aiguillage.domain.accounts import Actor
from aiguillage.storage.sqlite.engine import Database

KIND = "cti"


def issue_cti_token(db: Database, actor: Actor, code: str, cti_id: int) -> str:
    """The CTI's new token, in place of the one before; it is told this once. Raises Refusal."""
    return issue_secret(db, actor, code, KIND, cti_id)


def revoke_cti_token(db: Database, actor: Actor, code: str, cti_id: int) -> None:
    """Ends the CTI's token: the next look-up with it is refused. Raises Refusal."""
    revoke_secret(db, actor, code, KIND, cti_id)
