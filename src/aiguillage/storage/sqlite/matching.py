"""Which contact each staged draft is about: by external reference, else code, else number, else aiguillage's own id."""

from sqlalchemy import Connection, text

from aiguillage.domain.contacts import KeyKind

# A contact that has another reference is somebody else, whatever the two share.
_SAME_PERSON = "(contact.reference IS NULL OR draft.reference = '' OR contact.reference = draft.reference)"
_WAITING = """NOT EXISTS (SELECT 1 FROM staged.matched AS found WHERE found.n = {0}.n)
    AND NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = {0}.n)"""

# CROSS JOIN keeps SQLite to the order in which the tables are named: a short file never walks a long list of contacts.
BY_REFERENCE = text(
    f"""INSERT INTO staged.matched (n, contact_id)
    SELECT own.n, contact.id FROM staged.draft_key AS own CROSS JOIN contacts AS contact
    WHERE contact.account_id = :account_id AND contact.reference = own.key AND own.kind = 'r'
    AND {_WAITING.format("own")}"""  # noqa: S608 - our own words
)
BY_CODE = text(
    f"""INSERT INTO staged.matched (n, contact_id)
    SELECT own.n, contact.id FROM staged.draft_key AS own CROSS JOIN caller_key AS held
    CROSS JOIN contacts AS contact CROSS JOIN staged.draft AS draft
    WHERE held.account_id = :account_id AND held.kind = own.kind AND held.key = own.key
    AND contact.account_id = :account_id AND contact.id = held.contact_id AND draft.n = own.n
    AND own.kind = 'c' AND {_SAME_PERSON} AND {_WAITING.format("own")}"""  # noqa: S608 - our own words
)
# Where contacts share numbers, somebody with another code is another person.
HOLDERS = text(
    f"""INSERT INTO staged.candidate (n, place, is_other, is_unlike, contact_id)
    SELECT own.n, own.place, CASE WHEN contact.id = draft.own_id THEN 0 ELSE 1 END,
        CASE WHEN contact.company = draft.company AND contact.first_name = draft.first_name
            AND contact.last_name = draft.last_name THEN 0 ELSE 1 END, contact.id
    FROM staged.draft_key AS own CROSS JOIN caller_key AS held
    CROSS JOIN contacts AS contact CROSS JOIN staged.draft AS draft
    WHERE held.account_id = :account_id AND held.kind = own.kind AND held.key = own.key
    AND contact.account_id = :account_id AND contact.id = held.contact_id AND draft.n = own.n
    AND own.kind = :kind AND {_SAME_PERSON} AND {_WAITING.format("own")}
    AND (:shared = 0 OR contact.code IS NULL OR draft.code = '' OR contact.code = draft.code)"""  # noqa: S608
)
# The first of a draft's numbers that somebody holds; of several holders the one with the draft's own id, or its name,
# or the oldest.
BY_NUMBER = text(
    """INSERT INTO staged.matched (n, contact_id)
    SELECT n, contact_id FROM staged.candidate WHERE TRUE
    ORDER BY n, place, is_other, is_unlike, contact_id ON CONFLICT DO NOTHING"""
)
BY_OWN_ID = text(
    f"""INSERT INTO staged.matched (n, contact_id)
    SELECT draft.n, contact.id FROM staged.draft AS draft CROSS JOIN contacts AS contact
    WHERE contact.account_id = :account_id AND contact.id = draft.own_id AND draft.own_id <> 0
    AND {_SAME_PERSON} AND {_WAITING.format("draft")}"""  # noqa: S608 - our own words
)

BY_OWN_ID_ALONE = text(
    """INSERT INTO staged.matched (n, contact_id)
    SELECT draft.n, contact.id FROM staged.draft AS draft CROSS JOIN contacts AS contact
    WHERE contact.account_id = :account_id AND contact.id = draft.own_id AND draft.own_id <> 0
    AND NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = draft.n)"""
)


def match_own_ids(connection: Connection, account_id: int) -> None:
    """Fills staged.matched with the drafts that name a contact's id, whatever else they say."""
    connection.execute(BY_OWN_ID_ALONE, {"account_id": account_id})


def match_drafts(connection: Connection, account_id: int, *, shared: bool, own_ids: bool) -> None:
    """Fills staged.matched. `shared`: contacts may share numbers; `own_ids`: drafts may name aiguillage's own id."""
    account = {"account_id": account_id}
    connection.execute(BY_REFERENCE, account)
    connection.execute(BY_CODE, account)
    for kind in (KeyKind.NUMBER, KeyKind.PREFIX):
        connection.execute(HOLDERS, {**account, "kind": kind.value, "shared": int(shared)})
    connection.execute(BY_NUMBER)
    if own_ids:
        connection.execute(BY_OWN_ID, account)
