"""Headings: what a column's name says, in English and French, in the words of other programs and the account's own.

A name is looked up whole first (Part.aliases, Part.weak). Where it is not found, its words tell:

    Téléphone 2 (facturation)      telephone facturation     a word for numbers; all others may be beside it: a number
    Phone 1 - Label                phone label               of what kind the number in another column is
    Phone Extension                phone extension           `extension` may not be beside it: not read
    Prénom (livraison)             prenom livraison          looked up again without the words of ROLES: a first name
    Anniversaire de mariage        anniversaire mariage      what a contact has not: not read
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from aiguillage.desk.importing.outcome import NOTED_HERE
from aiguillage.domain.contacts import PARTS

OWN_ID = "aiguillage_id"
NUMBERS = "telecoms"
EMAILS = "emails"
MOMENTS = ("created_at", "updated_at")
"""What an export says of each contact and no import changes."""

ANY_TYPE = ""
"""The type of a number whose column says none."""

EXPORTED = (
    OWN_ID,
    *(part.heading for part in PARTS.values()),
    *MOMENTS,
)
"""The columns that an export writes. Their meaning is fixed, whatever an account calls its fields."""

_PERSONS = frozenset({"nomcontact", "nomducontact", "contactname", "contact", "ctcontact", "interlocuteur"})

NUMBER_WORDS = (
    "tel telephone phone phonenumber telephonenumber number numero num numerodetelephone numerotelephone numtel "
    "numerodetel notel notelephone ndetel ndetelephone telecom telecoms phones numbers telephones numeros ligne line "
    "callerid caller appelant numeroappelant numerodappel lignedirecte directline numerodirect directnumber "
    "sda whatsapp"
)
TYPE_WORDS = {
    "fax": "fax telecopie telecopies telecopieur",
    "mobile": "mobile mobiles portable portables gsm cell cellphone cellular cellulaire iphone smartphone",
    "landline": "fixe fixes landline fixedline standard",
    "work": "work office business pro professionnel professionnelle bureau travail",
    "home": "home domicile personnel personnelle perso maison",
}
"""By how much each says: `Télécopie (bureau)` is a fax."""

DESTINATION_WORDS = "destination dest queue callqueue file filedattente"
_TYPES_ALONE = ("mobile", "landline", "fax")
SEVERAL = frozenset(part.name for part in PARTS.values() if part.several)
"""Facts that may have several columns."""

_NUMBERED = re.compile(r"(.*?)[0-9]{1,2}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The vocabulary of names that are read word by word.
_TYPED = {word: kind for kind, words in TYPE_WORDS.items() for word in words.split()}
_NOUNS = _words("tel telephone telephones phone phones rnis isdn") | frozenset(
    word for word, kind in _TYPED.items() if kind in _TYPES_ALONE and word != "standard"
)
ROLES = _words(
    "facturation billing livraison delivery shipping contact principal principale primary main default document "
    "tiers client customer supplier vendor fournisseur prospect lead person personne patient adherent membre member "
    "fiche ct value valeur"
)
"""Whose it is, or which of several: words that other programs put beside the fact itself."""

_BESIDE = _words(
    "other autre autres secondary secondaire alternate alternatif additional supplementaire extra custom general "
    "generale siege agence etablissement adresse address"
)
_BESIDE_NUMBERS = (
    _words(
        "car voiture assistant assistante asst company societe entreprise account direct directe ligne line numero "
        "numeros number numbers num no nr nb day evening jour soir nuit urgence emergency callback rappel radio "
        "formatted international format tty tdd voice whats app sms"
    )
    | ROLES
    | _BESIDE
    | _TYPED.keys()
)
_MAILS = _words("email emails mail mails courriel courriels messagerie mel")
_BESIDE_MAILS = _words("adresses addresses electronique") | ROLES | _BESIDE | _TYPED.keys()
_KINDS = _words("type label libelle kind")
_SILENT = _words("pager pagers beeper telex radiomessagerie")
_ELSEWHERE = _words(
    "adr address adresse adresses rue street ville city town cp zip postal postale postcode pays country departement "
    "region state province box bp geo date bday birthday anniversaire anniversary naissance birth created modified "
    "creation rev note notes remarque remarques commentaire commentaires comment comments observation observations "
    "memo description fonction titre title civilite salutation job profession department role position prefix suffix "
    "suffixe nickname surnom middle deuxieme yomi phonetic initials initiales site web website url photo image logo "
    "siret siren tva vat ape naf iban rib categorie categories labels tag tags groupe group membership uid version "
    "prodid key id"
)
_STOPS = _words("de du des la le les of the")
_VOCABULARY = _NOUNS | _BESIDE_NUMBERS | _MAILS | _BESIDE_MAILS | _KINDS | _SILENT | _ELSEWHERE
_NAMES = frozenset({"company", "first_name", "last_name"})
_BY_WORDS = _NAMES | {"reference", "code"}
_PARTIES = _words("tiers client customer contact")
_OWN = _PARTIES | {"document", "fiche"}
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
_LETTERS = re.compile(r"[a-z]+")
_LONGEST_WORD, _LONGEST_NAME = 40, 100
_SHORTEST_PART = 3


class Meaning(NamedTuple):
    """What a column tells: a fact of Contact, a field by its key, or OWN_ID; for numbers their type too."""

    fact: str
    type: str = ANY_TYPE


class Said(NamedTuple):
    """What a name says: a meaning, or why it has none (a key of outcome.WHY_UNREAD, and what goes with that).

    `strength` is 0 for the fact's own name, 1 for one that another column may say better, 2 for one understood by its
    words. `person` is said of somebody's name at the customer's. `kind` says of what kind another column's numbers are.
    """

    meaning: Meaning | None = None
    strength: int = 0
    person: bool = False
    kind: bool = False
    why: str = ""
    word: str = ""


def plain(name: str) -> str:
    """A column name without accents, case, blanks and punctuation."""
    letters = unicodedata.normalize("NFKD", name.replace("œ", "oe")).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _meanings() -> dict[str, Said]:
    """Every name in plain letters, and what it says."""
    found: dict[str, Said] = {}
    for part in PARTS.values():
        found |= dict.fromkeys(part.aliases.split(), Said(Meaning(part.name)))
    for part in PARTS.values():
        said = (Said(Meaning(part.name), strength=1, person=name in _PERSONS) for name in part.weak.split())
        found |= dict(zip(part.weak.split(), said, strict=True))
    found |= _of_types()
    for fact in PARTS.keys() - {NUMBERS}:
        found[plain(fact)] = found["field" + plain(fact)] = Said(Meaning(fact))
    for n in range(1, 5):
        found |= dict.fromkeys((f"{name}{n}" for name in DESTINATION_WORDS.split()), Said(Meaning(f"select_{n}")))
    found |= {plain(name): Said(why=NOTED_HERE) for name in MOMENTS}
    return found | {plain(OWN_ID): Said(Meaning(OWN_ID))}


def _of_types() -> dict[str, Said]:
    """The names of numbers, also with a word for their type before or behind: `telephonefixe`, `mobilephone`."""
    heads = NUMBER_WORDS.split()
    found = dict.fromkeys(heads, Said(Meaning(NUMBERS)))
    for kind, types in TYPE_WORDS.items():
        said = Said(Meaning(NUMBERS, kind))
        for word in types.split():
            found |= dict.fromkeys(
                [name for head in heads for name in (head + word, word + head, f"{head}de{word}")], said
            )
            if kind in _TYPES_ALONE:
                found[word] = said
    return found


_MEANINGS = _meanings()
_FIXED = {plain(name) for name in (*EXPORTED, *(part.wire for part in PARTS.values()))}


def said_by(name: str, labels: dict[str, str]) -> Said:
    """What a name says. `labels` are the account's own names of its fields, in plain letters, with their keys."""
    word = plain(name)
    if word in labels and word not in _FIXED:
        return Said(Meaning(labels[word]))
    return _said(name)


