"""Columns: what a file's column names mean, in English, French, the successor API's words and the account's own."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from aiguillage.domain.contacts import FIELD_KEYS, Field
from aiguillage.domain.errors import invalid

OWN_ID = "aiguillage_id"
NUMBERS = "telecoms"
SEVERAL = frozenset({NUMBERS, "emails"})
"""Facts that may have several columns."""

ANY_TYPE = ""
"""The type of a number whose column says none."""

EXPORTED = (
    OWN_ID,
    "reference",
    "code",
    "language",
    "company",
    "first_name",
    "last_name",
    "number",
    "email",
    "email_destination",
    "telecom_destination",
    *FIELD_KEYS,
)
"""The columns that an export writes. Their meaning is fixed, whatever an account calls its fields."""

FACTS = (
    *("reference", "code", "language", "company", "first_name", "last_name", "emails"),
    *("email_destination", "telecom_destination"),
    *FIELD_KEYS,
)
ALIASES = {
    "reference": "ref externalreference externalid externalkey referenceexterne idexterne refexterne "
    "identifiantexterne referenceclient refclient clientid idclient customernumber "
    "numeroclient nclient ndeclient numclient numerodeclient",
    "code": "codeclient clientcode customercode idcode codeid callercode codeappelant codepin pin codedidentification "
    "codeidentification identificationcode accesscode codeacces codedacces",
    "language": "languagecode lang langue codelangue",
    "company": "companyname organisation organization organisme societe nomsociete nomdelasociete raisonsociale "
    "entreprise nomdelentreprise business account",
    "first_name": "firstname givenname forename prenom",
    "last_name": "lastname surname familyname name fullname nom nomdefamille nomcomplet nomcontact contactname",
    "emails": "email mail emailaddress mailaddress courriel adressemail adresseemail adressecourriel "
    "adresseelectronique",
    "select_1": "destination file filedattente filedappel filedappels queue callqueue routage",
    "boolean_1": "vip isvip clientvip estvip",
    "boolean_2": "astreinte contratdastreinte contratastreinte oncall oncallcontract oncallduty oncalldutycontract "
    "hasoncalldutycontract sousastreinte souscontratdastreinte",
}
NUMBER_WORDS = (
    "tel telephone phone phonenumber telephonenumber number numero num numerodetelephone numerotelephone numtel "
    "numerodetel notel notelephone ndetel ndetelephone telecom telecoms phones numbers telephones numeros ligne line "
    "callerid caller appelant numeroappelant numerodappel"
)
TYPE_WORDS = {
    "mobile": "mobile portable gsm cell cellphone cellular cellulaire",
    "landline": "fixe landline fixedline standard",
    "fax": "fax telecopie telecopieur",
    "work": "work office business pro professionnel bureau travail",
    "home": "home domicile personnel perso maison",
}
DESTINATION_WORDS = "destination dest queue callqueue file filedattente"
_TYPES_ALONE = ("mobile", "landline", "fax")
_NUMBERED = re.compile(r"(.*?)[0-9]{1,2}")


class Meaning(NamedTuple):
    """What a column tells: a fact of Contact, a field by its key, or OWN_ID; for numbers their type too."""

    fact: str
    type: str = ANY_TYPE


class Plan(NamedTuple):
    """How the rows below one header are read: index, column and meaning of each cell that counts, the other columns."""

    cells: tuple[tuple[int, str, Meaning], ...]
    unknown: tuple[str, ...]

    @property
    def speaks(self) -> frozenset[Meaning]:
        """What the file tells of each contact: what it does not tell stays as it is."""
        return frozenset(meaning for _, _, meaning in self.cells)


def plain(name: str) -> str:
    """A column name without accents, case, blanks and punctuation."""
    letters = unicodedata.normalize("NFKD", name.replace("œ", "oe")).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _meanings() -> dict[str, Meaning]:
    """Every name in plain letters, and what it means."""
    found = {plain(name): Meaning(fact) for fact, names in ALIASES.items() for name in (fact, *names.split())}
    heads = NUMBER_WORDS.split()
    found |= {head: Meaning(NUMBERS) for head in heads}
    for kind, words in TYPE_WORDS.items():
        for word in words.split():
            names = (
                [head + word for head in heads]
                + [word + head for head in heads]
                + [f"{head}de{word}" for head in heads]
            )
            found |= {name: Meaning(NUMBERS, kind) for name in names + [word] * (kind in _TYPES_ALONE)}
    for fact in FACTS:
        found |= {plain(fact): Meaning(fact), "field" + plain(fact): Meaning(fact)}
    for n in range(1, 5):
        found |= {f"{name}{n}": Meaning(f"select_{n}") for name in DESTINATION_WORDS.split()}
    return found | {plain(OWN_ID): Meaning(OWN_ID)}


MEANINGS = _meanings()
FIXED = {plain(name) for name in (*EXPORTED, *(f"field_{key}" for key in FIELD_KEYS), "id_code", "language_code")}


def meaning_of(name: str, labels: dict[str, str]) -> Meaning | None:
    """What a column tells. `labels` are the account's own names of its fields, in plain letters, with their keys."""
    word = plain(name)
    if word in labels and word not in FIXED:
        return Meaning(labels[word])
    if word in MEANINGS:
        return MEANINGS[word]
    numbered = _NUMBERED.fullmatch(word)
    meaning = MEANINGS.get(numbered[1]) if numbered else None
    return meaning if meaning is not None and meaning.fact in SEVERAL else None


def understand(header: Iterable[str], fields: Iterable[Field]) -> Plan:
    """How to read the rows below a header. Raises Refusal(invalid) for one that tells nothing, or one thing twice."""
    labels = {plain(field.label): field.key for field in fields if plain(field.label)}
    cells: list[tuple[int, str, Meaning]] = []
    unknown: list[str] = []
    taken: dict[str, str] = {}
    for index, name in enumerate(header):
        meaning = meaning_of(name, labels)
        if meaning is None:
            unknown.append(name)
            continue
        if meaning.fact in taken and meaning.fact not in SEVERAL:
            other = taken[meaning.fact]
            raise invalid(f"The columns '{other}' and '{name}' both mean {meaning.fact}. Remove or rename one of them.")
        taken[meaning.fact] = name
        cells.append((index, name, meaning))
    if not taken.keys() & {OWN_ID, "reference", "code", NUMBERS}:
        raise invalid(
            f"No column tells whom a row is about. The columns are: {', '.join(unknown + list(taken.values()))[:200]}. "
            "Name one number (téléphone), code (code client) or reference; also understood: company (société), "
            "first_name (prénom), last_name (nom), language (langue), email (courriel), vip, on_call_contract "
            "(astreinte), destination1 to destination4 (file d'attente), boolean_3, boolean_4, and the account's own "
            "names of its fields."
        )
    return Plan(tuple(cells), tuple(unknown))
