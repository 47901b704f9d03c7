"""Judging: which contact each staged draft is about, what becomes of it, and which are refused beside the others."""

from array import array
from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import Connection, select

from aiguillage.desk.contacts import check_contact, taken
from aiguillage.desk.importing.headings import OWN_ID
from aiguillage.desk.importing.merging import merged
from aiguillage.desk.importing.outcome import Choices, Refused
from aiguillage.desk.importing.reading import Read
from aiguillage.desk.importing.sent import unknown_id
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import Contact, KeyKind
from aiguillage.domain.errors import Refusal
from aiguillage.storage.contacts import contact_of
from aiguillage.storage.schema import contacts
from aiguillage.storage.sqlite import clashes, staged
from aiguillage.storage.sqlite.clashes import Clash
from aiguillage.storage.sqlite.matching import match_drafts, match_own_ids
from aiguillage.storage.sqlite.staging import REFERENCE

WORDS = {REFERENCE: "reference", KeyKind.CODE: "code", KeyKind.NUMBER: "number", KeyKind.PREFIX: "number prefix"}
FACTS = {REFERENCE: "reference", KeyKind.CODE: "code", KeyKind.NUMBER: "telecoms", KeyKind.PREFIX: "telecoms"}
_decode = msgspec.json.Decoder(Contact).decode


class Judgement:
    """What is to become of the drafts, found out in a transaction's view of the account."""

    def __init__(self, connection: Connection, account_id: int, account: Account, read: Read) -> None:
        self.connection = connection
        self._account_id = account_id
        self._read = read
        self._shared = account.shared_numbers != "refuse"
        self._own = (KeyKind.CODE, KeyKind.PREFIX) if self._shared else (KeyKind.CODE, KeyKind.PREFIX, KeyKind.NUMBER)
        self._at, self._place = "on", "line {}"
        self.removed = 0

    def pass_judgement(self, choices: Choices) -> None:
        """Fills the staged tables. The order matters: each step leaves out the drafts that an earlier one refused."""
        if choices.ids_first:
            self._at, self._place = "at", "contacts.{}"
        self._refuse(clashes.doubles(self.connection, (REFERENCE, *self._own)), self._double)
        own_ids = OWN_ID in self._read.reader.column_of
        if choices.ids_first and own_ids:
            match_own_ids(self.connection, self._account_id)
            self._refuse(clashes.idless(self.connection), _nobody)
        if self._has_contacts():
            match_drafts(self.connection, self._account_id, shared=self._shared, own_ids=own_ids)
        self._refuse(clashes.same_contacts(self.connection), self._same)
        self._merge()
        if choices.ids_first:
            self._refuse(clashes.others_references(self.connection, self._account_id), _others)
        self._refuse(clashes.keyless(self.connection), _unknowable)
        self._free_keys(delete_missing=choices.delete_missing)

    def _refuse(self, found: Iterable[Clash], message: Callable[[Clash], str]) -> int:
        """Refuses the drafts, a million too, and tells the first of them; how many clashes there were."""
        numbers = array("q")
        told: list[Clash] = []
        for clash in found:
            numbers.append(clash.n)
            if len(told) < self._read.refusals.room:
                told.append(clash)
        staged.insert(self.connection, "refused", ((n,) for n in numbers))
        for clash in told:
            line = staged.line_of(self.connection, clash.n)
            column = self._read.reader.column_of.get(FACTS.get(clash.kind, ""), "")
            self._read.refusals.tell(Refused(line, column, clash.key, message(clash)))
        return len(numbers)

    def _double(self, clash: Clash) -> str:
        return (
            f"The {WORDS[clash.kind]} {clash.key} is {self._at} {self._place_of(clash.other)} already. "
            "Keep it in one of the two rows."
        )

    def _same(self, clash: Clash) -> str:
        return (
            f"The row is about the same contact as {self._place_of(clash.other)}. Keep one of the two, or give both a "
            "reference or code."
        )

    def _place_of(self, n: int) -> str:
        """Where a draft came from: in an upsert as its errors say it, else a line of the file."""
        return self._place.format(staged.line_of(self.connection, n))

    def _has_contacts(self) -> bool:
        mine = select(contacts.c.id).where(contacts.c.account_id == self._account_id).limit(1)
        return self.connection.execute(mine).first() is not None

    def _merge(self) -> None:
        """What matched contacts will be: rows tell some facts, contacts keep the others."""
        for batch in staged.pairs(self.connection, self._account_id):
            formers, rewrites, unchanged, refused = [], [], [], []
            for pair in batch:
                before, row = contact_of(pair), _decode(pair.after)
                after = merged(before, row, self._read.reader.spoken[pair.speaks])
                if after == before:
                    unchanged.append((pair.draft_n,))
                elif fault := self._fault(after):
                    refused.append((pair.draft_n,))
                    column = self._read.reader.column_of.get(fault.field or "", "")
                    self._read.refusals.tell(Refused(pair.line, column, "", fault.message))
                else:
                    formers.append((pair.id, before))
                    if after != row:
                        rewrites.append(staged.Rewrite(pair.draft_n, pair.line, row, after))
            staged.insert(self.connection, "unchanged", unchanged)
            staged.insert(self.connection, "refused", refused)
            staged.write_former(self.connection, formers)
            staged.rewrite(self.connection, rewrites)

    def _fault(self, contact: Contact) -> Refusal | None:
        try:
            check_contact(contact, self._read.fields)
        except Refusal as refusal:
            return refusal
        return None

    def _free_keys(self, *, delete_missing: bool) -> None:
        """Refuses drafts whose keys are others'. A refused one frees no key itself, so this repeats."""
        clashing = 1
        while clashing:
            if delete_missing:
                self.removed = clashes.find_removed(self.connection, self._account_id)
            clashing = self._refuse(clashes.held(self.connection, self._account_id, self._own), _held)
        staged.keep_refused(self.connection)


def _unknowable(_: Clash) -> str:
    return "Nobody could be known by this. Give the row a number, a code, or a reference and a name."


def _nobody(clash: Clash) -> str:
    return unknown_id(clash.other)


def _others(clash: Clash) -> str:
    return f"The reference '{clash.key}' already belongs to contact {clash.other}. Change one of the two."


def _held(clash: Clash) -> str:
    return taken(KeyKind(clash.kind), clash.key, clash.other)