@lru_cache(4_096)
def _said(name: str) -> Said:
    word = plain(name)
    if word in _MEANINGS:
        return _MEANINGS[word]
    numbered = _NUMBERED.fullmatch(word)
    said = _MEANINGS.get(numbered[1]) if numbered else None
    if said is not None and said.meaning is not None and said.meaning.fact in SEVERAL:
        return said
    if not name.strip():
        return Said(why="unnamed")
    words = words_of(name)
    return _of_numbers(words) or _of_emails(words) or _of_others(words, numbered=any(map(str.isdigit, word)))


def words_of(name: str) -> list[str]:
    """The words of a name, in plain letters: `MobilePhone` and `MOBILEPHONE` have two. A whole text has none."""
    if len(name) > _LONGEST_NAME:
        return []
    letters = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name.replace("œ", "oe"))).lower()
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = [part for word in _LETTERS.findall(letters) for part in _parts(word) or [word]]
    return [word for word in words if len(word) > 1]


def _parts(word: str) -> list[str] | None:
    """The known words that are written as one, if all of it is known."""
    if word in _VOCABULARY:
        return [word]
    if len(word) > _LONGEST_WORD:
        return None
    for size in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        rest = _parts(word[size:]) if word[:size] in _VOCABULARY else None
        if rest is not None:
            return [word[:size], *rest]
    return None


def type_of(words: list[str]) -> str:
    """The type of a number by the words for it; ANY_TYPE where they say none."""
    kinds = {_TYPED.get(word, "") for word in words}
    return next((kind for kind in TYPE_WORDS if kind in kinds), ANY_TYPE)


def _of_numbers(words: list[str]) -> Said | None:
    if _SILENT.intersection(words):
        return Said(why="silent")
    if not _NOUNS.intersection(words):
        return None
    if _KINDS.intersection(words):
        return Said(kind=True, why="kind_alone")
    strange = [word for word in words if word not in _NOUNS | _BESIDE_NUMBERS | _STOPS]
    if strange:
        return Said(why="beside_number", word=strange[0])
    return Said(Meaning(NUMBERS, type_of(words)), strength=2)


def _of_emails(words: list[str]) -> Said | None:
    if not _MAILS.intersection(words):
        return None
    if _KINDS.intersection(words):
        return Said(why="kind_of_email")
    strange = [word for word in words if word not in _MAILS | _BESIDE_MAILS | _STOPS]
    return Said(why="beside_email", word=strange[0]) if strange else Said(Meaning(EMAILS), strength=2)


def _of_others(words: list[str], *, numbered: bool) -> Said:
    """A fact with words of ROLES beside it: those of `Document - Nom du client` are left out, except for the client."""
    for roles in (ROLES - _PARTIES, ROLES, ROLES | _STOPS):
        said = _MEANINGS.get("".join(word for word in words if word not in roles))
        if said is not None and said.meaning is not None and said.meaning.fact in _BY_WORDS:
            left_out = ROLES.intersection(words) & roles
            # Of codes and references there are many: `Code (livraison)` and `Code 2` are others.
            if said.meaning.fact in _NAMES or (left_out <= _OWN and not numbered):
                return Said(said.meaning, strength=2, person=said.person or "contact" in left_out)
    return Said(why="elsewhere" if _ELSEWHERE.intersection(words) else "unknown")
